"""Trees strangers made: read within limits, a sentence for each file that cannot be, nothing raised."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from trackside.encode import yaml_bytes
from trackside.foreign import Facts, collect_facts
from trackside.foreign_yaml import ForeignDamagedError, load_json, load_yaml

BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%b]\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 9)) for letter in range(ord("b"), ord("k"))
)
MERGE_BOMB = b"a: &a {x: 1}\n" + b"".join(
    b"%c: &%c {<<: [%b]}\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 9))
    for letter in range(ord("b"), ord("k"))
)


def collect(files: Mapping[str, bytes]) -> Facts:
    return collect_facts(files.get, list(files))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (BOMB, "It holds too many values."),
        (MERGE_BOMB, "It holds too many values."),
        (b"a: &a [*a]", "It holds itself."),
        (b"[" * 100_000, "It is nested too deep."),
        (b"- " * 100_000, "It is nested too deep."),
        (b"x" * 4_000_001, "It is larger than 4 MB."),
        (b"a: [1, 2", "It is no YAML."),
        (b"a: b: c", "It is no YAML."),
        (b"\xff\xfe\xff", "It is no YAML."),
        (b"x: !!python/object/apply:os.system [true]", "It is no YAML."),
        (b"a: " + b"9" * 5000, "It is no YAML."),
        (b"? [a]\n: 1", "It is no YAML."),
    ],
)
def test_damage_is_one_sentence_and_takes_no_time(data: bytes, sentence: str) -> None:
    begin = time.perf_counter()
    facts = collect({"params.yaml": data, "dvc.yaml": b"metrics: [m.json]\n", "m.json": b'{"acc": 1}'})
    assert facts.problems == [f"params.yaml cannot be read. {sentence}"]
    assert facts.metrics == {"acc": (1, [])}
    assert time.perf_counter() - begin < 10


@pytest.mark.parametrize("data", [b"[" * 200_000, b'{"a": ', b"\xff", b"9" * 5000])
def test_damaged_json_is_a_sentence(data: bytes) -> None:
    with pytest.raises(ForeignDamagedError):
        load_json(data)


def test_plain_words_mean_what_dvc_takes_them_for() -> None:
    text = b"a: on\nb: 1e-5\nc: 1:30\nd: 010\ne: 2024-01-01\nf: 0x1F\ng: ~\nh: True\ni: 0o17\nj: 1_000\nk: .5\nl:\n"
    found = load_yaml(text)
    assert found == {"a": "on", "b": 1e-5, "c": "1:30", "d": 10, "e": "2024-01-01", "f": 31, "g": None, "h": True,
                     "i": 15, "j": "1_000", "k": 0.5, "l": None}  # fmt: skip
    theirs = YAML(typ="safe", pure=True).load(text)
    assert {key: value for key, value in theirs.items() if key not in "ej"} == {
        key: value for key, value in found.items() if key not in "ej"
    }


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=10))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.one_of(scalars, st.lists(scalars, max_size=3)), max_size=5))
def test_what_we_write_we_read(mapping: dict[str, Any]) -> None:
    finite = {key: value for key, value in mapping.items() if "inf" not in repr(value)}
    assert load_yaml(yaml_bytes(finite)) == finite


def test_anchors_people_use_are_read() -> None:
    assert load_yaml(b"base: &b {lr: 1, n: 2}\nmine: {<<: *b, n: 3}\n")["mine"] == {"lr": 1, "n": 3}


def test_stages_templates_locks_and_pointers_are_read() -> None:
    facts = collect(
        {
            "proj/dvc.yaml": b"stages:\n  t:\n    foreach: [1]\n    do:\n      cmd: x\n      wdir: w\n"
            b"      params: [lr, {conf.json: [a.b]}, {'${x}.yaml': [z]}]\n      metrics: ['${m}.json', s.json]\n",
            "proj/w/params.yaml": b"lr: 1\nother: 2\n",
            "proj/w/conf.json": b'{"a": {"b": [1, 2], "c": 3}}',
            "proj/w/s.json": b'{"deep": {"acc": 0.5, "text": "x"}}',
            "proj/dvc.lock": b"schema: '2.0'\nstages:\n  t@1:\n    cmd: x\n    params: {z.yaml: {zz.top: 5}}\n"
            b"    outs:\n    - {path: model.bin, md5: abc, size: 9}\n",
            "data.dvc": b"outs:\n- md5: def.dir\n  size: 10\n  nfiles: 2\n  hash: md5\n  path: data\n",
        }
    )
    assert facts.params == {"zz.top": 5, "lr": 1, "a.b": [1, 2]}
    assert facts.metrics == {"deep.acc": (0.5, [])}
    assert {(a.path, a.md5, a.size, a.nfiles) for a in facts.artifacts} == {
        ("proj/model.bin", "abc", 9, None),
        ("data", "def.dir", 10, 2),
    }
    assert facts.problems == []


def test_two_files_with_one_name_are_told_apart() -> None:
    facts = collect(
        {"dvc.yaml": b"params: [a.yaml, b.yaml]\nmetrics: [a.json, b.json]\n", "a.yaml": b"lr: 1", "b.yaml": b"lr: 2",
         "a.json": b'{"acc": 1}', "b.json": b'{"acc": 2}'}
    )  # fmt: skip
    assert facts.params == {"lr": 1, "b.yaml:lr": 2}
    assert facts.metrics == {"acc": (1, []), "b.json:acc": (2, [])}


@pytest.mark.parametrize(
    "document", [b"5", b"[1]", b"", b"params: 5\nmetrics: {a: {b: }}\nplots: [5, {}, {a: 5}]\nstages: [1]"]
)
def test_declarations_of_any_shape_raise_nothing(document: bytes) -> None:
    files = dict.fromkeys(["dvc.yaml", "params.yaml", "dvc.lock", "x.dvc", "dvclive/metrics.json"], document)
    collect(files)


keys = st.sampled_from(["params", "metrics", "plots", "stages", "outs", "path", "md5", "y", "x", "do", "p"])
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=10
)


@settings(max_examples=150, deadline=None)
@given(junk, junk, st.binary(max_size=60))
def test_nothing_a_stranger_wrote_raises(first: Any, second: Any, third: bytes) -> None:
    ours = {"dvc.yaml": yaml_bytes({"stages": first, "plots": second, "metrics": ["m.json"], "params": second}),
            "dvc.lock": yaml_bytes({"stages": first}), "m.json": third, "p": third, "params.yaml": third,
            "d.dvc": yaml_bytes({"outs": second}), "dvclive/plots/metrics/a.tsv": third}  # fmt: skip
    collect(ours)
