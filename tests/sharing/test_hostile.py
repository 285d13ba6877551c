"""A remote that means harm: nothing of it stands among the clone's own runs, and all of it is told."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from clones import Team, make_team, opened, refs, runs
from repositories import Scratch, make_experiment, record_of

from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.sharing.rules import link_trouble, name_trouble, path_trouble
from trackside.store import Store


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


def plant(
    evil: Scratch, name: str, entries: Mapping[bytes, tuple[str, bytes]], *, parent: str = "", place: str = ""
) -> str:
    """Make a run with raw entries at the top of its tree, past every check of Git's own commands."""
    head = evil.head()
    lines = evil.git("ls-tree", "-z", head).split("\0")[:-1]
    tree = {}
    for line in lines:
        meta, _, path = line.partition("\t")
        mode, _, oid = meta.split(" ")
        tree[path.encode()] = (mode.lstrip("0"), oid)
    record = json.dumps(record_of(name, head)).encode()
    blob = evil.git("hash-object", "-w", "--stdin", stdin=record)
    inner = evil.git("mktree", stdin=f"100644 blob {blob}\trun.json\n".encode())
    tree[b".trackside"] = ("40000", inner)
    for path, (mode, data) in entries.items():
        tree[path] = (mode, evil.git("hash-object", "-w", "--stdin", stdin=data))
    raw = b"".join(
        mode.encode() + b" " + path + b"\0" + bytes.fromhex(oid)
        for path, (mode, oid) in sorted(tree.items(), key=lambda item: item[0] + b"/" * (item[1][0] == "40000"))
    )
    made = evil.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
    oid = evil.git("commit-tree", made, "-p", parent or head, "-m", name)
    evil.git("update-ref", place or f"refs/exps/{head[:2]}/{head[2:]}/{name}", oid)
    return oid


def give(team: Team, evil: Scratch) -> None:
    """Put the refs of the evil clone on the remote, unchecked."""
    subprocess.run(
        ["git", "fetch", "-q", str(evil.path), "+refs/exps/*:refs/exps/*", "+refs/notes/*:refs/notes/*"],
        cwd=team.bare, check=True, env=evil.environment,
    )  # fmt: skip


CRAFTED = {
    "backslash": {b"a\\..\\b.py": ("100644", b"x")},
    "drive": {b"C:evil.py": ("100644", b"x")},
    "device": {b"CON": ("100644", b"x")},
    "control": {b"a\x1b[2J.py": ("100644", b"x")},
    "newline": {b"a\nb.py": ("100644", b"x")},
    "bytes": {b"\xff\xfe.py": ("100644", b"x")},
    "stream": {b".git::$INDEX_ALLOCATION": ("100644", b"x")},
    "case": {b"FEATURES.py": ("100644", b"x")},
    "both": {b"New.py": ("100644", b"x"), b"new.py": ("100644", b"y")},
    "trailing": {b"a.py.": ("100644", b"x")},
    "link": {b"out": ("120000", b"../../etc/passwd")},
    "absolute": {b"out": ("120000", b"/etc/passwd")},
    "gitlink": {b"out": ("120000", b".git/config")},
    "dotgit": {b".GIT": ("100644", b"x")},
    "shortname": {b"GIT~1": ("100644", b"x")},
    "parent": {b"..": ("100644", b"x")},
    "slash": {b"a/b.py": ("100644", b"x")},
}


def test_crafted_trees_are_told_and_not_adopted_while_the_others_are(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    good = make_experiment(evil, "honest")
    for name, entries in CRAFTED.items():
        plant(evil, f"crafted-{name}", entries)
    give(team, evil)
    before = bob.state()
    pulled = pull(opened(bob))
    assert pulled.moved == ["honest"] and runs(bob.path) == {"honest": good}
    assert {one.name for one in pulled.held} == {f"crafted-{name}" for name in CRAFTED}
    assert all(one.why for one in pulled.held)
    assert bob.state() == before
    assert bob.git("fsck", "--connectivity-only", "--no-dangling") == ""


def test_refs_that_are_no_runs_are_passed_over_and_names_are_screened(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    head = evil.head()
    oid = make_experiment(evil, "honest")
    base = f"refs/exps/{head[:2]}/{head[2:]}"
    for ref in ("refs/exps/exec/EXEC_HEAD", "refs/exps/odd", f"{base}/deep/er", f"{base}/-rf", f"{base}/deadbeef",
                f"{base}/HEAD", f"{base}/nul", "refs/exps/ab/zz/name"):  # fmt: skip
        evil.git("update-ref", ref, oid)
    other = make_experiment(evil, "moved")
    evil.git("update-ref", f"refs/exps/{'0' * 2}/{'0' * 38}/liar", other)
    evil.git("update-ref", "-d", f"{base}/moved")
    blob = evil.git("hash-object", "-w", "--stdin", stdin=b"x")
    evil.git("update-ref", f"{base}/blob", blob)
    give(team, evil)
    pulled = pull(opened(bob))
    assert refs(bob.path, "refs/exps") == {f"{base}/honest": oid}
    told = {one.name: one.why for one in pulled.held}
    assert "baseline" in told["liar"] and "no commit but a blob" in told["blob"]
    assert {"liar", "blob"} <= told.keys() <= {"liar", "blob", "-rf", "deadbeef", "HEAD", "nul"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"format": 1, "started": 1e999}', "damaged"),
        (b'{"format": 1, "params": ' + b"9" * 5_000 + b"}", ""),
        (b'{"format": 1, "note": "' + b"x" * 9_000_000 + b'"}', "larger than"),
        (b'{"format": 1, "metrics": []}', "damaged in: metrics"),
    ],
)
def test_damaged_records_are_not_adopted(team: Team, data: bytes, why: str) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    oid = make_experiment(evil, "bad", files={".trackside/run.json": data})
    give(team, evil)
    (held,) = pull(opened(bob)).held
    assert why in held.why and refs(bob.path)[held.kept] == oid
    assert refs(bob.path, "refs/exps") == {}


def test_a_baseline_nobody_has_is_screened_too(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    head = evil.head()
    base = plant(evil, "base", {b"C:evil.py": ("100644", b"x")})
    plant(evil, "innocent", {}, parent=base, place=f"refs/exps/{base[:2]}/{base[2:]}/innocent")
    evil.git("update-ref", "-d", f"refs/exps/{head[:2]}/{head[2:]}/base")
    give(team, evil)
    assert [one.name for one in pull(opened(bob)).held] == ["innocent"]


def test_notes_of_strangers_are_only_events(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    oid = make_experiment(evil, "honest")
    lines = b'{"t": 1, "by": "x", "star": true}\n{"t": 1e400, "note": 3}\nnot an event\n' + b"[" * 50_000 + b"\n"
    blob = evil.git("hash-object", "-w", "--stdin", stdin=lines)
    bomb = evil.git("hash-object", "-w", "--stdin", stdin=b"x" * 5_000_000)
    entries = f"100644 blob {blob}\t{oid}\n100644 blob {bomb}\t{'1' * 40}\n100755 blob {blob}\tREADME\n"
    tree = evil.git("mktree", stdin=entries.encode())
    evil.git("update-ref", "refs/notes/trackside", evil.git("commit-tree", tree, "-m", "Notes"))
    give(team, evil)
    mine = make_experiment(bob, "mine")
    Store(opened(bob)).annotate([mine], {"tag": ["kept"]})
    pull(opened(bob))
    store = Store(opened(bob))
    noted = {item["name"]: item["annotations"] for item in store.read(store.shelf())}
    assert noted["honest"]["star"] and noted["mine"]["tags"] == ["kept"]
    files = bob.git("ls-tree", "-r", "--name-only", "refs/notes/trackside").split()
    assert {path.replace("/", "") for path in files} == {oid, mine}
    assert b"not an event" not in bob.git("cat-file", "-p", f"refs/notes/trackside:{oid}").encode()
    push(opened(bob))
    assert pull(opened(bob)).annotations == "same"


def test_a_clone_without_annotations_takes_only_events(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    oid = make_experiment(evil, "honest")
    blob = evil.git("hash-object", "-w", "--stdin", stdin=b'{"t": 1, "by": "x", "star": true}\n')
    bomb = evil.git("hash-object", "-w", "--stdin", stdin=b"x" * 5_000_000)
    for entries in (f"100755 blob {blob}\trun.sh\n", f"100644 blob {bomb}\t{'1' * 40}\n"):
        tree = evil.git("mktree", stdin=f"100644 blob {blob}\t{oid}\n{entries}".encode())
        evil.git("update-ref", "refs/notes/trackside", evil.git("commit-tree", tree, "-m", "Notes"))
        give(team, evil)
        pull(opened(bob))
        assert bob.git("ls-tree", "-r", "--name-only", "refs/notes/trackside") == oid
    assert push(opened(bob)).annotations != "refused"
    assert pull(opened(bob)).annotations == "same"


def nested(evil: Scratch, inside: str, names: Sequence[str], depth: int) -> str:
    """Make a tree of folders that hold the same folder under each name, so deep."""
    for _ in range(depth):
        inside = evil.git("mktree", stdin="".join(f"040000 tree {inside}\t{name}\n" for name in names).encode())
    return inside


def place(evil: Scratch, name: str, tree: str) -> None:
    head = evil.head()
    oid = evil.git("commit-tree", tree, "-p", head, "-m", name)
    evil.git("update-ref", f"refs/exps/{head[:2]}/{head[2:]}/{name}", oid)


def test_trees_with_more_paths_than_any_disk_are_told_in_a_moment(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    make_experiment(evil, "honest")
    blob = evil.git("hash-object", "-w", "--stdin", stdin=b"x")
    one = evil.git("mktree", stdin=f"100644 blob {blob}\tx\n".encode())
    place(evil, "broad", nested(evil, one, [f"d{number}" for number in range(10)], 12))
    place(evil, "deep", nested(evil, one, ["d"], 120))
    raw = b"".join(b"100644 f%07d\0" % number + bytes.fromhex(blob) for number in range(250_000))
    place(evil, "wide", evil.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw))
    give(team, evil)
    begun = time.monotonic()
    pulled = pull(opened(bob))
    assert time.monotonic() - begun < 30
    told = {one.name: one.why for one in pulled.held}
    assert pulled.moved == ["honest"] and told.keys() == {"broad", "deep", "wide"}
    assert "1,000,000 files" in told["broad"] and "too long" in told["deep"] and "too many files" in told["wide"]


def test_annotations_with_more_paths_than_any_disk_are_passed_over(team: Team) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    oid = make_experiment(evil, "honest")
    blob = evil.git("hash-object", "-w", "--stdin", stdin=b'{"t": 1, "by": "x", "star": true}\n')
    inner = evil.git("mktree", stdin=f"100644 blob {blob}\t{oid[38:]}\n".encode())
    tree = nested(evil, inner, [f"{number:02x}" for number in range(256)], 19)
    evil.git("update-ref", "refs/notes/trackside", evil.git("commit-tree", tree, "-m", "Notes"))
    give(team, evil)
    begun = time.monotonic()
    assert pull(opened(bob)).moved == ["honest"]
    assert time.monotonic() - begun < 30


def test_what_is_too_large_is_refused_alone(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    make_experiment(evil, "honest")
    make_experiment(evil, "zeros", files={"zeros.txt": bytes(12_000_000)})
    give(team, evil)
    monkeypatch.setattr("trackside.sharing.transport.LARGEST_OBJECT", 8_000_000)
    pulled = pull(opened(bob))
    assert pulled.moved == ["honest"]
    assert [one.name for one in pulled.held] == ["zeros"] and "larger than" in pulled.held[0].why


def test_a_remote_that_sends_without_end_is_left(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    evil, bob = team.clone("evil"), team.clone("bob")
    make_experiment(evil, "honest")
    # Git tells what it received before it writes it out; the more there is, the surer it is ended before.
    make_experiment(evil, "noise", files={"noise.txt": os.urandom(12_000_000)})
    give(team, evil)
    monkeypatch.setattr("trackside.sharing.transport.MOST_RECEIVED", 1_000_000)
    pulled = pull(opened(bob))
    assert pulled.moved == ["honest"] and [one.name for one in pulled.held] == ["noise"]


def test_names_paths_and_links_are_judged_one_by_one() -> None:
    assert [name_trouble(name) for name in ("calm-otter", "exp-1a2b3", "Foo_bar.2")] == [None, None, None]
    for name in ("deadbeef", "HEAD", "-rf", "..", "a.lock", "aux", "nul.txt", "", "a" * 200, "x\u202ey"):
        assert name_trouble(name), name
    for path in ("a.py", "données/ü.csv", "a b/c.ipynb", ".github/x.yml", "console.py", "aux_loss.py"):
        assert path_trouble(path) is None, path
    for path in ("../a", "/a", "a//b", "a/.git/b", ".git ", ".g\u200cit", "git~1/x", "a\\b", "c:x", "nul", "x/aux.py",
                 "a\x00b", "a\rb", "a/" * 200 + "b", "x" * 5_000, "\udcff"):  # fmt: skip
        assert path_trouble(path), path
    assert link_trouble("a/b", b"../c") is None and link_trouble("a", b"b") is None
    for target in (b"../../c", b"/etc", b"c:\\x", b"x/../../../y", b"../.git/config"):
        assert link_trouble("a/b", target), target
