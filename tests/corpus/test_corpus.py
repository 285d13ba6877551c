"""Public notebooks run the same with the two lines of Trackside first, and the experiment holds all of it.

`-m corpus` runs the short set (about two minutes on two cores), `-m "corpus or long"` every notebook.
Fetched once, kept outside the tree: see `fetch.py`. Without a network these tests are skipped, but not in CI.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from corpus import fetch, running
from corpus.comparing import differences, exact_differences
from missing import missing


def _cases() -> list[Any]:
    return [
        pytest.param(
            notebook,
            id=notebook.id,
            marks=[
                pytest.mark.corpus if notebook.bounded else pytest.mark.long,
                pytest.mark.timeout(180 + 8 * notebook.seconds),
            ],
        )
        for notebook in fetch.notebooks()
    ]


@pytest.fixture(scope="session")
def corpus_python() -> Path:
    """Fetch the corpus and return the Python its notebooks run in."""
    if sys.version_info < (3, 11):
        pytest.skip("the pinned packages of the corpus need Python 3.11")
    try:
        fetch.fetch()
        return fetch.interpreter()
    except fetch.Unreachable as error:
        missing(f"the corpus is not here and cannot be fetched: {error}")


@pytest.mark.parametrize("notebook", _cases())
def test_a_public_notebook_runs_the_same_when_tracked(
    notebook: fetch.Notebook, corpus_python: Path, tmp_path: Path
) -> None:
    timeout = int(60 + 4 * notebook.seconds)
    plain = running.run_plain(notebook.file, tmp_path / "plain", corpus_python, timeout=timeout)
    tracked = running.run_tracked(notebook.file, tmp_path / "tracked", corpus_python, timeout=timeout)
    cells, tracked_cells = running.code_cells(plain), running.code_cells(tracked.notebook)

    assert running.failed(tracked.first) is None, tracked.first.outputs
    assert [running.failed(cell) for cell in tracked_cells] == [running.failed(cell) for cell in cells]
    assert differences(cells, tracked_cells, numbers=notebook.exact) == []

    assert tracked.executed is not None
    executed = running.code_cells(tracked.executed)
    assert executed[0].source == running.TWO_LINES
    if notebook.apart is None:
        assert exact_differences(executed[1:], tracked_cells) == []

    record = tracked.record
    assert record["status"] == ("failed" if running.failed(tracked_cells[-1]) else "finished")
    assert record["notebook"] in (None, "notebook.ipynb")
    assert record["cells"]["executed"] == len(tracked_cells) + 1
    assert record["cells"]["failed"] == sum(running.failed(cell) is not None for cell in tracked_cells)
    assert [flag for flag in record["order"] if flag["level"] == "warning"] == []
