"""Text of strangers in Markdown: shown as it is, and nothing in it acts on the forge. Pure.

Mentions, references and addresses are looked for in what a forge has rendered, where a backslash is gone: a space of no
width parts them. Quick actions (`/close` at the beginning of a line) never come to stand there: no text of a stranger
begins a line.
"""

from __future__ import annotations

import re
from typing import Final

from trackside.card_words import plain
from trackside.review.report.forms import Form

#: No width, and no word may be put together over it.
GAP: Final = "\u200b"
#: `$` begins mathematics, `[` a link, `|` a column, `^` a footnote or an alert.
#: An underscore within a word is one in every dialect.
_SPECIAL: Final = re.compile(r"[&<>|`*\[\]~\\$^{}]|(?<!\w)_|_(?!\w)|(?<=_)_|_(?=_)")
_BACKSLASH: Final = re.compile(r"[`*\[\]{}\\|>]|(?<!\w)_|_(?!\w)|(?<=_)_|_(?=_)")
#: Mentions (@), requests and issues (#, GitLab also ! % ~ & $ followed by a word), emoji (:word:), addresses.
_REFERENCE: Final = re.compile(r"([@#!%~&$^])(?=[\w\"'])")
_SHORTHAND: Final = re.compile(r"\b(gh)(-)(?=\d)", re.IGNORECASE)
_EMOJI: Final = re.compile(r":(?=[\w+-]+:)")
_SCHEME: Final = re.compile(r":(?=//)")
_WWW: Final = re.compile(r"\b(www)(?=\.)", re.IGNORECASE)
_START: Final = re.compile(r"^(?:([#+>-])|(\d+)([.)]))")
#: What a code span shows as it is in every dialect, also in a table.
_CODE: Final = re.compile(r"[\w./=+:,()%'\"\-#@*<>\[\]{}&!?;→… ]+\Z")
_LONGEST: Final = 200


def escape(text: str, form: Form, most: int = _LONGEST) -> str:
    """Return text as one line of Markdown that shows it, cut to `most` characters."""
    line = plain(text, most)
    line = _REFERENCE.sub(rf"\1{GAP}", line)
    line = _SHORTHAND.sub(rf"\1{GAP}\2", line)
    line = _EMOJI.sub(f":{GAP}", line)
    line = _SCHEME.sub(f":{GAP}", line)
    line = _WWW.sub(rf"\1{GAP}", line)
    if form.entities:
        line = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", line)
    else:
        # Only one of the two dialects knows `\~`, and only the other strikes out.
        line = line.replace("&", "&amp;").replace("<", "&lt;").replace("~", f"~{GAP}")
        line = _BACKSLASH.sub(lambda match: f"\\{match[0]}", line)
    if line.endswith("#"):
        # At the end of a heading it would be taken for a mark of it.
        line = f"{line[:-1]}\\#"
    return _START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", line)


def code(text: str, form: Form, most: int = _LONGEST) -> str:
    """Return text as a code span where it can be one in every dialect, else as `escape` gives it."""
    line = plain(text, most)
    return f"`{line}`" if _CODE.match(line) and line == line.strip() else escape(text, form, most)


def fence(lines: list[str], language: str) -> str:
    """Return lines as a code block that nothing in them can end; each must begin with a character of ours."""
    body = "\n".join(_line(line) for line in lines)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{body}\n{marks}"


def _line(line: str) -> str:
    """Spell out what would act on a screen; keep leading blanks, which `plain` would fold."""
    return "".join(char if char.isprintable() or char == "\t" else f"\\u{ord(char):04x}" for char in line)
