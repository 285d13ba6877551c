"""`trackside check`: a run held to the rules of `trackside.toml`. Status 0 ok, 1 rule broken, 2 usage, 3 no data."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Final

from trackside.cli import words
from trackside.cli.report import write_file
from trackside.cli.verb import Verb
from trackside.errors import TracksideError, UsageError
from trackside.format import FORMAT
from trackside.review.ci import append_summary, base_in_ci, forge_in_ci

if TYPE_CHECKING:
    from trackside import contract
    from trackside.review.checking import Checked

FAILED: Final = 1
NO_DATA: Final = 3
_SIGNS: Final = {"ok": "✓", "failed": "✗", "skipped": "–"}
_COLOURS: Final = {"ok": "32", "failed": "31", "skipped": "2"}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", nargs="?", default="", help="a run, or a revision that carries .trackside/"
    )
    parser.add_argument(
        "--base", metavar="REV", help="a run or a revision (default: the target of the request, or main)"
    )
    parser.add_argument("--format", choices=("text", "junit", "json"), help="default: by the file's ending, else text")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there too; words still go to standard output")


def _act(options: Namespace) -> int:
    try:
        return _check(options)
    except UsageError:
        raise
    except TracksideError as error:
        # A gate that cannot look must not look like one that was failed.
        words.note(error.message)
        if error.hint:
            sys.stderr.write(f"  {words.safe(error.hint, lines=True)}\n")
        return NO_DATA


def _check(options: Namespace) -> int:
    from trackside.catalogue import Catalogue
    from trackside.review.checking import check
    from trackside.review.report.chosen import choose_base, choose_run
    from trackside.review.rules import parse_rules
    from trackside.settings import read_settings

    catalogue = Catalogue(options.folder)
    settings = read_settings(catalogue.owner.toplevel)
    broken = [problem for problem in settings.problems if "cannot be read" in problem or "not valid TOML" in problem]
    if broken:
        raise UsageError(broken[0], hint="docs/settings.md shows what it may say.", code="bad-rules")
    rules = parse_rules(settings.check)
    run = options.run or choose_run(catalogue)
    base = options.base if options.base is not None else base_in_ci() or choose_base(catalogue, run)
    checked = check(catalogue, run, base, rules)
    _tell(checked, options)
    return FAILED if checked.has_failed else 0


def _tell(checked: Checked, options: Namespace) -> None:
    from trackside.encode import json_bytes
    from trackside.review.checking import checked_junit

    ending = (options.output or "").rpartition(".")[2].lower()
    form = options.format or {"xml": "junit", "json": "json"}.get(ending, "text")
    whole: contract.CheckResult = {
        "format": FORMAT,
        "failed": checked.has_failed,
        "run": checked.run,
        "base": checked.base,
        "outcomes": [{"rule": one.rule, "result": one.result, "said": one.said} for one in checked.outcomes],
    }
    plain = "".join(f"{_SIGNS[item.result]} {words.safe(item.said)}\n" for item in checked.outcomes)
    text = {"junit": lambda: checked_junit(checked), "json": lambda: json_bytes(whole).decode() + "\n"}.get(
        form, lambda: plain
    )()
    if options.output is not None:
        write_file(options.output, text)
    if options.output is None and form != "text":
        words.write(text.encode("utf-8"))
    elif words.is_terminal():
        for item in checked.outcomes:
            sys.stdout.write(f"\x1b[{_COLOURS[item.result]}m{_SIGNS[item.result]}\x1b[m {words.safe(item.said)}\n")
    else:
        words.write(plain.encode("utf-8"))
    append_summary(lambda _: _summary(checked))


def _summary(checked: Checked) -> str:
    from trackside.review.report.escape import code, escape
    from trackside.review.report.forms import form_of

    form = form_of(forge_in_ci())
    failed = sum(item.result == "failed" for item in checked.outcomes)
    head = f"{failed} of {len(checked.outcomes)} rules do not hold" if failed else "every rule holds"
    lines = [f"- {_SIGNS[item.result]} {escape(item.said, form, 400)}" for item in checked.outcomes]
    return f"### trackside check of {code(checked.run, form, 80)}: {head}\n\n" + "\n".join(lines) + "\n"


VERBS: Final = {
    "check": Verb(
        example="trackside check --base main -o check.xml",
        arguments=_arguments,
        act=_act,
        more=(
            "Rules stand under [check] in trackside.toml (docs/settings.md). Exit status: 0 every rule holds, 1 one\n"
            "does not, 2 wrong usage or a rule that is not understood, 3 no run to check or a base that is not here."
        ),
    )
}
