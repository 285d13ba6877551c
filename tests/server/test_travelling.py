"""Runs that travel from a panel: a real bare repository, and two clones that have it as `origin`."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from repositories import Scratch, make_experiment
from server.conftest import CALM, HAWK, WREN, Client
from server.test_routes import check

from trackside.git.repository import open_repository
from trackside.store import Store

ENDED = ("done", "failed", "cancelled")


class Pair:
    """The clone a server shows, and that of somebody else."""

    def __init__(self, mine: Scratch, folder: Path) -> None:
        self.mine, self.bare = mine, folder / "team.git"
        mine.git("clone", "-q", "--bare", str(mine.path), str(self.bare))
        mine.git("remote", "add", "origin", str(self.bare))
        home = folder / "eve"
        home.mkdir()
        (home / ".gitconfig").write_text("[user]\n\tname = Eve\n\temail = eve@example.org\n")
        self.eve = Scratch(home / "project", home)
        subprocess.run(["git", "clone", "-q", str(self.bare), str(self.eve.path)], env=self.eve.environment, check=True)

    def eve_pushes(self, *names: str) -> None:
        self.eve.git("push", "-q", "origin", *(f"refs/exps/*/{name}:refs/exps/*/{name}" for name in names))

    def at_bare(self) -> set[str]:
        out = subprocess.run(
            ["git", "for-each-ref", "--format=%(refname)", "refs/exps"], cwd=self.bare, capture_output=True,
            text=True, check=True,
        ).stdout  # fmt: skip
        return {line.rpartition("/")[2] for line in out.splitlines()}

    def slow(self, seconds: float = 20) -> None:
        """Make the bare repository slow to take anything."""
        hook = self.bare / "hooks" / "pre-receive"
        hook.write_text(f"#!/bin/sh\necho $$ > {self.bare}/hook.pid\nsleep {seconds}\n")
        hook.chmod(0o755)


@pytest.fixture
def pair(experiments: Scratch, tmp_path: Path) -> Pair:
    experiments.git("for-each-ref")
    made = Pair(experiments, tmp_path)
    # A bare clone takes every ref along.
    for ref in made.mine.refs():
        if ref.startswith(("refs/exps", "refs/notes")):
            subprocess.run(["git", "update-ref", "-d", ref], cwd=made.bare, check=True)
    return made


async def ended(ask: Client, task: Any) -> Any:
    return check(await ask.until(f"tasks/{task['id']}", lambda found: found["state"] in ENDED), "Task")


async def shared(ask: Client, place: str, way: str, **asked: object) -> Any:
    """Push or pull, and return what was done."""
    asked = {"remote": "", **asked}
    done = await ended(ask, check(await ask(f"places/{place}/{way}", "POST", asked, status=202), "Task"))
    assert done["state"] == "done", done
    return done["result"]


async def test_a_run_is_sent_and_the_table_says_where_it_is(ask: Client, pair: Pair) -> None:
    place = await ask.place()
    remotes = check(await ask(f"places/{place}/remotes"), "Remotes")["remotes"]
    assert [(one["name"], one["usual"], one["seen"]) for one in remotes] == [("origin", True, None)]
    done = await shared(ask, place, "push", runs=[HAWK, WREN])
    assert (sorted(done["moved"]), done["held"]) == (["keen-hawk-c2", "quiet-wren-9a"], [])
    assert pair.at_bare() == {"keen-hawk-c2", "quiet-wren-9a"}
    rows = {row["id"]: row for row in check(await ask(f"places/{place}/runs"), "Page")["rows"]}
    assert {run: row["remotes"] for run, row in rows.items()} == {HAWK: ["origin"], WREN: ["origin"], CALM: []}
    again = await shared(ask, place, "push")
    assert (again["moved"], again["same"]) == (["calm-otter-3f"], 2)
    assert (await ask(f"places/{place}/remotes"))["remotes"][0]["runs"] == 3


async def test_only_mine_and_only_starred_runs_are_sent(ask: Client, pair: Pair) -> None:
    place = await ask.place()
    await ask(f"places/{place}/annotate", "POST", {"runs": [CALM], "change": {"star": True}})
    assert (await shared(ask, place, "push", which="starred"))["moved"] == ["calm-otter-3f"]
    pair.mine.git("config", "user.email", "somebody@else.example")
    assert (await shared(ask, place, "push", which="mine"))["moved"] == []
    assert pair.at_bare() == {"calm-otter-3f"}


async def test_only_mine_and_only_starred_runs_are_fetched(ask: Client, pair: Pair) -> None:
    starred = make_experiment(pair.eve, "eves-best", run="20260102t000000-0000000009", started=900.0)
    make_experiment(pair.eve, "eves-run", run="20260102t000000-000000000a", started=901.0)
    Store(open_repository(pair.eve.path)).annotate([starred], {"star": True})
    pair.eve_pushes("eves-best", "eves-run")
    pair.eve.git("push", "-q", "origin", "refs/notes/trackside")
    place = await ask.place()
    assert (await shared(ask, place, "pull", which="starred"))["moved"] == ["eves-best"]
    pair.mine.git("config", "user.email", "somebody@else.example")
    done = await shared(ask, place, "pull", which="mine")
    assert (done["moved"], done["held"]) == ([], [])


async def test_what_a_pull_brings_is_new_until_it_was_seen(ask: Client, pair: Pair) -> None:
    make_experiment(pair.eve, "eves-run", run="20260102t000000-0000000009", started=900.0)
    pair.eve_pushes("eves-run")
    place = await ask.place()
    assert (await shared(ask, place, "pull"))["moved"] == ["eves-run"]
    page = check(await ask(f"places/{place}/runs"), "Page")
    (row,) = [row for row in page["rows"] if row["name"] == "eves-run"]
    assert (page["fresh"], page["held"], row["fresh"], row["remotes"]) == (1, 0, True, ["origin"])
    # A pull that brings nothing leaves the mark.
    await shared(ask, place, "pull", quiet=True)
    assert (await ask(f"places/{place}/runs"))["fresh"] == 1
    check(await ask(f"places/{place}/seen", "POST", {"runs": [row["id"]]}), "Done")
    page = await ask(f"places/{place}/runs")
    assert (page["fresh"], any(row["fresh"] for row in page["rows"])) == (0, False)


async def test_a_run_of_the_same_name_is_held_shown_and_taken_in_by_another(ask: Client, pair: Pair) -> None:
    oid = make_experiment(
        pair.eve, "keen-hawk-c2", run="20260102t000000-0000000009", started=900.0, metrics={"val_acc": [0.1, 0.2]}
    )
    pair.eve_pushes("keen-hawk-c2")
    place = await ask.place()
    done = await shared(ask, place, "pull")
    assert (done["moved"], [one["name"] for one in done["held"]]) == ([], ["keen-hawk-c2"])
    page = await ask(f"places/{place}/runs")
    assert (page["total"], page["held"]) == (3, 1)
    (held,) = check(await ask(f"places/{place}/held"), "HeldRuns")["rows"]
    assert (held["remote"], held["takes"], held["row"]["metrics"]["val_acc"]["last"]) == ("origin", True, 0.2)
    handle = held["row"]["id"]
    details = check(await ask(f"places/{place}/runs/{handle}"), "Details")
    assert details["experiment"]["oid"] == oid
    assert (await ask(f"places/{place}/runs/{handle}/environment"))["format"] == 1
    # Looked at, and nothing else.
    for path, body in (
        ("annotate", {"runs": [handle], "change": {"star": True}}), ("rename", {"run": handle, "name": "x"}),
        ("delete", {"runs": [handle]}), ("push", {"remote": "", "runs": [handle]}), ("seen", {"runs": [handle]}),
        ("promote", {"run": handle, "branch": ""}),
    ):  # fmt: skip
        assert (await ask(f"places/{place}/{path}", "POST", body, status=404))["code"] == "unknown-run"
    taken = await shared(ask, place, "pull", remote="origin", runs=[oid], name="hawk-of-eve")
    assert taken["moved"] == ["hawk-of-eve"]
    assert (await ask(f"places/{place}/held"))["rows"] == []
    page = await ask(f"places/{place}/runs")
    assert {row["name"] for row in page["rows"]} >= {"hawk-of-eve", "keen-hawk-c2"} and page["held"] == 0


async def test_a_hostile_run_is_told_and_offers_nothing(ask: Client, pair: Pair) -> None:
    oid = make_experiment(pair.eve, "good-run")
    tree = pair.eve.git("rev-parse", f"{oid}^{{tree}}")
    blob = pair.eve.git("rev-parse", f"{oid}:.trackside/run.json")
    lines = pair.eve.git("ls-tree", tree)
    evil_tree = subprocess.run(
        ["git", "mktree"], input=f"{lines}\n100644 blob {blob}\tx\\y\n", cwd=pair.eve.path, capture_output=True,
        text=True, check=True,
    ).stdout.strip()  # fmt: skip
    baseline = pair.eve.git("rev-parse", f"{oid}^")
    evil = pair.eve.git("commit-tree", evil_tree, "-p", baseline, "-m", "Evil")
    pair.eve.git("push", "-q", "origin", f"{evil}:refs/exps/{baseline[:2]}/{baseline[2:]}/evil-run")
    place = await ask.place()
    done = await shared(ask, place, "pull")
    assert [(one["name"], one["hint"]) for one in done["held"]] == [("evil-run", "")]
    (held,) = check(await ask(f"places/{place}/held"), "HeldRuns")["rows"]
    assert (held["takes"], "leads elsewhere on Windows" in held["run"]["why"]) == (False, True)
    asked = {"remote": "origin", "runs": [evil], "name": "taken-in"}
    again = await shared(ask, place, "pull", **asked)
    assert again["moved"] == [] and len(again["held"]) == 1
    assert "taken-in" not in {row["name"] for row in (await ask(f"places/{place}/runs"))["rows"]}


async def test_a_refusal_is_told_in_the_servers_own_words(ask: Client, pair: Pair) -> None:
    hook = pair.bare / "hooks" / "update"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    place = await ask.place()
    done = await shared(ask, place, "push", runs=[HAWK])
    assert "declined" in done["held"][0]["why"]
    pair.mine.git("remote", "set-url", "origin", str(pair.bare) + "-gone")
    failed = await ended(ask, await ask(f"places/{place}/push", "POST", {"remote": ""}, status=202))
    assert failed["state"] == "failed" and failed["error"]["code"] == "share-not-found"


async def test_a_push_that_is_cancelled_leaves_nothing_running_and_nothing_half(ask: Client, pair: Pair) -> None:
    pair.slow()
    place = await ask.place()
    task = await ask(f"places/{place}/push", "POST", {"remote": ""}, status=202)
    pid = pair.bare / "hook.pid"
    await ask.until(f"tasks/{task['id']}", lambda _: pid.exists() and bool(pid.read_text().strip()))
    # A promotion does not wait for it, and a quiet pull joins it.
    quiet = await ask(f"places/{place}/pull", "POST", {"remote": "", "quiet": True}, status=202)
    assert quiet["id"] == task["id"]
    promoted = await ended(ask, await ask(f"places/{place}/promote", "POST", {"run": HAWK, "branch": ""}, status=202))
    assert promoted["state"] == "done"
    await ask(f"tasks/{task['id']}", "DELETE")
    begun = time.monotonic()
    done = await ended(ask, task)
    assert done["state"] == "cancelled" and time.monotonic() - begun < 5
    assert pair.at_bare() == set()
    folder = pair.mine.path / ".git" / "trackside"
    assert not list(folder.glob("push-*"))


async def test_what_is_asked_of_a_push_or_pull_is_checked(ask: Client, pair: Pair) -> None:
    place = await ask.place()
    for way, body, status, code in (
        ("push", {"remote": "--upload-pack=x"}, 404, "no-remote"), ("push", {"runs": []}, 400, "no-runs"),
        ("push", {"which": "theirs"}, 400, "bad-body"), ("push", {"remote": "x" * 5_000}, 400, "bad-body"),
        ("pull", {"runs": ["a", "b"], "name": "x"}, 400, "bad-body"), ("pull", {"force": True}, 400, "bad-body"),
    ):  # fmt: skip
        said = await ask(f"places/{place}/{way}", "POST", {"remote": "", **body}, status=status)
        assert said["code"] == code, (way, body)


async def test_addresses_of_remotes_carry_no_secrets(ask: Client, pair: Pair) -> None:
    pair.mine.git("remote", "set-url", "origin", "https://ada:s3cret@git.example.org/team/study.git")
    said = json.dumps(await ask(f"places/{await ask.place()}/remotes"))
    assert "git.example.org/team/study.git" in said and "s3cret" not in said and "ada" not in said


async def test_a_new_name_is_told_to_those_who_know_the_run_by_another(ask: Client, pair: Pair) -> None:
    place = await ask.place()
    await shared(ask, place, "push", runs=[HAWK])
    eve = Store(open_repository(pair.eve.path))
    from trackside.sharing.pull import pull
    from trackside.sharing.push import push

    pull(eve.repository)
    eve.rename("keen-hawk-c2", "best-of-eve")
    push(eve.repository)
    await shared(ask, place, "pull")
    (row,) = [row for row in (await ask(f"places/{place}/runs"))["rows"] if row["id"] == HAWK]
    assert (row["name"], row["alias"]) == ("keen-hawk-c2", "best-of-eve")
