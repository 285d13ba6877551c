"""`%track` in a real kernel under nbclient: what it captures, says and leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hosts.notebooks import LOAD, Tracked, run_notebook


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tracked:
    """One kernel that goes through the verbs."""
    return run_notebook(
        tmp_path_factory.mktemp("tour"),
        [
            LOAD,
            "%track first-try -p depth=3 --tag baseline --note 'a first look'",
            "lr = 0.1\nN_TREES = 50",
            "%track params chosen\nchosen = {'alpha': 0.5, 'beta': [1, 2]}",
            "%track metrics quality\n%track ignore secret_plan",
            "quality = 0.25\nsecret_plan = 0.5",
            "quality = 0.75\nval_acc = 0.9",
            "import trackside\nfor step in range(3):\n    trackside.log(loss=1 / (step + 1))",
            "open('weights.bin', 'wb').write(b'w' * 100)\n%track artifact weights.bin",
            "print('hello')\n6 * 7",
            "%track status",
            "%track end",
            "%track\nepochs = 7",
            "%track",
            "%%track one-cell --tag tagged\nx = 1\nx + 1",
            "%%track broken\n1 / 0",
            "%track list",
            "%track compare first-try one-cell",
            "%track show first-try",
            "%track help",
            "%track thrown-away",
            "%track end --discard",
            "%track view",
        ],
    )


def test_every_cell_does_what_it_would_do_without_us(tour: Tracked) -> None:
    failing = [cell.source for cell in tour.notebook.cells if any(o.output_type == "error" for o in cell.outputs)]
    assert failing == ["%%track broken\n1 / 0"]
    assert tour.text(9) == "hello\n42"


def test_in_a_headless_run_a_view_is_the_table_that_stays_alone(tour: Tracked) -> None:
    (output,) = tour.notebook.cells[-1].outputs
    assert "first-try" in output.data["text/plain"]
    assert set(output.data) == {"text/plain", "text/html"}
    assert "data-trackside" not in output.data["text/html"]
    assert "widgets" not in tour.notebook.metadata


def test_the_line_options_reach_the_record(tour: Tracked) -> None:
    record = tour.record("first-try")
    assert record["params"]["depth"] == {"value": 3, "type": "int", "origin": "explicit", "box": "params"}
    assert record["tags"] == ["baseline"]
    assert record["note"] == "a first look"
    assert record["status"] == "finished"


def test_plain_assignments_are_parameters_without_a_line_of_code(tour: Tracked) -> None:
    params = tour.record("first-try")["params"]
    assert (params["lr"]["value"], params["lr"]["origin"]) == (0.1, "auto")
    assert (params["N_TREES"]["value"], params["N_TREES"]["origin"]) == (50, "auto")


def test_declared_names_are_read_after_the_cells_that_set_them(tour: Tracked) -> None:
    record = tour.record("first-try")
    assert record["params"]["chosen.alpha"]["value"] == 0.5
    assert record["params"]["chosen.alpha"]["origin"] == "declared"
    quality = record["metrics"]["quality"]
    assert (quality["last"], quality["count"], quality["origin"]) == (0.75, 2, "declared")


def test_ignored_names_appear_nowhere_in_the_facts(tour: Tracked) -> None:
    record = tour.record("first-try")
    assert "secret_plan" not in record["params"]
    assert "secret_plan" not in record["metrics"]


def test_metric_like_names_are_logged_when_they_change(tour: Tracked) -> None:
    metric = tour.record("first-try")["metrics"]["val_acc"]
    assert (metric["last"], metric["direction"], metric["origin"]) == (0.9, "higher", "auto")


def test_points_from_the_api_make_a_series(tour: Tracked) -> None:
    loss = tour.record("first-try")["metrics"]["loss"]
    assert (loss["count"], loss["min"], loss["direction"]) == (3, 1 / 3, "lower")
    head, *lines = [
        line.split("\t") for line in tour.file("first-try", ".trackside/plots/metrics/loss.tsv").splitlines()
    ]
    assert head == ["step", "time", "loss"]
    assert [(step, value) for step, _, value in lines] == [("0", "1.0"), ("1", "0.5"), ("2", "0.3333333333333333")]
    times = [float(time) for _, time, _ in lines]
    assert times == sorted(times) and times[0] >= 0


def test_a_small_artifact_is_in_the_tree_of_the_experiment(tour: Tracked) -> None:
    assert tour.file("first-try", "weights.bin") == "w" * 100
    (artifact,) = tour.record("first-try")["artifacts"]
    assert (artifact["path"], artifact["size"], artifact["stored"]) == ("weights.bin", 100, "git")


def test_the_executed_notebook_holds_the_cells_with_their_outputs(tour: Tracked) -> None:
    import nbformat

    executed = nbformat.reads(tour.file("first-try", ".trackside/executed.ipynb"), as_version=4)
    nbformat.validate(executed)
    cell = next(cell for cell in executed.cells if cell.source.startswith("print('hello')"))
    assert [o.output_type for o in cell.outputs] == ["stream", "execute_result"]
    assert executed.cells[0].source.startswith("%track first-try")
    assert executed.cells[-1].source == "%track end"


def test_running_the_track_line_again_ends_one_run_and_starts_the_next(tour: Tracked) -> None:
    unnamed = [record for record in tour.records().values() if "epochs" in record["params"]]
    assert len(unnamed) == 1
    assert unnamed[0]["cells"]["executed"] == 1
    assert unnamed[0]["status"] == "finished"


def test_a_cell_can_be_a_run(tour: Tracked) -> None:
    record = tour.record("one-cell")
    assert record["cells"] == {"executed": 1, "failed": 0}
    assert record["tags"] == ["tagged"]
    assert "2" in tour.text(14)


def test_an_error_in_the_one_cell_seals_it_as_failed_and_reaches_the_user_unchanged(tour: Tracked) -> None:
    record = tour.record("broken")
    assert record["status"] == "failed"
    assert record["cells"] == {"executed": 1, "failed": 1}
    (error,) = [o for o in tour.notebook.cells[15].outputs if o.output_type == "error"]
    assert error.ename == "ZeroDivisionError"


def test_end_shows_a_card_with_the_custom_type(tour: Tracked) -> None:
    (shown,) = [o for o in tour.notebook.cells[11].outputs if o.output_type == "display_data"]
    card = shown.data["application/vnd.trackside.run+json"]
    assert (card["name"], card["state"], card["status"]) == ("first-try", "sealed", "finished")
    assert "first-try" in shown.data["text/html"]
    assert "first-try" in shown.data["text/plain"]


def test_our_own_displays_are_not_part_of_a_run(tour: Tracked) -> None:
    assert "vnd.trackside" not in tour.file("one-cell", ".trackside/executed.ipynb")


def test_looking_verbs_answer_inside_the_notebook(tour: Tracked) -> None:
    assert "first-try" in tour.text(16)
    assert "one-cell" in tour.text(17)
    assert "first-try" in tour.text(18)
    assert "%track params NAME" in tour.text(19)


def test_a_discarded_run_leaves_nothing(tour: Tracked) -> None:
    assert "thrown-away" not in tour.records()
    assert not [ref for ref in tour.refs() if "trackside/open" in ref and "thrown" in ref]


def test_shutting_the_kernel_down_politely_seals_the_open_run(tmp_path: Path) -> None:
    tracked = run_notebook(tmp_path, [LOAD, "%track left-open", "alpha = 0.5"])
    record = tracked.record("left-open")
    assert record["status"] == "finished"
    assert record["params"]["alpha"]["value"] == 0.5


def test_a_run_whose_last_cell_failed_is_failed(tmp_path: Path) -> None:
    tracked = run_notebook(tmp_path, [LOAD, "%track doomed", "raise ValueError('no')"])
    assert tracked.record("doomed")["status"] == "failed"


def test_a_failure_before_the_line_that_ends_the_run_counts(tmp_path: Path) -> None:
    tracked = run_notebook(tmp_path, [LOAD, "%track doomed", "raise ValueError('no')", "%track end"])
    assert tracked.record("doomed")["status"] == "failed"


def test_wrong_use_tells_one_sentence_and_one_hint(tmp_path: Path) -> None:
    tracked = run_notebook(
        tmp_path,
        [LOAD, "%track end", "%track a b", "%track --nonsense", "%track artifact nowhere.bin", "%track promote x"],
    )
    errors = [[o for o in cell.outputs if o.output_type == "error"] for cell in tracked.notebook.cells[1:]]
    assert all(len(found) == 1 and len(found[0].traceback) <= 2 for found in errors)
    assert all(found[0].traceback[0].startswith("Trackside: ") for found in errors)


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    tracked = run_notebook(tmp_path, [LOAD, "%track same", "%track same", "%track end"])
    assert {"same", "same-2"} <= set(tracked.records())


def test_text_that_cannot_be_a_name_becomes_the_title(tmp_path: Path) -> None:
    tracked = run_notebook(tmp_path, [LOAD, "%track 'Größere Bäume, 2. Versuch'", "%track end"])
    record = tracked.record("groere-baume-2-versuch")
    assert record["title"] == "Größere Bäume, 2. Versuch"


def test_outside_a_repository_the_run_is_kept_and_said_so(tmp_path: Path) -> None:
    tracked = run_notebook(tmp_path, [LOAD, "%track homeless", "%track end"], repository=False)
    assert "git init" in tracked.text(1)
    journals = list((tmp_path / "home/state/trackside/journal").glob("*.jsonl"))
    assert len(journals) == 1
    assert json.loads(journals[0].read_text().splitlines()[0])["name"] == "homeless"


def test_credentials_never_reach_git(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    tracked = run_notebook(
        tmp_path,
        [
            LOAD,
            f"%track careful -p api_key={token}",
            f"password = 'correct-horse-battery'\nprint('token is {token}')",
            f"open('config.py', 'w').write('KEY = \"{token}\"')",
            "%track end",
        ],
    )
    everything = tracked.git("log", "--all", "-p", "--text", "--format=%B") + tracked.git(
        "rev-list", "--all", "--objects"
    )
    assert token not in everything
    assert "correct-horse-battery" not in everything
    warnings = " ".join(warning["message"] for warning in tracked.record("careful")["warnings"])
    assert "credential" in warnings
    files = tracked.record("careful")["files"]
    assert [entry["path"] for entry in files["not_captured"]] == ["config.py"]


def test_a_run_is_promoted_from_a_cell_and_a_refusal_stops_no_cell(tmp_path: Path) -> None:
    tracked = run_notebook(
        tmp_path,
        [
            LOAD, "%track calm", "lr = 0.1", "%track end", "%track promote --dry-run",
            "%track promote calm --branch try/calm", "%track promote calm --branch main", "print('after')",
            "%track promote calm --outputs some",
        ],
    )  # fmt: skip
    assert "calm as branch exp/calm" in tracked.text(4)
    assert "branch try/calm is at " in tracked.text(5)
    assert "Trackside: " in tracked.text(6) and "main" in tracked.text(6)
    assert tracked.text(7).strip() == "after"
    assert any(output.output_type == "error" for output in tracked.notebook.cells[8].outputs)
