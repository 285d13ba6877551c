"""The oldest IPython and ipykernel that pyproject.toml allows do all that the newest do.

The newest are what every other test runs on. The oldest live in an environment of their own, made from the lower
bounds themselves, so that a bound nobody tests cannot stand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
#: What the tests themselves need, at any version.
TOOLS = ("pytest", "pytest-timeout", "hypothesis", "matplotlib", "pandas", "pyzmq")
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


@pytest.mark.timeout(600)
def test_the_lower_bounds_hold_for_kernels_magic_and_outputs(tmp_path: Path, cache_folder: Path) -> None:
    place = tmp_path / "oldest"
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    # pip keeps its downloads in the cache of the person who runs the tests, not in this test's.
    clean.pop("XDG_CACHE_HOME")
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *lower_bounds(), *TOOLS]
    done = subprocess.run(install, env=clean, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    tests = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long", *SUITES]
    environment = {**clean, "PYTHONPATH": str(ROOT / "kernel_side"), "XDG_CACHE_HOME": str(cache_folder)}
    done = subprocess.run(tests, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert sys.executable != str(python)
