"""Collect the environment of a run: Python, platform, processor, accelerator, installed packages.

Made to run on a worker thread beside the user's cells: metadata files are read one by one with a pause
between, and the answer is kept in the user's cache folder for as long as no folder of `sys.path` changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

Found = TypeVar("Found", dict[str, str], list[str])

GPU_TIMEOUT = 5.0
#: After this many packages the thread lets others run.
BREATH = 10
_VERSION = 1


def collect_environment(cache: Path | None = None) -> dict[str, Any]:
    """Return `{python, implementation, platform, cpu, gpu, packages}`; what cannot be found out is left empty.

    `cpu` is `{name, count}`, `gpu` a list of names, `packages` maps normalized names to versions, sorted.
    """
    import platform

    folder = cache if cache is not None else cache_folder()
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "cpu": {"name": _cpu_name(), "count": os.cpu_count() or 0},
        "gpu": _cached(folder, "gpu", boot_id(), list, _gpu_names),
        "packages": _cached(folder, "packages", _path_digest(sys.path), dict, _packages),
    }


def requirements_text(environment: dict[str, Any]) -> str:
    """Return the packages as `name==version` lines, sorted: what `pip install -r` takes."""
    packages = environment.get("packages") or {}
    return "".join(f"{name}=={version}\n" for name, version in sorted(packages.items()))


def cache_folder() -> Path:
    """Return where answers are kept: `$XDG_CACHE_HOME/trackside`, or `~/.cache/trackside`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "trackside"


def boot_id() -> str:
    """Return what changes with every start of the machine; empty where the system does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _cached(folder: Path, kind: str, key: str, shape: type[Found], collect: Callable[[], Found]) -> Found:
    name = hashlib.sha256(f"{_VERSION} {kind} {key}".encode("utf-8", "replace")).hexdigest()[:32]
    path = folder / f"{kind}-{name}.json"
    if key:
        with suppress(OSError, ValueError):
            remembered = json.loads(path.read_text(encoding="utf-8"))
            if type(remembered) is shape:
                return remembered
    found = collect()
    if key:
        with suppress(OSError):
            _replace(path, json.dumps(found, ensure_ascii=False))
    return found


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f"{path.name}.{os.getpid()}-{time.monotonic_ns()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _path_digest(entries: Sequence[str]) -> str:
    """Name the state of `sys.path`: installing or removing a package changes the folder's time."""
    facts = [sys.version, sys.prefix]
    for entry in entries:
        with suppress(OSError):
            facts.append(f"{entry} {os.stat(entry or '.').st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogatepass")).hexdigest()


def _packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for number, (name, version) in enumerate(_distributions()):
        # The first on the path is the one that is imported.
        found.setdefault(normalized(name), version)
        if number % BREATH == BREATH - 1:
            time.sleep(0.001)
    return dict(sorted(found.items()))


def _distributions() -> Iterator[tuple[str, str]]:
    import importlib.metadata

    for distribution in importlib.metadata.distributions():
        with suppress(Exception):
            metadata = distribution.metadata
            name, version = metadata["Name"], metadata["Version"]
            if name and version:
                yield str(name), str(version)


def normalized(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def _cpu_name() -> str:
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    import platform

    return platform.processor() or platform.machine()


def _gpu_names() -> list[str]:
    import shutil
    import subprocess

    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        done = subprocess.run(
            [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GPU_TIMEOUT,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    lines = done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else []
    return [line.strip() for line in lines if line.strip()]
