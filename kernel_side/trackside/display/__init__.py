"""What a notebook shows of runs: the card, live while the run is open, and short tables; text in a terminal.

`panel` is the table to work with, `widget` and `carrier` carry it, `still` is what stays of it.

Output of ours is marked (`MARK` in the metadata) so that capture leaves it out of the run it is about.
"""

from __future__ import annotations

import html
import os
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.capture.notebook import find_notebook
from trackside.card import card_bundle, collect_card
from trackside.compare import describe_input
from trackside.journal.reader import Tail
from trackside.metrics import sparkline
from trackside.record import build_record

if TYPE_CHECKING:
    from trackside.capture.hooks import CellHooks
    from trackside.contract import Comparison, Details, Experiment, Listing, Record
    from trackside.recorder import Outcome, Recorder
    from trackside.sharing.told import Shared

MARK: Final = {"trackside": {"own": True}}
_EVERY: Final = 1.0
#: A run this long open is drawn less often: nobody watches, and the fold costs.
_SLOW: Final = 10.0
#: Seconds after which a run that ended and is no experiment is shown as kept in its journal.
_SEALED_WITHIN: Final = 60.0
#: Columns of each kind in the short table; `trackside list` and the panel show all.
_WIDE: Final = 6


def say(text: str) -> None:
    """Say one thing in words."""
    print(f"Trackside: {text}" if "\n" not in text else text)  # noqa: T201  # a cell's output is what the magic has to speak with


def promote(run: str, *, is_trial: bool, **asked: Any) -> None:
    """Promote a run, or say what that would do; `asked` as in `Asked`. That it could not be done is only said."""
    from trackside import api
    from trackside.errors import NotFoundError, TracksideError, UsageError
    from trackside.review.told import preview_lines, promoted_lines

    try:
        lines = list(
            preview_lines(api.preview_promotion(run, **asked))
            if is_trial
            else promoted_lines(api.promote(run, **asked))
        )
    except (UsageError, NotFoundError):
        raise
    except TracksideError as error:
        # The cells after this one have nothing to do with a branch that could not be made or pushed.
        lines = [f"Trackside: {error.message}", *([f"  {error.hint}"] if error.hint else [])]
    print("\n".join(lines))  # noqa: T201  # as `say`


def show_shared(done: Shared) -> None:
    """Say what a push or pull did."""
    from trackside.sharing.wording import conclusion, moved_lines, trouble_lines

    say(plain_lines([*moved_lines(done), *trouble_lines(done), conclusion(done)]))


def plain_lines(lines: list[str]) -> str:
    """Join lines with nothing in them that acts on a screen."""
    from trackside.card_words import plain

    return "\n".join(plain(line, 2_000) for line in lines)


def size(count: int) -> str:
    """Write a number of bytes for people."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def show(shell: Any, bundle: dict[str, Any], *, display_id: str | None = None, update: bool = False) -> None:
    """Publish a MIME bundle as output of ours."""
    if getattr(shell, "kernel", None) is None:
        print(bundle["text/plain"])  # noqa: T201  # a terminal shows text
        return
    transient = {"display_id": display_id} if display_id else {}
    shell.display_pub.publish(data=bundle, metadata=dict(MARK), transient=transient, update=update)


class LiveCard:
    """The card of a run, drawn again while its journal grows, and once more when it has become an experiment."""

    def __init__(self, shell: Any, recorder: Recorder) -> None:
        self._shell, self._recorder = shell, recorder
        self._tail = Tail(recorder.journal.path)
        self._id = f"trackside-{recorder.id}"
        self._previous: Record | None = None
        self._draw("open", update=False)
        threading.Thread(target=self._follow, name="trackside-card", daemon=True).start()

    def _follow(self) -> None:
        try:
            self._previous = _previous(self._record())
            wait = _EVERY
            while self._recorder.is_open:
                time.sleep(wait)
                begun = time.monotonic()
                if self._tail.update():
                    self._draw("open", update=True)
                wait = min(_SLOW, max(_EVERY, 20 * (time.monotonic() - begun)))
            self._draw(self._await_end(), update=True)
        except Exception:
            # The front end went away, or the disk; the run itself is not concerned.
            return

    def _await_end(self) -> Literal["sealed", "kept", "discarded"]:
        deadline = time.monotonic() + _SEALED_WITHIN
        while time.monotonic() < deadline and self._tail.journal.exists():
            self._tail.update()
            if self._tail.run.sealed is not None:
                return "sealed"
            time.sleep(_EVERY / 10)
        return "kept" if self._tail.journal.exists() else "discarded"

    def _record(self) -> Record:
        recorder = self._recorder
        inside = recorder.repository.relative(recorder.notebook) if recorder.repository and recorder.notebook else None
        return build_record(self._tail.run, notebook=inside)

    def _draw(self, state: Literal["open", "sealed", "kept", "discarded"], *, update: bool) -> None:
        self._tail.update()
        sealed = self._tail.run.sealed if state == "sealed" else None
        record = self._record()
        if sealed is not None:
            record["name"] = sealed["ref"].rpartition("/")[2]
        card = collect_card(record, state=state, previous=self._previous, oid=sealed["oid"] if sealed else None)
        show(self._shell, card_bundle(card), display_id=self._id, update=update)


def open_card(shell: Any, recorder: Recorder) -> None:
    """Say that a run has started: a live card where somebody is looking, else one line."""
    from trackside.recorder import untold

    earlier = [untold.pop(0) for _ in range(len(untold))]
    for trouble in [*earlier, *recorder.troubles]:
        say(f"{trouble.message} {trouble.hint}".rstrip())
    if find_notebook(shell).has_front_end:
        LiveCard(shell, recorder)
    else:
        say(f"run {recorder.name} started")


def show_outcome(shell: Any, outcome: Outcome) -> None:
    """Show how a run ended: its card."""
    run = outcome.run
    if outcome.state == "discarded":
        say(f"run {run.name} discarded; nothing of it was kept")
        return
    record, oid = build_record(run, notebook=run.notebook and os.path.basename(run.notebook)), None
    previous = baseline = None
    if outcome.sealed is not None:
        oid = outcome.sealed.oid
        record, previous, baseline = _neighbours(oid, record)
        record["name"] = outcome.sealed.name
    trouble = (outcome.trouble.message, outcome.trouble.hint) if outcome.trouble else None
    card = collect_card(record, state=outcome.state, previous=previous, baseline=baseline, oid=oid, trouble=trouble)
    show(shell, card_bundle(card))


def _neighbours(oid: str, record: Record) -> tuple[Record, Record | None, Record | None]:
    """Return the run as sealed, the one before it, and the one others are compared with."""
    from trackside import api

    try:
        from trackside import reading

        shown = api.runs(limit=200)["experiments"]
        own = next((row for row in shown if row["oid"] == oid), None)
        others = [row for row in shown if row["oid"] != oid and row["source"] != "journal" and row["problem"] is None]
        record = own["record"] if own else record
        baseline = reading.baseline_run(others)
        return record, _before(record, others), baseline["record"] if baseline else None
    except Exception:
        # The experiment exists; a card that cannot compare it is still a card.
        return record, None, None


def _before(record: Record, others: Sequence[Experiment]) -> Record | None:
    """Return the run of the same notebook that started last before this one."""
    return next(
        (
            row["record"]
            for row in others
            if row["record"]["notebook"] == record["notebook"] and row["record"]["started"] <= record["started"]
        ),
        None,
    )


def _previous(record: Record) -> Record | None:
    from trackside import api

    try:
        rows = api.runs(limit=50)["experiments"]
    except Exception:
        # A card without its chips is still a card.
        return None
    return _before(record, [row for row in rows if row["source"] != "journal"])


def show_run(shell: Any, details: Details) -> None:
    """Show the card of any run."""
    row = details["experiment"]
    record = row["record"]
    record["name"] = row["name"]
    state: Literal["open", "sealed"] = "open" if row["source"] == "journal" else "sealed"
    show(shell, card_bundle(collect_card(record, state=state, oid=row["oid"])))


def show_status(recorder: Recorder | None, hooks: CellHooks) -> None:
    """Say what is captured now."""
    if recorder is None:
        say("no run is open; %track starts one")
        return
    tail = Tail(recorder.journal.path)
    tail.update()
    run = tail.run
    place = recorder.repository.toplevel if recorder.repository else "none: the run stays in its journal"
    lines = [
        f"Trackside: run {recorder.name} is open ({run.duration:.0f} s, {len(run.cells)} cells)",
        f"  capture     {'switched off after failures' if hooks.is_off else 'on'}",
        f"  notebook    {recorder.notebook or 'unknown: its executed cells are kept'}",
        f"  repository  {place}",
        f"  parameters  {_some([name for name, found in run.params.items() if found.box == 'params'])}",
        f"  metrics     {_some(run.series)}",
        f"  inputs      {_some([os.path.basename(path) for path in run.declared_inputs])}",
        f"  artifacts   {_some(run.artifacts)}",
        *(f"  warning     {warning['message']}" for warning in run.warnings),
    ]
    say("\n".join(lines))


def _some(names: Sequence[str] | dict[str, Any]) -> str:
    listed = list(names)
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "") or "none"


def show_listing(shell: Any, listing: Listing) -> None:
    """Show runs as a table: what varies, newest first."""
    from trackside.columns import choose_columns

    rows = listing["experiments"]
    if not rows:
        say("no runs yet; %track starts one")
        return
    columns = choose_columns(rows)
    head = ["run", "status", *columns.metrics[:_WIDE], *columns.params[:_WIDE]]
    body = [
        [row["name"], row["problem"] or row["record"]["status"]]
        + [_metric(row, name) for name in columns.metrics[:_WIDE]]
        + [_param(row, name) for name in columns.params[:_WIDE]]
        for row in rows
    ]
    show(shell, table_bundle(head, body))


def show_comparison(shell: Any, comparison: Comparison) -> None:
    """Show compared runs as a table, and say how to open the one to work with."""
    show(shell, comparison_bundle(comparison))
    if find_notebook(shell).has_front_end:
        say(f"%track view --compare {' '.join(run['name'] for run in comparison['runs'])} shows curves and code too")


def comparison_bundle(comparison: Comparison) -> dict[str, str]:
    """Make a table of compared runs: one column a run, only what differs."""
    head = ["", *(run["name"] for run in comparison["runs"])]
    body = [
        [row["name"], *("–" if value is None else number(value) for value in row["values"])]
        for row in comparison["metrics"]
        if row["differs"]
    ]
    body += [
        [row["name"], *(text(value) if there else "–" for value, there in zip(row["values"], row["present"]))]
        for row in comparison["params"]
        if row["differs"]
    ]
    body += [
        [text(f"data {row['path']}"), *(text(describe_input(value) or "–") for value in row["values"])]
        for row in comparison["inputs"]
        if row["differs"]
    ]
    return table_bundle(head, body or [["nothing differs", *("" for _ in comparison["runs"])]])


def table_bundle(head: Sequence[str], body: Sequence[Sequence[str]]) -> dict[str, str]:
    """Make a table for a notebook and for a terminal; every cell is text."""
    widths = [max(len(row[index]) for row in [head, *body]) for index in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [head, *body]]

    def row_of(cells: Sequence[str], tag: str) -> str:
        style = "text-align:left;padding:2px 12px 2px 0;white-space:nowrap"
        return "<tr>" + "".join(f'<{tag} style="{style}">{html.escape(cell)}</{tag}>' for cell in cells) + "</tr>"

    table = f"<table>{row_of(head, 'th')}{''.join(row_of(row, 'td') for row in body)}</table>"
    return {"text/plain": "\n".join(lines), "text/html": table}


def _metric(row: Experiment, name: str) -> str:
    fact = row["record"]["metrics"].get(name)
    if fact is None:
        return ""
    return f"{number(fact['last'])} {sparkline(fact['spark'], 8)}".rstrip()


def _param(row: Experiment, name: str) -> str:
    fact = row["record"]["params"].get(name)
    return text(fact["value"]) if fact else ""


def number(value: object) -> str:
    """Write a metric's value: five significant digits."""
    return f"{value:.5g}" if isinstance(value, (int, float)) else str(value)


def text(value: object) -> str:
    """Write a parameter's value in one short line."""
    line = " ".join(str(value).split())
    return line if len(line) <= 40 else f"{line[:39]}…"
