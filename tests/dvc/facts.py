"""The facts of the experiments in these tests: values that readers like to take for something else."""

from __future__ import annotations

import math
from typing import Any

from trackside.dvcfiles import dvc_files

#: Values that YAML readers, templates and tables like to take for something else.
PARAMS: dict[str, Any] = {
    "lr": 1e-05,
    "date": "2024-01-01",
    "switch": "on",
    "none": None,
    "odd": math.nan,
    "big": 10**25,
    "a.b": 1,
    "with space": "x: y",
    "ü": "日本",
    "layers": [64, 32],
    "time": "1:30:00",
    "octal": "010",
    "flag": True,
    "template": "${x}",
    "empty": "",
    "lines": "a\nb",
}
METRICS: dict[str, float] = {
    "acc": 0.93,
    "val/loss": 1e-07,
    "with space": 1,
    "rev": 2.5,
    "ü.f1": math.nan,
    "${x}": 3.0,
    "step": 4,
}
CURVES = {name: [(step, value) for step in range(3)] for name, value in METRICS.items()}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def experiment_files(**changed: Any) -> dict[str, bytes]:
    """Build the files of an experiment below `.trackside/`; `changed` replaces parameters and metrics by name."""
    params = {name: changed.get(name, value) for name, value in PARAMS.items()}
    metrics = {name: changed.get(name, value) for name, value in METRICS.items()}
    files = dvc_files(params, metrics, CURVES, {"cell-001-0.png": PNG})
    return {f".trackside/{path}": data for path, data in files.items()}
