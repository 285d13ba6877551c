"""The report of a run against its base: built once as plain data, shown as Markdown, a page, JUnit or OpenMetrics."""

from trackside.review.report.build import build
from trackside.review.report.chosen import choose_base, choose_run
from trackside.review.report.markdown import markdown
from trackside.review.report.page import page
from trackside.review.report.report import MARKER, Report
from trackside.review.report.wording import title

__all__ = ["MARKER", "Report", "build", "choose_base", "choose_run", "markdown", "page", "title"]
