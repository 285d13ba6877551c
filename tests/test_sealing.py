"""A journal becomes an experiment: exactly once, the same one each time, and nothing of the user's moves."""

from __future__ import annotations

from pathlib import Path

import states

from trackside import api
from trackside.git.repository import open_repository
from trackside.sealing import seal


def test_a_run_becomes_one_commit_on_its_baseline(repository: Path) -> None:
    outcome = states.track(repository)

    assert outcome.state == "sealed"
    oid = states.experiments(repository)["first"]
    head = states.run_git(repository, "rev-parse", "HEAD").strip()
    assert states.run_git(repository, "rev-list", "--parents", "-1", oid).split() == [oid, head]
    assert states.fsck(repository) == ""
    assert states.open_refs(repository) == []
    record = states.record_of(repository)
    assert record["metrics"]["loss"]["count"] == 3
    assert record["params"]["lr"]["value"] == 0.1


def test_sealing_leaves_everything_of_the_users_untouched(repository: Path) -> None:
    states.write(repository, {"train.py": "lr = 0.2\n", "new.py": "x = 1\n", "staged.py": "y = 1\n"})
    states.run_git(repository, "add", "staged.py")
    (repository / "notes.md").unlink()
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.differences(repository) == {"train.py": "M", "new.py": "A", "staged.py": "A", "notes.md": "D"}


def test_sealing_the_same_journal_again_gives_the_same_commit(repository: Path) -> None:
    oid = states.track(repository).sealed.oid
    journal = states.journals(repository)[0]

    again = seal(open_repository(repository), journal)

    assert (again.oid, again.name) == (oid, "first")
    assert len(states.experiments(repository)) == 1


def test_a_run_whose_journal_was_not_told_of_its_seal_stays_one_experiment(repository: Path) -> None:
    first = states.track(repository).sealed.oid
    journal = states.journals(repository)[0]
    lines = journal.read_bytes().splitlines(keepends=True)
    # What could not be read at the first try, and was told as a warning, may be read at the next.
    warning = b'{"code":"git","message":"Git failed.","hint":"","t":1.0,"e":"warning"}\n'
    journal.write_bytes(b"".join(line for line in lines if b'"e":"sealed"' not in line) + warning)

    again = seal(open_repository(repository), journal)

    assert again.name == "first"
    assert again.oid != first
    assert states.experiments(repository) == {"first": again.oid}
    assert states.open_refs(repository) == []
    assert states.fsck(repository) == ""


def test_the_commit_id_does_not_depend_on_place_time_zone_locale_or_umask(repository: Path) -> None:
    states.write(repository, {"naïve.py": "x = 1\n"})
    oid = states.track(repository).sealed.oid
    ref = states.run_git(repository, "for-each-ref", "--format=%(refname)", "refs/exps").strip()
    states.run_git(repository, "update-ref", "-d", ref)
    code = (
        "import os, sys, pathlib; os.umask(0o077)\n"
        "from trackside.git.repository import open_repository; from trackside.sealing import seal\n"
        f"print(seal(open_repository('.'), pathlib.Path({str(states.journals(repository)[0])!r})).oid)"
    )

    done = states.run_script(
        repository / "lib", code, TZ="Pacific/Kiritimati", LC_ALL="tr_TR.UTF-8", GIT_AUTHOR_NAME="Somebody Else"
    )

    assert done.stdout.strip() == oid


def test_a_run_of_a_taken_name_gets_the_next_free_one(repository: Path) -> None:
    names = [states.track(repository).sealed.name for _ in range(3)]

    assert names == ["first", "first-2", "first-3"]


def test_two_runs_of_one_open_process_seal_in_order(repository: Path) -> None:
    with states.working_in(repository):
        api.start("one")
        api.log(loss=1.0)
        api.start("two")
        api.log(loss=2.0)
        api.finish()

    assert sorted(states.experiments(repository)) == ["one", "two"]
