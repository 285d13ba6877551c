"""The report as Markdown: golden texts for each forge, limits kept in a stated order, hostile text shown as text."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import markdown as python_markdown
import pytest
from markdown_it import MarkdownIt
from repositories import ROOT, Scratch, make_scratch

from review.reports import HOSTILE, make_hostile, make_pair, make_run
from trackside.catalogue import Catalogue
from trackside.review.remote import Forge
from trackside.review.report import Report, build, markdown
from trackside.review.report.escape import GAP, escape
from trackside.review.report.forms import form_of, length
from trackside.review.report.markdown import CUTS

FORGES: tuple[Forge, ...] = ("github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea")
GOLDEN = ROOT / "tests" / "fixtures" / "report"
#: (Longest text, most of mermaid drawn unasked) as each forge states it.
LIMITS: dict[Forge, tuple[int, int]] = {
    "github": (65_536, 65_536), "gitea": (65_536, 65_536), "gitlab": (1_000_000, 2_000),
    "bitbucket-cloud": (32_768, 0), "bitbucket-server": (32_768, 0),
}  # fmt: skip
#: What our own Markdown becomes; anything else would be a stranger's.
OURS = frozenset("h2 h3 h4 p strong em code pre table thead tbody tr th td ul li details summary".split())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    scratch = make_scratch(tmp_path_factory.mktemp("made"))
    make_pair(scratch)
    make_hostile(scratch)
    return scratch


@pytest.fixture(scope="module")
def usual(made: Scratch) -> Report:
    return build(Catalogue(made.path), "brave-lynx", "calm-otter", branch="exp/brave-lynx")


@pytest.fixture(scope="module")
def hostile(made: Scratch) -> Report:
    return build(Catalogue(made.path), "hostile-second", "hostile-first", branch="exp/$(touch x); 'y'")


def check_golden(name: str, text: str) -> None:
    """Compare with a golden text; UPDATE_GOLDEN=1 writes it anew, for a person to read in the diff."""
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


@pytest.mark.parametrize("forge", FORGES)
def test_the_report_of_each_forge_is_as_it_was_read_by_a_person(usual: Report, forge: Forge) -> None:
    check_golden(f"{forge}.md", markdown(usual, forge))


@pytest.mark.parametrize("forge", ["github", "gitlab", "bitbucket-cloud"])
def test_the_hostile_report_is_as_it_was_read_by_a_person(hostile: Report, forge: Forge) -> None:
    check_golden(f"hostile-{forge}.md", markdown(hostile, forge))


class Rendered(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.comments: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(
            (
                tag,
                tuple(
                    name
                    for name, _ in attrs
                    if (tag, name) not in (("code", "class"), ("td", "style"), ("th", "style"))
                ),
            )
        )

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(text: str, forge: Forge) -> Rendered:
    """Render as the forge's own program does, or the nearest there is."""
    if forge == "bitbucket-cloud":
        return Rendered(python_markdown.markdown(text, extensions=["tables", "fenced_code"]))
    dialect = MarkdownIt("commonmark", {"html": form_of(forge).html}).enable(["table", "strikethrough"])
    return Rendered(dialect.render(text))


@pytest.mark.parametrize("forge", FORGES)
def test_nothing_of_a_stranger_becomes_a_tag_a_link_or_a_comment(hostile: Report, forge: Forge) -> None:
    page = rendered(markdown(hostile, forge), forge)
    assert {tag for tag, _ in page.tags} <= OURS
    assert not [names for _, names in page.tags if names]
    assert page.comments == ([" trackside:report "] if form_of(forge).html else [])


@pytest.mark.parametrize("forge", FORGES)
def test_hostile_text_is_shown_as_it_is(hostile: Report, forge: Forge) -> None:
    shown = rendered(markdown(hostile, forge), forge).text.replace(GAP, "")
    assert shown.count(HOSTILE[:60]) >= 6
    assert f"/close /merge {HOSTILE}"[:150] in shown


@pytest.mark.parametrize("forge", FORGES)
def test_no_line_can_be_a_quick_action_a_mention_or_a_reference(hostile: Report, forge: Forge) -> None:
    text = markdown(hostile, forge)
    assert not re.search(r"^/\w", text, re.MULTILINE)
    outside = html.unescape("\n".join(_outside_code(text)))
    assert not re.search(r"@\w|#\d|!\d|~\w|GH-\d|://|www\.|:tada:", outside)


def _outside_code(text: str) -> Iterator[str]:
    """Give what is neither in a code block nor in a code span: forges look for references only there."""
    closing = ""
    for line in text.splitlines():
        marks = re.match(r"`{3,}", line)
        if closing:
            closing = "" if line == closing else closing
        elif marks:
            closing = marks[0]
        else:
            yield re.sub(r"`[^`]*`", "", line)


@pytest.mark.parametrize("forge", FORGES)
def test_a_huge_report_fits_and_says_what_it_left_out(tmp_path: Path, forge: Forge) -> None:
    scratch = make_scratch(tmp_path)
    for name, factor in (("old", 1.0), ("new", 1.1)):
        make_run(
            scratch, name, [0.1, 0.2, 0.3],
            code=("a" if name == "old" else "b") * 32,
            params={f"parameter_{number}": f"{name} {number} " * 40 for number in range(400)},
            metrics={f"metric_{number}": [factor * (number + step) for step in range(40)] for number in range(400)},
            files={f"module_{number}.py": f"# {name} {number} of many\n" * 300 for number in range(200)},
        )  # fmt: skip
    text = markdown(build(Catalogue(scratch.path), "new", "old"), forge)
    assert length(text) <= LIMITS[forge][0]
    assert sum(map(length, re.findall(r"```mermaid.*?```", text, re.DOTALL))) <= LIMITS[forge][1]
    if forge.startswith("bitbucket"):
        assert "Left out, since it would not fit here: long differences of code" in text


def test_the_shorter_the_limit_the_more_goes_in_the_stated_order(usual: Report) -> None:
    told = [what for what, _ in CUTS]
    whole = length(markdown(usual, "github"))
    before = 0
    for limit in range(whole, 900, -150):
        text = markdown(usual, "github", limit)
        assert length(text) <= limit
        left_out = re.search(r"would not fit here: (.*)\. `trackside", text)
        names = left_out[1].split(", ") if left_out else []
        assert names == told[: len(names)]
        assert len(names) >= before
        before = len(names)
        assert "▲ Better" in text
        assert text.startswith("<!-- trackside:report -->")
    assert before > 10


def test_the_guide_states_the_order_in_which_a_report_gets_shorter() -> None:
    guide = " ".join((ROOT / "docs" / "guide-review.md").read_text("utf-8").split())
    assert f"in this order: {', '.join(what for what, _ in CUTS)}." in guide


def test_a_limit_that_holds_nothing_is_still_kept(usual: Report) -> None:
    assert [length(markdown(usual, "github", limit)) <= limit for limit in (300, 50, 1, 0)] == [True] * 4


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize(
    "text",
    ["in C#", "#", "1. first", "- item", "+", "=", "> said", "a_b __init__ _x_", "/close", "~~no~~", "a\\", "&amp;"],
)
def test_a_text_alone_in_a_heading_or_an_item_is_shown_as_it_is(forge: Forge, text: str) -> None:
    line = escape(text, form_of(forge))
    for source in (f"## {line}", f"- {line}", f"| {line} | x |\n| --- | --- |"):
        page = rendered(source, forge)
        assert page.text.replace(GAP, "").split("\nx")[0].strip() == text
        assert {tag for tag, _ in page.tags} <= {"h2", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}


def test_an_emoji_counts_as_two() -> None:
    assert length("😀") == 2


def test_a_merge_that_was_not_run_again_says_so(made: Scratch) -> None:
    report = build(Catalogue(made.path), "brave-lynx", "calm-otter", updated=True)
    assert "**The metrics are from the run, not re-run after the merge.**" in markdown(report, "github")


def test_a_line_of_a_difference_cannot_end_its_block(hostile: Report) -> None:
    assert "````diff\n" in markdown(hostile, "github")
