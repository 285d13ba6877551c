"""The labelled notebooks: what a careful reader calls settings and results, and which one a finding is."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from corpus import fetch

LABELS: Final = Path(__file__).with_name("labels")
UNKNOWN: Final = ...
Kind = Literal["hyperparameter", "config", "data"]
_SEEDS: Final = re.compile(r"(?:^|\.)\w*(?:seed\w*|RandomState|default_rng|random_state|PRNGKey)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One labelled setting; `value` is UNKNOWN where it is no literal, or is data."""

    cell: int
    name: str
    kind: Kind
    where: str
    value: Any = UNKNOWN
    aliases: tuple[str, ...] = ()
    passed: bool = False
    """Its variable is also passed to a call by position, so it may be found under the argument's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Numbers a cell reports: their names ("*": each number of the cell), how, and if it is the main one."""

    cell: int
    names: tuple[str, ...]
    how: Literal["printed", "series", "displayed", "assigned", "fitted", "table"]
    main: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is known of one notebook."""

    id: str
    source: dict[str, str]
    settings: tuple[Setting, ...]
    results: tuple[Result, ...]

    @property
    def project(self) -> str:
        return self.source.get("package") or self.source["repository"]


def read_labels() -> list[Label]:
    """Read every label, by name."""
    return [_read(file) for file in sorted(LABELS.glob("*.json"))]


def read_notebook(label: Label, repositories: Path | None) -> dict[str, Any] | None:
    """Return the very notebook that was labelled; None when it is not here.

    A package's notebook comes out of the cache; a repository's one out of `repositories`, a folder of clones
    called `<owner>+<name>` (bare ones, or with one bare repository inside).
    """
    data: bytes | None = None
    if "package" in label.source:
        for package in fetch.read_packages()["package"]:
            if package["name"] == label.source["package"]:
                file = fetch.unpacked(fetch.cache_folder(), package) / label.source["path"]
                data = file.read_bytes() if file.is_file() else None
    elif repositories is not None:
        folder = repositories / label.source["repository"].replace("/", "+")
        for place in (folder, folder / "repo"):
            command = ["git", "-C", str(place), "cat-file", "blob", label.source["blob"]]
            done = subprocess.run(command, capture_output=True, check=False) if place.is_dir() else None
            if done is not None and done.returncode == 0:
                data = done.stdout
                break
    return json.loads(data) if data is not None else None


def code_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, str, list[Any]]]:
    """Yield number, source and outputs of every code cell; labels count the same way, from 0."""
    number = -1
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            number += 1
            yield number, "".join(cell["source"]), cell.get("outputs", [])


def find_setting(name: str, value: Any, rule: str, settings: tuple[Setting, ...]) -> Setting | None:
    """Return the label that a found parameter is, the best kind first."""
    last = name.rpartition(".")[2]
    order: tuple[Kind, ...] = ("hyperparameter", "config", "data")
    for kind in order:
        for setting in settings:
            if setting.kind == kind and _same_name(last, name, rule, setting) and _same_value(value, setting):
                return setting
    return None


def find_result(name: str, cell: int | None, results: tuple[Result, ...]) -> Result | None:
    """Return the label that a found metric is; the main one first."""
    for result in sorted(results, key=lambda result: not result.main):
        if cell is not None and result.cell != cell:
            continue
        if any(known == "*" or _alike(name, known) for known in result.names):
            return result
    return None


def _read(file: Path) -> Label:
    facts = json.loads(file.read_text(encoding="utf-8"))
    return Label(
        id=file.stem,
        source=facts["source"],
        settings=tuple(
            Setting(**{**fact, "aliases": tuple(fact.get("aliases") or ())}) for fact in facts["parameters"]
        ),
        results=tuple(Result(**{**fact, "names": tuple(fact["names"])}) for fact in facts["metrics"]),
    )


def _same_name(last: str, name: str, rule: str, setting: Setting) -> bool:
    if last == setting.name or last in setting.aliases:
        return True
    if _SEEDS.search(setting.name) and _SEEDS.search(name):
        return True
    return setting.passed and rule in ("R4", "R5", "R7")


def _same_value(value: Any, setting: Setting) -> bool:
    known = setting.value
    if known is UNKNOWN:
        return True
    if isinstance(value, list) and not isinstance(known, list):
        return any(_equal(item, known) for item in value)
    if setting.where == "loop" and isinstance(known, list) and not isinstance(value, list):
        return any(_equal(value, one) for one in known)
    return _equal(value, known)


def _equal(value: Any, known: Any) -> bool:
    if isinstance(value, bool) != isinstance(known, bool):
        return False
    return bool(value == known)


def _alike(name: str, known: str) -> bool:
    one, other = _words(name), _words(known)
    return bool(one) and bool(other) and (one <= other or other <= one)


def _words(text: str) -> set[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)
    return {part.lower() for part in parts} - {"the", "a", "final"}
