"""Objects in the caches of a clone: which there are, whose they are, what needs them; and taking needless ones out.

Only what Trackside itself put into a cache of DVC is taken out of it again: pipelines and people keep things there that
no commit names yet. The clone's own cache holds nothing else.

Nothing is lost to a run that keeps the same content at this moment: `Cache.use` moves the time of an object that is
there already, and here an object is set aside first and put back when its time had moved. That either sees the other.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from trackside.artifacts.cache import Cache, own_cache
from trackside.artifacts.dvcconfig import dvc_cache
from trackside.artifacts.seen import Seen
from trackside.cleaning.needed import Needs, not_judged
from trackside.errors import StateError, StorageError
from trackside.git.repository import Repository

#: An object younger than this stays, as Git's own `gc.pruneExpire`: who made it may not have said so yet.
GRACE_DAYS: Final = 14
_DAY: Final = 86_400.0
_OID: Final = re.compile(r"[0-9a-f]{32}(?:\.dir)?\Z")
_HASH: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
#: Not as the half copied files that `Cache` sweeps.
_ASIDE: Final = ".set-aside-by-trackside-"

Kind = Literal["own", "dvc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One object; `path` is the file it is of, "" when nobody knows."""

    oid: str
    size: int
    mtime_ns: int
    ctime_ns: int
    links: int
    path: str = ""


@dataclass(slots=True, kw_only=True)
class Held:
    """What one cache holds. `roots` are the DVC repositories that use it; `is_outside`: it lies outside the clone.

    `needless` is what can go. Needed by nothing here, but staying: `young` and `strange` (not put there by Trackside).
    """

    cache: Cache
    kind: Kind
    is_outside: bool = False
    roots: list[Path] = field(default_factory=list)
    objects: dict[str, Stored] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    needless: list[Stored] = field(default_factory=list)
    young: list[Stored] = field(default_factory=list)
    strange: list[Stored] = field(default_factory=list)


def look_at_caches(
    repository: Repository, needs: Needs, *, now: float | None = None, grace: int = GRACE_DAYS
) -> list[Held]:
    """Sort the objects of every cache that the clone's work trees use, and of the clone's own."""
    found = find_caches(repository, needs)
    seen = Seen(repository.own_dir)
    try:
        put = {held.cache.folder: seen.put_in(held.cache.folder) for held in found}
    finally:
        seen.close()
    for held in found:
        held.objects = {one.oid: one for one in _list_objects(held.cache, put[held.cache.folder])}
    before = (time.time() if now is None else now) - max(1, grace) * _DAY
    for held in found:
        held.needed = _needed_in(held, needs, found)
        ours = held.objects.keys() if held.kind == "own" else put[held.cache.folder].keys()
        for oid, one in sorted(held.objects.items(), key=lambda item: (not item[0].endswith(".dir"), item[0])):
            if oid not in held.needed:
                _sort(held, one, is_ours=oid in ours, before=before)
    return found


def _sort(held: Held, one: Stored, *, is_ours: bool, before: float) -> None:
    if not is_ours:
        held.strange.append(one)
    elif one.mtime_ns / 1e9 > before or one.links > 1:
        # Of a hard link, a file of the work tree is the other name: taking it out of the cache would free nothing.
        held.young.append(one)
    else:
        held.needless.append(one)


def find_caches(repository: Repository, needs: Needs) -> list[Held]:
    """Find the clone's own cache and those its DVC repositories name."""
    found = {(own := own_cache(repository.common_dir)).folder: Held(cache=own, kind="own")}
    inside = [os.path.realpath(folder) + os.sep for folder in (*needs.work_trees, repository.common_dir)]
    for root in dict.fromkeys(needs.dvc_roots):
        cache = dvc_cache(root)
        if cache is not None:
            is_outside = not os.path.realpath(cache.folder).startswith(tuple(inside))
            held = found.setdefault(cache.folder, Held(cache=cache, kind="dvc", is_outside=is_outside))
            held.roots.append(root)
    return list(found.values())


def _list_objects(cache: Cache, put: Mapping[str, str]) -> Iterator[Stored]:
    """List what lies in a cache; anything else in its folders is passed over."""
    folder = cache.folder / "files" / "md5"
    for first in _names(folder):
        if len(first) != 2:
            continue
        for rest in _names(folder / first):
            oid = first + rest
            if not _OID.match(oid):
                continue
            try:
                status = os.lstat(folder / first / rest)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):
                yield _stored(oid, status, put.get(oid, ""))


def _stored(oid: str, status: os.stat_result, path: str) -> Stored:
    return Stored(
        oid=oid,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        links=status.st_nlink,
        path=path,
    )


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise not_judged(f"{folder} cannot be looked at: {error.strerror}.") from error


def _needed_in(held: Held, needs: Needs, caches: Iterable[Held]) -> set[str]:
    """Return the objects of a cache that something names, a folder's listing or a link of the work tree included.

    A folder whose listing is in no cache here is nobody's loss: DVC sends the files of a folder before its listing, so
    where the listing is, they are too.
    """
    named = set(needs.hashes)
    for run in _run_cache(held.cache):
        named.update(found.decode() for found in _HASH.findall(run))
    found = {oid for oid in held.objects if oid in named or oid.removesuffix(".dir") in named}
    for oid in [oid for oid in named if oid.endswith(".dir")] + [oid for oid in found if oid.endswith(".dir")]:
        for other in caches:
            with suppress(OSError):
                inside = {name.decode() for name in _HASH.findall(other.cache.path_of(oid).read_bytes())}
                found |= inside & held.objects.keys()
    if needs.linked:
        found |= {oid for oid in held.objects if os.path.realpath(held.cache.path_of(oid)) in needs.linked}
    return found


def _run_cache(cache: Cache) -> Iterator[bytes]:
    """Read what DVC remembers of stages it ran: their results are in the cache by hash."""
    for folder, _, files in os.walk(cache.folder / "runs"):
        for name in files:
            with suppress(OSError):
                yield Path(folder, name).read_bytes()


def take_out(repository: Repository, held: Held, started: float, gone: list[Stored]) -> None:
    """Remove the needless objects of a cache, and add those that are gone to `gone`.

    `started` is when looking began. Raises StorageError where one cannot be removed; the rest stays then.
    """
    try:
        for one in held.needless:
            if _take_out_one(held.cache, one, started):
                gone.append(one)
    except OSError as error:
        where = held.cache.folder
        raise StorageError(
            f"Not all needless files could be removed from {where}: {error.strerror}.", code="not-removed"
        ) from error
    finally:
        seen = Seen(repository.own_dir)
        seen.forget_put(held.cache.folder, [one.oid for one in gone])
        seen.close()


def _take_out_one(cache: Cache, one: Stored, started: float) -> bool:
    path = cache.path_of(one.oid)
    aside = cache.folder / "files" / f"{_ASIDE}{one.oid}"
    try:
        now = os.lstat(path)
        if now.st_mtime_ns != one.mtime_ns or now.st_ctime_ns != one.ctime_ns or now.st_ctime >= started:
            return False
        os.rename(path, aside)
    except FileNotFoundError:
        return False
    after = os.lstat(aside)
    if after.st_mtime_ns != one.mtime_ns or after.st_nlink > 1:
        os.rename(aside, path)
        return False
    aside.unlink()
    return True


def restore_aside(cache: Cache) -> None:
    """Put back what a killed cleaning had set aside."""
    for name in _names(cache.folder / "files"):
        oid = name.removeprefix(_ASIDE)
        if name.startswith(_ASIDE) and _OID.match(oid):
            target = cache.path_of(oid)
            with suppress(OSError):
                target.parent.mkdir(parents=True, exist_ok=True)
                os.rename(cache.folder / "files" / name, target)


@contextmanager
def without_dvc(roots: Iterable[Path]) -> Iterator[None]:
    """Hold DVC's own lock of each repository, as every `dvc` that writes does; StateError when one is at work."""
    with ExitStack() as stack:
        for root in sorted(set(roots)):
            stack.enter_context(_dvc_lock(root))
        yield


@contextmanager
def _dvc_lock(root: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:
        # Windows: DVC's lock is taken in another way there, and the grace time alone guards.
        yield
        return
    path = root / ".dvc" / "tmp" / "lock"
    try:
        path.parent.mkdir(exist_ok=True)
        file = open(path, "a+")  # noqa: SIM115  # closed below
    except OSError as error:
        raise StateError(f"DVC's lock cannot be opened: {path}: {error.strerror}.", code="dvc-locked") from error
    with file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateError(
                f"DVC is at work in {root}, so no file was removed from its cache.",
                hint="Try again when it is done.",
                code="dvc-locked",
            ) from error
        yield
