"""Measure the capture rules against the labelled notebooks and write the tables into `docs/capture.md`.

    python -m corpus.evaluate [--repositories FOLDER] [--run] [--write] [--wrong]

Static: every labelled notebook is read cell by cell with stand-ins for what it would import and make; nothing
of it is run. `--run`: those of them which the corpus can run are run with the two lines first, and the record
of the experiment is judged. Notebooks that are only in repositories need clones of these (`labels.py`);
without them the tables say of how many notebooks they are.

Run it with the Python of the corpus environment, which `python -m corpus.fetch` names.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from corpus import fetch, running
from corpus.labels import (
    Label,
    Result,
    Setting,
    code_cells,
    find_result,
    find_setting,
    read_labels,
    read_notebook,
)
from corpus.standins import Namespace

from trackside.capture.cellcode import parse_cell
from trackside.capture.exact import NOTHING
from trackside.capture.measures import find_metrics
from trackside.capture.parameters import find_parameters
from trackside.capture.printed import find_printed

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "capture.md"
_BEGIN: Final = "<!-- {} figures, written by tests/corpus/evaluate.py -->"
_END: Final = "<!-- end of {} figures -->"


@dataclass(slots=True)
class Tally:
    """What one way of judging counted."""

    notebooks: int = 0
    projects: set[str] = field(default_factory=set)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(rule, "hyperparameter" | "config" | "data" | "wrong") → how often, for values shown as parameters."""
    true: int = 0
    caught: Counter[str] = field(default_factory=Counter)
    """Rule → true hyperparameters which it was the first to find."""
    metrics: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(origin, "right" | "wrong") → found metrics."""
    main: int = 0
    main_found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def judge_parameters(label: Label, found: Iterable[tuple[str, Any, str, str]], tally: Tally) -> None:
    """Count found (name, value, rule, box) against a notebook's labels, each value once."""
    caught: dict[int, str] = {}
    seen: set[str] = set()
    for name, value, rule, box in found:
        for one in _values(value, label.settings, name):
            key = f"{name}={one!r}"
            if key in seen:
                continue
            seen.add(key)
            setting = find_setting(name, one, rule, label.settings)
            if setting is not None and setting.kind == "hyperparameter" and box == "params":
                for index, true in enumerate(label.settings):
                    if true.kind == "hyperparameter" and find_setting(name, one, rule, (true,)) is not None:
                        caught.setdefault(index, rule)
            if box != "params":
                continue
            verdict = setting.kind if setting is not None else "wrong"
            tally.found[rule, verdict] += 1
            if verdict in ("wrong", "data"):
                tally.wrong.append(f"{label.id}: {rule} {name} = {one!r} ({verdict})")
    distinct: dict[str, list[int]] = {}
    for index, setting in enumerate(label.settings):
        if setting.kind == "hyperparameter":
            distinct.setdefault(f"{setting.name}={setting.value!r}", []).append(index)
    tally.true += len(distinct)
    for key, indexes in distinct.items():
        rules = [caught[index] for index in indexes if index in caught]
        if rules:
            tally.caught[rules[0]] += 1
        else:
            setting = label.settings[indexes[0]]
            tally.missed.append(f"{label.id}: cell {setting.cell} {key} in {setting.where}")


def judge_metrics(label: Label, found: Iterable[tuple[str, int | None, str]], tally: Tally) -> None:
    """Count found (name, cell or None, origin) against the results a notebook reports."""
    best: Result | None = None
    origin_of_best = ""
    for name, cell, origin in found:
        result = find_result(name, cell, label.results)
        tally.metrics[origin, "right" if result else "wrong"] += 1
        if result is None:
            tally.wrong.append(f"{label.id}: {origin} metric {name}")
        elif result.main and (best is None or origin_of_best == "printed"):
            best, origin_of_best = result, origin
    if any(result.main for result in label.results):
        tally.main += 1
        if best is None:
            main = next(result for result in label.results if result.main)
            tally.missed.append(f"{label.id}: main metric {main.names[0]} ({main.how}) in cell {main.cell}")
        else:
            tally.main_found[origin_of_best] += 1


def judge_statically(labels: Iterable[Label], repositories: Path | None) -> Tally:
    """Judge every labelled notebook that is here by reading it."""
    tally = Tally()
    for label in labels:
        notebook = read_notebook(label, repositories)
        if notebook is None:
            continue
        tally.notebooks += 1
        tally.projects.add(label.project)
        cells = list(code_cells(notebook))
        trees = [parse_cell(source) for _, source, _ in cells]
        namespace = Namespace(tree for tree in trees if tree is not None)
        found: list[tuple[str, Any, str, str]] = []
        metrics: dict[tuple[str, int, str], None] = {}
        for (number, _, outputs), tree in zip(cells, trees, strict=True):
            if tree is not None:
                namespace.run(tree)
                found += [(f.name, f.value, f.rule, f.box) for f in find_parameters(tree, namespace.names)]
                shown = find_metrics(tree, namespace.names, displayed=_displayed(outputs))
                metrics.update(((one.name, number, "shown"), None) for one in shown if one.rule == "shown")
            printed = find_printed("".join(_stdout(output) for output in outputs))
            metrics.update(((one.label, number, "printed"), None) for one in printed)
        judge_parameters(label, found, tally)
        judge_metrics(label, metrics, tally)
    return tally


def judge_by_running(labels: Iterable[Label], say: Callable[[str], None]) -> Tally:
    """Judge the labelled notebooks that run, by the record of their experiment."""
    fetch.fetch()
    python = fetch.interpreter()
    runnable = {(notebook.package, notebook.path): notebook for notebook in fetch.notebooks()}
    tally = Tally()
    for label in labels:
        notebook = runnable.get((label.source.get("package", ""), label.source["path"]))
        if notebook is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            record = running.run_tracked(notebook.file, Path(folder) / "run", python, timeout=180).record
        say(f"{label.id}: {len(record['params'])} parameters, {sorted(record['metrics'])}")
        tally.notebooks += 1
        tally.projects.add(label.project)
        judge_parameters(label, _recorded(record), tally)
        metrics = record["metrics"].items()
        judge_metrics(label, [(name, None, metric["origin"]) for name, metric in metrics], tally)
    return tally


def table(tally: Tally) -> str:
    """Write a tally as Markdown."""
    lines = [
        f"{tally.notebooks} notebooks of {len(tally.projects)} projects, {tally.true} true hyperparameters"
        " (distinct name and value in a notebook).",
        "",
        "| rule | found | hyperparameter | + config | share of all true ones |",
        "|---|---|---|---|---|",
    ]
    rules = sorted({rule for rule, _ in tally.found})
    for rule in [*rules, "all"]:
        counts: Counter[str] = Counter()
        for (one, verdict), count in tally.found.items():
            if rule in (one, "all"):
                counts[verdict] += count
        total = sum(counts.values())
        caught = sum(tally.caught.values()) if rule == "all" else tally.caught[rule]
        right = counts["hyperparameter"]
        lines.append(
            f"| {rule} | {total} | {_percent(right, total)} | {_percent(right + counts['config'], total)} "
            f"| {_percent(caught, tally.true)} |"
        )
    lines += [
        "",
        "| metrics | found | right | main result of its notebook found by it |",
        "|---|---|---|---|",
    ]
    for origin in sorted({origin for origin, _ in tally.metrics}):
        right, wrong = tally.metrics[origin, "right"], tally.metrics[origin, "wrong"]
        share = f"{tally.main_found[origin]} of {tally.main}"
        lines.append(f"| {origin} | {right + wrong} | {_percent(right, right + wrong)} | {share} |")
    return "\n".join(lines)


def write_table(page: str, name: str, text: str) -> str:
    """Put a table between its markers; a page without them is left alone with an error."""
    begin, end = _BEGIN.format(name), _END.format(name)
    head, found_begin, rest = page.partition(begin)
    _, found_end, tail = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"the page has no markers for the {name} figures")
    return f"{head}{begin}\n{text}\n{end}{tail}"


def _values(value: Any, settings: tuple[Setting, ...], name: str) -> list[Any]:
    """Take a list apart when it stands for several settings of one name, not for one list."""
    last = name.rpartition(".")[2]
    known = [setting.value for setting in settings if setting.name == last or last in setting.aliases]
    if isinstance(value, list) and value and known and not any(isinstance(one, list) for one in known):
        return value
    return [value]


def _recorded(record: dict[str, Any]) -> list[tuple[str, Any, str, str]]:
    found = []
    for name, fact in record["params"].items():
        for value in fact.get("values") or [fact["value"]]:
            found.append((name, value, fact.get("rule", fact["origin"]), fact["box"]))
    return found


def _displayed(outputs: list[Any]) -> object:
    """Return the number a notebook shows as the value of a cell's last line, as its text says it."""
    for output in outputs:
        if output.get("output_type") == "execute_result":
            try:
                return float("".join(output["data"].get("text/plain", "")))
            except ValueError:
                return NOTHING
    return NOTHING


def _stdout(output: Any) -> str:
    if output.get("output_type") != "stream" or output.get("name") != "stdout":
        return ""
    return "".join(output["text"])


def _percent(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / whole:.0f} %" if whole else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repositories", type=Path, help="folder with clones of the labelled repositories")
    parser.add_argument("--run", action="store_true", help="also run the notebooks that run")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/capture.md")
    parser.add_argument("--wrong", action="store_true", help="list what was found wrongly and what was missed")
    options = parser.parse_args()
    labels = read_labels()
    tallies = {"static": judge_statically(labels, options.repositories)}
    if options.run:
        tallies["run"] = judge_by_running(labels, print)
    page = PAGE.read_text(encoding="utf-8") if options.write else ""
    for name, tally in tallies.items():
        print(f"\n## {name}\n\n{table(tally)}")  # noqa: T201  # a command's answer
        if options.wrong:
            print("\n".join(["", "wrong:", *tally.wrong, "", "missed:", *tally.missed]))  # noqa: T201  # likewise
        if options.write:
            page = write_table(page, name, table(tally))
    if options.write:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
