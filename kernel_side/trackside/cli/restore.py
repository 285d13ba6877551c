"""`trackside restore`: a run's files back in the work tree, and what stood there kept."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Final

from trackside.cli import words
from trackside.cli.verb import Verb, here
from trackside.errors import UsageError
from trackside.review.restore import Restored, as_json, plan_restore, restore, undo_restore
from trackside.store import Store

if TYPE_CHECKING:
    from trackside.git.repository import Repository


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", default="", help="name, its beginning, or commit id")
    parser.add_argument("paths", metavar="PATH", nargs="*", help="files or folders; none: all of the run's files")
    parser.add_argument("--undo", action="store_true", help="put back what the last restore found")
    parser.add_argument("--dry-run", action="store_true", help="only say which files would be written")
    parser.add_argument("--json", action="store_true", help="write one JSON object")


def _act(options: Namespace) -> int:
    repository = here(options)
    if options.undo:
        if options.run or options.paths or options.dry_run:
            raise UsageError("--undo stands alone.", hint="trackside restore --undo")
        return _tell(undo_restore(repository), options, undone=True)
    if not options.run:
        raise UsageError("No run is named.", hint="trackside restore RUN [PATH ...]")
    ref, oid = Store(repository).find(options.run)
    paths = [_from_top(repository, options.folder, path) for path in options.paths]
    if not options.dry_run:
        return _tell(restore(repository, ref.name, oid, paths), options, undone=False)
    found = plan_restore(repository, ref.name, oid, paths)
    if options.json:
        words.write_json({"run": ref.name, "files": [{"path": one.path, "state": one.state} for one in found]})
        return 0
    said = {"new": "would write", "other": "would write over, and keep what is there:", "blocked": "cannot write"}
    for one in found:
        words.say(f"{said[one.state]} {words.safe(one.path)}{f': {words.safe(one.why)}' if one.why else ''}")
    if not found:
        words.say("nothing differs from the run")
    return 0


def _from_top(repository: Repository, folder: str, path: str) -> str:
    """Turn a path from the folder a person stands in into one from the top of the work tree."""
    relative = repository.relative(os.path.join(folder, path))
    if relative is None:
        raise UsageError(f"{path!r} lies outside the work tree.", code="outside")
    return relative


def _tell(done: Restored, options: Namespace, *, undone: bool) -> int:
    if options.json:
        words.write_json(as_json(done))
        return 1 if done.left else 0
    for path in done.written:
        words.say(f"{'put back' if undone else 'restored'} {words.safe(path)}")
    for path, why in done.left.items():
        words.note(f"{path} was left as it is: {why}.")
    if not done.written and not done.left:
        words.say("nothing differs from the run")
    if not undone and done.written:
        count = "1 file that stood there is" if len(done.kept) == 1 else f"{len(done.kept)} files that stood there are"
        what = f"{count} kept; " if done.kept else ""
        words.note(f"{what}trackside restore --undo puts everything back.")
        if any(path.endswith(".dvc") for path in done.written):
            words.note("Files kept by DVC come with: dvc checkout")
    if undone and done.left and done.kept_in is not None:
        words.note(f"What stood there before the restore stays in {done.kept_in}.")
    return 1 if done.left else 0


VERBS: Final = {
    "restore": Verb(
        example="trackside restore calm-otter-3f notebooks/churn.ipynb",
        arguments=_arguments,
        act=_act,
        more=(
            "HEAD and the index stay as they are, and nothing is removed. Edits that stood there are kept under\n"
            ".git/trackside/restored first. Close a notebook before its file is restored: what an editor has\n"
            "open is written over it at the next save."
        ),
    )
}
