"""The program as such: help, usage, exit status, faults of ours, speed-critical imports."""

from __future__ import annotations

import subprocess
import sys

import pytest
from program import trackside
from repositories import Scratch, make_experiments, scratch

from tools.cli_reference import PAGE, page_text
from trackside.cli.parser import VERBS, load_verb, verb_parser

__all__ = ["scratch"]


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_explains_itself_with_an_example(name: str) -> None:
    parser = verb_parser(name, load_verb(name))
    text = parser.format_help()
    assert f"trackside {name}" in load_verb(name).example or name == "completion"
    assert "example:" in text
    assert all(action.help for action in parser._actions if not action.choices)


def test_reference_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page_text()


def test_help_lists_every_verb_and_hides_none(scratch: Scratch) -> None:
    for args in ([], ["--help"], ["-h"]):
        said = trackside(scratch, *args).out
        assert all(f"\n  {name}" in said for name in VERBS)
        assert "__names" not in said


def test_version_is_told(scratch: Scratch) -> None:
    assert trackside(scratch, "--version").out.startswith("trackside ")


@pytest.mark.parametrize(
    "args",
    [
        ["lst"], ["--nope"], ["list", "--nope"], ["compare", "one"], ["-C"], ["show", "a", "b"],
        ["export", "--format", "xls"], ["list", "-n", "x"],
    ],
)  # fmt: skip
def test_wrong_usage_has_its_own_exit_status(scratch: Scratch, args: list[str]) -> None:
    said = trackside(scratch, *args, status=2)
    assert said.err.startswith("Trackside: ")
    assert said.out == ""
    assert "Traceback" not in said.err


def test_unknown_verb_is_met_with_the_nearest_one(scratch: Scratch) -> None:
    assert "Did you mean compare?" in trackside(scratch, "compair", status=2).err


def test_fault_of_ours_writes_a_log_and_one_sentence(scratch: Scratch) -> None:
    code = (
        "import sys, trackside.cli, trackside.cli.listing as listing\n"
        "def fail(*_, **__): raise ZeroDivisionError('boom')\n"
        "listing.select = fail\n"
        "sys.exit(trackside.cli.main(['list', 'secret query']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scratch.path, env=scratch.environment, capture_output=True, check=False
    )
    assert done.returncode == 3
    said = done.stderr.decode()
    assert said.startswith("Trackside: That is a fault of Trackside: ZeroDivisionError: boom\n  Details are in ")
    assert "Traceback" not in said
    (log,) = (scratch.home / "state" / "trackside" / "log").iterdir()
    assert "Traceback" in log.read_text()
    assert "secret query" not in log.read_text()


HEAVY = {"rich", "yaml", "dvc", "dvc_data", "git", "IPython", "nbformat", "typing_extensions", "numpy"}
SPARED = {"dataclasses", "inspect", "ast", "logging", "concurrent.futures", "msgspec", "trackside.query"}


@pytest.mark.parametrize(
    ("arguments", "modules"),
    [(["list", "metrics.acc > 0"], HEAVY), (["list", "--json"], HEAVY | SPARED)],
    ids=["filtered", "plain"],
)
def test_a_listing_in_a_pipe_loads_no_more_than_it_needs(
    scratch: Scratch, arguments: list[str], modules: set[str]
) -> None:
    make_experiments(scratch, 2)
    code = (
        "import sys, trackside.cli\n"
        f"assert trackside.cli.main({arguments!r}) == 0\n"
        f"sys.exit(' '.join({modules!r} & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scratch.path, env=scratch.environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
