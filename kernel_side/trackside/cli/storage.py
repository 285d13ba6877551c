"""`trackside storage`: what takes the space."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here
from trackside.errors import UsageError

if TYPE_CHECKING:
    from trackside.contract import Storage, StorageCache

_KINDS: Final = {
    "experiments": "runs, in Git",
    "trash": "deleted runs, in Git",
    "journals": "journals",
    "index": "index",
    "restores": "kept by restore",
    "own": "cache of this clone",
    "dvc": "DVC's cache",
}
_TABLES: Final = (
    ("what", "things", "size", "where"),
    ("run", "in git", "its files", "shared files", "missing files"),
    ("path", "versions", "runs", "size"),
)
_MOST: Final = 20


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, metavar="N", default=_MOST, help=f"show the N largest runs and paths (default: {_MOST})"
    )
    add_json(parser)


def _act(options: Namespace) -> int:
    from trackside.cleaning.space import look_at_storage

    if options.limit < 1:
        raise UsageError("--limit takes a number from 1 on.", hint="trackside storage --help")
    found = look_at_storage(here(options), options.limit)
    if options.json:
        words.write_json(found)
        return 0
    _show(found)
    if found["problem"]:
        words.note(found["problem"])
    return 0


def _show(found: Storage) -> None:
    size = words.size if words.is_terminal() else str
    whole = [[_KINDS[part["kind"]], str(part["things"]), size(part["bytes"]), part["where"]] for part in found["parts"]]
    for cache in found["caches"]:
        whole.append([_KINDS[cache["kind"]], str(cache["objects"]), size(cache["bytes"]), cache["folder"]])
        whole += [[f"  {what}", "", size(count), ""] for what, count in _of_cache(cache) if count]
    runs = [
        [run["name"], size(run["git"]), size(run["files"]), size(run["shared"]), str(run["missing"])]
        for run in found["runs"]
    ]
    paths = [[item["path"], str(item["versions"]), str(item["runs"]), size(item["bytes"])] for item in found["paths"]]
    whole.append(["all", "", size(found["bytes"]), ""])
    for head, body in zip(_TABLES, (whole, runs, paths)):
        if body:
            _write(list(head), [[words.safe(cell) for cell in line] for line in body])
    for what, total, shown in (("runs", found["total_runs"], runs), ("paths", found["total_paths"], paths)):
        if total > len(shown):
            words.note(f"{total - len(shown)} more {what}: --limit")


def _of_cache(cache: StorageCache) -> list[tuple[str, int | None]]:
    needless = "needless: gc --force --files" + (" --outside" if cache["outside"] else "")
    return [
        (needless, cache["needless"]),
        ("needless, but young or linked", cache["young"]),
        ("needless, not put there by Trackside", cache["strange"]),
    ]


def _write(head: list[str], body: list[list[str]]) -> None:
    """Write a table: in columns on a terminal, separated by tabs in a pipe, with an empty line behind."""
    if not words.is_terminal():
        words.write_table(head, body)
    else:
        widths = [max(len(line[place]) for line in [head, *body]) for place in range(len(head))]
        for line in [head, *body]:
            words.say("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    words.say("")


VERBS: Final = {
    "storage": Verb(
        example="trackside storage --limit 5",
        arguments=_arguments,
        act=_act,
        more=(
            "Of a run is shown what would be free if it alone were deleted, about: Git stores some objects as the\n"
            "difference to others. What it shares with other runs stands beside."
        ),
    )
}
