"""`trackside push`, `pull`: runs, what people say of them and their large files, through a remote of the repository."""

from __future__ import annotations

import contextlib
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here
from trackside.errors import GitError, UsageError

if TYPE_CHECKING:
    from trackside.sharing.told import Progress, Shared, Wanted

#: Seconds between two pulls of `--watch`.
PERIOD: Final = 300.0
LEAST, LONGEST = 5.0, 3600.0


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("words", metavar="REMOTE | RUN", nargs="*", help="a remote, then runs (default: all runs)")
    parser.add_argument("--all", action="store_true", help="all runs (the default)")
    parser.add_argument("--mine", action="store_true", help="only runs of whom Git knows here")
    parser.add_argument("--starred", action="store_true", help="only runs with a star")
    parser.add_argument("--no-files", action="store_true", help="leave large files where they are")
    add_json(parser)


def _pull_arguments(parser: ArgumentParser) -> None:
    _arguments(parser)
    parser.add_argument("--as", dest="name", metavar="NAME", default="", help="call the one run so here")
    parser.add_argument(
        "--watch", type=float, nargs="?", const=PERIOD, metavar="SECONDS",
        help=f"pull again and again (default: every {PERIOD:.0f} seconds), until Ctrl-C",
    )  # fmt: skip


def _push(options: Namespace) -> int:
    from trackside.sharing.push import push

    repository = here(options)
    remote, wanted = _wanted(options)
    with _stoppable():
        return _tell(push(repository, remote, wanted, _progress(options)), options)


def _pull(options: Namespace) -> int:
    from trackside.sharing.pull import pull

    repository = here(options)
    remote, wanted = _wanted(options)
    if options.watch is not None:
        return _watch(options, remote, wanted)
    with _stoppable():
        return _tell(pull(repository, remote, wanted, _progress(options), name=options.name), options)


def _watch(options: Namespace, remote: str, wanted: Wanted) -> int:
    """Pull until Ctrl-C, and tell what is new; a remote that cannot be reached is told once and asked more seldom."""
    from trackside.sharing.pull import pull

    if options.name or not LEAST <= options.watch <= LONGEST:
        raise UsageError(
            "--watch pulls all runs or some, by the names they have, every 5 seconds to every hour.",
            hint="trackside pull origin --watch 60",
        )
    repository = here(options)
    told: set[str] = set()
    pause, trouble = options.watch, ""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            try:
                done = pull(repository, remote, wanted)
                pause, trouble = options.watch, ""
                news = {one.oid for one in done.held} - told
                told |= news
                if news or done.moved or done.annotations in ("moved", "merged"):
                    _tell(done, options)
                    sys.stdout.flush()
            except GitError as error:
                pause = min(LONGEST, pause * 2)
                if error.message != trouble:
                    words.note(error.message)
                    trouble = error.message
            time.sleep(pause)
    return 0


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Say what Ctrl-C left; Git and DVC have ended by then."""
    try:
        yield
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        words.note("Cancelled. What arrived stays; the next one goes on from there.")
        raise


def _wanted(options: Namespace) -> tuple[str, Wanted]:
    """Tell the remote from the runs: the first word is a remote when one is called so."""
    from trackside.sharing.told import chosen
    from trackside.sharing.transport import split_words

    remote, names = split_words(here(options), options.words)
    files, name = not options.no_files, getattr(options, "name", "")
    narrowed = {"every": options.all, "mine": options.mine, "starred": options.starred}
    return remote, chosen(names, **narrowed, files=files, name=name)


def _progress(options: Namespace) -> Progress:
    from trackside.sharing.told import silent

    if options.json or not sys.stderr.isatty():
        return silent

    def show(message: str, share: float | None = None) -> None:
        percent = "" if share is None else f" {share:4.0%}"
        sys.stderr.write(f"\r\x1b[K{words.safe(message)}{percent}")
        sys.stderr.flush()

    return show


def _tell(done: Shared, options: Namespace) -> int:
    if sys.stderr.isatty() and not options.json:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
    if options.json:
        words.write_json(done.as_json())
    else:
        _say(done)
    return 1 if done.held or done.annotations == "refused" or done.files.missing else 0


def _say(done: Shared) -> None:
    from trackside.sharing.wording import conclusion, moved_lines, trouble_lines

    for line in moved_lines(done):
        words.say(words.safe(line))
    for line in trouble_lines(done):
        words.note(line)
    words.say(words.safe(conclusion(done)))


_MORE: Final[dict[Literal["push", "pull"], str]] = {
    "push": (
        "Nothing at the remote is overwritten or removed: a run whose name another run has there stays here,\n"
        "and is told with exit status 1. Annotations of all runs travel together. The remote defaults to\n"
        "remote.pushDefault, origin, or the only one."
    ),
    "pull": (
        "Nothing here is overwritten or removed. What is damaged, or has the name of another run, is kept beside the\n"
        "runs of this clone under refs/trackside/remotes/, and told with exit status 1; `--as` takes it in by another\n"
        "name. A run that was deleted here stays deleted. `--mine` fetches the runs of others once, to learn whose\n"
        "they are, and adopts none of them. `--watch` says only what is new."
    ),
}
VERBS: Final = {
    "push": Verb(example="trackside push origin calm-otter-3f", arguments=_arguments, act=_push, more=_MORE["push"]),
    "pull": Verb(example="trackside pull origin", arguments=_pull_arguments, act=_pull, more=_MORE["pull"]),
}
