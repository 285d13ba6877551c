"""The words of a filter, one after the other, and the sentence for one that does not belong. Pure."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from trackside.errors import UsageError

_LONGEST: Final = 10_000
_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?P<unit>[a-zA-Z]*)
  | (?P<name>[^\W\d][\w]*(?:\.[\w/-]+(?<![-/]))*)
  | \.(?P<place>last|min|max|count)\b
  | (?P<op>==|!=|<=|>=|!~|[<>~()\[\],=]|&&|\|\||!)
    )""",
    re.VERBOSE,
)
_UNITS: Final = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


class Token(NamedTuple):
    """One word: its kind, how it is written, where it stands, what it is worth."""

    kind: str
    text: str
    at: int
    value: Any = None


class Words:
    """The words of a text, read from left to right; UsageError `query` with the place of what is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > _LONGEST:
            raise UsageError("The filter is longer than 10,000 characters.", code="query")
        self.tokens = self._tokenize()
        #: Number of the next word.
        self.next = 0

    def _tokenize(self) -> list[Token]:
        tokens = []
        position, end = 0, len(self.text.rstrip())
        while position < end:
            match = _TOKEN.match(self.text, position)
            if match is None:
                at = position + len(self.text[position:]) - len(self.text[position:].lstrip())
                quoted = self.text[at] in "\"'"
                raise self.wrong(at, "This text is not closed." if quoted else f"{self.text[at]!r} means nothing here.")
            kind = match.lastgroup or ""
            if kind == "unit":
                kind = "number"
            tokens.append(self._read(kind, match))
            position = match.end()
        tokens.append(Token("end", "", end))
        return tokens

    def _read(self, kind: str, match: re.Match[str]) -> Token:
        text, at = match[kind], match.start(kind)
        if kind == "text":
            return Token(kind, text, at, re.sub(r"\\(.)", r"\1", text[1:-1]))
        if kind == "number":
            value = float(text) if re.search(r"[.eE]", text) else int(text[:400])
            unit = match["unit"]
            if unit and unit not in _UNITS:
                raise self.wrong(at, f"{text + unit!r} is no number or duration.", "Durations: 30s, 5m, 2h, 3d, 1w.")
            return Token(kind, text, at, value * _UNITS[unit] if unit else value)
        if kind == "name" and text in ("and", "or", "not", "in"):
            return Token("op", text, at)
        if kind == "op":
            return Token(kind, {"&&": "and", "||": "or", "!": "not", "=": "=="}.get(text, text), at)
        return Token(kind, text, at)

    def wrong(self, at: int, message: str, hint: str = "") -> UsageError:
        """Return the error for a mistake at a place, with the place drawn beneath the text."""
        line = self.text[max(0, at - 40) : at + 20].replace("\n", " ").replace("\t", " ")
        drawn = f"{line}\n  {' ' * min(at, 40)}^"
        return UsageError(
            f"The filter cannot be read at character {at + 1}: {message}",
            hint=f"{drawn}\n  {hint}" if hint else drawn,
            code="query",
        )

    @property
    def token(self) -> Token:
        """The next word."""
        return self.tokens[self.next]

    def take(self, *texts: str) -> str:
        """Take the next word when it is one of `texts`; '' otherwise."""
        token = self.token
        if token.kind == "op" and token.text in texts:
            self.next += 1
            return token.text
        return ""

    def expect(self, text: str) -> None:
        """Take the next word, which must be `text`."""
        if not self.take(text):
            raise self.wrong(self.token.at, f"{text!r} is missing here.")
