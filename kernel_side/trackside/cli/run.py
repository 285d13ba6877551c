"""`trackside run`: a notebook from top to bottom, without a person, as a tracked experiment."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

from trackside.assignments import parse_assignment
from trackside.cli import words
from trackside.cli.verb import Verb
from trackside.errors import StorageError, UsageError

if TYPE_CHECKING:
    from trackside.headless import Progress, Ran


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("notebook", metavar="NOTEBOOK", help="an .ipynb file; it is only read")
    parser.add_argument("-p", "--param", dest="params", metavar="K=V", action="append", default=[], help="a parameter")
    parser.add_argument("--name", metavar="NAME", help="of the run (default: made up)")
    parser.add_argument("--tag", dest="tags", metavar="TAG", action="append", default=[], help="a tag of the run")
    parser.add_argument("--note", metavar="TEXT", default="", help="a note to the run")
    parser.add_argument("-o", "--output", metavar="OUT.ipynb", help="write the executed notebook here")
    parser.add_argument("--inplace", action="store_true", help="write the executed notebook over NOTEBOOK")
    parser.add_argument("--kernel", metavar="NAME", help="default: the notebook's own")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, help="for each cell (default: none)")
    parser.add_argument("--cwd", metavar="FOLDER", help="working folder (default: the notebook's)")


def _act(options: Namespace) -> int:
    from trackside.headless import Plan, run_notebook

    if options.inplace and options.output:
        raise UsageError("Write over the notebook or to another file, not both.", hint="trackside run --help")
    notebook = Path(options.folder, options.notebook)
    plan = Plan(
        notebook=notebook,
        params=dict(parse_assignment(word) for word in options.params),
        name=options.name,
        tags=options.tags,
        note=options.note,
        kernel=options.kernel,
        timeout=options.timeout,
        folder=Path(options.folder, options.cwd) if options.cwd else None,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    ran = run_notebook(plan, _tell if sys.stderr.isatty() else lambda _: None)
    output = notebook if options.inplace else Path(options.output) if options.output else None
    if output is not None:
        _write(output, ran.executed)
    if ran.status == "interrupted":
        _recover(ran, options)
    return _conclude(ran)


def _interrupt(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _tell(progress: Progress) -> None:
    """Write a line a cell: drawn when it begins, timed when it ends."""
    first = next((line for line in progress.source.splitlines() if line.strip()), "")
    line = f"[{progress.number}/{progress.total}] {words.safe(first)[:60]}"
    ending = "" if progress.seconds is None else f"  {progress.seconds:.1f} s\n"
    sys.stderr.write(f"\r\x1b[K{line}{ending}")
    sys.stderr.flush()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error


def _recover(ran: Ran, options: Namespace) -> None:
    """Seal what the ended kernel left in its journal."""
    from trackside.git.repository import find_repository
    from trackside.recovery import recover

    repository = find_repository(Path(options.folder, options.notebook).parent)
    if repository is None:
        return
    done = recover(repository)
    if done.sealed:
        ran.name, ran.oid = done.sealed[-1].name, done.sealed[-1].oid
    if done.waiting:
        ran.trouble = done.waiting[-1][1]


def _conclude(ran: Ran) -> int:
    """Tell how it ended: the run's name on standard output, everything else beside it."""
    if ran.failed_cell is not None:
        words.note(f"cell {ran.failed_cell} failed: {ran.error}")
        quoted = ran.failed_source.splitlines()[:20]
        sys.stderr.write("".join(f"    {words.safe(line, lines=True)}\n" for line in quoted))
    elif ran.error:
        words.note(ran.error)
    if ran.trouble is not None:
        words.note(f"{ran.trouble.message} {ran.trouble.hint}".rstrip())
    if ran.name:
        words.say(f"{ran.name}\t{ran.status}\t{ran.oid or 'in its journal'}")
    if ran.status == "interrupted":
        return 130
    return 0 if ran.status == "finished" and ran.oid is not None and ran.trouble is None else 1


VERBS: Final = {
    "run": Verb(
        example="trackside run train.ipynb -p lr=0.01 -p model=rf --tag sweep",
        arguments=_arguments,
        act=_act,
        more=(
            "Parameters go into a new cell after the one tagged `parameters`, in the copy that runs; the file itself\n"
            "is not changed unless --inplace or --output names it. Writes: name, status and commit of the run,\n"
            "tab-separated. The exit status is 1 when a cell fails; Ctrl-C seals what there is as interrupted."
        ),
    )
}
