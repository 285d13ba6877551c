"""Filter and order of a table of runs, from the text a person wrote. Pure; `docs/query.md` is the language.

A filter is parsed by a small grammar of its own and compiled to closures over a `Row`: nothing of it is ever run
as Python. A run that lacks a value, or has one of another type, fails the comparison; it never raises.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from trackside.errors import UsageError
from trackside.row import COUNT, LAST, MAX, MIN, Row, metric_number

Read = Callable[[Row], Any]
Test = Callable[[Row], bool]

_DEEPEST: Final = 50
_LONGEST: Final = 10_000
_UNITS: Final = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_PLACES: Final = {"last": LAST, "min": MIN, "max": MAX, "count": COUNT}
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
_WORDS: Final = {"true": True, "false": False, "none": None, "null": None, "True": True, "False": False, "None": None}
_SIGNS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "~", "!~", "=", "in"})

FIELDS: Final[dict[str, Callable[[Row, float], Any]]] = {
    "name": lambda row, _: row.name,
    "title": lambda row, _: row.title,
    "status": lambda row, _: row.status,
    "tags": lambda row, _: row.tags,
    "note": lambda row, _: row.note,
    "author": lambda row, _: row.author,
    "email": lambda row, _: row.email,
    "branch": lambda row, _: row.branch,
    "notebook": lambda row, _: row.notebook,
    "baseline": lambda row, _: row.baseline,
    "commit": lambda row, _: row.oid,
    "started": lambda row, _: row.started or None,
    "age": lambda row, now: now - row.started if row.started else None,
    "duration": lambda row, _: row.duration,
    "star": lambda row, _: row.star,
    "archived": lambda row, _: row.archived,
    "promoted": lambda row, _: row.promoted,
    "source": lambda row, _: row.source,
    "warnings": lambda row, _: row.warnings,
    "problem": lambda row, _: row.problem,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed filter: what it asks of a row, and the names it speaks of."""

    text: str
    matches: Test
    metrics: frozenset[str]
    params: frozenset[str]
    fields: frozenset[str]


class _Day(NamedTuple):
    """A date as written: the moments from its first to just past its last."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class _Operand:
    read: Read
    literal: object = None
    is_literal: bool = False
    field: str = ""


def parse_query(text: str, *, now: float | None = None) -> Query:
    """Compile a filter such as `metrics.acc > 0.9 and params.model == "rf"`; an empty one takes every run.

    `now` (unix seconds) is what `age` is counted from. Raises UsageError with the place of the mistake.
    """
    parser = _Parser(text, time.time() if now is None else now)
    test = parser.whole()
    return Query(
        text=text,
        matches=test,
        metrics=frozenset(parser.metrics),
        params=frozenset(parser.params),
        fields=frozenset(parser.fields),
    )


def parse_sort(text: str, *, now: float | None = None) -> Callable[[Iterable[Row]], list[Row]]:
    """Compile an order such as `-metrics.acc,started`; a run without the value comes last either way."""
    now = time.time() if now is None else now
    words = [part.strip() for part in _split(text)]
    signs = [word.startswith("-") for word in words]
    keys = [_Parser(word.lstrip("+-"), now).only_name() for word in words]

    def order(rows: Iterable[Row]) -> list[Row]:
        found = list(rows)
        for read, is_down in reversed(list(zip(keys, signs))):
            there, missing = [], []
            for row in found:
                value = read(row)
                if value is None or value != value:
                    missing.append(row)
                else:
                    there.append((_rank(value), row))
            there.sort(key=_first, reverse=is_down)
            found = [row for _, row in there] + missing
        return found

    return order


def _split(text: str) -> list[str]:
    """Split at commas outside quotes."""
    return re.findall(r"""((?:[^,"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+)""", text) or [text]


def _first(pair: tuple[Any, Row]) -> Any:
    return pair[0]


def _rank(value: Any) -> Any:
    if type(value) in (int, float, bool):
        return (0, value)
    if type(value) is str:
        return (1, value.casefold())
    return (2, str(value))


class _Token(NamedTuple):
    kind: str
    text: str
    at: int
    value: Any = None


class _Parser:
    """Recursive descent: or, and, not, comparison, operand."""

    def __init__(self, text: str, now: float) -> None:
        self.text, self.now = text, now
        self.metrics: set[str] = set()
        self.params: set[str] = set()
        self.fields: set[str] = set()
        self._depth = 0
        if len(text) > _LONGEST:
            raise UsageError("The filter is longer than 10,000 characters.", code="query")
        self._tokens = self._tokenize()
        self._next = 0

    # Words ------------------------------------------------------------------------------------------

    def _tokenize(self) -> list[_Token]:
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
            tokens.append(self._token(kind, match))
            position = match.end()
        tokens.append(_Token("end", "", end))
        return tokens

    def _token(self, kind: str, match: re.Match[str]) -> _Token:
        text, at = match[kind], match.start(kind)
        if kind == "text":
            return _Token(kind, text, at, re.sub(r"\\(.)", r"\1", text[1:-1]))
        if kind == "number":
            value = float(text) if re.search(r"[.eE]", text) else int(text[:400])
            unit = match["unit"]
            if unit and unit not in _UNITS:
                raise self.wrong(at, f"{text + unit!r} is no number or duration.", "Durations: 30s, 5m, 2h, 3d, 1w.")
            return _Token(kind, text, at, value * _UNITS[unit] if unit else value)
        if kind == "name" and text in ("and", "or", "not", "in"):
            return _Token("op", text, at)
        if kind == "op":
            return _Token(kind, {"&&": "and", "||": "or", "!": "not", "=": "=="}.get(text, text), at)
        return _Token(kind, text, at)

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
    def _token_now(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> str:
        """Take the next word when it is one of `texts`; '' otherwise."""
        token = self._token_now
        if token.kind == "op" and token.text in texts:
            self._next += 1
            return token.text
        return ""

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self.wrong(self._token_now.at, f"{text!r} is missing here.")

    # Grammar ----------------------------------------------------------------------------------------

    def whole(self) -> Test:
        """Read the whole filter."""
        if self._token_now.kind == "end":
            return lambda _: True
        test = self._any()
        if self._token_now.kind != "end":
            token = self._token_now
            raise self.wrong(token.at, f"{token.text!r} is one word too many.", "Join conditions with `and` or `or`.")
        return test

    def only_name(self) -> Read:
        """Read one name and nothing else."""
        operand = self._operand()
        if operand.is_literal or self._token_now.kind != "end":
            raise self.wrong(0, "Names divided by commas are expected.", "--sort -metrics.acc,started")
        return operand.read

    def _any(self) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.wrong(self._token_now.at, "It is nested too deep.")
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._not()]
        while self._take("and"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _not(self) -> Test:
        is_turned = False
        while self._take("not"):
            is_turned = not is_turned
        test = self._comparison()
        return (lambda row: not test(row)) if is_turned else test

    def _comparison(self) -> Test:
        if self._token_now.text == "(" and self._token_now.kind == "op":
            before = self._next
            self._next += 1
            test = self._any()
            self._expect(")")
            if self._token_now.text not in _SIGNS or self._token_now.kind != "op":
                return test
            # It was a list in round brackets.
            self._next = before
        left_at, left = self._token_now.at, self._operand()
        tests: list[Test] = []
        while True:
            at, sign = self._token_now.at, self._sign()
            if not sign:
                break
            right = self._operand()
            tests.append(self._test(at, left, sign, right))
            left = right
        if tests:
            return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)
        if left.is_literal:
            raise self.wrong(left_at, "A value alone says nothing.", "Compare it: params.lr == 0.1")
        read = left.read
        return lambda row: bool(read(row))

    def _sign(self) -> str:
        sign = self._take("==", "!=", "<", "<=", ">", ">=", "~", "!~", "in")
        if not sign and self._token_now.text == "not" and self._tokens[self._next + 1].text == "in":
            self._next += 2
            return "not in"
        return sign

    def _operand(self) -> _Operand:
        token = self._token_now
        self._next += 1
        if token.kind in ("text", "number"):
            return _literal(token.value)
        if token.kind == "name":
            return self._name(token)
        if token.kind == "op" and token.text in ("(", "["):
            return self._list(")" if token.text == "(" else "]")
        self._next -= 1
        what = (
            "The filter ends too early." if token.kind == "end" else f"A name or value is expected, not {token.text!r}."
        )
        raise self.wrong(token.at, what)

    def _list(self, closing: str) -> _Operand:
        values: list[object] = []
        while not self._take(closing):
            at, item = self._token_now.at, self._operand()
            if not item.is_literal or isinstance(item.literal, list):
                raise self.wrong(at, "A list holds plain values.", 'params.model in ["rf", "svm"]')
            values.append(item.literal)
            if not self._take(","):
                self._expect(closing)
                break
        return _literal(values)

    def _name(self, token: _Token) -> _Operand:
        if token.text in _WORDS:
            return _literal(_WORDS[token.text])
        head, _, rest = token.text.partition(".")
        if head in ("metrics", "params"):
            if not rest and self._take("["):
                inner = self._token_now
                if inner.kind != "text":
                    raise self.wrong(inner.at, "A name in quotes is expected.", f'{head}["any name"]')
                self._next += 1
                self._expect("]")
                return self._fact(head, inner.value, self._place_after())
            if not rest:
                raise self.wrong(token.at, f"Which of the {head}?", f'{head}.NAME or {head}["any name"]')
            return self._fact(head, rest, None)
        if token.text not in FIELDS:
            raise self.wrong(token.at, f"There is no field {token.text!r}.", near_field(token.text))
        read, now = FIELDS[token.text], self.now
        self.fields.add(token.text)
        return _Operand(lambda row: read(row, now), field=token.text)

    def _place_after(self) -> int | None:
        """Read `.min` and its like after a bracket."""
        token = self._token_now
        if token.kind != "place":
            return None
        self._next += 1
        return _PLACES[token.text]

    def _fact(self, head: str, name: str, place: int | None) -> _Operand:
        if head == "params":
            self.params.add(name)
            return _Operand(lambda row: row.params[name] if name in row.params else row.hidden.get(name))
        self.metrics.add(name)
        if place is not None:
            return _Operand(lambda row: metric_number(row.metrics.get(name), place))
        whole, _, ending = name.rpartition(".")
        if ending not in _PLACES or not whole:
            return _Operand(lambda row: metric_number(row.metrics.get(name)))
        wanted = _PLACES[ending]

        def read(row: Row) -> float | None:
            exact = row.metrics.get(name)
            return metric_number(exact) if exact is not None else metric_number(row.metrics.get(whole), wanted)

        return _Operand(read)

    # Comparisons ------------------------------------------------------------------------------------

    def _test(self, at: int, left: _Operand, sign: str, right: _Operand) -> Test:
        if "started" in (left.field, right.field):
            return self._date_test(at, left, sign, right)
        if sign in ("~", "!~") and right.is_literal and type(right.literal) is not str:
            raise self.wrong(at, "`~` looks for text.", 'name ~ "forest"')
        read_left, read_right, compare = left.read, right.read, _COMPARISONS[sign]
        return lambda row: compare(read_left(row), read_right(row))

    def _date_test(self, at: int, left: _Operand, sign: str, right: _Operand) -> Test:
        if right.field == "started":
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
            left, right, sign = right, left, turned.get(sign, sign)
        if not right.is_literal or type(right.literal) is not str:
            read_left, read_right, compare = left.read, right.read, _COMPARISONS[sign]
            return lambda row: compare(read_left(row), read_right(row))
        day = _parse_date(right.literal)
        if day is None or sign not in _DATES:
            raise self.wrong(at, f"{right.literal!r} is no date.", 'started >= "2026-11-01" or "2026-11-01 14:30"')
        read, within = left.read, _DATES[sign]

        def test(row: Row) -> bool:
            started = read(row)
            return started is not None and within(started, day)

        return test


def _literal(value: object) -> _Operand:
    return _Operand(lambda _: value, literal=value, is_literal=True)


def near_field(name: str) -> str:
    """Word what a person may have meant by a name that is no field."""
    from difflib import get_close_matches

    near = get_close_matches(name, [*FIELDS, "metrics", "params"], 1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"A metric is metrics.{name}, a parameter params.{name}. Fields: {', '.join(FIELDS)}."


def _parse_date(text: str) -> _Day | None:
    """Read a local date, to the year, month, day, minute or second."""
    for form, length in (("%Y-%m-%d", 86_400.0), ("%Y-%m-%d %H:%M", 60.0), ("%Y-%m-%d %H:%M:%S", 1.0)):
        try:
            begin = time.mktime(time.strptime(text.strip().replace("T", " "), form))
        except (ValueError, OverflowError):
            continue
        return _Day(begin, begin + length)
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?", text.strip())
    if match is None or not 1 <= int(match[2] or 1) <= 12:
        return None
    year, month = int(match[1]), int(match[2] or 0)
    after = (year + 1, 1) if month in (0, 12) else (year, month + 1)
    try:
        first, last = ((one[0], one[1], 1, 0, 0, 0, 0, 0, -1) for one in ((year, month or 1), after))
        return _Day(time.mktime(first), time.mktime(last))
    except (ValueError, OverflowError):
        return None


_DATES: Final[dict[str, Callable[[float, _Day], bool]]] = {
    "==": lambda moment, day: day.begin <= moment < day.end,
    "!=": lambda moment, day: not day.begin <= moment < day.end,
    "<": lambda moment, day: moment < day.begin,
    "<=": lambda moment, day: moment < day.end,
    ">": lambda moment, day: moment >= day.end,
    ">=": lambda moment, day: moment >= day.begin,
}


def _are_alike(left: Any, right: Any) -> bool:
    """Tell whether two values may be compared: both numbers, or of one type; None is no value."""
    kinds = type(left), type(right)
    if kinds[0] in (int, float) and kinds[1] in (int, float):
        return True
    return kinds[0] is kinds[1] and left is not None


def _contains(left: Any, right: Any) -> bool:
    if type(right) is not str:
        return False
    wanted = right.casefold()
    if type(left) is list:
        return any(type(item) is str and wanted in item.casefold() for item in left)
    return type(left) is str and wanted in left.casefold()


def _lacks(left: Any, right: Any) -> bool:
    return type(left) in (str, list) and type(right) is str and not _contains(left, right)


def _is_in(left: Any, right: Any) -> bool:
    if type(right) is str:
        return type(left) is str and left in right
    return type(right) is list and any(_are_alike(left, item) and left == item for item in right)


def _is_not_in(left: Any, right: Any) -> bool:
    return left is not None and type(right) in (str, list) and not _is_in(left, right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        return _are_alike(left, right) and type(left) is not list and compare(left, right)

    return test


_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda left, right: (_are_alike(left, right) and left == right) or (left is None and right is None),
    "!=": lambda left, right: (_are_alike(left, right) and left != right) or (left is not None and right is None),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "~": _contains,
    "!~": _lacks,
    "in": _is_in,
    "not in": _is_not_in,
}
