"""What a restore found in the work tree, kept in `<git folder>/trackside/restored/` until it is put back.

A folder for each restore: `files/` with what stood there, byte by byte, and `restored.json`, which lists them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from trackside.encode import json_bytes
from trackside.errors import DamagedError, StorageError

_FOLDER: Final = "restored"
_LIST: Final = "restored.json"
_UNDONE: Final = ".undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One path: `was` is the name of what stood there in `files/` (None: nothing), and digests of before and after."""

    path: str
    was: str | None = None
    was_digest: str | None = None
    wrote: str | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """One restore's folder."""

    folder: Path
    run: str
    oid: str

    @classmethod
    def begin(cls, own_dir: Path, run: str, oid: str) -> Keeping:
        """Make the folder; StorageError when that cannot be done."""
        moment = time.strftime("%Y%m%dt%H%M%S", time.gmtime())
        try:
            for attempt in range(1_000):
                folder = own_dir / _FOLDER / f"{moment}-{attempt:03d}-{run}"
                with contextlib.suppress(FileExistsError):
                    (folder / "files").mkdir(parents=True)
                    return cls(folder, run, oid)
        except OSError as error:
            raise _cannot_keep(error) from error
        raise StorageError("No folder could be made to keep what is there.")

    @classmethod
    def last(cls, own_dir: Path) -> Keeping | None:
        """Return the newest restore that was not undone."""
        folders = sorted((own_dir / _FOLDER).glob(f"*/{_LIST}"))
        for path in reversed(folders):
            if not path.parent.name.endswith(_UNDONE):
                stored = _stored(path)
                return cls(path.parent, str(stored.get("run", "")), str(stored.get("oid", "")))
        return None

    def keep(self, top: Path, path: str) -> Kept:
        """Copy what stands at a path, if anything; StorageError when it cannot be read or copied."""
        source = top / path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
        try:
            if not os.path.lexists(source):
                return Kept(path=path)
            shutil.copy2(source, self.folder / "files" / name, follow_symlinks=False)
        except OSError as error:
            raise _cannot_keep(error) from error
        before, kept = digest(source), digest(self.folder / "files" / name)
        if before is None or before != kept:
            raise StorageError(f"{path} changed while it was being kept, so nothing was restored.", code="changing")
        return Kept(path=path, was=name, was_digest=kept)

    def write(self, kept: Sequence[Kept]) -> None:
        """Write the list, durably: from then on an undo finds it."""
        data = json_bytes({"run": self.run, "oid": self.oid, "files": [_listed(one) for one in kept]})
        path = self.folder / f"{_LIST}.new"
        try:
            with open(path, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(path, self.folder / _LIST)
        except OSError as error:
            raise _cannot_keep(error) from error

    def read(self) -> list[Kept]:
        """Read the list; DamagedError when it is none."""
        try:
            files: Any = _stored(self.folder / _LIST)["files"]
            return [Kept(**{**one, "path": os.fsdecode(bytes.fromhex(one["path"]))}) for one in files]
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedError(f"The list of restored files is damaged: {self.folder / _LIST}.") from error

    def put_back(self, top: Path, one: Kept) -> None:
        """Make a path what it was; raises OSError."""
        target = top / one.path
        if one.was is None:
            with contextlib.suppress(FileNotFoundError):
                target.unlink()
            _remove_empty(target.parent, top)
            return
        source = self.folder / "files" / one.was
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".trackside-{one.was}")
        shutil.copy2(source, beside, follow_symlinks=False)
        os.replace(beside, target)

    def close(self, *, is_whole: bool) -> None:
        """Remove the folder when all was put back, else mark it as undone and keep it."""
        if is_whole:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                self.folder.rename(self.folder.with_name(self.folder.name + _UNDONE))


def digest(path: Path) -> str | None:
    """Return a digest of a file's bytes, kind and executable bit; None when there is no file."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return "link:" + hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(path, "rb") as file:
            word = "x" if status.st_mode & 0o100 else "f"
            found = hashlib.sha256()
            while part := file.read(1 << 20):
                found.update(part)
            return f"{word}:{found.hexdigest()}"
    except OSError:
        return None


def _listed(one: Kept) -> dict[str, object]:
    # Paths may be any bytes, JSON may not.
    return {**asdict(one), "path": os.fsencode(one.path).hex()}


def _stored(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedError(f"The list of restored files is damaged: {path}.") from error
    return found if type(found) is dict else {}


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _cannot_keep(error: OSError) -> StorageError:
    return StorageError(
        f"What is in the work tree could not be kept, so nothing was restored: {error.strerror}.",
        hint="Free some room, or commit your edits first.",
        code="not-kept",
    )
