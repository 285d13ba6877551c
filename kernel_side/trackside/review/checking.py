"""A run held to rules: one outcome a rule, each a sentence a person can act on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from trackside.card_words import count, format_delta, format_number, plain
from trackside.catalogue import Catalogue
from trackside.errors import NotFoundError
from trackside.git.objects import read_object
from trackside.review.exposed import find_exposed
from trackside.review.report.code import code_between
from trackside.review.report.junit import Case, junit
from trackside.review.report.sides import Found, find_commit, find_side
from trackside.review.rules import Allowed, MetricRule, Rules
from trackside.row import metric_number
from trackside.settings import FILE, parse_settings, read_settings

if TYPE_CHECKING:
    from trackside.contract import MetricFact

Result = Literal["ok", "failed", "skipped"]
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One rule that was looked at; `skipped` where there is nothing it could be held against."""

    rule: str
    result: Result
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of all rules."""

    run: str
    base: str
    outcomes: tuple[Outcome, ...]

    @property
    def has_failed(self) -> bool:
        """Whether the gate stays shut."""
        return any(outcome.result == "failed" for outcome in self.outcomes)


def check(catalogue: Catalogue, run: str, base: str, rules: Rules) -> Checked:
    """Hold a run to the rules; `base` may be empty, or carry no record, when rules that need one are skipped.

    Raises NotFoundError when the run has no record, or the base names nothing here.
    """
    after = find_side(catalogue, run)
    before = None
    if base:
        try:
            before = find_side(catalogue, base)
        except NotFoundError as error:
            if error.code != "no-record":
                raise
    directions = read_settings(catalogue.owner.toplevel).directions
    outcomes = [*_loosened(catalogue, base), *_whole(catalogue, after, before, rules), *_required(after, rules)]
    for rule in rules.metrics:
        outcomes += _metric(rule, after, before, directions.get(rule.name, ""), base)
    named = before.record["name"] if before else ""
    return Checked(run=after.record["name"], base=named, outcomes=tuple(outcomes))


def _loosened(catalogue: Catalogue, base: str) -> Iterator[Outcome]:
    """Tell when the rules are not those of the base: who may change the run may change what it is held to."""
    oid = find_commit(catalogue.reader, base) if base else None
    if oid is None:
        return
    stored = read_object(catalogue.reader, f"{oid}:{FILE}")
    text = stored.data.decode("utf-8", "replace") if stored is not None and stored.kind == "blob" else ""
    if parse_settings(text).check != read_settings(catalogue.owner.toplevel).check:
        yield Outcome(rule="rules", result="skipped", said=f"The rules differ from those of {base}: see {FILE}.")


def _whole(catalogue: Catalogue, after: Found, before: Found | None, rules: Rules) -> Iterator[Outcome]:
    record = after.record
    if after.problem:
        # What could not be read would look like a run without faults.
        yield _outcome("record", after.problem, ok=False)
    if rules.finished:
        ok = record["status"] == "finished"
        said = "The run finished." if ok else f"The run did not finish: it is {record['status']}. Run it again."
        yield _outcome("finished", said, ok=ok)
    if rules.in_order:
        flags = [flag for flag in record["order"] if flag["level"] == "warning" or flag["kind"] == "out-of-order"]
        if not record["cells"]["executed"]:
            said = "Nobody saw cells run, so their order is unknown. Run the notebook with `trackside run`."
        elif flags:
            more = f" (and {len(flags) - 1} more)" if len(flags) > 1 else ""
            said = f"Cells did not run in order: {plain(flags[0]['message'], 200)}{more} `trackside run` runs them so."
        else:
            said = f"{count(record['cells']['executed'], 'cell')} ran in order."
        yield _outcome("in_order", said, ok=bool(record["cells"]["executed"]) and not flags)
    if rules.no_secrets:
        old, new, _ = code_between(catalogue.reader, before, after)
        exposed, unread = find_exposed(catalogue.reader, old, new)
        if exposed:
            some = "; ".join(f"{plain(path, 100)}, {hit.where} ({hit.kind})" for path, hit in exposed[:_MOST_NAMED])
            more = f" and {len(exposed) - _MOST_NAMED} more" if len(exposed) > _MOST_NAMED else ""
            said = f"What looks like a secret is in {some}{more}. Withdraw it where it was issued, then remove it."
        else:
            said = "No secret was found in what the run changes or records."
            said += f" {count(unread, 'file')} too large to look into." if unread else ""
        yield _outcome("no_secrets", said, ok=not exposed)


def _required(after: Found, rules: Rules) -> Iterator[Outcome]:
    for name in rules.require:
        has = name in after.record["metrics"]
        said = f"{name} was measured." if has else _missing(name, after)
        yield _outcome(f"require {name}", said, ok=has)


def _metric(rule: MetricRule, after: Found, before: Found | None, wanted: str, base: str) -> Iterator[Outcome]:
    fact = after.record["metrics"].get(rule.name)
    value = metric_number([fact["last"]]) if fact else None
    for word, bound in (("min", rule.least), ("max", rule.most)):
        if bound is None:
            continue
        name = f"{rule.name} {word}"
        if value is None:
            yield _outcome(name, _missing(rule.name, after), ok=False)
            continue
        # NaN is neither below nor above anything, and no value to let through.
        ok = value >= bound if word == "min" else value <= bound
        relation = ("at least" if ok else "below") if word == "min" else ("at most" if ok else "above")
        yield _outcome(name, f"{rule.name} is {_exact(value)}, {relation} {_exact(bound)}.", ok=ok)
    if rule.regression is not None:
        yield _regression(rule, rule.regression, fact, before, wanted, base, _missing(rule.name, after))
    if rule.least is None and rule.most is None and rule.regression is None:
        said = f"{rule.name} was measured." if fact else _missing(rule.name, after)
        yield _outcome(f"{rule.name} measured", said, ok=fact is not None)


def _regression(
    rule: MetricRule,
    allowed: Allowed,
    fact: MetricFact | None,
    before: Found | None,
    wanted: str,
    base: str,
    missing: str,
) -> Outcome:
    name = f"{rule.name} largest_regression"
    if fact is None:
        return _outcome(name, missing, ok=False)
    old_fact = before.record["metrics"].get(rule.name) if before else None
    if before is None or old_fact is None:
        which = f"{base} carries no record" if base and before is None else "there is no base"
        said = f"Not compared: {which if before is None else f'the base has no metric {rule.name}'}."
        return Outcome(rule=name, result="skipped", said=said)
    direction = wanted if wanted in ("higher", "lower") else fact["direction"]
    new, old = metric_number([fact["last"]]), metric_number([old_fact["last"]])
    if direction == "unknown":
        said = f"Nobody said which way {rule.name} is better: write it under [directions] in {FILE}."
        return _outcome(name, said, ok=False)
    if new is None or old is None or not math.isfinite(old):
        return Outcome(rule=name, result="skipped", said=f"Not compared: the base's {rule.name} is no finite number.")
    worse = old - new if direction == "higher" else new - old
    most = allowed.amount * abs(old) if allowed.is_share else allowed.amount
    # The sum of floats: 0.92 - 0.91 is a little more than 0.01.
    ok = math.isfinite(new) and worse <= most * (1 + 1e-9) + 1e-12 * max(abs(old), abs(new))
    told = f"{rule.name} went from {_exact(old)} to {_exact(new)} ({format_delta(new - old)})"
    if ok:
        return _outcome(name, f"{told}; at most {allowed.written} worse is allowed.", ok=True)
    return _outcome(name, f"{told}, which is more than {allowed.written} worse than {before.record['name']}.", ok=False)


def _missing(name: str, after: Found) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, after.record["metrics"], 1)
    return f"The run has no metric {name}." + (f" Did you mean {plain(near[0], 80)}?" if near else "")


def _outcome(rule: str, said: str, *, ok: bool) -> Outcome:
    return Outcome(rule=rule, result="ok" if ok else "failed", said=said)


def _exact(value: float) -> str:
    """Word a number so that it can be told from the bound it missed."""
    return repr(value) if math.isfinite(value) else format_number(value)


def checked_junit(checked: Checked) -> str:
    """Write one case a rule; a rule that does not hold is a failure."""
    cases = [
        Case(
            group="trackside.check",
            name=outcome.rule,
            failure=outcome.said if outcome.result == "failed" else "",
            skipped=outcome.said if outcome.result == "skipped" else "",
            said=outcome.said if outcome.result == "ok" else "",
        )
        for outcome in checked.outcomes
    ]
    return junit("trackside check", cases)
