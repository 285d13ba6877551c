"""JUnit XML, which every CI shows: of a report's metrics, and of rules that were checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from trackside.card_words import plain
from trackside.review.report.report import Report
from trackside.review.report.wording import VERDICTS, change_words, number

#: XML 1.0 section 2.2 has no way to write these.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of a test report: `failure` says why it failed, `skipped` why nothing was judged, `said` what else."""

    group: str
    name: str
    failure: str = ""
    skipped: str = ""
    said: str = ""


def junit(suite: str, cases: Sequence[Case]) -> str:
    """Write a suite as the JUnit XML that GitHub's actions, GitLab, Bitbucket and Gitea's actions read."""
    failed, skipped = (sum(bool(getattr(case, word)) for case in cases) for word in ("failure", "skipped"))
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="{skipped}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="trackside" {counts}>']
    lines.append(f"  <testsuite name={_attribute(suite)} {counts}>")
    for case in cases:
        lines += _case(case)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def metrics_junit(report: Report) -> str:
    """Write one case a metric. A report judges nothing, so none of them fails: `trackside check` is the gate."""
    cases = [Case(group="trackside.report", name="verdict", said=_verdict(report))]
    for item in report.metrics:
        said = f"{number(item.before)} → {number(item.after)}: {change_words(item)}" if report.base else ""
        skipped = "" if item.after is not None else "The run has no such metric."
        cases.append(Case(group="trackside.metrics", name=item.name, said=said or number(item.after), skipped=skipped))
    return junit(f"trackside report of {report.run.name}", cases)


def _verdict(report: Report) -> str:
    return " ".join([f"{VERDICTS[report.verdict.judgement][1]}.", report.verdict.sentence, *report.verdict.reasons])


def _case(case: Case) -> list[str]:
    head = f"    <testcase classname={_attribute(case.group)} name={_attribute(case.name)}"
    inner = []
    if case.failure:
        inner.append(f"      <failure message={_attribute(case.failure)}/>")
    elif case.skipped:
        inner.append(f"      <skipped message={_attribute(case.skipped)}/>")
    if case.said:
        inner.append(f"      <system-out>{_text(case.said)}</system-out>")
    return [f"{head}>", *inner, "    </testcase>"] if inner else [f"{head}/>"]


def _text(text: str) -> str:
    clean = _FORBIDDEN.sub("\ufffd", plain(text, 1_000))
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", plain(text, 400)))
