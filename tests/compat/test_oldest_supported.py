"""The oldest IPython and ipykernel that pyproject.toml allows do all that the newest do.

The newest are what every other test runs on. The oldest live in an environment of their own, made from the lower
bounds themselves, so that a bound nobody tests cannot stand. What only the tests need is lent to it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
#: What the tests themselves need, at any version.
TOOLS = ("pytest", "pytest-timeout", "hypothesis", "matplotlib", "pandas")
SUITES = (
    "tests/capture/test_iopub.py",
    "tests/capture/test_hooks.py",
    "tests/hosts/test_magic.py",
    "tests/hosts/test_view.py",
)


def lower_bounds() -> list[str]:
    """Read `name>=1.2` from the dependencies and the extras of a kernel, as `name==1.2.*`."""
    text = (ROOT / "pyproject.toml").read_text()
    main = re.search(r"^dependencies = \[(.*?)^\]", text, re.M | re.S)
    run = re.search(r"^run = \[(.*?)\]", text, re.M | re.S)
    widget = re.search(r"^widget = \[(.*?)\]", text, re.M | re.S)
    assert main is not None and run is not None and widget is not None
    bounds = re.findall(r'"([a-z-]+)>=([0-9.]+)"', main.group(1) + run.group(1) + widget.group(1))
    assert {"anywidget", "ipython", "ipykernel", "nbclient"} <= {name for name, _ in bounds}
    return [f"{name}=={version}.*" if version.count(".") < 2 else f"{name}=={version}" for name, version in bounds]


def lend(wanted: tuple[str, ...], place: Path) -> None:
    """Link packages of this environment into another, with all they need and the other lacks: pandas is large."""
    site = next(place.glob("lib/python*/site-packages"))
    theirs = {canonicalize_name(path.name.split("-")[0]) for path in site.glob("*.dist-info")}
    for lent in collect_needed(wanted, theirs):
        for top in {path.parts[0] for path in lent.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(str(lent.locate_file(top)))


def collect_needed(wanted: tuple[str, ...], without: set[str]) -> Iterator[Distribution]:
    """Find packages and what they need, each once; `without` are there already, with what they need."""
    waiting, seen = list(wanted), set(without)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in seen:
            seen.add(name)
            found = distribution(name)
            needs = map(Requirement, found.requires or ())
            waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
            yield found


@pytest.fixture
def oldest(tmp_path: Path) -> Path:
    """An environment with the oldest versions; its interpreter."""
    place = tmp_path / "oldest"
    venv.create(place)
    # The pip at hand: to put one into the environment takes longer than to install what is wanted.
    into = ["--prefix", str(place), "--ignore-installed"]
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", *into, *lower_bounds()]
    done = subprocess.run(install, env=clean(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    lend(TOOLS, place)
    return place / "bin" / "python"


def clean() -> dict[str, str]:
    """The variables of this process without those of its environment, and with the person's own cache of downloads."""
    left_out = ("PYTHONPATH", "VIRTUAL_ENV", "XDG_CACHE_HOME")
    return {key: value for key, value in os.environ.items() if key not in left_out}


@pytest.mark.timeout(600)
def test_the_lower_bounds_hold_for_kernels_magic_and_outputs(oldest: Path, cache_folder: Path) -> None:
    tests = [str(oldest), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long", *SUITES]
    environment = {**clean(), "PYTHONPATH": str(ROOT / "kernel_side"), "XDG_CACHE_HOME": str(cache_folder)}
    done = subprocess.run(tests, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    for bound in lower_bounds():
        name, _, wanted = bound.partition("==")
        ask = f"from importlib.metadata import version; print(version({name!r}))"
        said = subprocess.run([str(oldest), "-c", ask], capture_output=True, text=True, check=True)
        assert f"{said.stdout.strip()}.".startswith(wanted.rstrip("*")), bound
