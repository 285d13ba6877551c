"""The table and compare as a widget of this kernel: a small model whose program comes over its messages when a front
end draws it, so that a notebook saved with the state of its widgets holds neither the program nor runs."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from trackside.display.carrier import KernelDesk, Line
from trackside.errors import TracksideError

_STATIC: Final = Path(__file__).parent / "static"
#: Views that are kept in one kernel; each is a model in every page that looks at it.
_MOST: Final = 12
_NEEDED: Final = ("loader.js", "widget.js", "widget.css")


class View:
    """One live view."""

    def __init__(self, desk: KernelDesk, cell: str | None, query: str, runs: Sequence[str]) -> None:
        self.desk, self.cell = desk, cell
        self.name = uuid.uuid4().hex
        opening = {"query": query, "runs": list(runs)}
        self.widget = _model()(view=self.name, program=_program()[0], opening=opening)
        self.line = Line(self._send)
        self.widget.on_msg(self._hear)
        self.widget.comm.on_close(lambda _: self.close())
        desk.open(self.line)

    def _send(self, content: dict[str, Any], buffers: Sequence[bytes]) -> None:
        if self.widget.comm is not None:
            self.widget.send(content, list(buffers))

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        if type(content) is not dict:
            return
        self.line.hear()
        if content.get("ask") == "program":
            digest, code, style = _program()
            self.line.say({"program": digest}, code, style)
        elif content.get("ask") == "alive":
            self.line.say({"alive": True})
        else:
            self.desk.take(self.line, content)

    def close(self) -> None:
        """End it; its output shows the table that stays."""
        if self.line.is_open:
            self.desk.close(self.line)
            self.widget.close()
        if self in _views:
            _views.remove(self)


_views: Final[list[View]] = []


def missing() -> str:
    """Say what a live view lacks here and how to get it; empty when nothing is missing."""
    try:
        import anywidget  # noqa: F401  # whether it is there
    except Exception:
        # Also one that is too old for the ipywidgets beside it.
        return "The live table needs anywidget: pip install 'trackside[widget]', then restart the kernel."
    if not all((_STATIC / name).is_file() for name in _NEEDED):
        return "The live table is not built: make panel."
    return ""


def open_view(root: Path, *, cell: str | None, query: str, runs: Sequence[str]) -> View:
    """Open a live view of the repository around `root`; the one that its cell had before is closed."""
    desk = next((view.desk for view in _views if view.desk.root == root and not view.desk.is_over), None)
    view = View(desk or KernelDesk(root), cell, query, runs)
    old = [earlier for earlier in _views if cell is not None and earlier.cell == cell]
    _views.append(view)
    for earlier in [*old, *_views[: max(0, len(_views) - len(old) - _MOST)]]:
        earlier.close()
    return view


def ids_of(root: Path, runs: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return what a panel calls runs that are known by name and commit; those it does not know are left out."""
    from trackside.catalogue import Catalogue

    try:
        state = Catalogue(root).state()
    except TracksideError:
        return []
    known = {(row.name, row.oid): handle for row, handle in zip(state.rows, state.ids)}
    return [known[run] for run in runs if run in known]


@cache
def _model() -> Any:
    """Make the class of the model; anywidget is imported by the first view, which takes a fifth of a second."""
    import anywidget
    import traitlets

    traits = {
        "_esm": (_STATIC / "loader.js").read_text(encoding="utf-8"),
        "view": traitlets.Unicode().tag(sync=True),
        "program": traitlets.Unicode().tag(sync=True),
        "opening": traitlets.Dict().tag(sync=True),
        "__module__": __name__,
    }
    return type("RunsWidget", (anywidget.AnyWidget,), traits)


@cache
def _program() -> tuple[str, bytes, bytes]:
    """Return a digest of the program, its code and its style."""
    code, style = (_STATIC / "widget.js").read_bytes(), (_STATIC / "widget.css").read_bytes()
    return hashlib.sha256(code + style).hexdigest()[:16], code, style
