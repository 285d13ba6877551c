"""Arguments → the verb and its options. Only the verb asked for is loaded, since a listing has 150 ms in all."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser, HelpFormatter, Namespace
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from trackside.cli.verb import Verb
from trackside.errors import UsageError

#: Verb → (the module that has it, what it does). The order is that of the help.
VERBS: Final[dict[str, tuple[str, str]]] = {
    "run": ("run", "run a notebook from top to bottom as a tracked experiment"),
    "list": ("listing", "list runs"),
    "show": ("show", "show one run"),
    "compare": ("compare", "set runs side by side"),
    "diff": ("diff", "show how the code of two runs differs"),
    "report": ("report", "tell what a run changes against its base, for a reviewer"),
    "check": ("check", "hold a run to the rules of trackside.toml, as a gate in CI"),
    "ui": ("ui", "open the panel as a page in the browser"),
    "serve": ("serve", "answer an editor's panel over a pipe"),
    "watch": ("watch", "follow open runs and new experiments live"),
    "promote": ("promote", "make a branch of a run for review, push it, open a request"),
    "branch": ("naming", "make a plain Git branch from a run"),
    "restore": ("restore", "bring a run's files back into the work tree"),
    "rename": ("naming", "give a run another name"),
    "tag": ("annotate", "add or remove tags of runs"),
    "note": ("annotate", "write a note to a run"),
    "star": ("annotate", "mark runs with a star"),
    "archive": ("annotate", "hide runs from listings"),
    "delete": ("naming", "move runs to the trash (kept for 30 days)"),
    "undelete": ("naming", "bring deleted runs back, or list them"),
    "push": ("sharing", "send runs, annotations and large files to a remote"),
    "pull": ("sharing", "get runs, annotations and large files from a remote"),
    "export": ("export", "write runs as CSV, JSON or Parquet"),
    "recover": ("upkeep", "finish runs whose process is gone, and settle their journals"),
    "storage": ("storage", "show what takes the space, by run and by file"),
    "gc": ("upkeep", "remove what is not needed any more"),
    "doctor": ("upkeep", "look for what is wrong here, and say how to mend it"),
    "completion": ("completion", "write a completion script for bash, zsh or fish"),
}
#: For completion scripts only.
HIDDEN: Final = {"__names": ("completion", "")}
_TITLE: Final = "Track notebook experiments into Git."


class Parser(ArgumentParser):
    """Argparse whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError; argparse itself would print and leave."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", hint=f"{self.prog} --help")


class _Help(HelpFormatter):
    """Keeps examples as they are written, and options in a readable column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)

    def _fill_text(self, text: str, width: int, indent: str) -> str:  # noqa: ARG002  # argparse gives it
        return "\n".join(f"{indent}{line}" for line in text.splitlines())


def parse(arguments: Sequence[str]) -> Callable[[], int]:
    """Find the verb and return the call that does it; raises UsageError."""
    rest, folder = list(arguments), "."
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word in ("-h", "--help"):
            return lambda: _print(overview())
        if word == "--version":
            return _version
        if not word.startswith("-C"):
            raise UsageError(f"There is no option {word} before the command.", hint="trackside --help")
        if word == "-C" and not rest:
            raise UsageError("-C needs a folder.", hint="trackside -C FOLDER COMMAND")
        folder = word[2:] or rest.pop(0)
    if not rest:
        return lambda: _print(overview())
    name = rest.pop(0)
    if name not in VERBS and name not in HIDDEN:
        raise UsageError(f"There is no command {name!r}.", hint=_near(name))
    verb = load_verb(name)
    options = verb_parser(name, verb).parse_args(_joined(rest), Namespace(folder=folder))
    return lambda: verb.act(options)


def _joined(words: Sequence[str]) -> list[str]:
    """Join `--sort -acc` to `--sort=-acc`: argparse would take the order for an option."""
    joined = list(words)
    for place in range(len(joined) - 2, -1, -1):
        if joined[place] == "--sort":
            joined[place : place + 2] = [f"--sort={joined[place + 1]}"]
    return joined


def overview() -> str:
    """Return the help that lists the verbs."""
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {name.ljust(width)}  {what}" for name, (_, what) in VERBS.items())
    return (
        f"usage: trackside [-C FOLDER] COMMAND ...\n\n{_TITLE}\n\ncommands:\n{verbs}\n\noptions:\n"
        "  -C FOLDER   work in the repository around FOLDER\n"
        "  -h, --help  show this help\n"
        "  --version   show the version\n\n"
        "`trackside COMMAND --help` tells more of each.\n"
    )


def load_verb(name: str) -> Verb:
    """Load the module of a verb."""
    module, _ = VERBS.get(name) or HIDDEN[name]
    verbs: dict[str, Verb] = importlib.import_module(f"trackside.cli.{module}").VERBS
    return verbs[name]


def verb_parser(name: str, verb: Verb) -> Parser:
    """Build the parser of one verb."""
    what = (VERBS.get(name) or HIDDEN[name])[1]
    parser = Parser(
        prog=f"trackside {name}",
        description=f"{what[:1].upper()}{what[1:]}." if what else None,
        epilog=f"example:\n  {verb.example}" + (f"\n\n{verb.more}" if verb.more else ""),
        formatter_class=_Help,
        allow_abbrev=False,
    )
    verb.arguments(parser)
    return parser


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, VERBS, 1)
    return f"Did you mean {near[0]}?" if near else "trackside --help"


def _version() -> int:
    from trackside import __version__

    return _print(f"trackside {__version__}\n")


def _print(text: str) -> int:
    from trackside.cli.words import say

    say(text.rstrip("\n"))
    return 0
