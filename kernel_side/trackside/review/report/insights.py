"""A report as Bitbucket Cloud's Code Insights take it (REST API "Reports"), which the pull request shows."""

from __future__ import annotations

from typing import Final

from trackside.card_words import plain
from trackside.encode import json_bytes
from trackside.review.report.report import Report
from trackside.review.report.wording import VERDICTS, change_words, number, title

#: The API takes no more facts than these, and no longer texts; both in its documentation.
_MOST_FACTS: Final = 10
_LONGEST_TITLE: Final = 450
_LONGEST_DETAILS: Final = 2_000


def insights(report: Report) -> str:
    """Write the body of the request. It is plain text there: nothing needs an escape but JSON's."""
    verdict = report.verdict
    told = " ".join([f"{VERDICTS[verdict.judgement][1]}.", verdict.sentence, *verdict.reasons])
    facts = [
        {
            "title": plain(item.name, 100),
            "type": "TEXT",
            "value": f"{number(item.after)}, {change_words(item)}" if report.base else number(item.after),
        }
        for item in report.metrics
        if item.after is not None
    ]
    body = {
        "title": plain(title(report), _LONGEST_TITLE),
        "details": plain(told, _LONGEST_DETAILS),
        "report_type": "TEST",
        "reporter": "trackside",
        # A report judges nothing: `trackside check` is what fails.
        "result": "PASSED",
        "data": facts[:_MOST_FACTS],
    }
    return json_bytes(body).decode() + "\n"
