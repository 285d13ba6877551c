"""What differs between the source of two commits: text as unified diff by Git, notebooks cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trackside.format import FORMAT
from trackside.git.objects import read_objects
from trackside.git.repository import Repository
from trackside.notebook_diff import compare_cells, parse_cells
from trackside.record import printable

if TYPE_CHECKING:
    from trackside.contract import CodeDiff, FileDiff

_CHANGES: Final = {"A": "added", "D": "removed"}
_SUBMODULE: Final = "160000"


def diff_commits(repository: Repository, old: str, new: str, *, before: str, after: str) -> CodeDiff:
    """Tell the files that differ between two commits, `.trackside/` left out; `before`, `after` are their names."""
    git = repository.git
    entries = git.run("diff-tree", "-r", "-z", "--no-renames", "--full-index", old, new)
    patch = git.run(
        "diff-tree",
        "-r",
        "-p",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--full-index",
        old,
        new,
    )
    patches = _split_patch(patch)
    words = entries.split(b"\0")[:-1]
    files: list[FileDiff] = []
    notebooks: list[tuple[FileDiff, str, str]] = []
    for number, (head, raw) in enumerate(zip(words[::2], words[1::2])):
        path = raw.decode("utf-8", "surrogateescape")
        if path.startswith(".trackside/"):
            continue
        old_mode, mode, old_oid, oid, letter = head.decode().lstrip(":").split(" ")
        text = patches[number] if number < len(patches) else ""
        file: FileDiff = {
            "path": printable(path),
            "change": _CHANGES.get(letter, "changed"),  # type: ignore[typeddict-item]  # one of the three
            "binary": "\nBinary files " in text or "\nGIT binary patch" in text,
            "diff": _body(text),
            "cells": None,
        }
        files.append(file)
        if path.endswith(".ipynb") and _SUBMODULE not in (old_mode, mode):
            notebooks.append((file, old_oid, oid))
    _compare_notebooks(repository, notebooks)
    return {"format": FORMAT, "before": before, "after": after, "files": files}


def _compare_notebooks(repository: Repository, notebooks: list[tuple[FileDiff, str, str]]) -> None:
    """Put cells in the place of the text of every notebook that can be read on both sides."""
    oids = [oid for _, old, new in notebooks for oid in (old, new)]
    objects = iter(read_objects(repository, oids))
    for (file, _, _), before, after in zip(notebooks, objects, objects):
        left, right = (parse_cells(found.data if found else None) for found in (before, after))
        if left is not None and right is not None:
            file["cells"] = compare_cells(left, right)
            file["diff"] = ""


def _split_patch(patch: bytes) -> list[str]:
    """Divide a patch by file; a line of content never begins with the word that begins a file."""
    text = patch.decode("utf-8", "replace")
    return [f"diff --git {part}" for part in ("\n" + text).split("\ndiff --git ")[1:]]


def _body(patch: str) -> str:
    """Return the hunks of one file's patch; a mode change alone has none."""
    begin = patch.find("\n@@")
    return patch[begin + 1 :].rstrip("\n") if begin >= 0 else ""
