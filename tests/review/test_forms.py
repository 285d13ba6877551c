"""The report as a page, as JUnit, as OpenMetrics and as JSON: whole, and safe with hostile runs."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import pytest
from cli.program import trackside
from repositories import Scratch, make_scratch

from review.reports import HOSTILE, make_hostile, make_pair, make_run
from trackside.catalogue import Catalogue
from trackside.encode import parse_number
from trackside.review.report import Report, build, page
from trackside.review.report.formats import FORMATS, write_report
from trackside.review.report.page_curve import drawing
from trackside.review.report.report import CurvePair


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    scratch = make_scratch(tmp_path_factory.mktemp("made"))
    make_pair(scratch)
    make_hostile(scratch)
    return scratch


@pytest.fixture(scope="module")
def usual(made: Scratch) -> Report:
    return build(Catalogue(made.path), "brave-lynx", "calm-otter")


@pytest.fixture(scope="module")
def hostile(made: Scratch) -> Report:
    return build(Catalogue(made.path), "hostile-second", "hostile-first")


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.policy = ""
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        found = dict(attrs)
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_and_allows_nothing_but_its_own_style(usual: Report) -> None:
    text = page(usual)
    found = Page(text)
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]+='; base-uri 'none'; form-action 'none'", found.policy
    )
    assert not {"script", "link", "img", "iframe", "a", "form", "object"} & set(found.tags)
    assert not {name for name in found.attributes if name in ("style", "src", "href") or name.startswith("on")}
    assert not re.search(r"url\(|@import|//", text)


def test_the_page_tells_all_that_the_report_does(usual: Report) -> None:
    text = Page(page(usual)).text
    for part in (
        "Learn slower, deeper", "▲ Better", "n = 3 against n = 1", "0.9000", "+0.0300", "±0.0080", "depth",
        "+depth = 8", "Two files were too large to keep.", "git switch --detach", "numpy", "4 cells ran in order",
    ):  # fmt: skip
        assert part in text
    assert page(usual).count("<polyline") == 4


def test_hostile_text_is_text_on_the_page(hostile: Report, usual: Report) -> None:
    found = Page(page(hostile))
    assert set(found.tags) <= set(Page(page(usual)).tags)
    assert found.text.count(HOSTILE[:60]) > 6


def test_a_curve_of_any_floats_is_drawn_inside_its_frame() -> None:
    for points in (((0, 1e308), (1, -1e308)), ((5, 2.0), (5, 2.0)), ((-3, 0.0), (10**15, 5e-324))):
        drawn = drawing(CurvePair(name="x", before=(), after=points))
        places = re.search(r'points="([^"]*)"', drawn)
        assert places is not None
        for place in places[1].split():
            across, down = map(float, place.split(","))
            assert 0 <= across <= 400
            assert 0 <= down <= 170


def test_junit_of_hostile_runs_is_xml_and_never_fails(hostile: Report) -> None:
    root = ET.fromstring(write_report(hostile, "junit"))
    assert root.attrib["failures"] == "0"
    assert any(HOSTILE[:40] in case.attrib["name"] for case in root.iter("testcase"))


def test_openmetrics_has_each_metric_with_its_name_as_a_label(made: Scratch) -> None:
    make_run(made, "odd", [0.1], metrics={'a "b"\\\n{c}': 0.5, "bad": "NaN", "far": "-Infinity"})
    lines = write_report(build(Catalogue(made.path), "odd", ""), "openmetrics").splitlines()
    assert 'trackside_metric{name="a \\"b\\"\\\\\\n{c}",direction="unknown"} 0.5' in lines
    assert 'trackside_metric{name="bad",direction="unknown"} NaN' in lines
    assert 'trackside_metric{name="far",direction="unknown"} -Inf' in lines
    assert lines[-1] == "# EOF"


def test_json_holds_the_whole_report(made: Scratch) -> None:
    make_run(made, "broken", [0.1], metrics={"val_acc": "NaN"})
    found: Any = json.loads(write_report(build(Catalogue(made.path), "broken", "calm-otter"), "json"))
    assert found["verdict"]["judgement"] == "worse"
    value = parse_number(found["metrics"][0]["after"])
    assert value is not None
    assert value != value


@pytest.mark.parametrize("form", FORMATS)
def test_without_a_base_every_form_still_tells_of_the_run(made: Scratch, form: Any) -> None:
    text = write_report(build(Catalogue(made.path), "brave-lynx", ""), form)
    assert "0.93" in text
    assert "None" not in text


def test_the_verb_chooses_the_form_by_the_file_and_writes_only_there(made: Scratch) -> None:
    said = trackside(made, "report", "brave-lynx", "--base", "calm-otter", "-o", "out.html")
    assert said.out == ""
    assert (made.path / "out.html").read_text("utf-8").startswith("<!doctype html>")
    trackside(made, "report", "brave-lynx", "-o", "out.xml")
    assert (made.path / "out.xml").read_text("utf-8").startswith("<?xml")
    assert "cannot be written" in trackside(made, "report", "brave-lynx", "-o", "no/folder.md", status=1).err


def test_the_verb_keeps_to_the_forge_whose_ci_it_is_or_that_is_named(made: Scratch) -> None:
    here = trackside(made, "report", "brave-lynx", BITBUCKET_BUILD_NUMBER="7").out
    assert here.startswith("[//]: # (trackside:report)")
    assert here == trackside(made, "report", "brave-lynx", "--forge", "bitbucket-cloud").out
