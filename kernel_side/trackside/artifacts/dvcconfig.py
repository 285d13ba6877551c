"""Where DVC keeps its cache for a folder, read from its configuration files without importing it.

Levels and their order are DVC's: system, global, repository, local; a relative path counts from the file it stands in
(DVC documentation, `dvc config`, section "Config file locations").
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from trackside.artifacts.cache import Cache

_URL: Final = re.compile(r"\w+://")
_SECTION: Final = re.compile(r"\[\s*(.*?)\s*\]")


def find_dvc_root(path: Path, top: Path) -> Path | None:
    """Return the nearest folder from `path` up to `top` that holds `.dvc/`."""
    for folder in [path, *path.parents]:
        if (folder / ".dvc").is_dir():
            return folder
        if folder == top:
            break
    return None


def dvc_cache(dvc_root: Path) -> Cache | None:
    """Return the cache DVC uses there; None when its configuration names none on this machine's file systems."""
    folder = dvc_root / ".dvc" / "cache"
    is_shared = False
    for file in config_files(dvc_root):
        section = _read_section(file, "cache")
        if "local" in section or _URL.match(section.get("dir", "")):
            return None
        if section.get("dir"):
            folder = file.parent / os.path.expanduser(section["dir"])
        if "shared" in section:
            is_shared = section["shared"].lower() == "group"
    return Cache(Path(os.path.abspath(folder)), is_shared)


def config_files(dvc_root: Path) -> Iterator[Path]:
    """List the configuration files DVC reads, a later one winning over an earlier."""
    yield _level("DVC_SYSTEM_CONFIG_DIR", _system_folder()) / "config"
    yield _level("DVC_GLOBAL_CONFIG_DIR", _global_folder()) / "config"
    yield dvc_root / ".dvc" / "config"
    yield dvc_root / ".dvc" / "config.local"


def _level(variable: str, otherwise: Path) -> Path:
    named = os.environ.get(variable)
    return Path(named) if named else otherwise


def _system_folder() -> Path:
    if sys.platform == "darwin":
        return Path("/Library/Application Support/dvc")
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:\\ProgramData")) / "iterative" / "dvc"
    return Path(os.environ.get("XDG_CONFIG_DIRS", "").split(os.pathsep)[0] or "/etc/xdg") / "dvc"


def _global_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/dvc"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "iterative" / "dvc"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "dvc"


def _read_section(file: Path, wanted: str) -> Mapping[str, str]:
    """Read one section of a configuration file in ConfigObj's form; what cannot be read says nothing."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    section = ""
    for line in map(str.strip, lines):
        head = _SECTION.match(line)
        if head:
            section = head[1].strip("'\"")
        elif section == wanted and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key.strip()] = _value(value.strip())
    return found


def _value(text: str) -> str:
    if text[:1] in "'\"" and text[1:].find(text[:1]) >= 0:
        return text[1 : text.index(text[0], 1)]
    return text.partition(" #")[0].strip()
