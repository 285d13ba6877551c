"""`trackside.toml`: what a team says once for everybody, tracked in the repository (`docs/settings.md`).

Unknown keys and wrong types are told as problems and passed over: a typo must not cost anybody a run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FILE: Final = "trackside.toml"
_DIRECTIONS: Final = ("higher", "lower", "unknown")
_FORGES: Final = ("github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the repository asks for; sizes in bytes. `problems` are sentences about what was not understood."""

    ignore: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    main_metric: str = ""
    artifacts: tuple[str, ...] = ()
    artifact_in_git: int = 1_000_000
    added_file: int = 1_000_000
    added_total: int = 20_000_000
    changed_file: int = 50_000_000
    #: The table [check] as it is written; `trackside check` understands it and tells what is wrong in it.
    check: Mapping[str, Any] = field(default_factory=dict)
    #: Host, with port or path where it needs one ("git.example.org", "example.org/gitlab") → forge.
    forges: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_settings(toplevel: Path | None) -> Settings:
    """Read the repository's settings; those of a file that is absent, unreadable or no TOML are the defaults."""
    if toplevel is None:
        return Settings()
    try:
        text = (toplevel / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        return Settings(problems=(f"{FILE} cannot be read: {error}.",))
    return parse_settings(text)


def parse_settings(text: str) -> Settings:
    """Read the text of a `trackside.toml`."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        stored = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(problems=(f"{FILE} is not valid TOML: {error}.",))
    found: dict[str, Any] = {}
    problems: list[str] = []
    for table, keys in stored.items():
        if table == "check" and isinstance(keys, dict):
            found["check"] = keys
            continue
        if not isinstance(keys, dict) or table not in _TABLES:
            problems.append(f"{FILE}: there is no table [{table}].")
            continue
        if table == "directions":
            found["directions"] = {name: value for name, value in keys.items() if value in _DIRECTIONS}
            problems += [
                f"{FILE}: the direction of {name} must be higher, lower or unknown."
                for name, value in keys.items()
                if value not in _DIRECTIONS
            ]
            continue
        if table == "forges":
            found["forges"] = {host.lower().strip("/"): name for host, name in keys.items() if name in _FORGES}
            problems += [
                f"{FILE}: the forge of {host} must be one of {', '.join(_FORGES)}."
                for host, name in keys.items()
                if name not in _FORGES
            ]
            continue
        for key, value in keys.items():
            known = _TABLES[table].get(key)
            if known is None:
                problems.append(f"{FILE}: [{table}] has no {key}.")
            elif known[1] == "names" and isinstance(value, list) and all(isinstance(item, str) for item in value):
                found[known[0]] = tuple(value)
            elif known[1] == "text" and isinstance(value, str):
                found[known[0]] = value
            elif known[1] == "megabytes" and type(value) in (int, float) and 0 <= value <= 1_000_000:
                found[known[0]] = int(value * 1_000_000)
            else:
                wanted = {"names": "a list of texts", "text": "a text"}.get(known[1], "a number of megabytes")
                problems.append(f"{FILE}: {key} in [{table}] must be {wanted}.")
    return Settings(**found, problems=tuple(problems))


_TABLES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "capture": {"ignore": ("ignore", "names"), "hide": ("hide", "names"), "pin": ("pin", "names")},
    "directions": {},
    "forges": {},
    "table": {"main_metric": ("main_metric", "text")},
    "artifacts": {"keep": ("artifacts", "names"), "git_limit_mb": ("artifact_in_git", "megabytes")},
    "limits": {
        "added_file_mb": ("added_file", "megabytes"),
        "added_total_mb": ("added_total", "megabytes"),
        "changed_file_mb": ("changed_file", "megabytes"),
    },
}
