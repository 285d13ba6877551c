"""The panel over ten thousand runs, in a real browser: how soon it shows them, scrolls them, filters them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import quantiles
from typing import TYPE_CHECKING

from benchmarks.environments import Tool
from benchmarks.model import OURS, PANEL, Job, Row, Sample, Target
from benchmarks.panel.filled import filled, forget_index
from benchmarks.panel.served import Served, panel_server
from benchmarks.panel.window import Thread, browser, need_page, window
from benchmarks.places import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

COUNT = 10_000
PANEL_LIST, TABLE = ".ts-panel .ts-list", ".ts-page-main .ts-grid"
_SPEED = 4_000.0  # pixels a second: a fast turn of the wheel, 74 runs of the side panel a second
_SECONDS = 4.0
_RATE = 60  # frames a second, were none missed
_LONG = 50.0
#: Typed one key after the other, then taken back; every key changes how many runs match.
_WORDS = ("7", "73", "735", "73", "7", "")
_FILTERS = ("metrics.acc > 0.7", "metrics.acc > 0.77", "metrics.acc > 0.775", "metrics.acc > 0.77", "metrics.acc > 0.7")
_BARE = "<div class=bare style='height:100vh;overflow:auto'><div style='position:relative'>{}</div></div>"


def _opened(_tool: Tool, place: Place) -> Mapping[str, Sample]:
    need_page()
    folder = filled(_count(place))
    forget_index(folder)
    with browser() as chromium:
        found = {}
        for row in ("panel-first", "panel-started"):
            with panel_server(folder) as served:
                with window(chromium) as page:
                    found[row] = [_rows_after(page, served)]
                if row == "panel-started":
                    again = []
                    for _ in range(3):
                        with window(chromium) as page:
                            again.append(_rows_after(page, served))
                    found["panel-again"] = again
    return {row: Sample(values=values) for row, values in found.items()}


def _rows_after(page: Page, served: Served) -> float:
    """Open the page and return the milliseconds until runs were drawn in the side panel."""
    page.goto(served.address("trackside/"), wait_until="commit")
    page.wait_for_function("() => bench.told.rows > 0", polling=50)
    took: float = page.evaluate("() => bench.told.rows")
    return took


def _scrolled(tool: Tool, place: Place) -> Mapping[str, Sample]:
    need_page()
    found: dict[str, Sample] = {}
    with browser() as chromium, window(chromium) as page:
        if tool.key != OURS:
            page.set_content(_BARE.format("".join(f"<div style='height:54px'>run {row}</div>" for row in range(2_000))))
            found.update(_frames(page, ".bare", "panel"))
            return {**found, **{row.replace("panel", "table", 1): sample for row, sample in found.items()}}
        with panel_server(filled(_count(place))) as served:
            _rows_after(page, served)
            page.locator(".ts-row").first.wait_for()
            time.sleep(1)
            for name, where in (("panel", PANEL_LIST), ("table", TABLE)):
                found.update(_frames(page, where, name))
    return found


def _frames(page: Page, where: str, name: str) -> dict[str, Sample]:
    """Turn the wheel over a list and look at the frames meanwhile."""
    box = page.locator(where).first.bounding_box()
    assert box is not None
    thread = Thread(page)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    handle = page.evaluate_handle("() => bench.frames()")
    before = thread.seconds()
    thread.scroll(*middle, _SPEED * _SECONDS, _SPEED)
    used = thread.seconds() - before
    between: list[float] = handle.evaluate("stop => stop()")
    long_ones = [took for took in between if took > _LONG]
    note = f"{len(between)} frames, {len(long_ones)} longer than {_LONG:.0f} ms, longest {max(between):.0f} ms"
    return {
        f"{name}-frame": Sample(values=[quantiles(between, n=20)[-1]], note=note),
        f"{name}-work": Sample(values=[used * 1e3 / (_SECONDS * _RATE)]),
    }


def _filtered(_tool: Tool, place: Place) -> Mapping[str, Sample]:
    need_page()
    with browser() as chromium, window(chromium) as page, panel_server(filled(_count(place))) as served:
        _rows_after(page, served)
        page.locator(".ts-row").first.wait_for()
        time.sleep(1)
        return {
            "panel-key": Sample(values=_keys(page, ".ts-panel .ts-query input", PANEL_LIST)),
            "table-key": Sample(values=_keys(page, ".ts-page-main .ts-query input", TABLE)),
        }


def _keys(page: Page, box: str, rows: str) -> list[float]:
    """Type filters key by key; return the milliseconds from each key to the rows."""
    field = page.locator(box).first
    field.click()
    took = page.evaluate_handle("([box, rows]) => bench.keys(document.querySelector(box), rows)", [box, rows])
    typed = 0
    for words in (_WORDS, _FILTERS):
        before = words[0][:-1]
        if before:
            # What stands before the part that is typed is no key press.
            field.fill(before)
            time.sleep(0.5)
        for text in words:
            page.keyboard.press(text[-1] if len(text) > len(before) else "Backspace")
            before = text
            typed += 1
            page.wait_for_function("([took, count]) => took.length >= count", arg=[took, typed], polling=20)
    values: list[float] = took.json_value()
    return values


def _count(place: Place) -> int:
    return COUNT // 10 if place.quick else COUNT


OPEN = Job(
    name="panel-open",
    part=PANEL,
    rows=(
        Row(
            key="panel-started",
            title="10,000 runs: first rows after the panel opens, server just started",
            unit="ms",
            target=Target(limit=1_000),
        ),
        Row(key="panel-again", title="10,000 runs: first rows, server in use", unit="ms", target=Target(limit=1_000)),
        Row(
            key="panel-first",
            title="10,000 runs: first rows, nothing read of this repository ever",
            unit="ms",
        ),
    ),
    how=(
        "The page of `trackside ui`, in a new browser profile each time: from the request of the page, its scripts "
        "included, to the end of the first frame with runs in the side panel. The experiments table is drawn beside it."
    ),
    measure=_opened,
    rounds=5,
    allowance=90,
    only=(OURS,),
)

SCROLL = Job(
    name="panel-scroll",
    part=PANEL,
    rows=(
        Row(
            key="panel-frame",
            title="10,000 runs: scrolling the side panel, p95 between frames",
            unit="ms",
            target=Target(limit=20),
        ),
        Row(key="panel-work", title="the same, main thread's processor time for each sixtieth of a second", unit="ms"),
        Row(
            key="table-frame",
            title="10,000 runs: scrolling the table, p95 between frames",
            unit="ms",
            target=Target(limit=20),
        ),
        Row(key="table-work", title="the same, main thread's processor time for each sixtieth of a second", unit="ms"),
    ),
    how=(
        f"The wheel turned over the list for {_SECONDS:.0f} s, {_SPEED:,.0f} pixels a second, rows fetched as they "
        "come into view; times between the frames `requestAnimationFrame` tells of. The floor is a bare list of 2,000 "
        "rows without any script, in the same browser: what it misses, the machine missed."
    ),
    measure=_scrolled,
    rounds=5,
    allowance=120,
    only=(OURS, "floor"),
)

FILTER = Job(
    name="panel-filter",
    part=PANEL,
    rows=(
        Row(
            key="panel-key",
            title="10,000 runs: key in the filter to rows, side panel",
            unit="ms",
            target=Target(limit=100),
        ),
        Row(
            key="table-key", title="10,000 runs: key in the filter to rows, table", unit="ms", target=Target(limit=100)
        ),
    ),
    how=(
        "Words and a comparison are typed and taken back key by key, eleven keys a round, each of which changes what "
        "matches: from the key's own time stamp to the end of the frame with the new rows. Each is asked of the server."
    ),
    measure=_filtered,
    rounds=4,
    allowance=90,
    only=(OURS,),
)
