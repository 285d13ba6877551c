"""The notebook of what really ran."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.executed import build_executed, figures, fold_outputs
from trackside.run import Cell

TEXT = st.text(max_size=40)
STREAM = st.builds(
    lambda name, text: {"output_type": "stream", "name": name, "text": text},
    st.sampled_from(["stdout", "stderr"]),
    TEXT,
)
DISPLAY = st.builds(
    lambda data, count: {
        "output_type": "execute_result",
        "data": data,
        "metadata": {},
        "execution_count": count,
    },
    st.dictionaries(st.sampled_from(["text/plain", "text/html", "image/svg+xml", "application/javascript"]), TEXT),
    st.integers(0, 9),
)
ERROR = st.builds(
    lambda name, lines: {"output_type": "error", "ename": name, "evalue": name, "traceback": lines},
    TEXT,
    st.lists(TEXT, max_size=3),
)


def no_files(_: object) -> None:
    return None


def cell(*outputs: dict[str, Any], number: int = 1, source: str = "", **more: Any) -> Cell:
    events = [output if "e" in output else {"e": "output", "cell": number, "output": output} for output in outputs]
    return Cell(number, source=source, outputs=events, **more)


def read(data: bytes) -> Any:
    notebook = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(notebook)
    return notebook


@given(source=TEXT, outputs=st.lists(STREAM | DISPLAY | ERROR, max_size=6))
def test_any_cell_gives_a_valid_notebook_that_reads_back_the_same(source: str, outputs: list[dict[str, Any]]) -> None:
    notebook = read(build_executed([cell(*outputs, source=source)], no_files))
    assert notebook.cells[0].source == source
    stored = json.loads(json.dumps(notebook.cells[0].outputs))
    assert stored == fold_outputs([{"e": "output", "output": output} for output in outputs], {})


def test_the_same_run_gives_the_same_bytes() -> None:
    cells = [cell({"output_type": "stream", "name": "stdout", "text": "a\n"}, source="x = 1\n", id="q", count=3)]
    assert build_executed(cells, no_files) == build_executed(cells, no_files)


def test_a_cell_run_twice_is_there_twice_with_ids_of_their_own() -> None:
    notebook = read(build_executed([cell(number=1, id="same"), cell(number=2, id="same")], no_files))
    assert [one.id for one in notebook.cells] == ["cell-1", "cell-2"]
    assert [one.metadata.trackside.id for one in notebook.cells] == ["same", "same"]


def test_each_cell_tells_its_number_count_and_end() -> None:
    notebook = read(build_executed([cell(number=4, count=9, ok=False, id="i")], no_files))
    assert notebook.cells[0].metadata.trackside == {"cell": 4, "count": 9, "ok": False, "id": "i"}
    assert notebook.cells[0].execution_count == 9


def test_nbformat_writes_the_same_bytes() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "a\nb"},
        {"output_type": "display_data", "data": {"text/html": "<b>\n</b>", "image/png": "QUJD\n"}, "metadata": {}},
    ]
    data = build_executed([cell(*outputs, source="x\ny")], no_files)
    assert nbformat.writes(read(data)) + "\n" == data.decode()


def test_the_newest_data_of_a_display_is_shown() -> None:
    shown = {"e": "output", "display_id": "d", "output": {"output_type": "display_data", "data": {}, "metadata": {}}}
    newest = {"d": {"data": {"text/plain": "newest"}, "metadata": {"isolated": True}}}
    output = read(build_executed([cell(shown)], no_files, displays=newest)).cells[0].outputs[0]
    assert (output.data, output.metadata) == ({"text/plain": "newest"}, {"isolated": True})


def test_what_was_cut_is_told_at_the_end_of_the_cell() -> None:
    outputs = fold_outputs([{"e": "output-cut", "bytes": 7}, {"e": "output-cut", "bytes": 3}], {})
    assert outputs == [{"output_type": "stream", "name": "stderr", "text": "[Trackside: 10 bytes cut]\n"}]


def test_side_files_come_back_as_they_were_published() -> None:
    files = {hashlib.sha256(data).hexdigest(): data for data in (b"ABC", b'{"a":[1]}', "é".encode())}
    names = list(files)
    data = {
        "image/png": {"$file": names[0], "size": 3, "encoding": "base64-newline"},
        "application/json": {"$file": names[1], "size": 9, "encoding": "json"},
        "text/html": {"$file": names[2], "size": 2, "encoding": "utf-8"},
    }
    shown = cell({"output_type": "display_data", "data": data, "metadata": {}})
    output = read(build_executed([shown], lambda ref: files[ref["$file"]])).cells[0].outputs[0]  # type: ignore[index]
    assert output.data == {"image/png": "QUJD\n", "application/json": {"a": [1]}, "text/html": "é"}


@pytest.mark.parametrize("reference", [{"$file": "gone", "size": 1}, {"$lost": "full disk", "size": 1}])
def test_a_lost_side_file_leaves_a_word_and_a_valid_notebook(reference: dict[str, Any]) -> None:
    shown = cell({"output_type": "display_data", "data": {"image/png": reference}, "metadata": {}})
    output = read(build_executed([shown], no_files)).cells[0].outputs[0]
    assert output.data == {"text/plain": "[Trackside: this output was lost]"}


def test_numbers_that_json_lacks_become_null() -> None:
    bundle = {"application/json": {"x": [float("nan"), 1.5]}}
    data = build_executed([cell({"output_type": "display_data", "data": bundle, "metadata": {}})], no_files)
    assert b"NaN" not in data
    assert read(data).cells[0].outputs[0].data["application/json"] == {"x": [None, 1.5]}


def test_a_lone_surrogate_survives() -> None:
    data = build_executed([cell({"output_type": "stream", "name": "stdout", "text": "\ud800"})], no_files)
    assert json.loads(data)["cells"][0]["outputs"][0]["text"] == ["\ud800"]


def test_figures_are_those_still_standing_by_their_place() -> None:
    def picture(name: str) -> dict[str, Any]:
        bundle = {"text/plain": "<Figure>", "image/png": {"$file": name, "size": 1}}
        return {"output_type": "display_data", "data": bundle, "metadata": {}}

    text = {"output_type": "stream", "name": "stdout", "text": "x"}
    cells = [cell(picture("a"), {"e": "output-clear", "wait": False}, text, picture("b")), cell(picture("c"), number=2)]
    assert [(one.cell, one.index, one.file["$file"]) for one in figures(cells, {})] == [(1, 1, "b"), (2, 0, "c")]
