"""What takes the space, asked by a panel: a look of seconds, in a thread of its own, given up when nobody waits."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from repositories import Scratch, make_experiment
from server.conftest import CALM, HAWK, WREN, Client
from server.test_routes import check

from trackside.cleaning import space
from trackside.cleaning.needed import collect_needs
from trackside.errors import StateError
from trackside.git.repository import open_repository

ENDED = ("done", "failed", "cancelled")


async def looked(ask: Client, place: str) -> Any:
    task = check(await ask(f"places/{place}/storage", "POST", status=202), "Task")
    return check(await ask.until(f"tasks/{task['id']}", lambda found: found["state"] in ENDED), "Task")


def rest(found: Any) -> list[Any]:
    """The parts without the index, which grows by being read."""
    return [part for part in found["parts"] if part["kind"] != "index"]


async def test_a_look_at_the_space_is_what_the_command_tells(ask: Client, experiments: Scratch) -> None:
    make_experiment(
        experiments, "big-one", run="20260101t000000-0000000009", started=400.0, files={"net.bin": os.urandom(50_000)}
    )
    before = experiments.state()
    place = await ask.place()
    done = await looked(ask, place)
    assert (done["kind"], done["state"]) == ("storage", "done"), done
    found = check(done["result"], "Storage")
    told = space.look_at_storage(open_repository(experiments.path))
    assert {**found, "bytes": 0, "parts": rest(found)} == {**told, "bytes": 0, "parts": rest(told)}
    assert found["runs"][0]["name"] == "big-one" and found["runs"][0]["git"] > 50_000
    # A name leads to the run, as the row of a table does.
    ids = {run["id"] for run in found["runs"]}
    assert ids == {CALM, WREN, HAWK, "20260101t000000-0000000009"}
    assert (await ask(f"places/{place}/runs/{found['runs'][0]['id']}"))["experiment"]["name"] == "big-one"
    assert experiments.state() == before


async def test_what_was_not_judged_is_told_and_the_rest_all_the_same(ask: Client, experiments: Scratch) -> None:
    tree = experiments.path.parent / "drive"
    experiments.git("worktree", "add", "-q", str(tree))
    tree.rename(tree.with_name("unplugged"))
    found = (await looked(ask, await ask.place()))["result"]
    assert "is not there" in found["problem"]
    assert len(found["runs"]) == 3 and found["caches"][0]["needless"] is None


class Held:
    """A look that stays in its first step until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free, self.count = threading.Event(), 0

        def wait(*args: Any, **words: Any) -> Any:
            self.count += 1
            assert self.free.wait(20)
            return collect_needs(*args, **words)

        monkeypatch.setattr(space, "collect_needs", wait)


async def test_a_slow_look_holds_up_nothing_and_is_one_for_all_who_ask(
    ask: Client, experiments: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    place = await ask.place()
    first = await ask(f"places/{place}/storage", "POST", status=202)
    began = time.monotonic()
    again = [await ask(f"places/{place}/storage", "POST", status=202) for _ in range(5)]
    assert {task["id"] for task in again} == {first["id"]}
    assert (await ask(f"places/{place}/runs"))["total"] == 3
    recovered = await ask(f"places/{place}/recover", "POST", status=202)
    await ask.until(f"tasks/{recovered['id']}", lambda found: found["state"] == "done")
    assert time.monotonic() - began < 10 and held.count == 1
    held.free.set()
    done = await ask.until(f"tasks/{first['id']}", lambda found: found["state"] in ENDED)
    assert done["state"] == "done"


async def test_a_look_is_cancelled_and_the_next_is_a_new_one(
    ask: Client, experiments: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    place = await ask.place()
    first = await ask(f"places/{place}/storage", "POST", status=202)
    await ask(f"tasks/{first['id']}", "DELETE")
    second = await ask(f"places/{place}/storage", "POST", status=202)
    assert second["id"] != first["id"]
    held.free.set()
    ended = await ask.until(f"tasks/{first['id']}", lambda found: found["state"] in ENDED)
    assert (ended["state"], ended["result"], ended["error"]) == ("cancelled", None, None)
    assert (await ask.until(f"tasks/{second['id']}", lambda found: found["state"] in ENDED))["state"] == "done"


async def test_a_look_goes_on_for_who_still_waits_and_ends_with_the_last(
    ask: Client, experiments: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    place = await ask.place()
    asked = [await ask(f"places/{place}/storage", "POST", status=202) for _ in range(3)]
    task = asked[0]["id"]
    for _ in range(2):
        # Who lets go need not know that others wait.
        gone = check(await ask(f"tasks/{task}", "DELETE"), "Task")
        assert (gone["id"], gone["state"]) == (task, "cancelled")
        assert (await ask(f"tasks/{task}"))["state"] in ("waiting", "running")
    joined = await ask(f"places/{place}/storage", "POST", status=202)
    assert joined["id"] == task
    await ask(f"tasks/{task}", "DELETE")
    assert (await ask(f"tasks/{task}", "DELETE"))["state"] == "running"
    held.free.set()
    ended = await ask.until(f"tasks/{task}", lambda found: found["state"] in ENDED)
    assert ended["state"] == "cancelled"


async def test_a_look_that_one_of_two_let_go_is_done_for_the_other(
    ask: Client, experiments: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    place = await ask.place()
    first = await ask(f"places/{place}/storage", "POST", status=202)
    await ask(f"places/{place}/storage", "POST", status=202)
    await ask(f"tasks/{first['id']}", "DELETE")
    held.free.set()
    done = await ask.until(f"tasks/{first['id']}", lambda found: found["state"] in ENDED)
    assert done["state"] == "done" and len(done["result"]["runs"]) == 3


def test_a_look_that_is_cancelled_ends_in_the_midst_of_a_large_work_tree(experiments: Scratch) -> None:
    for number in range(30):
        (experiments.path / f"folder{number}").mkdir()
    heard: list[str] = []

    def tell(message: str) -> None:
        heard.append(message)
        if len(heard) == 10:
            raise StateError("It was cancelled.", code="cancelled")

    with pytest.raises(StateError, match="cancelled"):
        space.look_at_storage(open_repository(experiments.path), tell=tell)
    assert len(heard) == 10 and len(set(heard)) == 1


async def test_a_look_runs_nothing_that_the_repository_names(ask: Client, experiments: Scratch, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for key in ("core.fsmonitor", "diff.external", "core.pager", "filter.evil.clean", "diff.evil.textconv"):
        experiments.git("config", key, f"touch {mark}")
    (experiments.path / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    assert (await looked(ask, await ask.place()))["state"] == "done"
    assert not mark.exists()
