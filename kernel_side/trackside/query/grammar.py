"""The grammar of a filter, compiled to closures over a row: or, and, not, comparison, operand. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from trackside.query.comparisons import COMPARISONS
from trackside.query.dates import DATES, parse_date
from trackside.query.fields import FIELDS, near_field
from trackside.query.tokens import Token, Words
from trackside.row import COUNT, LAST, MAX, MIN, Row, metric_number

Read = Callable[[Row], Any]
Test = Callable[[Row], bool]

_DEEPEST: Final = 50
_PLACES: Final = {"last": LAST, "min": MIN, "max": MAX, "count": COUNT}
_WORDS: Final = {"true": True, "false": False, "none": None, "null": None, "True": True, "False": False, "None": None}
_SIGNS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "~", "!~", "=", "in"})


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison: how a row gives it; what it is, when it is written out."""

    read: Read
    literal: object = None
    is_literal: bool = False
    field: str = ""


def literal(value: object) -> Operand:
    return Operand(lambda _: value, literal=value, is_literal=True)


class Parser(Words):
    """Recursive descent over one filter; afterwards it knows the names it met."""

    def __init__(self, text: str, now: float) -> None:
        super().__init__(text)
        self.now = now
        self.metrics: set[str] = set()
        self.params: set[str] = set()
        self.fields: set[str] = set()
        self._depth = 0

    def whole(self) -> Test:
        """Read the whole filter."""
        if self.token.kind == "end":
            return lambda _: True
        test = self._any()
        if self.token.kind != "end":
            token = self.token
            raise self.wrong(token.at, f"{token.text!r} is one word too many.", "Join conditions with `and` or `or`.")
        return test

    def only_name(self) -> Read:
        """Read one name and nothing else."""
        operand = self._operand()
        if operand.is_literal or self.token.kind != "end":
            raise self.wrong(0, "Names divided by commas are expected.", "--sort -metrics.acc,started")
        return operand.read

    def _any(self) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.wrong(self.token.at, "It is nested too deep.")
        tests = [self._all()]
        while self.take("or"):
            tests.append(self._all())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._not()]
        while self.take("and"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _not(self) -> Test:
        is_turned = False
        while self.take("not"):
            is_turned = not is_turned
        test = self._comparison()
        return (lambda row: not test(row)) if is_turned else test

    def _comparison(self) -> Test:
        if self.token.text == "(" and self.token.kind == "op":
            before = self.next
            self.next += 1
            test = self._any()
            self.expect(")")
            if self.token.text not in _SIGNS or self.token.kind != "op":
                return test
            # It was a list in round brackets.
            self.next = before
        left_at, left = self.token.at, self._operand()
        tests: list[Test] = []
        while True:
            at, sign = self.token.at, self._sign()
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
        sign = self.take("==", "!=", "<", "<=", ">", ">=", "~", "!~", "in")
        if not sign and self.token.text == "not" and self.tokens[self.next + 1].text == "in":
            self.next += 2
            return "not in"
        return sign

    def _operand(self) -> Operand:
        token = self.token
        self.next += 1
        if token.kind in ("text", "number"):
            return literal(token.value)
        if token.kind == "name":
            return self._name(token)
        if token.kind == "op" and token.text in ("(", "["):
            return self._list(")" if token.text == "(" else "]")
        self.next -= 1
        what = (
            "The filter ends too early." if token.kind == "end" else f"A name or value is expected, not {token.text!r}."
        )
        raise self.wrong(token.at, what)

    def _list(self, closing: str) -> Operand:
        values: list[object] = []
        while not self.take(closing):
            at, item = self.token.at, self._operand()
            if not item.is_literal or isinstance(item.literal, list):
                raise self.wrong(at, "A list holds plain values.", 'params.model in ["rf", "svm"]')
            values.append(item.literal)
            if not self.take(","):
                self.expect(closing)
                break
        return literal(values)

    def _name(self, token: Token) -> Operand:
        if token.text in _WORDS:
            return literal(_WORDS[token.text])
        head, _, rest = token.text.partition(".")
        if head in ("metrics", "params"):
            if not rest and self.take("["):
                inner = self.token
                if inner.kind != "text":
                    raise self.wrong(inner.at, "A name in quotes is expected.", f'{head}["any name"]')
                self.next += 1
                self.expect("]")
                return self._fact(head, inner.value, self._place_after())
            if not rest:
                raise self.wrong(token.at, f"Which of the {head}?", f'{head}.NAME or {head}["any name"]')
            return self._fact(head, rest, None)
        if token.text not in FIELDS:
            raise self.wrong(token.at, f"There is no field {token.text!r}.", near_field(token.text))
        read, now = FIELDS[token.text], self.now
        self.fields.add(token.text)
        return Operand(lambda row: read(row, now), field=token.text)

    def _place_after(self) -> int | None:
        """Read `.min` and its like after a bracket."""
        token = self.token
        if token.kind != "place":
            return None
        self.next += 1
        return _PLACES[token.text]

    def _fact(self, head: str, name: str, place: int | None) -> Operand:
        if head == "params":
            self.params.add(name)
            return Operand(lambda row: row.params[name] if name in row.params else row.hidden.get(name))
        self.metrics.add(name)
        if place is not None:
            return Operand(lambda row: metric_number(row.metrics.get(name), place))
        whole, _, ending = name.rpartition(".")
        if ending not in _PLACES or not whole:
            return Operand(lambda row: metric_number(row.metrics.get(name)))
        wanted = _PLACES[ending]

        def read(row: Row) -> float | None:
            exact = row.metrics.get(name)
            return metric_number(exact) if exact is not None else metric_number(row.metrics.get(whole), wanted)

        return Operand(read)

    def _test(self, at: int, left: Operand, sign: str, right: Operand) -> Test:
        if "started" in (left.field, right.field):
            return self._date_test(at, left, sign, right)
        if sign in ("~", "!~") and right.is_literal and type(right.literal) is not str:
            raise self.wrong(at, "`~` looks for text.", 'name ~ "forest"')
        read_left, read_right, compare = left.read, right.read, COMPARISONS[sign]
        return lambda row: compare(read_left(row), read_right(row))

    def _date_test(self, at: int, left: Operand, sign: str, right: Operand) -> Test:
        if right.field == "started":
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
            left, right, sign = right, left, turned.get(sign, sign)
        if not right.is_literal or type(right.literal) is not str:
            read_left, read_right, compare = left.read, right.read, COMPARISONS[sign]
            return lambda row: compare(read_left(row), read_right(row))
        day = parse_date(right.literal)
        if day is None or sign not in DATES:
            raise self.wrong(at, f"{right.literal!r} is no date.", 'started >= "2026-11-01" or "2026-11-01 14:30"')
        read, within = left.read, DATES[sign]

        def test(row: Row) -> bool:
            started = read(row)
            return started is not None and within(started, day)

        return test
