"""`trackside report`: what a run changes against its base, for a reviewer; in CI, where the CI shows it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from trackside.cli import words
from trackside.cli.verb import Verb
from trackside.errors import StorageError, UsageError
from trackside.review.ci import append_summary, base_in_ci, forge_in_ci
from trackside.review.report.formats import FORMATS, Format, write_report


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", nargs="?", default="", help="a run, or a revision that carries .trackside/"
    )
    parser.add_argument(
        "--base", metavar="REV", help="a run or a revision (default: the target of the request, or main)"
    )
    parser.add_argument("--format", choices=FORMATS, help="default: by the file's ending, else markdown")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    parser.add_argument("--forge", choices=("github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea"),
                        help="whose limits Markdown keeps (default: the one CI runs on)")  # fmt: skip


def _act(options: Namespace) -> int:
    from trackside.catalogue import Catalogue
    from trackside.review.report import build, markdown
    from trackside.review.report.chosen import choose_base, choose_run

    catalogue = Catalogue(options.folder)
    run = options.run or choose_run(catalogue)
    base = options.base if options.base is not None else base_in_ci() or choose_base(catalogue, run)
    report = build(catalogue, run, base)
    form = options.format or format_of(options.output)
    text = write_report(report, form, options.forge)
    if options.output is None:
        words.write(text.encode("utf-8"))
    else:
        write_file(options.output, text)
    if form == "markdown":
        said = append_summary(lambda limit: markdown(report, forge_in_ci(), limit))
        if said:
            words.note(said)
    return 0


def format_of(file: str | None) -> Format:
    """Choose the form by a file's ending; Markdown where it says nothing."""
    endings: dict[str, Format] = {"html": "html", "htm": "html", "xml": "junit", "json": "json", "txt": "openmetrics",
                                  "prom": "openmetrics"}  # fmt: skip
    return endings.get((file or "").rpartition(".")[2].lower(), "markdown")


def write_file(path: str, text: str) -> None:
    """Write a file in place of what was there; StorageError when it cannot be written."""
    if not path:
        raise UsageError("--output needs the name of a file.")
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error


VERBS: Final = {
    "report": Verb(
        example="trackside report calm-otter-3f --base main",
        arguments=_arguments,
        act=_act,
        more=(
            "RUN is the run whose record the checked-out commit carries, else the newest. In GitHub and Gitea Actions\n"
            "the report is written into the summary of the step, too. docs/guide-review.md tells of CI."
        ),
    )
}
