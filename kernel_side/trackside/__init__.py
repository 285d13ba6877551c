"""Track notebook experiments into Git.

In a notebook: `%load_ext trackside`, then `%track`. In a script: `trackside.start()`, `trackside.log(...)`,
`trackside.end()`. Names are loaded when first used, so that importing this costs next to nothing.
"""

# No `from __future__ import annotations` here: it would hide the module `trackside.annotations`.
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from trackside.api import (
        compare,
        current,
        end,
        log,
        log_artifact,
        log_figure,
        log_image,
        log_params,
        runs,
        show,
        start,
    )
    from trackside.display.panel import view
    from trackside.errors import TracksideError

__all__ = [
    "TracksideError",
    "compare",
    "current",
    "end",
    "log",
    "log_artifact",
    "log_figure",
    "log_image",
    "log_input",
    "log_params",
    "runs",
    "show",
    "start",
    "view",
]

_ELSEWHERE = {"TracksideError": "trackside.errors", "view": "trackside.display.panel"}


def __getattr__(name: str) -> Any:
    if name in __all__:
        value = globals()[name] = getattr(import_module(_ELSEWHERE.get(name, "trackside.api")), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def load_ipython_extension(shell: Any) -> None:
    """Give IPython the `%track` magic: `%load_ext trackside`."""
    from trackside.magic import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take the magic away; an open run is ended."""
    from trackside.magic import unload

    unload(shell)
