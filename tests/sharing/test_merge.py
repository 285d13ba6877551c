"""Annotations of several people merge to the same, whoever merges first. Rules, tried on many histories."""

from __future__ import annotations

from pathlib import Path

from clones import make_team, opened, refs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import make_experiment

from trackside.annotations import fold_annotations, format_event, parse_events
from trackside.sharing.notes import union
from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.store import Store

tags = st.lists(st.sampled_from(["a", "b", "ü\n", ""]), max_size=2)
changes = st.one_of(
    st.fixed_dictionaries({"tag": tags}),
    st.fixed_dictionaries({"untag": tags}),
    st.fixed_dictionaries({"star": st.booleans()}),
    st.fixed_dictionaries({"archived": st.booleans()}),
    st.fixed_dictionaries({"note": st.text(max_size=5)}),
    st.fixed_dictionaries({"alias": st.sampled_from(["ada-name", "bob-name", "", "x" * 300])}),
)
events = st.builds(
    format_event, st.sampled_from([1.0, 1.5, 2.0]), st.sampled_from(["ada@example.org", "bob@example.org"]), changes
)
junk = st.sampled_from([b"", b"\n", b"{\n", b"[]\n", b'{"t": "x"}\n', b"\xff\xfe\n", b'{"t": 1e999}\n', b"no end"])
notes = st.lists(st.one_of(events, junk), max_size=6).map(b"".join)


def folded(note: bytes) -> object:
    return fold_annotations(parse_events(note))


@given(notes, notes, notes)
def test_the_order_of_merging_does_not_matter(one: bytes, two: bytes, three: bytes) -> None:
    assert union(one, two) == union(two, one)
    assert union(union(one, two), three) == union(one, union(two, three))
    assert union(union(one, two), two) == union(one, two)
    assert folded(union(one, two)) == folded(union(two, one))


@given(notes)
def test_merging_with_nothing_changes_what_is_told_in_nothing(note: bytes) -> None:
    assert folded(union(note)) == folded(union(note, b"")) == folded(union(union(note)))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["ada", "bob", "eve"]), st.sampled_from(["annotate", "push", "pull"])),
        min_size=4,
        max_size=8,
    )
)
def test_three_clones_converge_whatever_they_did(tmp_path_factory: object, steps: list[tuple[str, str]]) -> None:
    folder: Path = tmp_path_factory.mktemp("team")  # type: ignore[attr-defined]  # pytest's factory
    team = make_team(folder)
    clones = {name: team.clone(name) for name in ("ada", "bob", "eve")}
    oid = make_experiment(clones["ada"], "calm-otter")
    push(opened(clones["ada"]))
    for name in ("bob", "eve"):
        pull(opened(clones[name]))
    said = 0
    for name, what in steps:
        repository = opened(clones[name])
        if what == "annotate":
            said += 1
            Store(repository).annotate([oid], {"tag": [f"{name}-{said}"]})
        else:
            (push if what == "push" else pull)(repository)
    for share in (push, pull):
        for scratch in clones.values():
            share(opened(scratch))
    tips = {refs(scratch.path, "refs/notes/trackside").get("refs/notes/trackside") for scratch in clones.values()}
    assert tips == {refs(team.bare, "refs/notes/trackside").get("refs/notes/trackside")}
    store = Store(opened(clones["eve"]))
    (run,) = store.read(store.shelf())
    assert len(run["annotations"]["tags"]) == said
