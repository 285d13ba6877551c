"""From messages to output events: held back, coalesced, bounded, screened."""

from __future__ import annotations

import base64
import json
import os
import signal
from typing import Any

import pytest
from kernels import ListSink

from trackside.capture.held import Limits
from trackside.capture.outputs import OWN_MIME, Outputs
from trackside.capture.wire import Message
from trackside.executed import fold_outputs, unpack_value
from trackside.run import fold

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


class Clock:
    """A clock that stands still until told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Kernel:
    """Publishes to an `Outputs` as a kernel would."""

    def __init__(self, **limits: Any) -> None:
        self.sink = ListSink()
        self.clock = Clock()
        self.outputs = Outputs(Limits(**limits), clock=self.clock)
        self.outputs.open(self.sink)

    def publish(self, kind: str, parent: str = "m1", /, **content: Any) -> None:
        self.outputs.receive(Message(kind=kind, parent=parent, content=content, metadata={}))

    def cell(self, parent: str = "m1", number: int = 1) -> None:
        self.publish("execute_input", parent, code="")
        self.outputs.track(parent, number)

    def text(self, text: str, parent: str = "m1", name: str = "stdout") -> None:
        self.publish("stream", parent, name=name, text=text)

    def show(self, parent: str = "m1", display_id: str | None = None, **data: Any) -> None:
        bundle = {mime.replace("_", "/"): value for mime, value in data.items()}
        self.publish("display_data", parent, data=bundle, metadata={}, transient={"display_id": display_id})

    def idle(self, parent: str = "m1") -> None:
        self.publish("status", parent, execution_state="idle")

    def pass_time(self, seconds: float) -> float | None:
        self.clock.now += seconds
        return self.outputs.tick()

    def texts(self) -> list[str]:
        return [event["output"].get("text", event["output"].get("data")) for event in self.sink.of("output")]


@pytest.fixture
def kernel() -> Kernel:
    kernel = Kernel()
    kernel.cell()
    return kernel


def test_chunks_of_one_stream_become_one_event(kernel: Kernel) -> None:
    for number in range(1_000):
        kernel.text(f"{number}\n")
    kernel.idle()
    assert kernel.texts() == ["".join(f"{number}\n" for number in range(1_000))]


def test_streams_keep_their_order(kernel: Kernel) -> None:
    kernel.text("a")
    kernel.text("b", name="stderr")
    kernel.text("c")
    kernel.idle()
    assert [event["output"]["name"] for event in kernel.sink.of("output")] == ["stdout", "stderr", "stdout"]


def test_text_is_written_after_a_quarter_of_a_second_and_not_before(kernel: Kernel) -> None:
    kernel.text("half a line")
    due = kernel.outputs.tick()
    assert due == pytest.approx(0.25)
    assert kernel.pass_time(0.2) == pytest.approx(0.05)
    assert kernel.texts() == []
    assert kernel.pass_time(0.06) is None
    assert kernel.texts() == ["half a line"]


def test_much_text_is_written_at_once(kernel: Kernel) -> None:
    kernel.text("x" * 70_000)
    assert len(kernel.texts()) == 1


def test_output_of_an_unknown_request_is_passed_over(kernel: Kernel) -> None:
    kernel.text("not ours", "other")
    kernel.idle("other")
    assert kernel.sink.events == []


def test_output_after_idle_still_belongs_to_its_cell(kernel: Kernel) -> None:
    kernel.idle()
    kernel.cell("m2", 2)
    kernel.text("late", "m1")
    kernel.outputs.close()
    assert [(event["cell"], event["output"]["text"]) for event in kernel.sink.of("output")] == [(1, "late")]


def test_what_the_cell_said_before_the_run_began_is_in_it() -> None:
    kernel = Kernel()
    kernel.outputs.close()
    kernel.publish("execute_input", code="")
    kernel.text("before\n")
    kernel.outputs.open(kernel.sink)
    kernel.outputs.track("m1", 1)
    kernel.text("after\n")
    kernel.idle()
    assert kernel.texts() == ["before\nafter\n"]


def test_a_cell_that_hands_over_is_whole_in_the_next_run(kernel: Kernel) -> None:
    kernel.text("one ")
    kernel.outputs.close()
    following = ListSink()
    kernel.outputs.open(following)
    kernel.outputs.track("m1", 1)
    kernel.text("two")
    kernel.idle()
    assert [event["output"]["text"] for event in following.of("output")] == ["one two"]


def test_close_writes_everything_held_back(kernel: Kernel) -> None:
    kernel.text("still held")
    kernel.outputs.close()
    kernel.text("after the end")
    assert kernel.texts() == ["still held"]


def test_text_past_the_cap_is_cut_and_told() -> None:
    kernel = Kernel(text=100)
    kernel.cell()
    kernel.text("é" * 150)
    kernel.text("more")
    kernel.idle()
    assert kernel.texts() == ["é" * 100]
    assert sum(event["bytes"] for event in kernel.sink.of("output-cut")) == 104


def test_the_cap_counts_what_was_written_before() -> None:
    kernel = Kernel(text=100)
    kernel.cell()
    for _ in range(3):
        kernel.text("x" * 60)
        kernel.pass_time(1)
    kernel.idle()
    assert list(map(len, kernel.texts())) == [60, 40]
    assert sum(event["bytes"] for event in kernel.sink.of("output-cut")) == 80


def test_a_request_named_twice_is_recorded_once(kernel: Kernel) -> None:
    kernel.text("once")
    kernel.outputs.track("m1", 1)
    kernel.idle()
    assert kernel.texts() == ["once"]


def test_the_biggest_values_are_left_out_when_a_cell_shows_too_much() -> None:
    kernel = Kernel(cell=1_000)
    kernel.cell()
    kernel.show(text_html="h" * 2_000, text_plain="small")
    kernel.idle()
    assert kernel.texts() == [{"text/plain": "small"}]
    assert [event["bytes"] for event in kernel.sink.of("output-cut")] == [2_000]


def test_frames_cleared_at_once_are_never_written(kernel: Kernel) -> None:
    for frame in range(100):
        kernel.publish("clear_output", wait=True)
        kernel.show(text_plain=f"frame {frame}")
    kernel.idle()
    assert kernel.texts() == [{"text/plain": "frame 99"}]


@pytest.mark.parametrize("wait", [True, False])
def test_clear_takes_away_what_was_already_written(kernel: Kernel, wait: bool) -> None:
    kernel.text("first")
    kernel.pass_time(1)
    kernel.publish("clear_output", wait=wait)
    kernel.text("second")
    kernel.idle()
    run = fold(kernel.sink.events)
    assert fold_outputs(run.cells[0].outputs, {}) == [{"output_type": "stream", "name": "stdout", "text": "second"}]


def test_a_waiting_clear_nothing_follows_takes_nothing_away(kernel: Kernel) -> None:
    kernel.text("stays")
    kernel.publish("clear_output", wait=True)
    kernel.idle()
    run = fold(kernel.sink.events)
    assert fold_outputs(run.cells[0].outputs, {})[0]["text"] == "stays"


def test_a_live_plot_of_an_hour_stays_bounded_and_keeps_its_last_frame() -> None:
    kernel = Kernel(cleared=10_000, written=100_000)
    kernel.cell()
    for frame in range(3_600):
        kernel.publish("clear_output", wait=True)
        kernel.show(text_plain=f"{frame}".rjust(1_000))
        kernel.pass_time(1)
    kernel.idle()
    assert sum(len(json.dumps(event)) for event in kernel.sink.events) < 150_000
    run = fold(kernel.sink.events)
    assert fold_outputs(run.cells[0].outputs, {})[0]["data"]["text/plain"].strip() == "3599"


def test_updates_reach_the_display_wherever_it_is(kernel: Kernel) -> None:
    kernel.show(text_plain="one", display_id="d")
    kernel.idle()
    kernel.cell("m2", 2)
    for number in range(50):
        kernel.publish(
            "update_display_data",
            "m2",
            data={"text/plain": f"{number}"},
            metadata={},
            transient={"display_id": "d"},
        )
    kernel.outputs.close()
    assert len(kernel.sink.of("output-update")) == 1
    run = fold(kernel.sink.events)
    assert fold_outputs(run.cells[0].outputs, run.displays)[0]["data"] == {"text/plain": "49"}


def test_updates_of_unknown_displays_are_passed_over(kernel: Kernel) -> None:
    kernel.publish("update_display_data", data={}, metadata={}, transient={"display_id": "nobody's"})
    kernel.outputs.close()
    assert kernel.sink.events == []


def test_a_display_cleared_before_it_was_written_still_updates_the_others(kernel: Kernel) -> None:
    kernel.show(text_plain="old", display_id="d")
    kernel.idle()
    kernel.cell("m2", 2)
    kernel.show("m2", text_plain="new", display_id="d")
    kernel.publish("clear_output", "m2", wait=False)
    kernel.idle("m2")
    run = fold(kernel.sink.events)
    assert fold_outputs(run.cells[0].outputs, run.displays)[0]["data"] == {"text/plain": "new"}


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(PNG).decode(),
        base64.b64encode(PNG).decode() + "\n",
        base64.encodebytes(PNG).decode(),
    ],
)
def test_pictures_are_kept_as_bytes_and_come_back_as_published(kernel: Kernel, text: str) -> None:
    kernel.show(image_png=text)
    kernel.idle()
    reference = kernel.texts()[0]["image/png"]
    assert kernel.sink.files[reference["$file"]] == PNG
    assert unpack_value(reference, lambda ref: kernel.sink.files[ref["$file"]]) == text  # type: ignore[index]


@pytest.mark.parametrize("value", ["no base64 at all!", "QUJD=", "QUI"])
def test_a_picture_that_is_none_stays_text(kernel: Kernel, value: str) -> None:
    kernel.show(image_png=value)
    kernel.idle()
    assert kernel.texts() == [{"image/png": value}]


@pytest.mark.parametrize("value", ["long text " * 2_000, {"rows": [{"a": 1.5}] * 3_000}])
def test_long_values_lie_beside_the_journal(kernel: Kernel, value: Any) -> None:
    mime = "text/html" if isinstance(value, str) else "application/json"
    kernel.publish("display_data", data={mime: value}, metadata={}, transient={})
    kernel.idle()
    reference = kernel.texts()[0][mime]
    assert set(reference) == {"$file", "size", "encoding"}
    assert unpack_value(reference, lambda ref: kernel.sink.files[ref["$file"]]) == value  # type: ignore[index]


def test_our_own_card_is_not_captured(kernel: Kernel) -> None:
    kernel.publish("display_data", data={OWN_MIME: {}, "text/plain": "card"}, metadata={}, transient={})
    kernel.publish("display_data", data={"text/html": "x"}, metadata={"trackside": {}}, transient={})
    kernel.idle()
    assert kernel.sink.events == []


def test_errors_keep_name_message_and_traceback(kernel: Kernel) -> None:
    kernel.publish("error", ename="E", evalue="v", traceback=["one", "two"])
    kernel.idle()
    expected = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["one", "two"]}
    assert kernel.sink.of("output")[0]["output"] == expected


def test_an_endless_traceback_is_cut() -> None:
    kernel = Kernel(text=5_000)
    kernel.cell()
    kernel.publish("error", ename="E", evalue="v", traceback=["x" * 4_000] * 10)
    kernel.idle()
    assert sum(map(len, kernel.sink.of("output")[0]["output"]["traceback"])) == 5_000
    assert kernel.sink.of("output-cut")[0]["bytes"] == 35_000


def test_secrets_are_redacted_in_text_bundles_and_errors_and_told_once(kernel: Kernel) -> None:
    token = "ghp_" + "a1B2" * 9
    kernel.text(f"token is {token}\n")
    kernel.show(text_plain=f"'{token}'")
    kernel.publish("error", ename="E", evalue=token, traceback=[f"raise {token}"])
    kernel.idle()
    assert token not in json.dumps(kernel.sink.events)
    assert len(kernel.sink.of("warning")) == 1


def test_secrets_in_long_text_are_found_wherever_it_is_cut_for_speed(kernel: Kernel) -> None:
    token = "ghp_" + "a1B2" * 9
    kernel.show(text_html=("word, " * 10_920 + token + " ") * 5)
    kernel.idle()
    assert all(token.encode() not in data for data in kernel.sink.files.values())


def test_printed_metrics_become_points_when_the_cell_rests(kernel: Kernel) -> None:
    kernel.text("epoch 1 loss: 0.5\n")
    kernel.text("epoch 2 loss: 0.25\n")
    assert kernel.sink.of("point") == []
    kernel.idle()
    points = kernel.sink.of("point")
    assert [(point["v"], point["o"], point["c"]) for point in points] == [(0.5, "printed", 1), (0.25, "printed", 1)]


def test_a_run_that_ends_within_its_cell_has_what_was_printed(kernel: Kernel) -> None:
    kernel.text("accuracy: 0.75\n")
    kernel.outputs.close()
    assert [point["v"] for point in kernel.sink.of("point")] == [0.75]


def update(kernel: Kernel, display_id: str, text: str, parent: str = "m1") -> None:
    transient = {"display_id": display_id}
    kernel.publish("update_display_data", parent, data={"text/plain": text}, metadata={}, transient=transient)


def test_an_update_after_the_display_was_shown_again_is_the_one_that_stays(kernel: Kernel) -> None:
    kernel.show(text_plain="one", display_id="d")
    kernel.pass_time(1)
    update(kernel, "d", "two")
    kernel.show(text_plain="three", display_id="d")
    update(kernel, "d", "four")
    kernel.idle()
    run = fold(kernel.sink.events)
    outputs = fold_outputs(run.cells[0].outputs, run.displays)
    assert [output["data"]["text/plain"] for output in outputs] == ["four", "four"]


def test_an_output_that_cannot_be_written_is_told_and_takes_no_other_along(kernel: Kernel) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    kernel.text("before\n")
    kernel.publish("display_data", data={"application/json": deep}, metadata={}, transient={})
    kernel.text("after\n")
    kernel.idle()
    assert kernel.texts() == ["before\n", "after\n"]
    assert len(kernel.sink.of("output-cut")) == 1


def test_frames_cleared_at_once_are_written_while_the_cell_runs(kernel: Kernel) -> None:
    for frame in range(100):
        kernel.publish("clear_output", wait=False)
        kernel.show(text_plain=f"frame {frame}")
        kernel.pass_time(0.1)
    assert 10 < len(kernel.texts()) < 60


def test_cells_at_rest_cost_nothing_however_many_they_are(kernel: Kernel) -> None:
    for number in range(2, 1_000):
        kernel.cell(f"m{number}", number)
        kernel.text("said", f"m{number}")
        kernel.idle(f"m{number}")
    assert kernel.outputs._run is not None
    assert not kernel.outputs._run.waiting


def test_displays_long_unused_are_forgotten_and_those_in_use_are_not() -> None:
    kernel = Kernel(displays=10)
    kernel.cell()
    kernel.show(text_plain="bar 0%", display_id="bar")
    for number in range(100):
        kernel.show(text_plain="x", display_id=f"d{number}")
        update(kernel, "bar", f"bar {number}%")
    update(kernel, "d0", "forgotten")
    kernel.idle()
    assert kernel.outputs._run is not None
    assert len(kernel.outputs._run.displays) == 10
    assert [event["data"]["text/plain"] for event in kernel.sink.of("output-update")] == ["bar 99%"]


def test_what_was_too_much_to_remember_before_the_run_is_told() -> None:
    kernel = Kernel(text=1_000)
    kernel.outputs.close()
    kernel.publish("execute_input", code="")
    for _ in range(3):
        kernel.text("x" * 900)
    kernel.outputs.open(kernel.sink)
    kernel.outputs.track("m1", 1)
    kernel.idle()
    assert sum(len(text) for text in kernel.texts()) == 1_000
    assert sum(event["bytes"] for event in kernel.sink.of("output-cut")) >= 1_700


@pytest.mark.parametrize("wait", [True, False])
def test_of_frames_shown_before_the_run_the_last_is_remembered(wait: bool) -> None:
    kernel = Kernel(text=1_000)
    kernel.outputs.close()
    kernel.publish("execute_input", code="")
    for frame in range(10):
        kernel.publish("clear_output", wait=wait)
        kernel.show(text_plain=f"{frame}".rjust(900))
    kernel.outputs.open(kernel.sink)
    kernel.outputs.track("m1", 1)
    kernel.idle()
    assert [data["text/plain"].strip() for data in kernel.texts()] == ["9"]
    assert kernel.sink.of("output-cut") == []


def test_a_forked_child_does_not_wait_for_the_parents_listener(kernel: Kernel) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    with kernel.outputs._lock:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(5)
            kernel.outputs.close()
            os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
