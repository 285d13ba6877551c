"""What runs add to the trees of their baselines: each pair of folders looked at once, within bounds.

Git's own diff names every path, and a tree of ten folders that hold each other ten times has more paths than any disk.
Here a folder that stands in many places, or in many runs, is read once; how many files a run has, how deep they lie and
how long their paths are is added up from below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import eq
from typing import Final, NamedTuple

from trackside.git.repository import Repository
from trackside.sharing.bounded import read_bounded
from trackside.sharing.rules import (
    DEEPEST,
    ELSEWHERE,
    LEADS_OUT,
    LONGEST,
    LONGEST_NAME,
    TOO_LONG,
    folded,
    is_drive,
    link_climb,
    part_trouble,
)

#: A folder of a run, and the folder of its baseline at the same place.
Pair = tuple[str, "str | None"]
_Entry = tuple[bytes, bytes, bytes]  # mode, name, object id

_FOLDER: Final = b"40000"
_LINK: Final = b"120000"
#: Bytes of one folder (a hundred thousand files); files one run may bring.
LARGEST: Final = 8_000_000
MOST_FILES: Final = 1_000_000
#: What is looked at in one go: bytes of folders, which takes time, and names that are new, which takes memory.
MOST_BYTES: Final = 1_000_000_000
MOST_NEW: Final = 2_000_000
#: Names and folders worth remembering.
_FEW: Final = 50
_FEW_SHAPES: Final = 10_000
#: Forms of folders worth remembering, and the bytes of one.
_FEW_LAYOUTS: Final = 500
_SHORT: Final = 4_000
_TWINS: Final = "two paths that some file systems take for one"
_ONE_TOO_MANY: Final = "more than can be looked at in one go"


class _Judged(NamedTuple):
    """What the names that are new in a folder come to, whatever they stand for."""

    trouble: str | None
    has_drive: bool = False
    longest: int = 0
    #: Which of the new ones are folders (place, name, the baseline's folder there) and links, and which is wanted.
    inner: tuple[tuple[int, bytes, str | None], ...] = ()
    links: tuple[int, ...] = ()
    wanted: int | None = None


class _Layout(NamedTuple):
    """The form of a folder that was judged, the baseline's own ids where new ones stand, and what came of it."""

    form: re.Pattern[bytes]
    before: tuple[bytes, ...]
    judged: _Judged


@dataclass(slots=True)
class Folder:
    """What a run changes in one folder, and, once added up, below it."""

    #: The file that was asked for by name.
    found: str | None = None
    #: Folders that differ: name → what is looked at.
    inner: Mapping[bytes, Pair] = field(default_factory=dict)
    trouble: str | None = None
    has_drive: bool = False
    links: Sequence[str] = ()
    #: How far links lead above this folder, how many files and folders are below it, the longest path.
    climb: int = 0
    files: int = 0
    height: int = 0
    longest: int = 0
    is_summed: bool = False


class Base:
    """A folder of a baseline, to be compared with."""

    __slots__ = ("by_fold", "by_name", "entries")

    def __init__(self, entries: Iterable[_Entry]) -> None:
        self.entries = frozenset(entries)
        self.by_name = {name: (mode, oid) for mode, name, oid in self.entries}
        self.by_fold: dict[str, list[bytes]] = {}
        for name in self.by_name:
            self.by_fold.setdefault(_judged(name)[1], []).append(name)

    def folder(self, name: bytes) -> str | None:
        """Return the object id of the folder of that name, None when there is none."""
        mode, oid = self.by_name.get(name, (b"", b""))
        return oid.hex() if mode == _FOLDER else None


_NOTHING: Final = Base(())
_EMPTY: Final[Mapping[bytes, Pair]] = {}


class Walk:
    """The folders that some runs bring; files called `wanted` can be asked for, `bases` are remembered."""

    def __init__(
        self, repository: Repository, roots: Sequence[Pair], wanted: str = "", bases: dict[str, Base] | None = None
    ) -> None:  # fmt: skip
        self._repository = repository
        self._wanted = wanted.encode()
        self._parse = tree_parser(repository)
        self.folders: dict[Pair, Folder] = {}
        self._bases = bases if bases is not None else {}
        self._shapes: dict[object, _Judged] = {}
        self._layouts: dict[tuple[str | None, int], _Layout] = {}
        self._bytes_left = MOST_BYTES
        self._names_left = MOST_NEW
        level = list(dict.fromkeys(roots))
        for _ in range(DEEPEST + 1):
            level = self._look(level)
            if not level:
                break
        for pair in level:
            self.folders[pair] = Folder(trouble=TOO_LONG)
        self._read_links()
        self._sum()

    def trouble(self, root: Pair) -> str | None:
        """Say what is wrong with what a run brings ("a path …"), None when nothing is."""
        folder = self.folders[root]
        if folder.trouble is None:
            if folder.has_drive:
                return ELSEWHERE
            if folder.climb > 0:
                return LEADS_OUT
            if folder.height >= DEEPEST or folder.longest > LONGEST:
                return TOO_LONG
            if folder.files > MOST_FILES:
                return f"more than {MOST_FILES:,} files"
        return folder.trouble

    def wanted(self, root: Pair, where: str) -> str | None:
        """Return the object id of the wanted file in a folder of a run; None when the run leaves it as it was."""
        inner = self.folders[root].inner.get(where.encode())
        return self.folders[inner].found if inner is not None else None

    def _look(self, level: Sequence[Pair]) -> list[Pair]:
        """Look at these folders; return those inside them that nobody has looked at."""
        self._read_bases({base for _, base in level if base is not None} - self._bases.keys())
        following: dict[Pair, None] = {}
        bases: dict[str, list[str | None]] = {}
        for oid, base in level:
            bases.setdefault(oid, []).append(base)
        for (oid, beside), data in zip(bases.items(), self._read(list(bases))):
            for base in beside:
                self.folders[oid, base] = folder = self._as_one_before(data, base) or self._compare(data, base)
                if folder.inner:
                    following.update((pair, None) for pair in folder.inner.values() if pair not in self.folders)
        return list(following)

    def _read(self, oids: Sequence[str]) -> Iterable[bytes | str]:
        """Read folders; what to say of one that cannot be read, or is one too many, in its place."""
        for data in read_bounded(self._repository, oids, "tree", LARGEST, self._bytes_left):
            if isinstance(data, bytes):
                self._bytes_left -= len(data)
                yield data
            elif data is None:
                yield "a folder that did not arrive"
            else:
                yield "a folder with too many files" if data > LARGEST else _ONE_TOO_MANY

    def _read_bases(self, oids: Iterable[str]) -> None:
        asked = sorted(oids)
        for oid, data in zip(asked, self._read(asked)):
            self._bases[oid] = Base(self._parse(data)) if isinstance(data, bytes) else _NOTHING

    @staticmethod
    def _is_whole(data: bytes, entries: Sequence[_Entry]) -> bool:
        """Tell whether nothing was passed over: Git has checked what it fetched, but not what others put here."""
        return len(b"".join(chain.from_iterable(entries))) + 2 * len(entries) == len(data)

    def _as_one_before(self, data: bytes | str, base_oid: str | None) -> Folder | None:
        """Return what is in a folder in which all but the ids of what is new is as in one before; None for others."""
        layout = self._layouts.get((base_oid, len(data)))
        found = layout.form.fullmatch(data) if layout is not None and isinstance(data, bytes) else None
        if layout is None or found is None:
            return None
        oids = found.groups()
        if any(map(eq, oids, layout.before)) or len(oids) > self._names_left:
            return None
        self._names_left -= len(oids)
        return self._folder(oids, layout.judged)

    def _is_worth_it(self, data: bytes) -> bool:
        return len(data) <= _SHORT and len(self._layouts) < _FEW_LAYOUTS

    @staticmethod
    def _form(entries: Sequence[_Entry], new: Sequence[_Entry], base: Base, judged: _Judged) -> _Layout:
        """Return the form of a folder: where the ids of what is new stand, among all else letter by letter."""
        fresh = {*new}
        width = len(new[0][2])
        parts = [
            re.escape(b"%s %s\0" % (mode, name))
            + (b"(.{%d})" % width if (mode, name, oid) in fresh else re.escape(oid))
            for mode, name, oid in entries
        ]
        before = [base.by_name.get(name, (mode, b"")) for mode, name, _ in new]
        same = tuple(oid if mode == entry[0] else b"" for entry, (mode, oid) in zip(new, before))
        return _Layout(re.compile(b"".join(parts), re.DOTALL), same, judged)

    def _compare(self, data: bytes | str, base_oid: str | None) -> Folder:
        """Return what is in a folder and not, the same, in that of the baseline, which is the clone's own."""
        if isinstance(data, str):
            return Folder(trouble=data)
        entries = self._parse(data)
        if not self._is_whole(data, entries):
            return Folder(trouble="a folder that is damaged")
        base = self._bases[base_oid] if base_oid is not None else _NOTHING
        known = base.entries
        new = [entry for entry in entries if entry not in known]
        self._names_left -= len(new)
        if self._names_left < 0:
            return Folder(trouble=_ONE_TOO_MANY)
        if len(new) > _FEW or not new:
            return self._folder([entry[2] for entry in new], self._judge(new, entries, base)[0])
        # Most runs bring the same names.
        modes, names, oids = zip(*new)
        shape = (base_oid, modes, names)
        judged = self._shapes.get(shape)
        if judged is None:
            judged, is_of_names = self._judge(new, entries, base)
            if is_of_names and len(self._shapes) < _FEW_SHAPES:
                self._shapes[shape] = judged
        elif (layout := (base_oid, len(data))) not in self._layouts and self._is_worth_it(data):
            self._layouts[layout] = self._form(entries, new, base, judged)
        return self._folder(oids, judged)

    @staticmethod
    def _folder(new: Sequence[bytes], judged: _Judged) -> Folder:
        trouble, has_drive, longest, inner, links, wanted = judged
        return Folder(
            found=new[wanted].hex() if wanted is not None else None,
            inner={name: (new[place].hex(), before) for place, name, before in inner} if inner else _EMPTY,
            trouble=trouble,
            has_drive=has_drive,
            links=[new[place].hex() for place in links] if links else (),
            files=len(new),
            longest=longest,
        )

    def _judge(self, new: Sequence[_Entry], entries: Sequence[_Entry], base: Base) -> tuple[_Judged, bool]:
        """Judge the names that are new in a folder; also tell whether nothing but they and the baseline mattered."""
        names: set[bytes] = set()
        mine: dict[str, bytes] = {}
        has_drive, longest = False, 0
        for _, name, _ in new:
            trouble, fold, is_a_drive = _judged(name) if len(name) <= 4 * LONGEST_NAME else _TOO_LONG_NAME
            if mine.setdefault(fold, name) != name:
                trouble = trouble or _TWINS
            elif fold in base.by_fold and name not in base.by_name:
                names = names or {entry[1] for entry in entries}
                trouble = trouble or (_TWINS if any(twin in names for twin in base.by_fold[fold]) else None)
            if trouble is not None:
                return _Judged(trouble), not names
            has_drive = has_drive or is_a_drive
            longest = max(longest, len(name))
        inner = tuple((place, name, base.folder(name)) for place, (mode, name, _) in enumerate(new) if mode == _FOLDER)
        links = tuple(place for place, (mode, _, _) in enumerate(new) if mode == _LINK)
        wanted = None
        if self._wanted:
            for place, (mode, name, _) in enumerate(new):
                wanted = place if name == self._wanted and mode not in (_FOLDER, _LINK) else wanted
        return _Judged(None, has_drive, longest, inner, links, wanted), not names

    def _read_links(self) -> None:
        folders = [folder for folder in self.folders.values() if folder.links]
        asked = list(dict.fromkeys(oid for folder in folders for oid in folder.links))
        targets = dict(zip(asked, read_bounded(self._repository, asked, "blob", LONGEST)))
        for folder in folders:
            for target in map(targets.__getitem__, folder.links):
                climb = link_climb(target) if isinstance(target, bytes) else _missing_link(target)
                if isinstance(climb, str):
                    folder.trouble = folder.trouble or climb
                else:
                    folder.climb = max(folder.climb, climb)

    def _sum(self) -> None:
        """Add up what is below each folder, from below: a folder is summed after all inside it."""
        for folder in reversed(self.folders.values()):
            if not folder.inner:
                folder.is_summed = True
                continue
            waiting = [folder]
            while waiting:
                last = waiting[-1]
                unsummed = [below for pair in last.inner.values() if not (below := self.folders[pair]).is_summed]
                if unsummed and not last.is_summed:
                    waiting += unsummed
                    continue
                waiting.pop()
                if not last.is_summed:
                    _add_up(last, self.folders)


def tree_parser(repository: Repository) -> Callable[[bytes], list[_Entry]]:
    """Return what takes a tree as Git stores it apart, into mode, name and object id of each entry."""
    oid_bytes = 32 if repository.object_format == "sha256" else 20
    return re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % oid_bytes, re.DOTALL).findall


def _add_up(folder: Folder, folders: Mapping[Pair, Folder]) -> None:
    folder.is_summed = True
    for name, pair in folder.inner.items():
        below = folders[pair]
        folder.trouble = folder.trouble or below.trouble
        folder.climb = max(folder.climb, below.climb - 1)
        folder.files = min(folder.files - 1 + below.files, MOST_FILES + 1)
        folder.height = max(folder.height, below.height + 1)
        folder.longest = max(folder.longest, len(name) + 1 + below.longest)


#: As `_judged` says it; such a name is not worth remembering.
_TOO_LONG_NAME: Final = (TOO_LONG, "", False)


def _missing_link(size: int | None) -> str:
    return "a link that did not arrive" if size is None else LEADS_OUT


@lru_cache(maxsize=10_000)
def _judged(name: bytes) -> tuple[str | None, str, bool]:
    """Return the trouble with a name of a path, what others of it must not fold to, and whether it is a drive."""
    words = name.decode("utf-8", "surrogateescape")
    return part_trouble(words), folded(words), is_drive(words)
