"""`%track` and `%%track`: IPython's words translated into the verbs of `api`; no logic of its own."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final

from trackside import api
from trackside.assignments import parse_assignment
from trackside.errors import TracksideError, UsageError

HELP: Final = """\
%track                          start a run; every cell from here on belongs to it (again: end it, start the next)
%track [start] [NAME] [-p K=V ...] [--tag T ...] [--note TEXT] [--title TEXT]
%track end [--discard]          seal the run now and show its card
%track params NAME ...          these names are parameters; read after each cell and at the end
%track metrics NAME ...         these names are metrics; a point whenever a cell assigns them
%track artifact PATH ... [--git|--dvc]
                                keep these files with the run
%track data PATH ...            the run reads these files or folders: record in which version
%track ignore NAME ...          never capture these names
%track on | off | status        resume, pause, say what is captured
%track list [QUERY] | show [RUN] | compare A B ...
                                look without leaving the notebook
%track view [QUERY] [--compare A B ...]
                                the table of all runs to work with: filter, sort, open, compare, promote
%track promote [RUN] [--branch B] [--onto B] [--update] [--outputs keep] [--no-hooks] [--push] [--pr] [--dry-run]
                                make a branch of a run for review; the newest run without a name
%track push | pull [REMOTE] [RUN ...]
                                share runs through a Git remote (trackside push --help)
%track help                     this text
%%track [NAME] [options]        this one cell is the run; an error in it seals the run as failed

In code: trackside.start(...), log(loss=0.3, step=7), log_params, log_input, log_artifact,
log_image, log_figure, end."""

_STARTED_BY_CELL: Final = "--one-cell"
#: Which runs travel, of `push` and `pull`.
_SHARED: Final = ("--all", "--mine", "--starred", "--no-files")
_PROMOTION: Final = ("--update", "--push", "--pr", "--draft", "--dry-run")


def load(shell: Any) -> None:
    """Register the magic, its completion, and follow the kernel's cells."""
    tracker = Tracker(shell)
    shell.register_magic_function(tracker.line_or_cell, "line_cell", "track")
    shell.set_hook("complete_command", tracker.complete, str_key="%track")
    shell.set_hook("complete_command", tracker.complete, str_key="%%track")
    for old in [transform for transform in shell.input_transformers_cleanup if type(transform) is _CellRewriter]:
        shell.input_transformers_cleanup.remove(old)
    shell.input_transformers_cleanup.append(_CellRewriter())
    api.follow_soon(shell, _view)
    previous, _loaded[id(shell)] = _loaded.get(id(shell)), tracker
    if previous is not None:
        previous.forget_cell()


def unload(shell: Any) -> None:
    """Take the magic away; an open run is ended."""
    api.unfollow()
    tracker = _loaded.pop(id(shell), None)
    if tracker is not None:
        tracker.forget_cell()
    shell.input_transformers_cleanup[:] = [
        transform for transform in shell.input_transformers_cleanup if type(transform) is not _CellRewriter
    ]
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("track", None)


class _CellRewriter:
    """Turns `%%track NAME` into a first line that starts the run, so that the cell itself runs as it always does:
    awaits, displays, errors and line numbers stay its own."""

    def __call__(self, lines: list[str]) -> list[str]:
        if not lines or not lines[0].startswith("%%track") or lines[0][7:8] not in ("", " ", "\t", "\n"):
            return lines
        return [
            f"get_ipython().run_line_magic('track', {f'start {_STARTED_BY_CELL} {lines[0][7:].strip()}'!r})\n",
            *lines[1:],
        ]


class Tracker:
    """The magic of one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._one_cell = False

    def line_or_cell(self, line: str, cell: str | None = None) -> None:
        """Track this notebook's run in Git; `%track help` lists what can be said."""
        if cell is not None:
            # Only where input transformers were passed by; run the body here then.
            self.run(f"start {_STARTED_BY_CELL} {line}")
            self.shell.run_cell(cell)
            return
        try:
            self.run(line)
        except TracksideError:
            raise
        except Exception as error:
            # Our fault must not stop the user's "Run All".
            _view().say(f"that failed inside Trackside ({type(error).__name__}: {error}); your cells are not affected")

    def run(self, line: str) -> None:
        """Do what one `%track` line says; raises TracksideError, which IPython shows in two lines."""
        words = split(line)
        verb = words[0] if words and words[0] in VERBS else "start"
        rest = words[1:] if words and words[0] == verb else words
        VERBS[verb](self, rest)

    # Verbs ------------------------------------------------------------------------------------------

    def do_start(self, words: list[str]) -> None:
        options = _options(
            words, single=("--note", "--title"), several=("-p", "--param", "--tag"), flags=(_STARTED_BY_CELL,)
        )
        if len(options[""]) > 1:
            raise UsageError(
                f"A run has one name, not {len(options[''])}.",
                hint="Write --title for a text with spaces; %track help.",
            )
        params = dict(parse_assignment(word) for word in options["-p"] + options["--param"])
        api.start(
            options[""][0] if options[""] else None,
            params=params,
            tags=options["--tag"],
            note=" ".join(options["--note"]),
            title=" ".join(options["--title"]),
        )
        self.forget_cell()
        if options[_STARTED_BY_CELL]:
            # Registered now, so that it comes after the hooks that note how the cell ended.
            self._one_cell = True
            self.shell.events.register("post_run_cell", self.after_cell)
        recorder = api.recorder()
        if recorder is not None:
            _view().open_card(self.shell, recorder)

    def do_end(self, words: list[str]) -> None:
        options = _options(words, flags=("--discard",))
        _view().show_outcome(self.shell, api.finish(discard=bool(options["--discard"])))

    def do_params(self, words: list[str]) -> None:
        api.declare("params", _names(words))

    def do_metrics(self, words: list[str]) -> None:
        api.declare("metrics", _names(words))

    def do_ignore(self, words: list[str]) -> None:
        api.declare("ignore", _names(words))

    def do_artifact(self, words: list[str]) -> None:
        options = _options(words, flags=("--dvc", "--git"))
        if not options[""]:
            raise UsageError("Which files?", hint="%track artifact PATH ...")
        store = "dvc" if options["--dvc"] else "git" if options["--git"] else "auto"
        for path in options[""]:
            kept = api.log_artifact(path, store=store)  # type: ignore[arg-type]  # one of the three above
            _view().say(f"kept {kept['path']} ({_view().size(kept['size'])}, {kept['stored']})")

    def do_data(self, words: list[str]) -> None:
        paths = _options(words)[""]
        if not paths:
            raise UsageError("Which files?", hint="%track data PATH ...")
        for message, hint in api.note_inputs(paths):
            _view().say(_view().plain_lines([f"{message} {hint}".rstrip()]))

    def do_on(self, _: list[str]) -> None:
        api.follow(self.shell).hooks.resume()
        _view().say("capture is on")

    def do_off(self, _: list[str]) -> None:
        api.follow(self.shell).hooks.pause()
        _view().say("capture is paused: cells from the next on are left alone until %track on")

    def do_status(self, _: list[str]) -> None:
        _view().show_status(api.recorder(), api.follow(self.shell).hooks)

    def do_list(self, words: list[str]) -> None:
        _view().show_listing(self.shell, api.runs(" ".join(words), limit=20))

    def do_show(self, words: list[str]) -> None:
        _view().show_run(self.shell, api.show(words[0] if words else ""))

    def do_compare(self, words: list[str]) -> None:
        if len(words) < 2:
            raise UsageError("Compare which runs?", hint="%track compare A B")
        _view().show_comparison(self.shell, api.compare(*words))

    def do_promote(self, words: list[str]) -> None:
        options = _options(
            words,
            single=("--branch", "--onto", "--outputs", "--title", "--remote"),
            flags=(*_PROMOTION, "--hooks", "--no-hooks", "--sign", "--no-sign"),
        )
        if len(options[""]) > 1:
            raise UsageError("One run at a time.", hint="%track promote RUN; %track help.")
        if options["--outputs"] not in ([], ["strip"], ["keep"]):
            raise UsageError("Outputs are kept or stripped.", hint="%track promote RUN --outputs keep")
        told = {name: " ".join(options[f"--{name}"]) for name in ("branch", "onto", "title", "remote")}
        _view().promote(
            options[""][0] if options[""] else "",
            is_trial=bool(options["--dry-run"]),
            update=bool(options["--update"]),
            outputs="keep" if options["--outputs"] == ["keep"] else "strip",
            hooks=not options["--no-hooks"],
            sign=True if options["--sign"] else False if options["--no-sign"] else None,
            push=bool(options["--push"] or options["--pr"]),
            request=bool(options["--pr"]),
            draft=bool(options["--draft"]),
            **told,
        )

    def do_push(self, words: list[str]) -> None:
        options = _options(words, flags=_SHARED)
        _view().show_shared(api.push(*options[""], **_shared(options)))

    def do_pull(self, words: list[str]) -> None:
        options = _options(words, single=("--as",), flags=_SHARED)
        _view().show_shared(api.pull(*options[""], name="".join(options["--as"]), **_shared(options)))

    def do_view(self, words: list[str]) -> None:
        query, compare = _viewed(words)
        _panel().show_view(self.shell, query, compare)

    def do_help(self, _: list[str]) -> None:
        _view().say(HELP)

    # Around cells -----------------------------------------------------------------------------------

    def after_cell(self, result: Any = None) -> None:
        """End a run that was this one cell."""
        self.forget_cell()
        try:
            failed = result is not None and not result.success
            _view().show_outcome(self.shell, api.finish("failed" if failed else "finished"))
        except TracksideError as error:
            _view().say(f"{error.message} {error.hint}")
        except Exception as error:
            _view().say(f"the run could not be ended: {type(error).__name__}: {error}")

    def forget_cell(self) -> None:
        """Do not end the run with this cell."""
        if self._one_cell:
            self._one_cell = False
            self.shell.events.unregister("post_run_cell", self.after_cell)

    def complete(self, _: Any, event: Any) -> list[str]:
        """Complete verbs, options, names, files and runs."""
        try:
            return self._candidates(event.line, event.symbol)
        except Exception:
            return []

    def _candidates(self, line: str, symbol: str) -> list[str]:
        words = line.lstrip("%").split()[1:]
        before = words if line.endswith((" ", "\t")) else words[:-1]
        verb = before[0] if before else ""
        if verb in ("params", "metrics", "ignore"):
            found = [name for name in self.shell.user_ns if not name.startswith("_")]
        elif verb in ("artifact", "data"):
            folder = os.path.dirname(symbol)
            names = os.listdir(folder or ".")
            found = [os.path.join(folder, name) for name in names]
            found += ["--dvc", "--git"] if verb == "artifact" else []
        elif verb in ("show", "compare", "promote", "push"):
            found = [row["name"] for row in api.runs(limit=200)["experiments"]]
            found += [*_PROMOTION, "--onto", "--branch"] if verb == "promote" else []
        elif verb == "view":
            found = [row["name"] for row in api.runs(limit=200)["experiments"]] if "--compare" in before else []
            found += ["--compare"]
        elif verb == "end":
            found = ["--discard"]
        elif not before:
            found = [*VERBS, "--tag", "--note", "--title", "-p"]
        else:
            found = ["--tag", "--note", "--title", "-p"]
        return sorted(word for word in found if word.startswith(symbol))


VERBS: Final[dict[str, Callable[[Tracker, list[str]], None]]] = {
    name: getattr(Tracker, f"do_{name}")
    for name in (
        "start end params metrics artifact data ignore on off status list show compare promote push pull view help"
    ).split()
}
_loaded: Final[dict[int, Tracker]] = {}


def _view() -> Any:
    """Import what draws only when something is drawn: `%load_ext` is measured in milliseconds."""
    from trackside import display

    return display


def _panel() -> Any:
    from trackside.display import panel

    return panel


def split(line: str) -> list[str]:
    """Split a line as a shell does; an apostrophe that opens nothing is a plain character."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _options(
    words: list[str],
    *,
    single: tuple[str, ...] = (),
    several: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
) -> dict[str, list[str]]:
    """Sort words into options; "" holds the plain ones. A flag that is set has one entry."""
    found: dict[str, list[str]] = {key: [] for key in ("", *single, *several, *flags)}
    rest = iter(words)
    for word in rest:
        key, equals, value = word.partition("=")
        if word in flags:
            found[word].append(word)
        elif key in single or key in several:
            given = value if equals else next(rest, None)
            if given is None:
                raise UsageError(f"{key} needs a value.", hint="%track help")
            if key in single:
                found[key] = [given]
            else:
                found[key].append(given)
        elif word.startswith("-") and len(word) > 1:
            known = ", ".join((*single, *several, *flags)).replace(f", {_STARTED_BY_CELL}", "")
            raise UsageError(f"There is no option {word} here.", hint=f"Known: {known}." if known else "%track help")
        else:
            found[""].append(word)
    return found


def _shared(options: Mapping[str, list[str]]) -> dict[str, bool]:
    """Return which runs travel, as `push` and `pull` take it."""
    every, mine, starred, no_files = (bool(options[flag]) for flag in _SHARED)
    return {"every": every, "mine": mine, "starred": starred, "files": not no_files}


def _viewed(words: list[str]) -> tuple[str, list[str]]:
    """Take the query and the runs of `%track view QUERY --compare A B ...`."""
    at = words.index("--compare") if "--compare" in words else len(words)
    query, runs = words[:at], words[at + 1 :]
    wrong = next((word for word in [*query, *runs] if word.startswith("--")), None)
    if wrong is not None:
        raise UsageError(f"There is no option {wrong} here.", hint="%track view [QUERY] [--compare A B ...]")
    if at < len(words) and len(runs) < 2:
        raise UsageError("Compare which runs?", hint="%track view --compare A B")
    return " ".join(query), runs


def _names(words: list[str]) -> list[str]:
    names = [name for word in words for name in word.split(",") if name]
    wrong = [name for name in names if not all(part.isidentifier() for part in name.split("."))]
    if wrong or not names:
        raise UsageError(f"{wrong[0]!r} is not a name." if wrong else "Which names?", hint="%track params lr epochs")
    return names


__all__ = ["HELP", "Tracker", "load", "split", "unload"]
