"""What `list`, `show`, `compare` and `diff` give every front end: runs of one repository as shapes of the contract.

Reading first finishes what others left: the run of a process that died becomes an experiment before it is listed.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from trackside.encode import json_bytes
from trackside.errors import NotFoundError, TracksideError, UsageError
from trackside.format import FORMAT
from trackside.git.objects import read_objects
from trackside.git.repository import Repository
from trackside.journal.places import journal_folder, list_journals
from trackside.row import Entry, Row, baseline_of, entry_of, rows_of
from trackside.store import Shelf, Store

if TYPE_CHECKING:
    from trackside.contract import CellShown, CodeDiff, Comparison, Details, Experiment, Listing, SeriesPoint
    from trackside.query import Query
    from trackside.run import Run

DEFAULT_SORT: Final = "-started"
#: Runs written at once: about a megabyte, which stays near the processor while it is put together and handed on.
_WRITTEN: Final = 500
_PLAIN: Final = re.compile(r"[A-Za-z0-9/_.-]+\Z")
#: The annotations of a run that nobody annotated, around its own tags.
_UNNOTED: Final = '{"tags":%s,"star":false,"archived":false,"note":"","promoted":null,"alias":null}'
_REQUIREMENTS: Final = ".trackside/requirements.txt"


class OpenRun(NamedTuple):
    """A run that is still in its journal."""

    journal: Path
    run: Run
    experiment: Experiment


class Selection(NamedTuple):
    """The runs a listing shows, in order, and how to read more of them."""

    entries: list[Entry]
    total: int
    baseline: Entry | None
    #: None: every run was asked for.
    query: Query | None
    every: list[Entry]
    store: Store
    shelf: Shelf
    open: list[OpenRun]
    #: What recovery has to say: experiments it made, runs that wait and why.
    said: list[str]

    def rows(self) -> list[Row]:
        """Read what a table needs of the shown runs."""
        return rows_of(self.entries)

    def experiments(self) -> list[Experiment]:
        """Read the shown runs whole."""
        by_ref = {item["ref"]: item for item in self.store.read(self.shelf, self._oids())}
        opened = self._opened()
        return [by_ref[entry.ref] if entry.ref else opened[entry.name] for entry in self.entries]

    def listing(self) -> Listing:
        """Return them as `list --json` tells them."""
        return {
            "format": FORMAT,
            "total": self.total,
            "baseline": self.baseline.name if self.baseline else None,
            "experiments": self.experiments(),
        }

    def listing_json(self) -> Iterator[bytes]:
        """Write `listing` as JSON, in parts; records go from the index to the text unparsed: they were checked once.

        All is read before the first part: what fails, fails with nothing written.
        """
        records = self.store.records(self._oids())
        opened = self._opened()
        unread = {entry.oid: entry.oid for entry in self.entries if entry.oid and entry.oid not in records}
        others = {item["ref"]: item for item in self.store.read(self.shelf, list(unread))} if unread else {}
        baseline = self.baseline.name if self.baseline else None
        yield json_bytes({"format": FORMAT, "total": self.total, "baseline": baseline})[:-1] + b',"experiments":['
        divider = b"\n"
        for begin in range(0, len(self.entries), _WRITTEN):
            some = self.entries[begin : begin + _WRITTEN]
            head_json = _plain_head_json if _are_plain(some) else _head_json
            pieces: list[bytes] = []
            for entry in some:
                record = records.get(entry.oid) if entry.oid else None
                if record is not None:
                    pieces += (divider, head_json(entry), record, b"}")
                else:
                    pieces += (divider, json_bytes(others[entry.ref] if entry.oid else opened[entry.name]))
                divider = b",\n"
            yield b"".join(pieces)
        yield b"\n]}\n"

    def _oids(self) -> list[str]:
        return list(dict.fromkeys(entry.oid for entry in self.entries if entry.oid is not None))

    def _opened(self) -> dict[str, Experiment]:
        return {item.run.name: item.experiment for item in self.open}


def select(
    repository: Repository,
    *,
    query: str = "",
    sort: str = "",
    limit: int | None = None,
    archived: bool = False,
    now: float | None = None,
) -> Selection:
    """Choose the runs to show; archived ones only when asked for, by option or by name in the query."""
    now = time.time() if now is None else now
    wanted = order = None
    if query.strip() or sort not in ("", DEFAULT_SORT):
        # Imported here, as most of what a plain listing does not need.
        from trackside.query import parse_query, parse_sort

        wanted, order = parse_query(query, now=now), parse_sort(sort or DEFAULT_SORT, now=now)
    said, open_runs = _unsealed(repository)
    store = Store(repository)
    shelf = store.recalled_shelf()
    opened = [entry_of(item.experiment) for item in open_runs]
    every = [*opened, *store.entries(shelf)]
    shows_archived = archived or (wanted is not None and "archived" in wanted.fields)
    found = [entry for entry in every if shows_archived or not entry.is_archived]
    if wanted is not None and order is not None:
        try:
            rows = rows_of(found)
        except ValueError:
            # Another program wrote into the index; it is derived, so begin it anew.
            store.index.forget(())
            return select(repository, query=query, sort=sort, limit=limit, archived=archived, now=now)
        by_ref = {(entry.ref, entry.name): entry for entry in found}
        found = [by_ref[row.ref, row.name] for row in order(row for row in rows if wanted.matches(row))]
    else:
        found.sort(key=_started, reverse=True)
    return Selection(
        entries=found if limit is None else found[: max(0, limit)],
        total=len(found),
        baseline=baseline_of(found),
        query=wanted,
        every=every,
        store=store,
        shelf=shelf,
        open=open_runs,
        said=said,
    )


def _started(entry: Entry) -> float:
    return entry.started


def listing(
    repository: Repository, *, query: str = "", sort: str = "", limit: int | None = None, archived: bool = False
) -> Listing:
    """List runs, newest first unless sorted otherwise; `limit` cuts after `total` is counted."""
    return select(repository, query=query, sort=sort, limit=limit, archived=archived).listing()


def baseline_run(experiments: Sequence[Experiment]) -> Experiment | None:
    """Return the run others are compared with: the promoted one that started last, else the oldest."""
    found = baseline_of([entry_of(experiment) for experiment in experiments])
    return next((item for item in experiments if found is not None and item["ref"] == found.ref), None)


def missing_names(selection: Selection) -> list[str]:
    """Say which metrics and parameters a filter speaks of that no run has, with the nearest one that exists."""
    query = selection.query
    if query is None or not (query.metrics or query.params):
        return []
    metrics: set[str] = set()
    params: set[str] = set()
    for row in rows_of(selection.every):
        metrics.update(row.metrics)
        params.update(row.params, row.hidden)
    return unknown_names(query, metrics, params)


def unknown_names(query: Query, metrics: Set[str], params: Set[str]) -> list[str]:
    """Say which names a filter speaks of that are not among those that runs have, with the nearest that is."""
    from difflib import get_close_matches

    said = []
    for kind, asked, known in (("metric", query.metrics, metrics), ("parameter", query.params, params)):
        for name in sorted(asked - known):
            if kind == "metric" and name.rpartition(".")[0] in known:
                continue
            near = get_close_matches(name, known, 1)
            said.append(f"No run here has a {kind} {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
    return said


def details(repository: Repository, name: str = "") -> Details:
    """Read one run whole: by name, by the beginning of its name or commit id, or the newest."""
    opened, oid, store = _find(repository, name)
    if opened is not None:
        return open_details(opened)
    return sealed_details(store, store.read(store.shelf(), [oid])[0])


def open_details(opened: OpenRun) -> Details:
    """Read an open run whole."""
    series: dict[str, list[SeriesPoint]] = {
        metric: [
            {"step": step, "value": _json_number(value), "t": round(when - opened.run.started, 6)}
            for step, value, when in found.points
        ]
        for metric, found in sorted(opened.run.series.items())
    }
    cells: list[CellShown] = [
        {"cell": cell.cell, "id": cell.id, "count": cell.count, "source": cell.source, "ok": cell.ok}
        for cell in opened.run.cells
    ]
    return {"format": FORMAT, "experiment": opened.experiment, "series": series, "cells": cells}


def sealed_details(store: Store, experiment: Experiment) -> Details:
    """Read an experiment whole, beyond what was read of it already."""
    oid = experiment["oid"] or ""
    if experiment["source"] == "dvc":
        from trackside.foreign_record import series_from_tree

        return {
            "format": FORMAT,
            "experiment": experiment,
            "series": {
                metric: [{"step": step, "value": _json_number(value), "t": None} for step, value in points]
                for metric, points in series_from_tree(*store.tree_reader(oid)).items()
            },
            "cells": [],
        }
    files = store.details(oid)
    return {
        "format": FORMAT,
        "experiment": experiment,
        "series": _curves(experiment, files),
        "cells": _cells(files.get(".trackside/executed.ipynb")),
    }


def comparison(repository: Repository, names: Sequence[str]) -> Comparison:
    """Set two or more runs side by side; the first is the one compared with."""
    from trackside.compare import compare_experiments, requirements_of

    if len(names) < 2:
        raise UsageError("Two runs or more are needed to compare.", hint="trackside compare A B")
    experiments, packages = [], []
    for name in names:
        opened, oid, store = _find(repository, name)
        if opened is not None:
            experiments.append(opened.experiment)
            packages.append(open_packages(opened))
        else:
            experiments.append(store.read(store.shelf(), [oid])[0])
            found = next(read_objects(repository, [f"{oid}:{_REQUIREMENTS}"]))
            packages.append(requirements_of(found.data if found else None))
    return compare_experiments(experiments, packages)


def code_diff(repository: Repository, before: str, after: str = "") -> CodeDiff:
    """Tell the files and notebook cells that differ between two runs; with one name, from its baseline commit to it."""
    from trackside.source_diff import diff_commits

    store = Store(repository)
    ref, oid = store.find(before)
    if after:
        other, other_oid = store.find(after)
        return diff_commits(repository, oid, other_oid, before=ref.name, after=other.name)
    parent = store.parent(oid)
    return diff_commits(repository, parent, oid, before=parent[:12], after=ref.name)


def _unsealed(repository: Repository) -> tuple[list[str], list[OpenRun]]:
    """Finish what dead processes left; return what is to be said of it, and the runs still in their journals."""
    if not list_journals(journal_folder(repository)) and not list_journals(journal_folder(None)):
        return [], []
    from trackside.recovery import is_sealed, open_runs, recover

    done = recover(repository)
    said = [f"Recovered the run {sealed.name}." for sealed in done.sealed]
    reasons: dict[Path, TracksideError] = dict(done.waiting)
    found = []
    for journal, run in open_runs(repository):
        if run.sealed is None and not is_sealed(journal):
            found.append(OpenRun(journal, run, open_experiment(repository, run, reasons.get(journal))))
    known = {item.journal for item in found}
    said += [f"{journal.name} waits: {error.message}" for journal, error in done.waiting if journal not in known]
    return said, found


def open_experiment(repository: Repository, run: Run, reason: TracksideError | None) -> Experiment:
    """Return a run that is still in its journal as a row; `reason` is why it waits there after its end."""
    from trackside.record import build_record

    record = build_record(run, notebook=repository.relative(run.notebook) if run.notebook else None)
    if reason is not None and record["status"] == "open":
        record["status"] = "interrupted"
    return {
        "name": run.name,
        "oid": None,
        "ref": None,
        "source": "journal",
        "problem": f"It waits in its journal: {reason.message}" if reason else None,
        "annotations": {
            "tags": list(record["tags"]), "star": False, "archived": False, "note": record["note"], "promoted": None,
            "alias": None,
        },
        "record": record,
    }  # fmt: skip


def _find(repository: Repository, name: str) -> tuple[OpenRun | None, str, Store]:
    """Find a run by name, or the newest: an open one, or the commit of an experiment."""
    _, open_runs = _unsealed(repository)
    store = Store(repository)
    if name:
        named = [item for item in open_runs if name in (item.run.name, item.run.id)]
        return (named[-1], "", store) if named else (None, store.find(name)[1], store)
    newest = max(store.entries(store.shelf()), key=_started, default=None)
    if open_runs and (newest is None or open_runs[-1].run.started >= newest.started):
        return open_runs[-1], "", store
    if newest is None or newest.oid is None:
        raise NotFoundError("There are no runs here yet.", hint="`%track` in a notebook, or `trackside run NOTEBOOK`.")
    return None, newest.oid, store


def _curves(experiment: Experiment, files: Mapping[str, bytes]) -> dict[str, list[SeriesPoint]]:
    from trackside.dvcfiles import FOLDER, curve_path, parse_timed_curve

    found: dict[str, list[SeriesPoint]] = {}
    for metric in experiment["record"]["metrics"]:
        data = files.get(f"{FOLDER}/{curve_path(metric)}")
        points = parse_timed_curve(data) if data is not None else []
        found[metric] = [{"step": step, "value": _json_number(value), "t": when} for step, value, when in points]
    return found


def _cells(notebook: bytes | None) -> list[CellShown]:
    """Read the executed cells from the notebook that records them; [] when it is none."""
    try:
        cells = json.loads(notebook or b"{}").get("cells", [])
        return [
            {
                "cell": number,
                "count": cell.get("execution_count"),
                "source": "".join(cell["source"]),
                "ok": not any(output.get("output_type") == "error" for output in cell.get("outputs", [])),
            }
            for number, cell in enumerate(cells, 1)
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def open_packages(opened: OpenRun) -> dict[str, str] | None:
    """Read the packages of an open run; None when they are not known yet."""
    from trackside.journal.reader import SideFiles

    data = SideFiles(opened.journal).read(opened.run.environment) if opened.run.environment else None
    packages = json.loads(data).get("packages") if data else None
    return packages if type(packages) is dict else None


def _json_number(value: float) -> Any:
    if value - value == 0:
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _are_plain(entries: Sequence[Entry]) -> bool:
    """Tell whether no name needs an escape; nearly always so, and told of many at once in the time of a few."""
    return _PLAIN.match("/".join([entry.name for entry in entries])) is not None


def _head_json(entry: Entry) -> bytes:
    """Write an experiment up to its record."""
    name, oid, ref, source, problem, _, tags, _, noted = entry
    said = _UNNOTED % tags if noted is None else json_bytes(noted).decode()
    names = f'"name":{_quoted(name)},"oid":"{oid}","ref":{_quoted(ref)},"source":"{source}"'
    return f'{{{names},"problem":{_quoted(problem)},"annotations":{said},"record":'.encode()


def _plain_head_json(entry: Entry) -> bytes:
    """Write the same of an experiment whose name needs no escape: a ref is its name after digits, so it needs none."""
    name, oid, ref, source, problem, _, tags, _, noted = entry
    if problem is not None or noted is not None:
        return _head_json(entry)
    names = f'"name":"{name}","oid":"{oid}","ref":"{ref}","source":"{source}"'
    return f'{{{names},"problem":null,"annotations":{_UNNOTED % tags},"record":'.encode()


def _quoted(text: str | None) -> str:
    return json_bytes(text).decode()
