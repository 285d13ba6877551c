"""Runs that reports are made of: a base repeated three times, a better run, and one whose every text is hostile."""

from __future__ import annotations

from typing import Any

from repositories import NOTEBOOK, Scratch, make_experiment, notebook_text

CODE_BASE = "a" * 32
CODE_RUN = "b" * 32
#: Each piece is something a forge, Markdown, HTML, mermaid or XML would act on.
HOSTILE = (
    "</details><script>alert(1)</script> | `x` **b** _i_ ~~s~~ [l](https://evil.example) ![i](http://evil.example/p) "
    "@ada #123 !45 ~bug $x^2$ &lt; :tada: GH-7 www.evil.example \\ \" ' <!-- c --> ]]> $`y`$ [^1]"
)


def git_input(path: str, version: str, **more: Any) -> dict[str, Any]:
    """Return the fact of an input that Git tracks."""
    return {"path": path, "kind": "git", "version": version * 20, "size": 9, "origin": "seen", **more}


def make_run(scratch: Scratch, name: str, curve: list[float], **facts: Any) -> str:
    """Write a finished run with a curve of `val_acc`, its mirror `loss` and a count; return its commit id."""
    usual: dict[str, Any] = {
        "run": f"20260101t000000-{name}",
        "notebook": NOTEBOOK,
        "branch": "main",
        "duration": 75.5,
        "code": CODE_BASE,
        "author": {"name": "Ada Lovelace", "email": "ada@example.org", "fallback": False},
        "cells": {"executed": 4, "failed": 0},
        "environment": {
            "digest": "d" * 16, "python": "3.11.7", "platform": "Linux", "cpu": "c", "gpu": "", "packages": 90,
        },
        "params": {"lr": 0.1, "model": "rf", "depth": 6},
        "metrics": {"val_acc": curve, "loss": [round(1 - value, 6) for value in curve], "n_rows": 1000},
    }  # fmt: skip
    files = {".trackside/requirements.txt": "numpy==1.26.4\npandas==2.2.0\n", **facts.pop("files", {})}
    return make_experiment(scratch, name, files=files, **{**usual, **facts})


def make_pair(scratch: Scratch) -> tuple[str, str]:
    """Write a base that was repeated three times and a better run of other code; return their names."""
    same, train = git_input("data/names.csv", "0c"), git_input("data/train.csv", "0a")
    make_run(scratch, "calm-otter", [0.5, 0.7, 0.8, 0.85, 0.900], inputs=[same, train])
    make_run(scratch, "calm-otter-2", [0.5, 0.7, 0.8, 0.85, 0.904])
    make_run(scratch, "calm-otter-3", [0.5, 0.7, 0.8, 0.85, 0.896])
    make_run(
        scratch,
        "brave-lynx",
        [0.5, 0.72, 0.85, 0.89, 0.93],
        code=CODE_RUN,
        title="Learn slower, deeper",
        inputs=[same, git_input("data/train.csv", "0b", changed="during", before="0a" * 20)],
        params={"lr": 0.01, "model": "rf", "depth": 8},
        files={
            NOTEBOOK: notebook_text(["import features\n", "lr = 0.01\n", "depth = 8\n"]),
            "features.py": "def scale(x):\n    return x / 3\n",
            ".trackside/requirements.txt": "numpy==2.0.1\npandas==2.2.0\n",
        },
        warnings=[{"code": "large", "message": "Two files were too large to keep.", "hint": "Raise the limit."}],
    )
    return "calm-otter", "brave-lynx"


def make_hostile(scratch: Scratch) -> tuple[str, str]:
    """Write two runs whose names of metrics, parameters, files and texts are all hostile; return their names."""
    facts: dict[str, Any] = {
        "title": HOSTILE,
        "author": {"name": HOSTILE, "email": "x", "fallback": False},
        "warnings": [{"code": "x", "message": f"/close\n/merge\n{HOSTILE}", "hint": f"# {HOSTILE}"}],
        "order": [{"kind": "edited", "level": "warning", "cell": 1, "names": [], "message": f"1. {HOSTILE}"}],
    }
    for name, value, curve in (("first", "plain", [0.1, 0.2, 0.3, 0.4]), ("second", HOSTILE, [0.1, 0.3, 0.4, 0.6])):
        make_run(
            scratch, f"hostile-{name}", curve, code=CODE_RUN if name == "second" else CODE_BASE,
            inputs=[git_input(f"data | {HOSTILE}", "0a" if name == "first" else "0b"), git_input(value, value)],
            params={HOSTILE: value, "```": "```\n/close", "- [ ] task": f"- {value}"},
            metrics={f"acc {HOSTILE}": curve, "acc\n\n# heading": curve, 'acc "quoted"\nline [9]': curve},
            files={"a | `b` @ada #1 <b>.py": f"{value}\n```\n</details>\n/close\n"},
            **facts,
        )  # fmt: skip
    return "hostile-first", "hostile-second"
