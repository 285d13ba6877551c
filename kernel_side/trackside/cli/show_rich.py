"""One run on a terminal: head, metrics with their curves, parameters, files, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trackside.card_words import format_duration, format_moment, format_number, format_value
from trackside.cli import words
from trackside.cli.listing_rich import STYLES
from trackside.compare import describe_input
from trackside.metrics import sparkline
from trackside.row import metric_number

if TYPE_CHECKING:
    from trackside.contract import Details, Experiment


def show_details(found: Details) -> None:
    """Print one run."""
    console = Console(highlight=False, markup=False, emoji=False)
    experiment = found["experiment"]
    console.print(_head(experiment))
    for part in (_facts(experiment), _metrics(experiment), _params(experiment), _files(experiment)):
        if part is not None:
            console.print()
            console.print(part)
    for line in _warnings(experiment):
        console.print(line)


def _head(experiment: Experiment) -> Text:
    record, noted = experiment["record"], experiment["annotations"]
    text = Text(words.safe(experiment["name"]), style="bold")
    text.append(f"  {record['status']}", style=STYLES.get(record["status"], ""))
    text.append(" ★" if noted["star"] else "", style="yellow")
    text.append("  archived" if noted["archived"] else "", style="dim")
    if record["title"]:
        text.append(f"\n{words.safe(record['title'])}", style="")
    if experiment["problem"]:
        text.append(f"\n{words.safe(experiment['problem'])}", style="red")
    return text


def _facts(experiment: Experiment) -> Table:
    record, noted = experiment["record"], experiment["annotations"]
    environment = record["environment"]
    facts = [
        ("started", f"{format_moment(record['started'])}, took {format_duration(record['duration'])}"),
        ("also called", (noted["alias"] or "") if noted["alias"] != experiment["name"] else ""),
        ("by", record["author"]["name"]),
        ("notebook", f"{record['notebook'] or '–'}, {record['cells']['executed']} cells executed"),
        ("on", f"{(record['baseline'] or '–')[:12]} {record['branch'] or ''}".strip()),
        ("commit", (experiment["oid"] or "in its journal")[:12]),
        ("environment", f"Python {environment['python']}, {environment['platform']}" if environment else ""),
        ("tags", ", ".join(noted["tags"])),
        ("note", noted["note"] or record["note"]),
    ]
    table = _grid()
    for name, value in facts:
        if value:
            table.add_row(Text(name, style="dim"), words.safe(value))
    return table


def _metrics(experiment: Experiment) -> Table | None:
    metrics = experiment["record"]["metrics"]
    if not metrics:
        return None
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("metric", "", "last", "min", "max", "points"):
        table.add_column(name, no_wrap=True, justify="left" if name in ("metric", "") else "right")
    for name, fact in metrics.items():
        numbers = [metric_number([fact[key]]) for key in ("last", "min", "max")]
        shown = ["–" if number is None else format_number(number) for number in numbers]
        table.add_row(
            words.safe(name), Text(sparkline(fact["spark"], 24), style="cyan"), Text(shown[0], style="bold"),
            shown[1], shown[2], str(fact["count"]),
        )  # fmt: skip
    return table


def _params(experiment: Experiment) -> Table | None:
    params = experiment["record"]["params"]
    if not params:
        return None
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("parameter", "value", "from"):
        table.add_column(name)
    for name, fact in sorted(params.items(), key=lambda item: (item[1]["box"] != "params", item[1]["box"])):
        source = fact["origin"] if fact["box"] == "params" else f"{fact['origin']}, {fact['box']}"
        style = "" if fact["box"] == "params" else "dim"
        table.add_row(words.safe(name), format_value(fact["value"], 60), Text(source, style="dim"), style=style)
    return table


def _files(experiment: Experiment) -> Table | None:
    record = experiment["record"]
    table = _grid()
    for what in ("changed", "added", "deleted"):
        paths = record["files"][what]
        if paths:
            table.add_row(
                Text(what, style="dim"), words.safe(", ".join(paths[:12])) + (", …" if len(paths) > 12 else "")
            )
    for input_ in record.get("inputs", ()):
        told = f"{input_['path']} ({describe_input(input_)}, {input_['origin']})"
        table.add_row(Text("input", style="dim"), words.safe(told))
    for item in record["artifacts"]:
        table.add_row(
            Text("artifact", style="dim"), words.safe(f"{item['path']} ({words.size(item['size'])}, {item['stored']})")
        )
    if record["figures"]:
        table.add_row(
            Text("figures", style="dim"), words.safe(", ".join(item["name"] for item in record["figures"][:12]))
        )
    return table if table.row_count else None


def _warnings(experiment: Experiment) -> list[Text]:
    record = experiment["record"]
    said = [(warning["message"], warning["hint"]) for warning in record["warnings"]]
    said += [(flag["message"], "") for flag in record["order"] if flag["level"] == "warning"]
    said += [(f"Not captured: {item['path']}: {item['reason']}", "") for item in record["files"]["not_captured"][:5]]
    return [
        Text.assemble(("! ", "yellow"), words.safe(message), (f"  {words.safe(hint)}" if hint else "", "dim"))
        for message, hint in said
    ]


def _grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    return table
