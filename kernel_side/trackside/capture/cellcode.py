"""A cell as typed becomes Python: magics, shell lines and help neutralised, line numbers kept. Pure.

IPython's own transformer takes 0.5-2 ms and needs a shell; this one only has to keep what a reader of
assignments and calls needs. Lines are rewritten only where plain Python does not parse.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from trackside.capture.patterns import lazy_pattern

#: Cell magics whose body is this kernel's Python; every other one speaks another language or writes a file.
_PYTHON_MAGICS: Final = frozenset(
    "time timeit capture track prun memit mprun lprun snakeviz pyinstrument scalene debug heat wandb "
    "filprofile mypy skip cache local px scalene_run".split()
)
#: Of those, the ones which run the body in a scope of their own, so that it assigns nothing here.
_OWN_SCOPE: Final = frozenset({"timeit", "px"})
#: Line magics whose argument is Python run in the user's namespace.
_PYTHON_LINES: Final = frozenset({"time", "prun", "memit", "lprun", "mprun"})
_OPTIONS: Final = lazy_pattern(r"(?:\s*-\w+(?:\s*\d+)?(?=\s))*\s*")
_MAGIC: Final = lazy_pattern(r"(\s*)(%%?)\s?([\w.]+)[ \t]*(.*)$")
_ASSIGNED: Final = lazy_pattern(
    r"(\s*)([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*\s*(?::[^=]+)?)=\s*(?:%\s?[A-Za-z]|!)[^=]"
)
_HELP: Final = lazy_pattern(r"\s*(?:\?{1,2}\s*[\w.*%]+|%{0,2}[\w.*\[\]'\"()]+\s*\?{1,2})\s*(?:#.*)?$")
_PROMPT: Final = lazy_pattern(r"\s*(?:>>> ?|In \[\d+\]: ?)")
_CONTINUED: Final = lazy_pattern(r"\s*\.\.\.:? ?")
_AUTOCALL: Final = lazy_pattern(r"(\s*)[,;/][A-Za-z_]")
#: Names the kernel gets from a magic, which no statement shows.
_CAPTURES: Final = lazy_pattern(r"\s*%%capture\s+(?:--?[\w-]+\s+)*([A-Za-z_]\w*)")
_ESCAPE: Final = lazy_pattern(r"\\(.|\n)", re.DOTALL)
_ESCAPES: Final = frozenset("\\'\"abfnrtvxuUN01234567\n\r")
#: A longer cell is data; its tree would take half a second and 100 MB for each megabyte.
_LONGEST: Final = 250_000
_MOST_FAULTS: Final = 20

_last: tuple[str, str | None, ast.Module | None] = ("", "", ast.Module(body=[], type_ignores=[]))


def parse_cell(source: str) -> ast.Module | None:
    """Parse a cell as typed; None when it is not Python even without its magics.

    A cell in another language (`%%bash`, `%%html`) gives an empty module. The last cell is remembered,
    so the rules which look at the same cell share one tree; nobody may change it.
    """
    return _parsed(source)[2]


def python_source(source: str) -> str | None:
    """Return the Python that `parse_cell` parsed, or None where it does not parse."""
    return _parsed(source)[1]


def magic_commands(source: str) -> list[str]:
    """List the magics of a cell, without the percent signs: `%run x.py` gives "run"."""
    if "%" not in source:
        return []
    found = (_MAGIC().match(line) or _inline_magic(line) for line in source.split("\n") if "%" in line)
    return [match.group(3) for match in found if match]


def captured_name(source: str) -> str | None:
    """Return NAME of `%%capture NAME`, which binds a name no statement shows."""
    match = _CAPTURES().match(source)
    return match.group(1) if match else None


def _inline_magic(line: str) -> re.Match[str] | None:
    at = line.find("=")
    return _MAGIC().match(line[at + 1 :]) if at >= 0 and _ASSIGNED().match(line) else None


def _parsed(source: str) -> tuple[str, str | None, ast.Module | None]:
    global _last
    known = _last  # read once: the writer thread parses too
    if known[0] != source:
        text, tree = _parse(source)
        known = _last = (source, text, tree)
    return known


def _parse(source: str) -> tuple[str | None, ast.Module | None]:
    if len(source) > _LONGEST:
        return None, None
    body = _without_cell_magic(source) if source.lstrip().startswith("%%") else source
    for text in _readings(body):
        tree = _try(text)
        if tree is not None:
            return text, tree
    return None, None


def _readings(text: str) -> Iterator[str]:
    """Give ever freer readings of a cell: as it is, dedented, without magics, without the lines at fault."""
    yield text
    plain = _without_prompts(_dedented(text))
    if plain != text:
        yield plain
    yield _without_magics(plain)
    yield _without_faults(plain)


def _try(text: str) -> ast.Module | None:
    try:
        return ast.parse(_with_valid_escapes(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _with_valid_escapes(text: str) -> str:
    """Double the backslash of "\\d", so that parsing warns of nothing: Python has warned the user already.

    Silencing by `warnings.catch_warnings` would make Python forget which warnings it has shown, for all code.
    """
    if "\\" not in text:
        return text
    return _ESCAPE().sub(lambda m: m.group() if m.group(1) in _ESCAPES else "\\" + m.group(), text)


def _without_cell_magic(text: str) -> str:
    lines = text.split("\n")
    at = next(index for index, line in enumerate(lines) if line.strip())
    match = _MAGIC().match(lines[at])
    name = match.group(3) if match else ""
    if name not in _PYTHON_MAGICS:
        return ""
    if name in _OWN_SCOPE:
        body = [f"    {line}" for line in lines[at + 1 :]]
        return "\n".join([*([""] * at), "def _magic():", *body, "    pass"])
    lines[at] = ""
    rest = "\n".join(lines)
    return _without_cell_magic(rest) if rest.lstrip().startswith("%%") else rest


def _dedented(text: str) -> str:
    """Drop the indent of the first line from all, as IPython does with a pasted block."""
    lines = text.split("\n")
    indent = next((line[: len(line) - len(line.lstrip())] for line in lines if line.strip()), "")
    if not indent:
        return text
    return "\n".join(line[len(indent) :] if line.startswith(indent) else line for line in lines)


def _without_prompts(text: str) -> str:
    lines = text.split("\n")
    if not any(_PROMPT().match(line) for line in lines[:3]):
        return text
    return "\n".join(_CONTINUED().sub("", _PROMPT().sub("", line, count=1), count=1) for line in lines)


def _without_magics(text: str) -> str:
    lines = text.split("\n")
    out: list[str] = []
    swallow = False
    for line in lines:
        if swallow:
            out.append("")
        else:
            out.append(_plain_line(line))
        special = swallow or out[-1] is not line
        swallow = special and line.rstrip().endswith("\\")
    return "\n".join(out)


def _without_faults(text: str) -> str:
    """Turn only the lines Python stumbles over: a line which starts with `%` may continue an expression."""
    lines = text.split("\n")
    for _ in range(_MOST_FAULTS):
        try:
            ast.parse(_with_valid_escapes("\n".join(lines)))
        except SyntaxError as fault:
            at = (fault.lineno or 0) - 1
            plain = _plain_line(lines[at]) if 0 <= at < len(lines) else ""
            if not 0 <= at < len(lines) or plain == lines[at]:
                break
            lines[at] = plain
        except (ValueError, RecursionError, MemoryError):
            break
        else:
            break
    return "\n".join(lines)


def _plain_line(line: str) -> str:
    """Turn one line of IPython's own syntax into Python of the same indent; other lines stay the same object."""
    stripped = line.lstrip()
    if not stripped:
        return line
    indent = line[: len(line) - len(stripped)]
    head = stripped[0]
    if head == "%":
        match = _MAGIC().match(line)
        if match and match.group(3) in _PYTHON_LINES:
            rest = match.group(4)
            options = _OPTIONS().match(rest)
            body = rest[options.end() :] if options else rest
            return indent + body if body and _try(body) is not None else f"{indent}pass"
        return f"{indent}pass" if match else line
    if head == "!" or _HELP().match(line) or _AUTOCALL().match(line):
        return f"{indent}pass"
    match = _ASSIGNED().match(line)
    if match:
        return f"{indent}{match.group(2).rstrip()} = get_ipython().magic()"
    return line
