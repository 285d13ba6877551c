"""The report in a browser: the page with its policy, and the curves of the Markdown as mermaid draws them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from missing import missing
from playwright.sync_api import Browser
from repositories import ROOT, Scratch, make_scratch
from review.reports import make_hostile, make_pair

from trackside.catalogue import Catalogue
from trackside.review.report import build, markdown, page
from trackside.review.report.mermaid import chart
from trackside.review.report.report import CurvePair

MERMAID = ROOT / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    scratch = make_scratch(tmp_path_factory.mktemp("made"))
    make_pair(scratch)
    make_hostile(scratch)
    return scratch


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(246, 247, 249)"), ("dark", "rgb(16, 18, 21)")])
@pytest.mark.parametrize("pair", [("brave-lynx", "calm-otter"), ("hostile-second", "hostile-first")])
def test_a_page_has_its_style_runs_nothing_and_is_as_wide_as_the_window(
    browser: Browser, made: Scratch, tmp_path: Path, pair: tuple[str, str], scheme: Literal["light", "dark"],
    ground: str,
) -> None:  # fmt: skip
    file = tmp_path / "report.html"
    file.write_text(page(build(Catalogue(made.path), *pair)), "utf-8")
    opened = browser.new_page(color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(file.as_uri())
    assert opened.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground
    for width in (1100, 400):
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert (said, asked) == ([], [file.as_uri()])
    opened.close()


def test_every_curve_is_one_that_mermaid_draws(browser: Browser, made: Scratch) -> None:
    if not MERMAID.is_file():
        missing("needs node_modules: make panel")
    texts = [
        markdown(build(Catalogue(made.path), run, base), "github")
        for run, base in (("brave-lynx", "calm-otter"), ("hostile-second", "hostile-first"), ("brave-lynx", ""))
    ]
    texts += [
        chart(CurvePair(name=name, before=before, after=after))
        for name, before, after in (
            ("", (), ((0, 1e300), (1, -1e300))),
            ('x"; %% `\n', ((0, 1e-9), (5, 2e-9)), ((3, 1e-9),)),
            ("精度 é", (), ((7, 0.0), (7, 0.0))),
            ("end", ((-5, -1.0), (9, 1.0)), ()),
            ("line [1]", (), ((0, 123456789.0), (1, 223456789.5))),
        )
    ]
    blocks = re.findall(r"```mermaid\n(.*?)\n```", "\n".join(texts), re.DOTALL)
    assert len(blocks) == 12
    opened = browser.new_page()
    opened.add_script_tag(path=MERMAID)
    opened.evaluate("mermaid.initialize({startOnLoad: false})")
    for number, block in enumerate(blocks):
        drawn = opened.evaluate("async ([id, text]) => (await mermaid.render(id, text)).svg", [f"m{number}", block])
        assert re.search("#8a929d|#3b7ddd", drawn)
    opened.close()
