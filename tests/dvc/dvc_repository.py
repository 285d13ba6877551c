"""Repositories with DVC in them, and experiments put there by plain Git plumbing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WHO = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": "1767225600 +0000"}


class DvcRepository:
    """One Git repository with `.dvc/`, driven by the real programs."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "DVC_", "XDG_"))}
        own = {
            "HOME": str(home),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(home / "site"),
            "DVC_GLOBAL_CONFIG_DIR": str(home / "global"),
            "DVC_SYSTEM_CONFIG_DIR": str(home / "system"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()}
        self.environment = {**kept, **own, **people}
        root.mkdir(parents=True)
        home.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")
        # DVC commits through its own library, which knows no identity from the environment.
        self.git("config", "user.name", WHO["NAME"])
        self.git("config", "user.email", WHO["EMAIL"])
        self.dvc("init", "-q")
        self.dvc("config", "core.autostage", "true")
        (root / "train.py").write_text("print('train')\n")
        self.baseline = self.commit("Begin")

    def git(self, *args: str, data: bytes | None = None, **environment: str) -> str:
        done = subprocess.run(
            ["git", *args], cwd=self.root, input=data, capture_output=True, env={**self.environment, **environment}
        )
        if done.returncode:
            raise AssertionError(f"git {args}: {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def dvc(self, *args: str) -> str:
        """Run the real command."""
        command = [sys.executable, "-m", "dvc", *args]
        done = subprocess.run(command, cwd=self.root, capture_output=True, env=self.environment, text=True)
        if done.returncode:
            raise AssertionError(f"dvc {args}: {done.stderr}")
        return done.stdout

    def dvc_json(self, *args: str) -> Any:
        return json.loads(self.dvc(*args, "--json"))

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def add_experiment(self, name: str, files: Mapping[str, bytes]) -> str:
        """Put an experiment on the baseline by plumbing alone; index, work tree and HEAD are not touched."""
        index = str(self.root / ".git" / f"index-{name}")
        self.git("read-tree", self.baseline, GIT_INDEX_FILE=index)
        for path, content in files.items():
            oid = self.git("hash-object", "-w", "--stdin", data=content)
            self.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}", GIT_INDEX_FILE=index)
        tree = self.git("write-tree", GIT_INDEX_FILE=index)
        oid = self.git("commit-tree", tree, "-p", self.baseline, "-m", name)
        self.git("update-ref", f"refs/exps/{self.baseline[:2]}/{self.baseline[2:]}/{name}", oid, "")
        return oid

    def refs(self) -> dict[str, str]:
        """Return experiment name → commit id; DVC keeps refs of its own beside them, at another depth."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/exps/*/*/*").splitlines()
        return {line.split(" ")[0].rpartition("/")[2]: line.split(" ")[1] for line in lines}

    def read(self, oid: str, path: str) -> bytes | None:
        command = ["git", "cat-file", "blob", f"{oid}:{path}"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, env=self.environment)
        return None if done.returncode else done.stdout

    def paths(self, oid: str) -> list[str]:
        return self.git("ls-tree", "-r", "-z", "--name-only", oid).split("\0")[:-1]
