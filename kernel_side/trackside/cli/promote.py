"""`trackside promote`: from a run to a branch others review, pushed and with a request when asked to."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Iterable
from typing import Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="name, its beginning, or commit id")
    parser.add_argument("--branch", metavar="NAME", default="", help="the branch to make (default: exp/RUN)")
    parser.add_argument("--onto", metavar="BRANCH", default="", help="what it is for (default: the default branch)")
    parser.add_argument("--update", action="store_true", help="merge that branch into it, notebooks by cell")
    parser.add_argument(
        "--outputs", choices=("strip", "keep"), default="strip", help="of notebooks on the branch (default: strip)"
    )
    parser.add_argument(
        "--hooks", action=BooleanOptionalAction, default=True, help="run your own commit hooks (default: they run)"
    )
    parser.add_argument(
        "--sign", action=BooleanOptionalAction, default=None, help="sign the commit (default: as Git is configured)"
    )
    parser.add_argument("--push", action="store_true", help="push the branch")
    parser.add_argument("--pr", action="store_true", help="push it and open or update a pull or merge request")
    parser.add_argument("--draft", action="store_true", help="open the request as a draft")
    parser.add_argument("--title", metavar="TEXT", default="", help="of the request")
    parser.add_argument("--label", dest="labels", metavar="NAME", action="append", default=[], help="of the request")
    parser.add_argument(
        "--reviewer", dest="reviewers", metavar="NAME", action="append", default=[], help="of the request"
    )
    parser.add_argument("--remote", metavar="NAME", default="", help="where to push (default: what the target follows)")
    parser.add_argument("--dry-run", action="store_true", help="only say what it would do")
    add_json(parser)


def _act(options: Namespace) -> int:
    from trackside.catalogue import Catalogue
    from trackside.review.asked import Asked
    from trackside.review.promotion import preview, promote
    from trackside.review.told import preview_lines, promoted_lines

    here(options)
    catalogue = Catalogue(options.folder)
    asked = Asked(
        run=options.run, branch=options.branch, onto=options.onto, update=options.update, outputs=options.outputs,
        hooks=options.hooks, sign=options.sign, push=options.push or options.pr, request=options.pr,
        remote=options.remote, title=options.title, draft=options.draft, labels=tuple(options.labels),
        reviewers=tuple(options.reviewers),
    )  # fmt: skip
    if options.dry_run:
        found = preview(catalogue, asked)
        if options.json:
            words.write_json(found)
        else:
            _write(preview_lines(found))
        return 1 if found["problems"] else 0
    progress = Drawn()
    try:
        promoted = promote(catalogue, asked, progress)
    finally:
        progress.clear()
    if options.json:
        words.write_json(promoted)
    else:
        _write(promoted_lines(promoted))
    return 0


class Drawn:
    """What is being done, on one line of a terminal; a pipe is told nothing."""

    def __init__(self) -> None:
        self._is_seen = sys.stderr.isatty()

    def __call__(self, message: str, progress: float | None = None) -> None:
        """Draw how far it is."""
        if self._is_seen:
            share = "" if progress is None else f"{progress:4.0%}  "
            sys.stderr.write(f"\r\x1b[K{share}{words.safe(message)[:100]}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_seen:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _write(lines: Iterable[str]) -> None:
    coloured = words.is_terminal()
    for line in lines:
        text = words.safe(line)
        word = text.partition(":")[0]
        colour = {"problem": "31", "  note": "33", "note": "33", "files": "1", "message": "1"}.get(word)
        words.say(f"\x1b[{colour}m{text}\x1b[m" if coloured and colour else text)


VERBS: Final = {
    "promote": Verb(
        example="trackside promote calm-otter-3f --pr",
        arguments=_arguments,
        act=_act,
        more=(
            "The branch is the run's own tree on its own baseline: its metrics belong to exactly that code.\n"
            "Outputs of notebooks are taken out unless kept; the record of the run is in `.trackside/`. Your\n"
            "checkout, index, HEAD and other branches stay as they are. --dry-run shows files, message, merge,\n"
            "hooks and problems (exit status 1 when there are any). Again for the same run: the branch, and a\n"
            "request that is open, are updated."
        ),
    )
}
