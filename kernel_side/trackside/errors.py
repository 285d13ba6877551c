"""What can go wrong, in words a person can act on.

TracksideError            root: a sentence, a hint, a stable code
├── UsageError            the call itself is wrong
├── NotFoundError         no such run, file, name
├── NameTakenError        the wanted name belongs to something else
├── StateError            the repository or run is in a state that forbids this now
├── GitError              git said no (carries its own words)
│   ├── GitMissingError   there is no usable git program
│   └── NoRepositoryError this folder is in no Git repository
├── DamagedError          an experiment, journal or index cannot be read
└── StorageError          disk full, read-only, no permission
"""

from __future__ import annotations


class TracksideError(Exception):
    """A failure told as one sentence, with a hint and a code stable across releases."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code

    def _render_traceback_(self) -> list[str]:
        """Give IPython two clean lines in place of a traceback."""
        return [f"Trackside: {self.message}", *([f"  {self.hint}"] if self.hint else [])]


class UsageError(TracksideError):
    """The call itself is wrong: an unknown option, a malformed query."""

    code = "usage"


class NotFoundError(TracksideError):
    """What was asked for does not exist."""

    code = "not-found"


class NameTakenError(TracksideError):
    """The wanted name belongs to something else already, or may not be used."""

    code = "name-taken"


class StateError(TracksideError):
    """The repository or the run is in a state that forbids this now."""

    code = "state"


class GitError(TracksideError):
    """Git refused; `detail` holds its own words, `status` its exit status."""

    code = "git"

    def __init__(self, message: str, *, hint: str = "", code: str = "", detail: str = "", status: int = 1) -> None:
        super().__init__(message, hint=hint, code=code)
        self.detail = detail
        self.status = status


class GitMissingError(GitError):
    """There is no usable git program."""

    code = "git-missing"


class NoRepositoryError(GitError):
    """This folder is in no Git repository."""

    code = "no-repository"


class DamagedError(TracksideError):
    """Something stored cannot be read as what it should be."""

    code = "damaged"


class StorageError(TracksideError):
    """The disk is full, read-only or not ours to write."""

    code = "storage"
