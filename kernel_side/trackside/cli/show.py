"""`trackside show`: everything about one run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here
from trackside.compare import describe_input
from trackside.reading import details

if TYPE_CHECKING:
    from trackside.contract import Details


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run", nargs="?", default="", metavar="RUN", help="name, its beginning, or commit id; else the newest"
    )
    parser.add_argument("--cells", action="store_true", help="the cells as they were executed, in order")
    add_json(parser)


def _act(options: Namespace) -> int:
    found = details(here(options), options.run)
    if options.json:
        words.write_json(found)
    elif options.cells:
        _write_cells(found)
    elif words.is_terminal():
        from trackside.cli.show_rich import show_details

        show_details(found)
    else:
        words.write_table(["fact", "value"], facts(found))
    return 0


def facts(found: Details) -> list[list[str]]:
    """Return (fact, exact value) of a run, one line each."""
    experiment = found["experiment"]
    record, noted = experiment["record"], experiment["annotations"]
    environment = record["environment"]
    lines: list[tuple[str, object]] = [
        ("name", experiment["name"]),
        ("also called", noted["alias"] if noted["alias"] != experiment["name"] else None),
        ("title", record["title"]),
        ("status", record["status"]),
        ("problem", experiment["problem"]),
        ("commit", experiment["oid"]),
        ("baseline", record["baseline"]),
        ("branch", record["branch"]),
        ("started", words.moment(record["started"])),
        ("duration", record["duration"]),
        ("author", record["author"]["name"]),
        ("notebook", record["notebook"]),
        ("cells", record["cells"]["executed"]),
        ("failed cells", record["cells"]["failed"]),
        ("tags", noted["tags"]),
        ("note", noted["note"] or record["note"]),
        ("star", noted["star"]),
        ("archived", noted["archived"]),
        ("python", environment["python"] if environment else None),
        ("platform", environment["platform"] if environment else None),
        *((f"params.{name}", fact["value"]) for name, fact in record["params"].items()),
        *((f"metrics.{name}", fact["last"]) for name, fact in record["metrics"].items()),
        *(("input", f"{item['path']} ({describe_input(item)})") for item in record.get("inputs", ())),
        *(
            ("artifact", f"{item['path']} ({words.size(item['size'])}, {item['stored']})")
            for item in record["artifacts"]
        ),
        *(("figure", item["path"]) for item in record["figures"]),
        *(("changed file", path) for path in record["files"]["changed"]),
        *(("added file", path) for path in record["files"]["added"]),
        *(("deleted file", path) for path in record["files"]["deleted"]),
        *(("not captured", f"{item['path']}: {item['reason']}") for item in record["files"]["not_captured"]),
        *(("warning", warning["message"]) for warning in record["warnings"]),
        *((f"order {flag['level']}", flag["message"]) for flag in record["order"]),
    ]
    return [[words.safe(name), words.cell(value)] for name, value in lines if value not in (None, "", [])]


def _write_cells(found: Details) -> None:
    for cell in found["cells"]:
        state = "" if cell["ok"] is not False else "  (failed)"
        words.say(f"# In [{cell['count'] if cell['count'] is not None else ' '}]{state}")
        words.say(words.safe(cell["source"], lines=True).rstrip("\n") + "\n")


VERBS: Final = {
    "show": Verb(
        example="trackside show calm-otter-3f",
        arguments=_arguments,
        act=_act,
        more="In a pipe: one fact a line, tab-separated. --json adds the curves and the executed cells.",
    )
}
