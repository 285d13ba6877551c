"""`%track view` in a real kernel, spoken to as a front end does: what it shows, answers, tells and leaves alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from kernels import Client, client
from missing import missing
from repositories import Scratch, make_experiment, make_scratch

import trackside

WIDGET = "application/vnd.jupyter.widget-view+json"
STATIC = Path(__file__).resolve().parents[2] / "kernel_side/trackside/display/static"


class FrontEnd:
    """A page that looks at the widgets of a kernel."""

    def __init__(self, kernel: Client, scratch: Scratch) -> None:
        self.kernel, self.scratch = kernel, scratch
        self.comm = ""
        self.state: dict[str, Any] = {}
        self._count = 0

    def run(self, source: str, cell: str = "") -> list[dict[str, Any]]:
        """Run a cell; a view it opens is the one that is spoken to from now on."""
        request = self.kernel.connection.session.msg(
            "execute_request",
            {
                "code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True,
                "stop_on_error": True,
            },
            metadata={"cellId": cell} if cell else {},
        )  # fmt: skip
        heard = self.kernel.answers(request, timeout=60)
        for message in heard:
            if message["msg_type"] == "comm_open":
                state = message["content"]["data"].get("state", {})
                if state.get("_model_name") == "AnyModel":
                    self.comm, self.state = message["content"]["comm_id"], state
        return heard

    def send(self, content: Any) -> None:
        connection = self.kernel.connection
        data = {"comm_id": self.comm, "data": {"method": "custom", "content": content}}
        connection.shell_channel.send(connection.session.msg("comm_msg", data))

    def hear(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 20) -> dict[str, Any]:
        """Wait for a message of the view."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self.kernel.connection.get_iopub_msg(timeout=timeout)
            content = message["content"]
            if message["msg_type"] == "comm_msg" and content["comm_id"] == self.comm:
                said = content["data"].get("content", {})
                if wanted(said):
                    return {**said, "buffers": [bytes(buffer) for buffer in message["buffers"]]}
        raise AssertionError("nothing was heard")

    def ask(self, path: str, **more: Any) -> dict[str, Any]:
        """Ask the desk; returns the answer, its body read."""
        self._count += 1
        q = f"q{self._count}"
        self.send({"ask": "desk", "q": q, "method": "GET", "path": path, **more})
        said = self.hear(lambda said: said.get("q") == q)
        return {**said, "body": json.loads(said["buffers"][0])}

    def place(self) -> str:
        return quote(self.ask("place?path=")["body"]["id"], safe="")


def displayed(heard: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one output of a cell."""
    (output,) = [message["content"] for message in heard if message["msg_type"] == "display_data"]
    return dict(output)


def said(heard: list[dict[str, Any]]) -> str:
    return "".join(message["content"]["text"] for message in heard if message["msg_type"] == "stream")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontEnd]:
    """One kernel for all, as a Jupyter server starts it."""
    if not (STATIC / "widget.js").is_file():
        missing("the widget is not built: make panel")
    scratch = make_scratch(tmp_path_factory.mktemp("view") / "work")
    for at, lr in enumerate((0.1, 0.2)):
        make_experiment(
            scratch,
            f"run-{at}",
            started=1e9 + at,
            params={"lr": lr, "<b>": "<i>"},
            metrics={"val_acc": [0.1, 0.5 + lr]},
        )
    (scratch.path / "home").mkdir()
    with client(scratch.path, JPY_SESSION_NAME=str(scratch.path / "study.ipynb")) as kernel:
        opened = FrontEnd(kernel, scratch)
        opened.run("%load_ext trackside")
        yield opened


def test_loading_and_tracking_need_nothing_of_the_view(page: FrontEnd) -> None:
    page.run("%track quick\n%track end --discard")
    loaded = (
        "import sys; print({'anywidget', 'ipywidgets', 'trackside.display.widget', 'trackside.desk'} & {*sys.modules})"
    )
    assert said(page.run(loaded)).strip() == "set()"


def test_the_output_is_a_table_that_stays_with_the_best_marked_and_nothing_to_run(page: FrontEnd) -> None:
    output = displayed(page.run("%track view"))
    assert output["metadata"] == {"trackside": {"own": True}}
    assert set(output["data"]) == {"text/plain", "text/html"}
    markup = output["data"]["text/html"]
    assert f'data-trackside-view="{page.state["view"]}"' in markup
    assert "font-weight:600" in markup.split("0.7000")[0].rpartition("<td")[2]
    assert "<b>" not in markup and "<script" not in markup
    assert "0.7000 *" in output["data"]["text/plain"]


def test_what_a_notebook_may_save_of_the_widget_is_small_and_holds_no_run(page: FrontEnd) -> None:
    page.run("%track view params.lr > 0.15 --compare run-0 run-1")
    text = json.dumps(page.state)
    assert len(text) < 8_000
    assert "run-0" not in text and "val_acc" not in text
    assert page.state["opening"]["query"] == "params.lr > 0.15"
    assert len(page.state["opening"]["runs"]) == 2


def test_the_program_comes_when_it_is_asked_for(page: FrontEnd) -> None:
    page.run("%track view")
    page.send({"ask": "program", "q": "program"})
    heard = page.hear(lambda said: "program" in said)
    assert heard["program"] == page.state["program"]
    assert heard["buffers"] == [(STATIC / name).read_bytes() for name in ("widget.js", "widget.css")]


def test_questions_are_answered_in_the_shape_of_the_route(page: FrontEnd) -> None:
    page.run("%track view")
    answer = page.ask(f"places/{page.place()}/runs?limit=1&query=params.lr%20%3E%200.15")
    assert (answer["status"], answer["type"]) == (200, "application/json")
    assert [row["name"] for row in answer["body"]["rows"]] == ["run-1"]


@pytest.mark.parametrize(
    ("path", "more", "status", "code"),
    [
        ("nothing/here", {}, 404, "not-found"),
        ("place?path=../..", {}, 400, "bad-path"),
        ("p" * 200_000, {}, 400, "bad-path"),
        ("places/none/rename", {"method": "POST", "body": {"run": 1}}, 400, "bad-body"),
        ("places/none/rename", {"method": "POST", "body": "x" * 1_100_000}, 413, "too-large"),
        ("about", {"method": ["GET"]}, 400, "bad-message"),
    ],
    ids=["no route", "a path that climbs", "a path too long", "a wrong body", "a body too large", "no method"],
)
def test_what_is_no_question_is_refused_in_words(
    page: FrontEnd, path: str, more: dict[str, Any], status: int, code: str
) -> None:
    page.run("%track view")
    answer = page.ask(path, **more)
    assert (answer["status"], answer["body"]["code"]) == (status, code)


def test_messages_of_no_sense_are_passed_over(page: FrontEnd) -> None:
    page.run("%track view")
    for content in (None, [], "word", {}, {"q": 1}, {"ask": "desk", "q": "x" * 1_000}, {"ask": "cancel", "q": "none"}):
        page.send(content)
    assert page.ask("about")["status"] == 200


def test_a_change_is_told_while_a_cell_runs(page: FrontEnd) -> None:
    page.run("%track view")
    page.ask(f"places/{page.place()}/runs")
    page.kernel.connection.execute("import time; time.sleep(2)")
    time.sleep(0.5)
    make_experiment(page.scratch, "run-late", started=1e9 + 9, params={"lr": 0.9})
    begun = time.monotonic()
    assert page.hear(lambda said: "event" in said)["event"]["what"] == ["runs"]
    assert time.monotonic() - begun < 1.5


def test_of_changes_that_come_fast_few_are_told_and_none_is_lost(page: FrontEnd) -> None:
    page.run("%track view")
    page.ask(f"places/{page.place()}/runs")
    loop = (
        "import time, trackside\n%track fast\nfor step in range(20):\n    trackside.log(loss=1 / (step + 1))\n"
        "    time.sleep(0.1)\n%track end"
    )
    page.kernel.connection.execute(loop)
    told = [page.hear(lambda said: "event" in said)["event"]]
    while "runs" not in told[-1]["what"]:
        told.append(page.hear(lambda said: "event" in said)["event"])
    assert len(told) <= 8


def test_completion_offers_runs_to_compare(page: FrontEnd) -> None:
    line = "%track view --compare run-"
    found = said(page.run(f"print(get_ipython().complete('run-', {line!r}, {len(line)})[1])"))
    assert "run-0" in found and "run-1" in found


def test_a_cell_that_is_run_again_has_one_view(page: FrontEnd) -> None:
    page.run("%track view", cell="a")
    earlier = page.comm
    heard = page.run("%track view", cell="a")
    assert earlier in [each["content"]["comm_id"] for each in heard if each["msg_type"] == "comm_close"]
    assert page.ask("about")["status"] == 200


def test_views_are_bounded_and_with_the_last_the_threads_end(page: FrontEnd) -> None:
    count = "from trackside.display import widget as w; print(len(w._views))"
    page.run("for _ in range(20): get_ipython().run_line_magic('track', 'view')")
    assert said(page.run(count)).strip() == "12"
    closing = (
        "for view in [*w._views]: view.close()\nimport threading, time; time.sleep(0.5)\n"
        "print([t.name for t in threading.enumerate() if 'desk' in t.name or 'watch' in t.name])"
    )
    assert said(page.run(closing)).strip() == "[]"


def test_a_forked_child_answers_nothing(page: FrontEnd) -> None:
    page.run("%track view")
    fork = (
        "import os; from trackside.display import widget as w\n"
        "child = os.fork()\n"
        "if child == 0: os._exit(0 if w._views[-1].desk.is_over and not w._views[-1].line.is_open else 1)\n"
        "print(os.waitpid(child, 0)[1])"
    )
    assert said(page.run(fork)).strip() == "0"
    assert page.ask("about")["status"] == 200


def test_vs_code_gets_an_output_of_the_widget_with_the_table_beside_it(page: FrontEnd) -> None:
    output = displayed(page.run("__vsc_ipynb_file__ = 'study.ipynb'\n%track view\ndel __vsc_ipynb_file__"))
    assert output["data"][WIDGET]["model_id"] == page.comm
    assert "run-1" in output["data"]["text/html"]


def test_without_anywidget_the_table_says_how_to_get_the_live_one(page: FrontEnd) -> None:
    heard = page.run("import sys; kept = sys.modules.pop('anywidget'); sys.modules['anywidget'] = None\n%track view")
    page.run("sys.modules['anywidget'] = kept")
    output = displayed(heard)
    assert "pip install &#x27;trackside[widget]&#x27;" in output["data"]["text/html"]
    assert "comm_open" not in [message["msg_type"] for message in heard]


def test_mistakes_are_told_in_words(page: FrontEnd) -> None:
    wrong = {"%track view --compare run-0": "Compare which runs?", "%track view --like": "no option --like"}
    wrong["%track view lr > 1 --compare run-0 run-1"] = "There is no field 'lr'"
    for line, words in wrong.items():
        (error,) = [message["content"] for message in page.run(line) if message["msg_type"] == "error"]
        assert words in error["evalue"]


def test_in_a_script_a_view_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch = make_scratch(tmp_path / "work")
    for at, lr in enumerate((0.1, 0.2, 0.3)):
        make_experiment(scratch, f"run-{at}", started=1e9 + at, params={"lr": lr}, metrics={"loss": [1.0, lr]})
    monkeypatch.chdir(scratch.path)
    trackside.view("params.lr > 0.15")
    filtered = capsys.readouterr().out
    assert "0.2000 *" in filtered and "run-0" not in filtered
    trackside.view(compare=["run-0", "run-2"])
    assert capsys.readouterr().out.split()[:2] == ["run-0", "run-2"]
