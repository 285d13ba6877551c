"""Trackside over HTTP: a Jupyter server extension, and the page of `trackside ui`. The library does the work."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from trackside_server.app import TracksideApp

    return [{"module": "trackside_server", "app": TracksideApp}]
