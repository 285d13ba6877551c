"""What stands in the work tree, against what DVC says of it: by sizes, and by content only where that is soon read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from trackside.artifacts.cache import Stat, settled_stat
from trackside.artifacts.pointer import listing_bytes, listing_id
from trackside.artifacts.seen import Seen
from trackside.artifacts.tracked import Out

#: Bytes read of a file that DVC tracks, to see whether it is still that, and of all such files for one run.
LARGEST_CHECKED: Final = 20_000_000
_MOST_CHECKED: Final = 100_000_000
#: Bytes read of a file or folder that nobody tracks, to have something to know it by.
LARGEST_HASHED: Final = 100_000_000
_MOST_FILES: Final = 10_000
_BLOCK: Final = 1 << 20


class Standing:
    """Looks at files of one work tree and remembers their hashes; only ever used by the worker."""

    def __init__(self, top: Path, own: Path) -> None:
        self._top, self._own = top, own
        self._opened: Seen | None = None
        self._left = _MOST_CHECKED

    def close(self) -> None:
        """Close what it remembers."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _seen(self) -> Seen:
        """What it remembers, opened when a first file is read."""
        if self._opened is None:
            self._opened = Seen(self._own)
        return self._opened

    def is_edited(self, out: Out) -> bool:
        """Tell whether the work tree plainly holds something else than DVC's pointer says; in doubt not."""
        whole = self._top / out.path
        try:
            status = os.stat(whole)
            if out.is_folder:
                return self._is_folder_edited(whole, out)
        except OSError:
            return False
        if not stat.S_ISREG(status.st_mode) or out.size is None:
            return False
        if status.st_size != out.size:
            return True
        if not out.is_plain or out.size > min(LARGEST_CHECKED, self._left):
            return False
        self._left -= out.size
        return self.md5(whole) not in (None, out.version)

    def _is_folder_edited(self, folder: Path, out: Out) -> bool:
        if out.files is None or out.size is None or out.files > _MOST_FILES or (self._top / ".dvcignore").exists():
            return False
        found = list(_files(folder, out.files + 1))
        # What it holds besides files that DVC counts, such as links to folders, is not counted here either.
        return len(found) != out.files or sum(size for _, size in found) != out.size

    def hash_of(self, path: str) -> tuple[str | None, int | None, int | None]:
        """Return (hash, size, files) of a file or folder nobody tracks, as DVC would name it; None where too large."""
        whole, top = self._top / path, os.path.realpath(self._top)
        if not os.path.realpath(whole).startswith(f"{top}{os.sep}"):
            return None, None, None
        try:
            status = os.stat(whole)
            if stat.S_ISREG(status.st_mode):
                small = status.st_size <= LARGEST_HASHED
                return (self.md5(whole) if small else None), status.st_size, None
            found = list(_files(whole, _MOST_FILES + 1, top))
        except OSError:
            return None, None, None
        size = sum(one for _, one in found)
        if not found or len(found) > _MOST_FILES or size > LARGEST_HASHED:
            return None, size if len(found) <= _MOST_FILES else None, len(found)
        return self._folder_hash(whole, [inside for inside, _ in found]), size, len(found)

    def _folder_hash(self, folder: Path, found: list[str]) -> str | None:
        hashes = [(inside, self.md5(folder / inside)) for inside in found]
        try:
            "".join(found).encode("utf-8")
        except UnicodeEncodeError:
            return None
        whole = [(inside, md5) for inside, md5 in hashes if md5 is not None]
        return listing_id(listing_bytes(whole)) if len(whole) == len(found) else None

    def md5(self, whole: Path) -> str | None:
        """Return the MD5 of a file, remembered by its stat; None when it cannot be read or changes meanwhile."""
        with suppress(OSError):
            known = self._seen.md5(whole, Stat.of(os.stat(whole)))
            if known is not None:
                return known
            digest = hashlib.md5(usedforsecurity=False)
            with open(whole, "rb", buffering=0) as file:
                before = settled_stat(file)
                while block := file.read(_BLOCK):
                    digest.update(block)
                if Stat.of(os.fstat(file.fileno())) == before:
                    self._seen.remember([(whole, before, digest.hexdigest())])
                    return digest.hexdigest()
        return None


def _files(folder: Path, most: int, top: str | None = None) -> Iterator[tuple[str, int]]:
    """List (path in the folder, size) of at most `most` files; with `top`, without links that lead out of it.

    Links to folders are not followed.
    """
    left = most
    for at, names, files in os.walk(folder):
        names.sort()
        for name in sorted(files):
            path = Path(at, name)
            if top is not None and path.is_symlink() and not os.path.realpath(path).startswith(f"{top}{os.sep}"):
                continue
            status = os.stat(path)
            if stat.S_ISREG(status.st_mode):
                yield path.relative_to(folder).as_posix(), status.st_size
                left -= 1
                if left == 0:
                    return
