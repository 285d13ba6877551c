"""Where journals lie: in the clone's own folder, or in the user's state folder until a repository adopts them."""

from __future__ import annotations

import os
from pathlib import Path

from trackside.format import is_run_id
from trackside.git.repository import Repository


def journal_folder(repository: Repository | None) -> Path:
    """Return the folder of journals for a repository, or for runs that have none yet."""
    return (repository.own_dir if repository else state_folder()) / "journal"


def state_folder() -> Path:
    """Return the user's state folder for Trackside (XDG, or what the platform uses)."""
    if os.environ.get("XDG_STATE_HOME"):
        return Path(os.environ["XDG_STATE_HOME"]) / "trackside"
    if os.name == "nt" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "trackside"
    return Path.home() / ".local" / "state" / "trackside"


def list_journals(folder: Path) -> list[Path]:
    """List the journals in a folder, oldest run first."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names) if name.endswith(".jsonl") and is_run_id(name[:-6])]
