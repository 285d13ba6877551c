"""Which files executed cells name: string literals and plain joins of them, without those only written. Pure.

Nothing is executed and nothing looked up: whether such a file exists, and who tracks it, is asked much later
(`trackside.inputs`), by the worker.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from trackside.capture.cellcode import parse_cell

#: Texts remembered of one run; more are data themselves.
MOST: Final = 20_000
_LONGEST: Final = 1_024
_DEEPEST: Final = 40
_MOST_VALUES: Final = 8
_PATH_CLASSES: Final = frozenset("Path PurePath PosixPath PurePosixPath WindowsPath UPath".split())
#: Functions and methods that give the path they are given, in another form.
_SAME: Final = frozenset("abspath realpath normpath fspath str expanduser resolve absolute as_posix expandvars".split())
#: Beginnings of the names of what reads a file, and of what only writes one or asks for it.
_READS: Final = tuple(
    "read load open imread glob rglob iglob listdir scandir walk iterdir scan genfromtxt fromfile ImageFolder from_ "
    "Image log_input parse connect File".split()
)
_WRITES: Final = tuple(
    "to_ save dump write imwrite imsave mkdir makedirs unlink remove rmtree export touch log_artifact log_image "
    "copy_to sink_ FileHandler rename urlretrieve download exists is_file is_dir isfile isdir".split()
)
#: Conversions that begin as writing does.
_NO_WRITES: Final = frozenset("to_numeric to_datetime to_tensor to_numpy to_list".split())
_PATH_WORDS: Final = ("path", "dir", "folder", "file", "root", "data")
#: In the name of an argument: where something is written.
_OUT_WORDS: Final = ("out", "save", "dest", "log", "export", "checkpoint")
_LEAVES: Final = frozenset(
    {ast.Load, ast.Store, ast.Del, ast.alias, ast.Pass, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.arg}
    | {*ast.operator.__subclasses__(), *ast.cmpop.__subclasses__(), *ast.unaryop.__subclasses__()}
)
_BLOCKS: Final = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.ExceptHandler)
_WILD: Final = frozenset("*?[")
#: How a file is opened, which is no name.
_MODES: Final = frozenset(f"{way}{more}" for way in "rwax" for more in ("", "b", "t", "+", "b+", "+b", "t+"))


class Named(NamedTuple):
    """One text that may name a file; `is_path` where it stands as a path does, so that a bare word names a folder."""

    text: str
    is_path: bool


def named_files(sources: Iterable[str], earlier: Iterable[str] = ()) -> list[Named]:
    """List the texts of executed cells, in order, that may name a file or folder the cells read.

    `earlier` are cells that ran before and may have given names their values; nothing else in them counts.
    """
    reader = _Reader()
    for source in earlier:
        if "=" in source and (tree := parse_cell(source)) is not None:
            reader.learn(tree, is_earlier=True)
    trees = [tree for source in sources if (tree := parse_cell(source)) is not None]
    for tree in trees:
        reader.learn(tree)
    for tree in trees:
        reader.read(tree)
    reader.add_unused()
    return [Named(text, is_path) for text, is_path in reader.found.items()]


def is_plausible(text: str) -> bool:
    """Tell whether a text could name a file at all."""
    return (
        0 < len(text) <= _LONGEST
        and text.strip() == text
        and not {"\n", "\r", "\0"} & set(text)
        and "://" not in text
        and text.strip("./") != ""
    )


class _Reader:
    """What the cells of one run name; two looks at each tree, since functions use names that come later."""

    def __init__(self) -> None:
        self.found: dict[str, bool] = {}
        self._values: dict[str, dict[str, bool]] = {}
        #: Names that only earlier cells gave a value, the last of which stands.
        self._earlier: set[str] = set()
        self._defining: set[int] = set()
        self._used: set[str] = set()
        #: Kept so that ids of nodes stay theirs.
        self._nodes: list[ast.AST] = []

    def learn(self, tree: ast.Module, *, is_earlier: bool = False) -> None:
        """Remember the names to which the tree gives a path."""
        for name, value in _assignments(tree.body):
            values = self._evaluate(value)
            if is_earlier or name in self._earlier:
                self._values.pop(name, None)
                self._earlier.discard(name)
            if not values:
                continue
            is_joined = not isinstance(value, ast.Constant) or _says_path(name)
            held = self._values.setdefault(name, {})
            held.update({text: is_joined or held.get(text, False) for text in values[:_MOST_VALUES]})
            if is_earlier:
                self._earlier.add(name)
            self._defining.add(id(value))
            self._nodes.append(value)

    def read(self, tree: ast.Module) -> None:
        """Find what stands where the cells use it."""
        # An explicit stack: machine-made cells nest deeper than Python recurses. (node, is it written, is it a path)
        stack: list[tuple[ast.AST, bool, bool]] = [(node, False, False) for node in reversed(tree.body)]
        while stack and len(self.found) < MOST:
            node, is_written, is_path = stack.pop()
            kind = node.__class__
            # Most nodes are leaves that name nothing.
            if kind in _LEAVES or (kind is ast.Constant and type(node.value) is not str):  # type: ignore[attr-defined]  # a Constant
                continue
            if kind is ast.Name and node.id not in self._values:  # type: ignore[attr-defined]  # a Name
                continue
            if isinstance(node, ast.expr) and self._take(node, is_written=is_written, is_path=is_path):
                continue
            stack += reversed(list(_inside(node, is_written=is_written, is_path=is_path)))

    def add_unused(self) -> None:
        """Take the names nobody used in sight: what is given to a name is named too."""
        for name, values in self._values.items():
            if name not in self._used and name not in self._earlier:
                for value, is_path in values.items():
                    self._add(value, is_path=is_path)

    def _take(self, node: ast.expr, *, is_written: bool, is_path: bool) -> bool:
        """Take an expression whose text is known; tell whether there is nothing more to look for in it."""
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            return True
        if id(node) in self._defining:
            self._note_uses(node)
            return True
        values = self._evaluate(node)
        if values is None:
            if is_path and not is_written:
                for folder in self._beginnings(node):
                    self._add(folder, is_path=True)
            return False
        self._note_uses(node)
        if not is_written:
            for value in values:
                self._add(value, is_path=is_path or self._is_path(node, value))
        return True

    def _is_path(self, node: ast.expr, value: str) -> bool:
        if isinstance(node, ast.Name):
            return self._values.get(node.id, {}).get(value, False)
        return not isinstance(node, ast.Constant)

    def _add(self, text: str, *, is_path: bool) -> None:
        if _WILD & set(text):
            # What a pattern finds is unknown; the folder it looks in is not.
            wild = next(place for place, char in enumerate(text) if char in _WILD)
            text = text[:wild].rpartition("/")[0]
            if not is_path:
                return
        if is_plausible(text) and (is_path or "/" in text or "." in text) and len(self.found) < MOST:
            self.found[text] = is_path or self.found.get(text, False)

    def _beginnings(self, node: ast.expr, depth: int = 0) -> list[str]:
        """Return the folders in which a join begins whose end is not known: "data" of `f"data/{name}.csv"`."""
        pieces, is_join = _pieces(node)
        known = [""]
        for place, piece in enumerate(pieces):
            values = self._evaluate(piece)
            if values is None and place == 0:
                return self._beginnings(piece, depth + 1) if depth < _DEEPEST else []
            if values is None:
                break
            known = [posixpath.join(left, right) if is_join else left + right for left in known for right in values][
                :_MOST_VALUES
            ]
        return [text if is_join else text.rpartition("/")[0] for text in known if pieces]

    def _note_uses(self, node: ast.expr) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                self._used.add(part.id)

    def _evaluate(self, node: ast.expr, depth: int = 0) -> list[str] | None:
        """Return the texts an expression may stand for; None when that is not plain to see."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Constant):
            return [node.value] if type(node.value) is str and len(node.value) <= _LONGEST else None
        if isinstance(node, ast.Name):
            return list(self._values[node.id]) if node.id in self._values else None
        pieces, is_join = _pieces(node)
        if pieces:
            return self._combined(pieces, depth, is_join=is_join)
        if isinstance(node, ast.Attribute) and node.attr == "parent":
            held = self._evaluate(node.value, depth + 1)
            return [posixpath.dirname(value) or "." for value in held] if held else None
        return self._called(node, depth) if isinstance(node, ast.Call) else None

    def _called(self, call: ast.Call, depth: int) -> list[str] | None:
        last, func = last_name(call), call.func
        if (last in _PATH_CLASSES or last in ("cwd", "getcwd")) and not call.args:
            return ["."]
        if isinstance(func, ast.Attribute) and last in _SAME and not call.args:
            return self._evaluate(func.value, depth + 1)
        if last in _SAME and len(call.args) == 1:
            return self._evaluate(call.args[0], depth + 1)
        return None

    def _combined(self, pieces: list[ast.expr], depth: int, *, is_join: bool) -> list[str] | None:
        known = [""]
        for piece in pieces:
            values = self._evaluate(piece, depth + 1)
            if values is None:
                return None
            known = [posixpath.join(left, right) if is_join else left + right for left in known for right in values][
                :_MOST_VALUES
            ]
        return known


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """List (name, value) of what runs with the cell itself, in loops and branches too, in the order written."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _bound(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _bound(node.target, node.value)
        elif isinstance(node, _BLOCKS):
            parts = [part for field in ("body", "handlers", "orelse", "finalbody") for part in getattr(node, field, ())]
            stack += reversed(parts)


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        yield from ((one.id, part) for one, part in zip(target.elts, value.elts) if isinstance(one, ast.Name))


def last_name(call: ast.Call) -> str:
    """Return the last name of what is called: `pd.read_csv(…)` gives "read_csv"."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _inside(node: ast.AST, *, is_written: bool, is_path: bool) -> Iterator[tuple[ast.AST, bool, bool]]:
    """Give the parts of a node that may name files, each with what is known of its place."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    pieces, _ = _pieces(node)
    if pieces:
        # The pieces of a name are no names; what is called in them stands for itself. Lists are added too.
        yield from ((piece, not isinstance(piece, (ast.List, ast.Tuple)), False) for piece in pieces)
        return
    if isinstance(node, ast.Call):
        yield from _call_parts(node)
        return
    if isinstance(node, ast.Subscript):
        yield node.value, False, False
        if not isinstance(node.slice, ast.Constant):
            yield node.slice, False, False
        return
    if isinstance(node, ast.Dict):
        yield from ((value, is_written, is_path) for value in node.values)
        return
    keeps = isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Starred, ast.IfExp, ast.keyword))
    # By the grammar's own fields, as `survey` does and for its reason.
    for field in node._fields:
        value = getattr(node, field, None)
        for part in value if value.__class__ is list else [value]:
            if isinstance(part, ast.AST):
                yield part, is_written and keeps, is_path and keeps


def _call_parts(call: ast.Call) -> Iterator[tuple[ast.AST, bool, bool]]:
    last = last_name(call)
    if _is_sys_path(call.func):
        return
    writes = _writes(call, last)
    reads = not writes and last.startswith(_READS)
    if isinstance(call.func, ast.Attribute):
        # `Path("x").write_text(…)`: what it is called on is the path; `frame.to_csv(…)` is no text and looked into.
        yield call.func.value, writes, reads
    elif not isinstance(call.func, ast.Name):
        yield call.func, False, False
    for argument in call.args:
        if not (isinstance(argument, ast.Constant) and argument.value in _MODES):
            yield argument, writes, reads
    for keyword in call.keywords:
        if keyword.arg != "mode":
            name = (keyword.arg or "").lower()
            is_out = any(word in name for word in _OUT_WORDS)
            yield keyword.value, writes or is_out, reads or _says_path(name)


def _writes(call: ast.Call, last: str) -> bool:
    if last == "open":
        place = 0 if isinstance(call.func, ast.Attribute) and not _is_opener(call.func.value) else 1
        mode: ast.expr | None = call.args[place] if len(call.args) > place else None
        mode = next((keyword.value for keyword in call.keywords if keyword.arg == "mode"), mode)
        return isinstance(mode, ast.Constant) and type(mode.value) is str and mode.value[:1] in ("w", "a", "x")
    return last.startswith(_WRITES) and last not in _NO_WRITES


def _is_opener(node: ast.expr) -> bool:
    """Tell modules with an `open` of their own (`gzip.open(PATH, MODE)`) from paths (`path.open(MODE)`)."""
    return isinstance(node, ast.Name) and node.id in ("gzip", "bz2", "lzma", "io", "codecs", "os", "builtins", "fsspec")


def _is_module_path(node: ast.expr) -> bool:
    """Tell `os.path` in `os.path.join(…)` from the text in `", ".join(…)`."""
    return (isinstance(node, ast.Attribute) and node.attr == "path") or (
        isinstance(node, ast.Name) and node.id in ("osp", "path", "posixpath")
    )


def _pieces(node: ast.AST) -> tuple[list[ast.expr], bool]:
    """Return what a text or path is put together of, and whether slashes come in between; nothing for anything else."""
    if isinstance(node, ast.JoinedStr):
        return [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values], False
    if isinstance(node, ast.BinOp):
        is_join = isinstance(node.op, ast.Div)
        return ([node.left, node.right], is_join) if is_join or isinstance(node.op, ast.Add) else ([], False)
    if isinstance(node, ast.Call):
        last, func = last_name(node), node.func
        if last in _PATH_CLASSES:
            return node.args, True
        if isinstance(func, ast.Attribute) and last == "joinpath":
            return [func.value, *node.args], True
        if isinstance(func, ast.Attribute) and last == "join" and _is_module_path(func.value):
            return node.args, True
    return [], False


def _is_sys_path(func: ast.expr) -> bool:
    """Tell `sys.path.append`, which names code."""
    held = func.value if isinstance(func, ast.Attribute) else None
    return (
        isinstance(held, ast.Attribute)
        and held.attr == "path"
        and isinstance(held.value, ast.Name)
        and held.value.id == "sys"
    )


def _says_path(name: str) -> bool:
    return any(word in name.lower() for word in _PATH_WORDS)
