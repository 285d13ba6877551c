"""Files kept with a run: small ones in Git, large ones in DVC's cache or one of the same layout."""

from __future__ import annotations

from trackside.artifacts.keep import DEFAULT_LIMIT, Kept, keep_artifact

__all__ = ["DEFAULT_LIMIT", "Kept", "keep_artifact"]
