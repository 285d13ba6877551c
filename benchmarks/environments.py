"""Each tool in its own virtual environment, started as a process that prints JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.model import Refused
from benchmarks.peers.stage import MARK, Peer

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / ".bench"
IDENTITY = "[user]\n\tname = Bench\n\temail = bench@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"
TIMEOUT = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A peer and the interpreter that has it; `missing` says why there is none."""

    peer: Peer
    python: str
    versions: tuple[str, ...] = ()
    missing: str = ""

    @property
    def key(self) -> str:
        """The peer's key."""
        return self.peer.key

    def command(self, verb: str, **arguments: object) -> list[str]:
        """Put together the command line of one verb."""
        return [self.python, "-m", f"benchmarks.peers.{self.key}", verb, json.dumps(arguments)]

    def perform(self, verb: str, folder: Path, *, within: float = TIMEOUT, **arguments: object) -> dict[str, Any]:
        """Do one verb in `folder` and return what it printed.

        Raises Refused with the last line of its complaint when it fails or takes longer than `within` seconds.
        """
        try:
            done = subprocess.run(
                self.command(verb, **arguments),
                cwd=folder,
                env=environment(),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=within,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"stopped after {within:.0f} s") from None
        return read_result(verb, done.stdout, done.stderr)


def read_result(verb: str, output: str, complaint: str) -> dict[str, Any]:
    """Take the marked JSON out of a tool's chatter."""
    for line in reversed(output.splitlines()):
        if line.startswith(MARK):
            result: dict[str, Any] = json.loads(line[len(MARK) :])
            return result
    last = [line for line in complaint.splitlines() if line.strip()]
    reason = (last[-1].strip() if last else "no word").replace(str(ROOT), "…")
    raise Refused(f"{verb} failed: {reason[:200]}")


def environment() -> dict[str, str]:
    """Make the same clean surroundings for every tool: a home of its own, no network habits, plain Git."""
    home = BENCH / "home"
    home.mkdir(parents=True, exist_ok=True)
    config = home / ".gitconfig"
    if not config.exists():
        config.write_text(IDENTITY)
    foreign = ("GIT_", "XDG_", "PYTHON", "JUPYTER", "IPYTHON", "MLFLOW", "WANDB", "TRACKIO", "DVC", "TRACKSIDE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return inherited | {
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "ignore",
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "WANDB_MODE": "offline",
        "WANDB_SILENT": "true",
        "DVC_NO_ANALYTICS": "1",
        "HF_HUB_OFFLINE": "1",
        "IPYTHONDIR": str(home / ".ipython"),
    }


def make_tool(peer: Peer) -> Tool:
    """Find or make the peer's environment."""
    if not peer.requirements:
        return Tool(peer=peer, python=sys.executable, versions=_versions(sys.executable, peer))
    folder = BENCH / "peers" / peer.key
    python = str(folder / "bin" / "python")
    ready = folder / "ready.txt"
    wanted = "\n".join(peer.requirements)
    if not (ready.exists() and ready.read_text() == wanted):
        sys.stderr.write(f"installing {', '.join(peer.requirements)}\n")
        venv.create(folder, with_pip=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *peer.requirements, "ipykernel"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["ERROR: pip failed"]
            return Tool(peer=peer, python="", missing=f"could not be installed: {last[-1][7:160]}")
        ready.write_text(wanted)
    return Tool(peer=peer, python=python, versions=_versions(python, peer))


def _versions(python: str, peer: Peer) -> tuple[str, ...]:
    """Ask the environment for the versions of the tool's distributions."""
    script = (
        "import importlib.metadata as m, sys\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(name, m.version(name))\n"
        "    except m.PackageNotFoundError: print(name, '(from the work tree)')\n"
    )
    done = subprocess.run([python, "-c", script, *peer.distributions], capture_output=True, text=True, check=True)
    return tuple(done.stdout.splitlines())
