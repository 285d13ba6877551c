"""A promotion in lines of text, for a terminal and a cell: nothing in them acts on a screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from trackside.contract import FileDiff, Promoted, PromotePreview, PromotionMerge

_LETTERS: Final = {"added": "A", "removed": "D", "changed": "M"}
_REQUESTS: Final = {
    "created": "the request is open: {url}",
    "updated": "the request that was open is up to date: {url}",
    "found": "a request for this branch is open already: {url}",
    "offered": "open the request at: {url}",
}


def preview_lines(preview: PromotePreview) -> Iterator[str]:
    """Word what a promotion would do: the merge, hooks, files, message, and what stands in its way."""
    return map(_shown, _preview_lines(preview))


def promoted_lines(promoted: Promoted) -> Iterator[str]:
    """Word what was made: the branch, the push, the request."""
    return map(_shown, _promoted_lines(promoted))


def _shown(line: str) -> str:
    """Spell out what a terminal would obey or cannot write."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)


def _preview_lines(preview: PromotePreview) -> Iterator[str]:
    onto = f" for {preview['onto']}" if preview["onto"] is not None else ""
    yield f"{preview['name']} as branch {preview['branch']}{onto}"
    for line in _merge_lines(preview["merge"], preview["onto"] or ""):
        yield f"  {line}"
    for hook in preview["hooks"]:
        why = f": {hook['why']}" if hook["why"] else ""
        yield f"  hook {hook['name']} {'runs' if hook['runs'] else 'does not run'}{why}"
    if preview["signs"]:
        yield "  the commit is signed, as Git is configured"
    if preview["remote"] is not None:
        yield f"  --push would push it to {preview['remote']['name']} ({preview['remote']['address']})"
    for note in preview["notes"]:
        yield f"  note: {note}"
    yield ""
    yield "files" if preview["files"] else "no file changes against the baseline commit"
    for file in preview["files"]:
        yield f"  {_file_line(file)}"
    if preview["message"]:
        yield ""
        yield "message"
        yield from (f"  | {line}".rstrip() for line in preview["message"].strip().split("\n"))
    for problem in preview["problems"]:
        yield ""
        yield f"problem: {problem['message']}"
        if problem["hint"]:
            yield f"  {problem['hint']}"


def _promoted_lines(promoted: Promoted) -> Iterator[str]:
    branch = promoted["branch"]
    yield f"branch {branch} is at {promoted['oid'][:12]}; look at it with: git switch {branch}"
    if promoted["pushed"] is not None:
        yield f"pushed to {promoted['pushed']}"
    request = promoted["request"]
    if request is not None and request["url"]:
        yield _REQUESTS[request["state"]].format(url=request["url"])
    yield from (f"note: {note}" for note in promoted["notes"])


def _merge_lines(merge: PromotionMerge, onto: str) -> Iterator[str]:
    if merge["state"] == "clean":
        yield f"merges cleanly with {onto}"
    elif merge["state"] == "same" and onto:
        yield f"{onto} stands where the run began: there is nothing to merge"
    elif merge["state"] == "unrelated":
        yield f"{onto} has no history in common with the run"
    elif merge["state"] == "conflicts":
        yield f"does not merge with {onto} by itself:"
        for one in merge["conflicts"]:
            yield f"  {one['path']}: {one['what']}"


def _file_line(file: FileDiff) -> str:
    cells = [cell for cell in file["cells"] or () if cell["change"] != "same"]
    lines = [line for part in ([cell["diff"] for cell in cells] if file["cells"] else [file["diff"]])
             for line in part.splitlines()]  # fmt: skip
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    facts = [
        f"{len(cells)} cell{'s' if len(cells) != 1 else ''}" if file["cells"] is not None else "",
        "binary" if file["binary"] else "",
        f"+{added} -{removed}" if added or removed else "",
    ]
    return "  ".join([f"{_LETTERS[file['change']]} {file['path']}", *filter(None, facts)])
