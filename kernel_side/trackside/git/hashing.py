"""Write files' objects as `git add` would: through the repository's own conversion, and in spite of its failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from trackside.errors import GitError, StorageError
from trackside.git.repository import Repository
from trackside.git.runner import Output, translate

#: Seconds a content filter may take for one file.
PATIENCE: Final = 30.0
#: What no disk is slower than, for the time a common process may take for many files: bytes a second.
_SLOWEST: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Hasher:
    """Writes objects of one repository; `refuse` is told each path that cannot be, and why."""

    repository: Repository
    refuse: Callable[[str, str], None]

    def write(self, paths: Sequence[str], size: int) -> list[str | None]:
        """Write the objects of files, `size` bytes in all: one process for all, one by one only when that fails."""
        oids = self._write_together(paths, size)
        if oids is not None:
            return list(oids)
        drivers = self._filters_of(paths)
        plain = [path for path in paths if path not in drivers]
        common = self._write_together(plain, size) if plain and drivers else None
        found: dict[str, str | None] = dict(zip(plain, common)) if common is not None else {}
        hanging: set[str] = set()
        for path in paths:
            if path in found:
                continue
            driver = drivers.get(path, "")
            if driver in hanging:
                self.refuse(path, f"its content filter {driver} does not answer")
                continue
            try:
                found[path] = self._write_one(path)
            except GitError as error:
                if error.code != "git-timeout":
                    raise
                if driver:
                    hanging.add(driver)
                self.refuse(path, f"its content filter {driver} does not answer" if driver else error.message)
        return [found.get(path) for path in paths]

    def _write_together(self, paths: Sequence[str], size: int) -> list[str] | None:
        """Write many files' objects in one process; None when that fails or takes too long."""
        git = self.repository.git._replace(timeout=PATIENCE + size / _SLOWEST)
        try:
            answer = git.attempt("hash-object", "-w", "--stdin-paths", stdin=b"".join(_line(path) for path in paths))
        except GitError as error:
            if error.code != "git-timeout":
                raise
            return None
        oids = answer.out.decode().split()
        return oids if answer.status == 0 and len(oids) == len(paths) else None

    def _filters_of(self, paths: Sequence[str]) -> dict[str, str]:
        """Name the content filter of each path that has one."""
        asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
        words = self.repository.git.run("check-attr", "--stdin", "-z", "filter", stdin=asked)
        parts = words.decode("utf-8", "surrogateescape").split("\0")[:-1]
        return {
            path: driver for path, driver in zip(parts[::3], parts[2::3]) if driver not in ("unspecified", "unset", "")
        }

    def _write_one(self, path: str) -> str | None:
        """Hash one file whose neighbours made the common process fail; list it when it is the culprit."""
        git = self.repository.git._replace(timeout=PATIENCE)
        answer = git.attempt("hash-object", "-w", "--stdin-paths", stdin=_line(path))
        if answer.status == 0 and answer.out.strip():
            return answer.out.decode().strip()
        self._explain(path, answer)
        return None

    def write_content(self, path: str, content: bytes) -> str | None:
        """Write `content` as what the file at `path` holds."""
        git = self.repository.git._replace(timeout=PATIENCE + len(content) / _SLOWEST)
        try:
            answer = git.attempt("hash-object", "-w", "--stdin", f"--path={path}", stdin=content)
        except GitError as error:
            self.refuse(path, f"its content filter does not answer: {error.message}")
            return None
        if answer.status == 0:
            return answer.out.decode().strip()
        self._explain(path, answer)
        return None

    def write_link(self, target: bytes) -> str:
        """Write the object of a link to `target`."""
        return self.repository.git.run("hash-object", "-w", "--stdin", "--no-filters", stdin=target).decode().strip()

    def _explain(self, path: str, answer: Output) -> None:
        """Say why a file's object was not written; raise when it is not the file's fault."""
        error = translate(answer.err, answer.status, ("hash-object",))
        # A negative status is a signal: the machine ran out of memory, say.
        if isinstance(error, StorageError) or "unable to write" in answer.err or answer.status < 0:
            raise error
        if "could not open" in answer.err:
            self.refuse(path, "it was gone, or could not be opened, when it was to be read")
        else:
            self.refuse(path, f"its content filter failed: {_last_line(answer.err)}")


def _line(path: str) -> bytes:
    """Write a path as `--stdin-paths` reads it: quoted when it could be misread."""
    raw = path.encode("utf-8", "surrogateescape")
    if b"\n" in raw or b"\r" in raw or raw.startswith(b'"'):
        from trackside.git.commit import quote

        return quote(path) + b"\n"
    return raw + b"\n"


def _last_line(words: str) -> str:
    lines = [line for line in words.strip().splitlines() if line]
    return lines[-1] if lines else "no reason given"
