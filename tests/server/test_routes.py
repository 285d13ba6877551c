"""Every route over real Git: what it gives, and that it has the shape it promises."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from repositories import ROOT, Scratch, make_experiment
from server.conftest import CALM, HAWK, WREN, Client

from tools import schema as exported
from trackside_server.openapi import build_openapi, http_routes, schema


def check(value: Any, shape: str) -> Any:
    Draft202012Validator({**schema(), "$ref": f"#/$defs/{shape}"}).validate(value)
    return value


# The table -------------------------------------------------------------------------------------------


def test_the_docs_list_exactly_the_routes_of_the_table() -> None:
    text = (ROOT / "docs" / "http.md").read_text("utf-8")
    listed = set()
    for line in text.splitlines():
        if line.startswith("| `"):
            cell = line.split(" | ")[0].removeprefix("| ")
            for method, path in re.findall(r"`(GET|POST|PUT|DELETE) ([^`?]+)", cell.replace("\\|", "/")):
                listed.add((method, re.sub(r" .*", "", path)))
    table = {
        (route.method, re.sub(r"\{(\w+)\}", lambda part: {"number": "N"}.get(part[1], part[1].upper()), route.path))
        for route in http_routes()
    }
    assert listed == table


def test_the_exported_openapi_and_schema_are_current() -> None:
    assert json.loads((ROOT / "docs" / "schema" / "openapi.json").read_text("utf-8")) == build_openapi()
    assert schema() == json.loads(exported.SCHEMA.read_text("utf-8"))


def test_every_shape_of_the_table_is_in_the_contract() -> None:
    shapes = {route.answer.removesuffix("[]") for route in http_routes()} | {route.body for route in http_routes()}
    assert shapes - {"", "image", "file", "openapi"} <= schema()["$defs"].keys()


# Looking ---------------------------------------------------------------------------------------------


async def test_about_and_openapi(ask: Client) -> None:
    about = check(await ask("about"), "About")
    assert re.match(r"\d+\.\d+", about["git"])
    assert "/places/{place}/runs" in (await ask("openapi.json"))["paths"]


async def test_a_place_is_the_repository_around_a_notebook_and_its_handle_lasts(
    ask: Client, scratch: Scratch, jp_root_dir: Path
) -> None:
    place = check(await ask("place?path=work/project/study.ipynb"), "Place")
    assert (place["state"], place["name"], place["folder"], place["branch"]) == (
        "ready",
        "project",
        "work/project",
        "main",
    )
    (scratch.path / "deep").mkdir()
    assert (await ask("place?path=work/project/deep"))["id"] == place["id"]
    from trackside.desk.places import Places

    # As after a restart: nobody has asked for the folder yet.
    assert Places(jp_root_dir).get(place["id"]).id == place["id"]


async def test_a_place_says_who_the_person_is_so_that_their_runs_can_be_filtered(
    ask: Client, experiments: Scratch
) -> None:
    for name, email in (("own-lynx-11", "ada@example.org"), ("other-ibis-12", "else@example.org")):
        make_experiment(experiments, name, run=name, author={"name": "Somebody", "email": email, "fallback": False})
    place = check(await ask("place?path=work/project"), "Place")
    assert place["me"] == {"name": "Ada Lovelace", "email": "ada@example.org", "fallback": False}
    query = quote(f'email == "{place["me"]["email"]}"')
    assert [row["name"] for row in (await ask(f"places/{place['id']}/runs?query={query}"))["rows"]] == ["own-lynx-11"]


async def test_a_place_where_git_knows_nobody_has_no_person(
    ask: Client, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    scratch.git("config", "user.useConfigOnly", "true")
    assert check(await ask("place?path=work/project"), "Place")["me"] is None


async def test_a_folder_without_a_repository_says_so(ask: Client, jp_root_dir: Path) -> None:
    (jp_root_dir / "bare").mkdir()
    place = check(await ask("place?path=bare"), "Place")
    assert place["state"] == "no-repository" and place["id"] is None and "git init" in place["hint"]


async def test_a_page_is_filtered_sorted_and_compared_with_the_baseline(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    page = check(await ask(f"places/{place}/runs"), "Page")
    assert [row["name"] for row in page["rows"]] == ["keen-hawk-c2", "quiet-wren-9a", "calm-otter-3f"]
    assert page["baseline"]["id"] == CALM and page["main_metric"] == "val_acc" and page["best"] == HAWK
    hawk, wren, _ = page["rows"]
    assert wren["twins"] == 2 and wren["metrics"]["val_acc"]["verdict"] == "noise"
    assert hawk["metrics"]["val_acc"]["verdict"] == "better" and hawk["spark"] == [0.4, 0.97]
    columns = {column["name"]: column for column in page["columns"]}
    assert not columns["lr"]["same"] and columns["val_acc"]["direction"] == "higher"
    page = await ask(f"places/{place}/runs?query=params.lr+%3D%3D+0.1&sort=-metrics.val_acc&limit=1&baseline={HAWK}")
    assert [row["id"] for row in page["rows"]] == [WREN] and page["total"] == 2 and page["every"] == 3
    assert page["rows"][0]["metrics"]["val_acc"]["verdict"] == "worse"
    assert next(column for column in page["columns"] if column["name"] == "lr")["same"]


async def test_a_misspelt_name_is_told_with_the_page(ask: Client, experiments: Scratch) -> None:
    page = await ask(f"places/{await ask.place()}/runs?query=metrics.val_ac+%3E+0")
    assert page["total"] == 0 and "Did you mean 'val_acc'" in page["said"][0]


async def test_a_damaged_experiment_and_one_of_dvc_are_rows(ask: Client, experiments: Scratch) -> None:
    make_experiment(experiments, "torn-page-00", files={".trackside/run.json": b'{"format": 1, "status": 3}'})
    head = experiments.head()
    tree = experiments.git("write-tree")
    oid = experiments.git("commit-tree", tree, "-p", head, "-m", "dvc: commit experiment")
    experiments.git("update-ref", f"refs/exps/{head[:2]}/{head[2:]}/gusty-sign", oid)
    page = check(await ask(f"places/{await ask.place()}/runs"), "Page")
    rows = {row["name"]: row for row in page["rows"]}
    assert "damaged" in rows["torn-page-00"]["problem"]
    assert rows["gusty-sign"]["source"] == "dvc" and rows["gusty-sign"]["id"] == oid


async def test_handles_outlive_a_new_name(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    done = check(await ask(f"places/{place}/rename", "POST", {"run": HAWK, "name": "best-so-far"}), "Done")
    assert done["names"] == ["best-so-far"]
    assert (await ask(f"places/{place}/runs/{HAWK}"))["experiment"]["name"] == "best-so-far"


async def test_runs_are_grouped_with_mean_and_deviation(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    groups = check(await ask(f"places/{place}/groups?by=params.model"), "Groups")["groups"]
    assert [(group["label"], group["runs"]) for group in groups] == [("rf", 2), ("gbm", 1)]
    assert groups[0]["metrics"]["val_acc"]["mean"] == pytest.approx(0.905)
    assert groups[1]["metrics"]["val_acc"]["sd"] is None
    for by in ("twins", "status", "tags", "started", "params.lr", "notebook"):
        for group in check(await ask(f"places/{place}/groups?by={by}"), "Groups")["groups"]:
            from urllib.parse import quote

            found = await ask(f"places/{place}/runs?query={quote(group['query'])}")
            assert found["total"] == group["runs"], group
    assert (await ask(f"places/{place}/groups?by=colour", status=400))["code"] == "group"


async def test_one_run_its_curves_and_comparisons(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    details = check(await ask(f"places/{place}/runs/{CALM}"), "Details")
    assert [point["value"] for point in details["series"]["val_acc"]] == [0.5, 0.9]
    curves = check(
        await ask(f"places/{place}/curves?run={CALM}&run={HAWK}&metric=val_acc&metric=none&points=4"), "Curves"
    )
    assert [(curve["run"], curve["total"]) for curve in curves["curves"]] == [(CALM, 2), (HAWK, 2)]
    found = check(await ask(f"places/{place}/compare?run={CALM}&run={HAWK}"), "Comparison")
    assert found["metrics"][0]["best"] == 1
    assert check(await ask(f"places/{place}/diff?after={HAWK}"), "CodeDiff")["after"] == "keen-hawk-c2"
    assert check(await ask(f"places/{place}/diff?before={CALM}&after={HAWK}"), "CodeDiff")["files"] == []
    check(await ask(f"places/{place}/runs/{CALM}/executed"), "Executed")
    check(await ask(f"places/{place}/runs/{CALM}/environment"), "Environment")
    assert (await ask(f"places/{place}/runs/{CALM}/notebook", status=404))["code"] == "no-notebook"
    assert (await ask(f"places/{place}/runs/nobody", status=404))["code"] == "unknown-run"
    assert (await ask("places/nowhere/runs", status=404))["code"] == "unknown-place"


async def test_long_curves_are_thinned_on_the_server(ask: Client, scratch: Scratch) -> None:
    make_experiment(scratch, "long", run=CALM, metrics={"loss": [float(step % 7) for step in range(3000)]})
    curves = await ask(f"places/{await ask.place()}/curves?run={CALM}&metric=loss&points=100")
    assert curves["curves"][0]["total"] == 3000 and len(curves["curves"][0]["points"]) <= 100


async def test_the_notebook_as_it_was(ask: Client, scratch: Scratch) -> None:
    make_experiment(scratch, "noted", run=CALM, notebook="study.ipynb")
    response = await ask.raw(f"places/{await ask.place()}/runs/{CALM}/notebook")
    assert json.loads(response.body)["nbformat"] == 4
    assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_file_of_a_run_and_of_the_commit_it_began_from(ask: Client, scratch: Scratch) -> None:
    make_experiment(scratch, "changed", run=CALM, files={"features.py": "def scale(x):\n    return x / 3\n"})
    file = f"places/{await ask.place()}/runs/{CALM}/file"
    response = await ask.raw(f"{file}?path=features.py")
    assert response.body == b"def scale(x):\n    return x / 3\n"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert (await ask.raw(f"{file}?path=features.py&side=baseline")).body == b"def scale(x):\n    return x / 2\n"
    assert (await ask(f"{file}?path=none.py", status=404))["code"] == "no-file"


@pytest.mark.parametrize("path", ["../features.py", "/features.py", "./features.py", "a//b", "a%00b", "", "."])
async def test_a_path_of_a_file_leads_nowhere_else(ask: Client, scratch: Scratch, path: str) -> None:
    make_experiment(scratch, "calm", run=CALM)
    asked = f"places/{await ask.place()}/runs/{CALM}/file?path={path}"
    assert (await ask(asked, status=400))["code"] in ("bad-path", "bad-parameter")


async def test_links_folders_and_large_files_of_a_run_are_not_given(
    ask: Client, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch.path / "link.py").symlink_to("/etc/passwd")
    scratch.git("add", "link.py")
    scratch.git("commit", "-q", "-m", "Link")
    make_experiment(scratch, "linked", run=CALM, files={"folder/one.py": "1", "large.txt": "x" * 200})
    file = f"places/{await ask.place()}/runs/{CALM}/file"
    assert (await ask(f"{file}?path=link.py", status=404))["code"] == "no-file"
    assert (await ask(f"{file}?path=folder", status=404))["code"] == "no-file"
    monkeypatch.setattr("trackside.catalogue.files.LARGEST", 100)
    assert (await ask(f"{file}?path=large.txt", status=413))["code"] == "too-large"
    assert (await ask.raw(f"{file}?path=folder/one.py")).body == b"1"


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def test_figures_are_given_only_as_pictures(ask: Client, scratch: Scratch) -> None:
    figures = [
        {"path": path, "name": "x", "mime": "image/png", "size": 1, "cell": None, "step": None}
        for path in ("a.png", "evil.svg", "features.py", "../../etc/passwd", "no\nsuch")
    ]
    make_experiment(
        scratch, "drawn", run=CALM, figures=figures, files={"a.png": PNG, "evil.svg": b"<svg onload=alert(1)>"}
    )
    place = await ask.place()
    response = await ask.raw(f"places/{place}/runs/{CALM}/figures/0")
    assert response.code == 200 and response.body == PNG
    headers = response.headers
    assert headers["Content-Type"] == "image/png" and headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"] and headers["Content-Disposition"] == "inline"
    assert "private" in headers["Cache-Control"]
    for number in ("1", "2", "3", "4", "5", "-1", "1e3", "999999999"):
        assert (await ask.raw(f"places/{place}/runs/{CALM}/figures/{number}")).code in (400, 404), number


async def test_cells_as_executed_with_their_pictures(ask: Client, scratch: Scratch) -> None:
    import base64

    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mred\x1b[0m\n"]},
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/plain": ["<Figure>"], "image/png": base64.b64encode(PNG).decode()},
        },
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": ["<script>alert(1)</script>"]}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[0;31mE\x1b[0m: v"]},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "bm8="}},
    ]
    cell = {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": {"trackside": {"cell": 1, "ok": False}},
        "source": ["x\n", "y"],
        "outputs": outputs,
    }
    notebook = json.dumps({"cells": [cell, {"cell_type": "markdown"}, 3], "nbformat": 4})
    make_experiment(scratch, "ran", run=CALM, files={".trackside/executed.ipynb": notebook})
    place = await ask.place()
    (found,) = check(await ask(f"places/{place}/runs/{CALM}/executed"), "Executed")["cells"]
    assert [output["text"] for output in found["outputs"]] == ["red\n", "<Figure>", "", "E: v\nE: v", ""]
    assert [output["image"] for output in found["outputs"]] == [None, 0, None, None, 1]
    assert (await ask.raw(f"places/{place}/runs/{CALM}/images/0")).body == PNG
    assert (await ask.raw(f"places/{place}/runs/{CALM}/images/1")).code == 404


async def test_export_as_csv_and_json(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    response = await ask.raw(f"places/{place}/export?format=csv&query=params.lr%3D%3D0.1")
    assert len(response.body.decode().splitlines()) == 3
    assert "attachment" in response.headers["Content-Disposition"]
    check(json.loads((await ask.raw(f"places/{place}/export?format=json")).body), "Listing")
    assert (await ask(f"places/{place}/export?format=exe", status=400))["code"] == "bad-parameter"


# Changing --------------------------------------------------------------------------------------------


async def test_annotations_are_noted_and_replace_tags(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    change = {"tags": ["candidate"], "star": True, "note": "best"}
    check(await ask(f"places/{place}/annotate", "POST", {"runs": [HAWK], "change": change}), "Done")
    row = (await ask(f"places/{place}/runs?limit=1"))["rows"][0]
    assert (row["tags"], row["star"], row["note"]) == (["candidate"], True, "best")
    await ask(f"places/{place}/annotate", "POST", {"runs": [HAWK, WREN], "change": {"archived": True}})
    page = await ask(f"places/{place}/runs")
    assert (page["total"], page["every"], page["archived"]) == (1, 1, 2)
    assert (await ask(f"places/{place}/runs?archived=true"))["total"] == 3


async def test_a_run_goes_to_the_trash_and_comes_back(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    check(await ask(f"places/{place}/delete", "POST", {"runs": [HAWK, WREN]}), "Done")
    assert (await ask(f"places/{place}/runs"))["total"] == 1
    trash = check(await ask(f"places/{place}/trash"), "Trash")
    assert {row["name"] for row in trash["runs"]} == {"keen-hawk-c2", "quiet-wren-9a"}
    await ask(f"places/{place}/undelete", "POST", {"runs": ["keen-hawk-c2"]})
    assert (await ask(f"places/{place}/runs/{HAWK}"))["experiment"]["name"] == "keen-hawk-c2"
    assert (await ask(f"places/{place}/undelete", "POST", {"runs": ["nobody"]}, status=404))["code"] == "not-found"


async def test_a_name_in_use_is_refused(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    for name in ("calm-otter-3f", "main"):
        assert await ask(
            f"places/{place}/rename", "POST", {"run": HAWK, "name": name}, status=400 if name == "main" else 409
        )
    assert (await ask(f"places/{place}/rename", "POST", {"run": HAWK, "name": "-x"}, status=400))["code"] == "bad-name"


async def test_promotion_is_previewed_and_done_as_a_task(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    asked = {"run": HAWK, "branch": ""}
    preview = check(await ask(f"places/{place}/promote/preview", "POST", asked), "PromotePreview")
    assert preview["branch"] == "exp/keen-hawk-c2" and preview["problems"] == [] and "val_acc 0.97" in preview["report"]
    assert (preview["onto"], preview["targets"], preview["merge"]["state"]) == ("main", ["main"], "same")
    assert preview["page"].startswith("<!doctype html>") and "<script" not in preview["page"]
    assert preview["remote"] is None and preview["hooks"] == []
    for branch, code in (("main", "branch-protected"), ("-d", "bad-name"), ("a..b", "bad-name"), ("x y", "bad-name")):
        problems = (await ask(f"places/{place}/promote/preview", "POST", {"run": HAWK, "branch": branch}))["problems"]
        assert [problem["code"] for problem in problems] == [code]
    task = check(await ask(f"places/{place}/promote", "POST", asked, status=202), "Task")
    done = await ask.until(f"tasks/{task['id']}", lambda found: found["state"] in ("done", "failed"))
    assert check(done, "Task")["result"]["branch"] == "exp/keen-hawk-c2"
    assert experiments.git("rev-parse", "exp/keen-hawk-c2") == done["result"]["oid"]
    assert (await ask(f"places/{place}/runs?limit=1"))["rows"][0]["promoted"] == "exp/keen-hawk-c2"
    again = await ask(f"places/{place}/promote", "POST", {"run": HAWK, "branch": "main"}, status=202)
    failed = await ask.until(f"tasks/{again['id']}", lambda found: found["state"] == "failed")
    assert failed["error"]["code"] == "branch-protected"
    assert [one["id"] for one in await ask("tasks")] == [task["id"], again["id"]]
    check(await ask(f"tasks/{task['id']}", "DELETE"), "Task")
    assert (await ask("tasks/t-9", status=404))["code"] == "unknown-task"


async def promoted(ask: Client, place: str, **asked: object) -> Any:
    """Promote the hawk and wait for the end."""
    task = await ask(f"places/{place}/promote", "POST", {"run": HAWK, "branch": "", **asked}, status=202)
    ended = ("done", "failed", "cancelled")
    return check(await ask.until(f"tasks/{task['id']}", lambda found: found["state"] in ended), "Task")


@pytest.fixture
def origin(experiments: Scratch) -> Path:
    """A bare repository that holds main, known as `origin`."""
    path = experiments.path.parent / "origin.git"
    experiments.git("init", "-q", "--bare", str(path))
    experiments.git("remote", "add", "origin", str(path))
    experiments.git("push", "-q", "origin", "main")
    return path


async def test_a_promotion_is_pushed_and_pushed_again(ask: Client, experiments: Scratch, origin: Path) -> None:
    place = await ask.place()
    preview = await ask(f"places/{place}/promote/preview", "POST", {"run": HAWK, "branch": ""})
    assert preview["remote"] == {"name": "origin", "address": str(origin), "forge": None, "requests": False}
    done = await promoted(ask, place, push=True)
    assert done["result"]["pushed"] == "origin" and done["result"]["request"] is None
    assert experiments.git("ls-remote", "origin", "refs/heads/exp/keen-hawk-c2").startswith(done["result"]["oid"])
    again = await promoted(ask, place, push=True, request=True)
    assert again["result"]["oid"] == done["result"]["oid"]
    assert again["result"]["request"] == {"url": None, "rung": "link", "state": "offered"}


async def test_a_refused_push_fails_the_task_and_leaves_the_branch(
    ask: Client, experiments: Scratch, origin: Path
) -> None:
    hook = origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'closed for the holidays' >&2\nexit 1\n")
    hook.chmod(0o755)
    failed = await promoted(ask, await ask.place(), push=True)
    assert failed["state"] == "failed" and failed["error"]["code"].startswith("push-")
    said = failed["error"]["message"] + failed["error"]["hint"]
    assert "closed for the holidays" in said and "is made and stays here" in said
    assert experiments.git("rev-parse", "--verify", "exp/keen-hawk-c2")
    assert "exp/keen-hawk-c2" not in experiments.git("ls-remote", "origin")


async def test_somebody_elses_branch_on_the_remote_is_not_overwritten(
    ask: Client, experiments: Scratch, origin: Path
) -> None:
    del origin
    tree = experiments.git("rev-parse", "HEAD^{tree}")
    other = experiments.git("commit-tree", tree, "-m", "Theirs")
    experiments.git("push", "-q", "origin", f"{other}:refs/heads/exp/keen-hawk-c2")
    failed = await promoted(ask, await ask.place(), push=True)
    assert failed["state"] == "failed"
    assert experiments.git("ls-remote", "origin", "refs/heads/exp/keen-hawk-c2").startswith(other)


async def test_a_push_is_cancelled_with_all_it_started(ask: Client, experiments: Scratch, origin: Path) -> None:
    hook = origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nfor n in $(seq 100); do echo waiting >&2; sleep 0.2; done\nexit 0\n")
    hook.chmod(0o755)
    place = await ask.place()
    task = await ask(f"places/{place}/promote", "POST", {"run": HAWK, "branch": "", "push": True}, status=202)
    path = f"tasks/{task['id']}"
    await ask.until(path, lambda found: found["state"] == "running" and (found["progress"] or 0) >= 0.4)
    await ask(path, "DELETE")
    done = await ask.until(path, lambda found: found["state"] != "running", timeout=10)
    assert done["state"] == "cancelled"
    assert "exp/keen-hawk-c2" not in experiments.git("ls-remote", "origin")


async def test_what_is_asked_of_a_promotion_is_checked(ask: Client, experiments: Scratch) -> None:
    del experiments
    path = f"places/{await ask.place()}/promote/preview"
    for wrong in ({"outputs": "some"}, {"push": "yes"}, {"folder": "/"}, {"branch": "x" * 5_000}, {"labels": ["a"]}):
        assert (await ask(path, "POST", {"run": HAWK, "branch": "", **wrong}, status=400))["code"] == "bad-body"
    for run in ("keen-hawk-c2", "HEAD", "--all"):
        assert (await ask(path, "POST", {"run": run, "branch": ""}, status=404))["code"] == "unknown-run"
    preview = await ask(path, "POST", {"run": HAWK, "branch": "", "onto": "nowhere", "remote": "--upload-pack=x"})
    assert [problem["code"] for problem in preview["problems"]] == ["no-onto", "no-remote"]


async def test_choices_are_kept_in_the_clone(ask: Client, scratch: Scratch) -> None:
    place = await ask.place()
    assert check(await ask(f"places/{place}/choices"), "Choices")["choices"] == {}
    await ask(f"places/{place}/choices", "PUT", {"format": 1, "choices": {"pins": [HAWK]}})
    assert (await ask(f"places/{place}/choices"))["choices"] == {"pins": [HAWK]}
    kept = scratch.path / ".git" / "trackside" / "config.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    big = {"format": 1, "choices": {"x": "y" * 70_000}}
    assert (await ask(f"places/{place}/choices", "PUT", big, status=413))["code"] == "too-large"
    kept.write_bytes(b"{")
    assert (await ask(f"places/{place}/choices"))["choices"] == {}


async def test_recovery_is_a_task(ask: Client, experiments: Scratch) -> None:
    task = await ask(f"places/{await ask.place()}/recover", "POST", status=202)
    done = await ask.until(f"tasks/{task['id']}", lambda found: found["state"] == "done")
    assert done["result"]["names"] == []
