"""Whether two runs ran the same code: a digest over what their code said, values of parameters left out.

Runs of one digest, one baseline and equal parameters are *twins*; how much their metrics differ is noise. The rule:
changed files that hold code or configuration count by path and content, notebooks by the cells that ran, in order. A
cell counts as typed, without trailing blanks and Trackside's own lines; where it gives a parameter its value as a
literal, the value is left out, since parameters are compared by themselves. A cell that does nothing else is passed
over whole: papermill and `trackside run -p` put such a cell in. Replay of one journal gives one digest.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from trackside.capture.cellcode import parse_cell, python_source

#: Files whose content decides what runs; the others may be what a run wrote.
_CODE: Final = frozenset(
    "py pyi pyx pxd r jl sql sh bash zsh ps1 js mjs ts c cc cpp cu cuh h hpp rs go java kt scala rb lua pl m stan f "
    "f90 proto toml yaml yml cfg ini conf in template j2".split()
)
_CODE_NAMES: Final = frozenset({"Makefile", "Snakefile", "Justfile", "Pipfile", "Dockerfile"})
_OWN_LINE: Final = re.compile(r"\s*(?:%%?track\b.*|%(?:re)?load_ext\s+trackside\s*)\Z")
_SUBMODULE: Final = "160000"


class _Ran(Protocol):
    @property
    def source(self) -> str: ...


def code_digest(
    cells: Sequence[_Ran],
    changes: Iterable[Mapping[str, Any]],
    *,
    notebook: str | None,
    is_left_out: Callable[[str], bool],
) -> str:
    """Return the digest of executed cells and changed files, 32 hex digits; '' when no cell ran and nothing changed.

    `changes` are {path, mode, oid}; `notebook` is the path of the run's own; `is_left_out` tells of a name whether it
    is a parameter whose literal value does not count.
    """
    files = [
        f"{change['mode'] or ''} {change['oid'] or ''} {change['path']}"
        for change in changes
        if change["path"] != notebook and _is_code(change["path"], change["mode"])
    ]
    said = [text for cell in cells if (text := cell_text(cell.source, is_left_out))]
    if not files and not said:
        return ""
    digest = hashlib.sha256()
    for part in (*sorted(files), "", *said):
        digest.update(f"{len(part)}\n{part}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _is_code(path: str, mode: str | None) -> bool:
    name = path.rpartition("/")[2]
    return mode == _SUBMODULE or name in _CODE_NAMES or ("." in name and name.rpartition(".")[2].lower() in _CODE)


def cell_text(source: str, is_left_out: Callable[[str], bool]) -> str:
    """Return what counts of a cell; '' when it does nothing but give parameters their values."""
    lines = [line.rstrip() for line in source.split("\n") if not _OWN_LINE.match(line)]
    text = "\n".join(lines).strip("\n")
    tree = parse_cell(text)
    python = python_source(text)
    if tree is None or python is None or python.count("\n") != text.count("\n"):
        return text
    # Places in the tree are those of the Python text; only where it is the very text can it be cut.
    if python.rstrip() != text.rstrip():
        return text
    found = [node for node in tree.body if _is_setting(node, is_left_out)]
    if found and len(found) == len(tree.body):
        return ""
    return _cut(text, found)


def _is_setting(node: ast.stmt, is_left_out: Callable[[str], bool]) -> bool:
    """Tell whether a statement only gives a parameter a literal value."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target, value = node.target, node.value
    else:
        return False
    return isinstance(target, ast.Name) and is_left_out(target.id) and _is_literal(value)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _cut(text: str, settings: Sequence[ast.stmt]) -> str:
    """Cut the values of settings out of a text."""
    lines = [line.encode("utf-8", "surrogatepass") for line in text.split("\n")]
    for node in reversed(settings):
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if value is None or value.end_lineno is None or value.end_col_offset is None:
            continue
        first, last = value.lineno - 1, value.end_lineno - 1
        lines[first : last + 1] = [lines[first][: value.col_offset] + lines[last][value.end_col_offset :]]
    return b"\n".join(lines).decode("utf-8", "surrogatepass")
