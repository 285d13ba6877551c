"""Git notes: what is noted of a commit, read, added and merged without touching the work tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trackside.git.commit import person, remove_crash_report
from trackside.git.objects import list_tree, read_objects
from trackside.git.repository import Repository
from trackside.git.runner import translate


def read_note(repository: Repository, tip: str, oid: str) -> bytes:
    """Read what was noted of one commit; with many notes Git puts them into folders by their first digits."""
    folders = ["/".join([*(oid[at : at + 2] for at in range(0, deep, 2)), oid[deep:]]) for deep in (0, 2, 4, 6)]
    found = read_objects(repository, [f"{tip}:{path}" for path in folders])
    return b"".join(note.data for note in found if note is not None and note.kind == "blob")


def read_notes(repository: Repository, tip: str) -> dict[str, bytes]:
    """Read all that was noted, as of one commit of the notes ref: commit id → content."""
    files = list_tree(repository, tip)
    targets = {path.replace("/", ""): oid for path, (_, oid) in files.items()}
    objects = read_objects(repository, list(targets.values()))
    return {target: found.data for target, found in zip(targets, objects) if found is not None}


def append_note(
    repository: Repository, ref: str, tip: str | None, target: str, data: bytes, author: Mapping[str, Any], when: int
) -> bool:
    """Set the note of `target` to `data` on top of `tip`, what `ref` held; False when somebody moved it meanwhile."""
    who = person(author)
    parent = f"from {tip}\n".encode() if tip else b""
    stream = (
        f"commit {ref}\n".encode()
        + b"committer %s %d +0000\ndata 9\nAnnotate\n\n" % (who, when)
        + parent
        + b"N inline %s\ndata %d\n%s\ndone\n" % (target.encode(), len(data), data)
    )
    answer = repository.git.attempt("fast-import", "--quiet", "--done", "--date-format=raw", stdin=stream)
    if answer.status == 0:
        return True
    remove_crash_report(repository, answer.err)
    if "does not contain" in answer.err or "Not updating" in answer.err or "cannot lock" in answer.err:
        return False
    raise translate(answer.err, answer.status, ("fast-import",))


def write_notes(
    repository: Repository, ref: str, notes: Mapping[str, bytes], author: Mapping[str, Any], when: int,
    *, parents: Sequence[str] = (),
) -> bool:  # fmt: skip
    """Set notes (path in the tree of notes → content) on top of the first of `parents`; False when `ref` moved.

    By path, since a run that is noted need not be in this clone.
    """
    who = person(author)
    parts = [f"commit {ref}\n".encode(), b"committer %s %d +0000\ndata 6\nMerge\n\n" % (who, when)]
    parts += [f"{'merge' if number else 'from'} {parent}\n".encode() for number, parent in enumerate(parents)]
    parts += [b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data) for path, data in notes.items()]
    stream = b"".join([*parts, b"done\n"])
    answer = repository.git.attempt("fast-import", "--quiet", "--done", "--date-format=raw", stdin=stream)
    if answer.status == 0:
        return True
    remove_crash_report(repository, answer.err)
    if any(word in answer.err for word in ("does not contain", "Not updating", "cannot lock", "but expected")):
        return False
    raise translate(answer.err, answer.status, ("fast-import",))
