"""Experiments of any content, written as sealing writes them, into a project that a server shows."""

from __future__ import annotations

import base64
import json
from typing import Any

from repositories import Scratch, make_experiment

from .conftest import Project
from .jupyter import Jupyter


def add_run(server: Jupyter, project: Project, name: str, number: int, **facts: Any) -> str:
    """Write a run; `number` makes its id and its age. Returns the id."""
    run = f"20260101t000000-{number:010x}"
    scratch = Scratch(project.path, server.folder / "home")
    make_experiment(
        scratch, name, run=run, started=1_790_000_000.0 + number, duration=3.0, notebook="study.ipynb", **facts
    )
    return run


def add_three(server: Jupyter, project: Project) -> list[str]:
    """Write three runs that differ; the last is the newest."""
    return [
        add_run(
            server, project, name, at + 1, params={"lr": lr, "model": "rf"}, metrics={"val_acc": [lr, 0.5, 0.9 - lr]}
        )
        for at, (name, lr) in enumerate([("calm-otter-3f", 0.1), ("quiet-wren-9a", 0.2), ("keen-hawk-c2", 0.3)])
    ]


#: A picture of one pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


def add_figure_run(server: Jupyter, project: Project, name: str, number: int) -> str:
    """Write a run whose only cell showed a picture."""
    output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL, "text/plain": "<Figure>"}}
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "plot()", "outputs": [output],
    }  # fmt: skip
    executed = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    path = ".trackside/figures/plot.png"
    figure = {"path": path, "name": "plot", "mime": "image/png", "size": 70, "cell": 0, "step": None}
    files: dict[str, bytes | str] = {path: base64.b64decode(PIXEL), ".trackside/executed.ipynb": executed}
    return add_run(server, project, name, number, figures=[figure], files=files, metrics={"acc": [0.1, 0.2]})
