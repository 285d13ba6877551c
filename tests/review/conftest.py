"""The scratch repository as this process's own surroundings."""

from __future__ import annotations

from repositories import scratch, trackside_home

__all__ = ["scratch", "trackside_home"]
