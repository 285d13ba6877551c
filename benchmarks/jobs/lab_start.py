"""What the extension adds to the start of JupyterLab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.environments import BENCH, Tool
from benchmarks.model import OURS, PANEL, Job, Refused, Row, Sample, Target
from benchmarks.panel.served import Served, lab_server
from benchmarks.panel.window import LABEXTENSION, Thread, browser, need_labextension, window
from benchmarks.places import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

_TURNS = 5
_RESTORED = """\
() => new Promise(resolve => {
  const look = () => globalThis.jupyterapp
    ? globalThis.jupyterapp.restored.then(() => resolve(performance.now()))
    : setTimeout(look, 5);
  look();
})
"""


def _measure(_tool: Tool, place: Place) -> Mapping[str, Sample]:
    need_labextension()
    folder = BENCH / "scratch" / "lab"
    linked = folder / "labextensions" / "@trackside"
    linked.mkdir(parents=True, exist_ok=True)
    if not (linked / "lab").exists():
        (linked / "lab").symlink_to(LABEXTENSION, target_is_directory=True)
    with ExitStack() as stack:
        chromium = stack.enter_context(browser())
        sides = {}
        for name, paths in (("without", []), ("with", [linked.parent])):
            served = stack.enter_context(lab_server(folder / name, paths, has_server=bool(paths)))
            # One profile a side, so that scripts come from the cache after the first time, as they do for a user.
            page = stack.enter_context(window(chromium))
            sides[name] = (page, served, Thread(page))
            _start(page, served)
            _check(page, is_there=bool(paths))
        took: dict[str, list[float]] = {"without": [], "with": []}
        work: dict[str, list[float]] = {"without": [], "with": []}
        for _ in range(1 if place.quick else _TURNS):
            for name in ("with", "without", "without", "with"):
                page, served, thread = sides[name]
                took[name].append(_start(page, served))
                work[name].append(thread.seconds() * 1e3)
    return {
        "lab-added": Sample(values=_added(took)),
        "lab-work": Sample(values=_added(work)),
        "lab-with": Sample(values=took["with"]),
        "lab-without": Sample(values=took["without"]),
    }


def _added(sides: Mapping[str, Sequence[float]]) -> list[float]:
    """Return the difference of each turn: with, without, without, with, so that who comes second has no handicap."""
    after, before = sides["with"], sides["without"]
    return [(after[at] + after[at + 1] - before[at] - before[at + 1]) / 2 for at in range(0, len(after), 2)]


def _start(page: Page, served: Served) -> float:
    """Load JupyterLab; return the milliseconds until it says that it is restored."""
    page.goto(served.address("lab"), wait_until="commit")
    took: float = page.evaluate(_RESTORED)
    return took


def _check(page: Page, *, is_there: bool) -> None:
    """See to it that what is compared is what is said."""
    has_ours = page.evaluate("() => globalThis.jupyterapp.listPlugins().some(name => name.startsWith('@trackside/'))")
    if has_ours != is_there:
        raise Refused(
            f"the extension is {'missing' if is_there else 'there'} where it should {'be' if is_there else 'not be'}"
        )


JOB = Job(
    name="lab-start",
    part=PANEL,
    rows=(
        Row(key="lab-added", title="JupyterLab's start: added by the extension", unit="ms", target=Target(limit=100)),
        Row(key="lab-work", title="JupyterLab's start: main thread's processor time added", unit="ms"),
        Row(key="lab-with", title="JupyterLab's start with the extension", unit="ms"),
        Row(key="lab-without", title="JupyterLab's start without it", unit="ms"),
    ),
    how=(
        "From the request of the page to `app.restored`: two servers side by side, one without either half of the "
        "extension, and a browser with the scripts in its cache. A turn is with, without, without, with; a value is "
        f"the difference of the means of a turn; {_TURNS} turns."
    ),
    measure=_measure,
    rounds=1,
    only=(OURS,),
)
