"""A repository in which every text a stranger can choose is one of the payloads, made of real Git objects.

Written through `git fast-import`, since sealing would refuse some of it: anybody can push such commits. One run for
each payload carries it in all its fields; one more run carries all of them in everything that is a list, one is an
experiment as DVC writes it, and one is damaged.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from repositories import NOTEBOOK, STARTED, Scratch, record_of

from trackside.encode import json_bytes, yaml_bytes

from .payloads import COUNT, payload, payloads

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ALL = "every-payload"
DVC = "dvc-payload"
DAMAGED = "damaged-payload"
CARD = "application/vnd.trackside.run+json"
Tree = dict[str, bytes]


def make_hostile(scratch: Scratch) -> dict[str, str]:
    """Write the runs; return the commit of each by its name."""
    head = scratch.head()
    stream = [_commit(head, f"run-{number:02d}", *_run(number)) for number in range(COUNT)]
    stream.append(_commit(head, ALL, *_every()))
    stream.append(_commit(head, DVC, *_foreign(head)))
    stream.append(_commit(head, DAMAGED, None, {".trackside/run.json": b'{"format": 1, "name": 5'}))
    scratch.git("fast-import", "--quiet", "--force", stdin=b"".join(stream))
    lines = scratch.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines()
    oids = {ref.rpartition("/")[2]: oid for ref, oid in (line.split(" ") for line in lines)}
    scratch.git("fast-import", "--quiet", "--force", stdin=_notes([oids[f"run-{n:02d}"] for n in range(COUNT)]))
    return oids


def _run(number: int) -> tuple[Any, Tree]:
    """One payload, in every field of a record and every file of a tree."""

    def text(field: str) -> str:
        return payload(number, field)

    name = f"run-{number:02d}"
    record = _record(
        name,
        started=STARTED + number,
        texts=text,
        params={text("pn"): 1, "text": text("pv"), "list": [text("pl"), number], "n": number},
        metrics={text("mn"): [1, 2], "acc": [0.1, number / 100], "odd": "NaN"},
        figures=[text("fn")],
        warnings=[(text("wc"), text("wm"), text("wh"))],
        orders=[text("om")],
        artifacts=[text("ap")],
        paths=[text("fp")],
    )
    record["tags"] = [text("tag"), "calm"]
    tree = _tree(record, [text], [text("path")])
    tree[NOTEBOOK] = _notebook([text])
    return record, tree


def _every() -> tuple[Any, Tree]:
    """All payloads, in everything that is a list."""
    fields = [lambda field, number=number: payload(number, field) for number in range(COUNT)]
    record = _record(
        ALL,
        started=STARTED + 1000,
        texts=lambda field: payload(1, field),
        params={**dict.fromkeys(payloads("pn"), 1), "list": payloads("pl")},
        metrics={name: [number, number + 1] for number, name in enumerate(payloads("mn"))},
        figures=payloads("fn"),
        warnings=[(payload(n, "wc"), payload(n, "wm"), payload(n, "wh")) for n in range(COUNT)],
        orders=payloads("om"),
        artifacts=payloads("ap"),
        paths=payloads("fp"),
    )
    record["notebook"] = NOTEBOOK
    record["tags"] = payloads("tag")
    tree = _tree(record, fields, payloads("path"))
    tree[NOTEBOOK] = _notebook(fields)
    tree["features.py"] = "\n".join(payloads("src")).encode()
    return record, tree


def _record(
    name: str,
    *,
    started: float,
    texts: Any,
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    figures: Sequence[str],
    warnings: Sequence[tuple[str, str, str]],
    orders: Sequence[str],
    artifacts: Sequence[str],
    paths: Sequence[str],
) -> Any:
    record = record_of(name, started=started, duration=12.5, params=params, metrics=metrics)
    record["run"] = f"20260101t000000-{int(started) % 10**10:010d}"
    for fact in record["params"].values():
        fact["rule"] = texts("pr")
        fact["type"] = texts("pt")
    record.update(
        title=texts("ti"),
        note=texts("no"),
        notebook=texts("nb"),
        branch=texts("br"),
        frontend=texts("fe"),
        derived_from=texts("df"),
        author={"name": texts("an"), "email": texts("em"), "fallback": False},
        figures=[
            {
                "path": f".trackside/plots/images/{place}.png", "name": figure, "mime": "image/png",
                "size": len(PNG), "cell": 1, "step": 1,
            }
            for place, figure in enumerate(figures)
        ]
        + [
            {
                "path": ".trackside/plots/images/x.svg", "name": texts("fs"), "mime": "image/svg+xml",
                "size": 9, "cell": 1, "step": None,
            }
        ],
        warnings=[{"code": code, "message": message, "hint": hint} for code, message, hint in warnings],
        order=[
            {"kind": "edited", "level": "warning", "cell": 1, "names": [message], "message": message}
            for message in orders
        ],
        artifacts=[
            {"path": path, "size": 5, "md5": path, "stored": "none", "reason": texts("ar")} for path in artifacts
        ],
        files={
            "changed": list(paths), "added": list(paths), "deleted": list(paths), "changed_during": list(paths),
            "not_captured": [{"path": path, "reason": texts("nr")} for path in paths],
        },
        environment={
            "digest": texts("dg"), "python": texts("py"), "platform": texts("pf"), "cpu": texts("cp"),
            "gpu": texts("gp"), "packages": 3,
        },
        cells={"executed": len(figures), "failed": 1},
    )  # fmt: skip
    return record


def _tree(record: Any, fields: Sequence[Any], paths: Sequence[str]) -> Tree:
    tree: Tree = {
        ".trackside/run.json": json_bytes(record),
        ".trackside/executed.ipynb": _executed(fields),
        ".trackside/requirements.txt": _requirements(fields),
        ".trackside/plots/images/x.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"X('svg')\"/>",
    }
    for place in range(len(record["figures"]) - 1):
        tree[f".trackside/plots/images/{place}.png"] = PNG
    for path in map(_as_path, paths):
        tree[path] = b"new\n"
    return tree


def _as_path(text: str) -> str:
    """The nearest path that Git takes."""
    parts = [part for part in text.split("/") if part not in ("", ".", "..")]
    return "odd/" + "/".join(parts)


def _requirements(fields: Sequence[Any]) -> bytes:
    lines = [f"{field('pk')}==1.0\nplain-{place}=={field('ve')}" for place, field in enumerate(fields)]
    return "\n".join(lines).encode("utf-8", "replace")


def outputs_of(text: Any) -> list[dict[str, Any]]:
    """Every kind of output a cell can have, with a payload in it."""
    html = text("ht")
    return [
        {"output_type": "stream", "name": "stdout", "text": [f"{text('so')}\n\x1b[1;31m{text('sa')}\x1b[0m\n"]},
        {"output_type": "stream", "name": "stderr", "text": f"\x1b]8;;javascript:X('osc')\x07{text('se')}\x1b]8;;\x07"},
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"text/html": [html, "<script>X('html')</script>"], "text/plain": [text("tp")]},
        },
        {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text("md")}},
        {"output_type": "display_data", "metadata": {}, "data": {"text/latex": text("tx")}},
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload=\"X('svg')\"/>",
                "application/javascript": "X('javascript')",
                "text/plain": text("sv"),
            },
        },
        {
            "output_type": "display_data", "metadata": {},
            "data": {"image/png": base64.b64encode(PNG).decode(), "text/plain": text("pi")},
        },
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": text("pb")}},
        {
            "output_type": "error", "ename": text("en"), "evalue": text("ev"),
            "traceback": [f"\x1b[31m{text('tb')}\x1b[0m"],
        },
    ]  # fmt: skip


def _executed(fields: Sequence[Any]) -> bytes:
    cells = [
        {
            "cell_type": "code", "execution_count": place, "id": f"cell-{place}", "source": [field("cs")],
            "metadata": {"trackside": {"cell": place, "count": place, "ok": bool(place % 2), "id": field("ci")}},
            "outputs": outputs_of(field),
        }
        for place, field in enumerate(fields)
    ]  # fmt: skip
    return _ipynb(cells)


def _notebook(fields: Sequence[Any]) -> bytes:
    """The user's own notebook, whose author claims that every cell is trusted."""
    cells: list[dict[str, Any]] = []
    for place, field in enumerate(fields):
        cells.append(
            {
                "cell_type": "code", "execution_count": place, "id": f"c{place}", "source": [field("ns")],
                "metadata": {"trusted": True}, "outputs": outputs_of(field),
            }
        )  # fmt: skip
        cells.append(
            {"cell_type": "markdown", "id": f"m{place}", "metadata": {"trusted": True}, "source": [field("nm")]}
        )
    return _ipynb(cells)


def _ipynb(cells: Sequence[Mapping[str, Any]]) -> bytes:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


def card_notebook(card: Mapping[str, Any]) -> bytes:
    """A notebook somebody sent: run cards with a payload in all their fields, and cards that are none."""
    cells = []
    for number in range(COUNT):
        cells.append(_card_cell(f"k{number}", {CARD: hostile_card(card, number)}))
    broken: list[Any] = [
        None, 5, [], {}, {**card, "params": [{"name": "a", "value": {"toString": 1}, "was": {}, "change": "changed"}]},
        {**card, "metrics": [{**card["metrics"][0], "last": {"a": 1}}]}, {**card, "warnings": [{}]},
        {
            **card,
            "name": {"$$typeof": "x", "props": {"dangerouslySetInnerHTML": {"__html": "<img src=x onerror=X('el')>"}}},
        },
        {**card, "cells": None}, {**card, "next": [{"command": ["a"], "does": {}}]},
    ]  # fmt: skip
    for place, value in enumerate(broken):
        cells.append(_card_cell(f"b{place}", {CARD: value, "text/plain": f"not a card {place}"}))
    return _ipynb(cells)


def hostile_card(card: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A run card with one payload in every text."""

    def text(field: str) -> str:
        return payload(number, field)

    return {
        **card,
        "run": text("run"), "name": text("name"), "title": text("title"), "notebook": text("nb"), "oid": text("oid"),
        "branch": text("br"), "previous": text("prev"), "baseline": text("base"), "same_params": 2,
        "params": [
            {"name": text("pn"), "value": text("pv"), "was": text("pw"), "change": "changed"},
            {"name": "list", "value": [text("pl")], "was": None, "change": "added"},
        ],
        "metrics": [
            {
                **card["metrics"][0], "name": text("mn"), "last": text("ml"), "direction": text("md"),
                "origin": text("mo"),
            }
        ],
        "warnings": [{"code": text("wc"), "message": text("wm"), "hint": text("wh")}],
        "sentence": text("se"), "hint": text("hi"), "next": [{"command": text("nc"), "does": text("nd")}],
    }  # fmt: skip


def _card_cell(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    output = {"output_type": "display_data", "data": dict(data), "metadata": {"trackside": True}}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"trusted": True},
        "outputs": [output],
        "source": [],
    }


def _foreign(head: str) -> tuple[None, Tree]:
    """An experiment as DVC writes it."""
    del head
    names = [name for name in payloads("dn") if name.isprintable()]
    return None, {
        "dvc.yaml": yaml_bytes({"params": ["params.yaml"], "metrics": ["metrics.json"]}),
        "params.yaml": yaml_bytes({"text": payload(1, "dv"), **dict.fromkeys(names, payload(0, "dv"))}),
        "metrics.json": json.dumps(dict.fromkeys(names, 1.5)).encode(),
    }


def _commit(head: str, name: str, record: Any, tree: Tree) -> bytes:
    message = payload(1, "msg").encode() + b"\n"
    started = int(record["started"]) if record else int(STARTED)
    parts = [
        f"commit refs/exps/{head[:2]}/{head[2:]}/{name}\n".encode(),
        f"committer Ada Lovelace <ada@example.org> {started} +0000\n".encode(),
        b"data %d\n%s\nfrom %s\n" % (len(message), message, head.encode()),
    ]
    for path, data in tree.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(data), data))
    return b"".join(parts)


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it, whatever is in it."""
    octal = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in (34, 92) else f"\\{byte:03o}"
        for byte in path.encode("utf-8", "surrogateescape")
    )
    return f'"{octal}"'.encode()


def _notes(oids: Sequence[str]) -> bytes:
    """What people said afterwards: tags, a note and a branch."""
    lines = [
        b"commit refs/notes/trackside\n",
        b"committer Ada Lovelace <ada@example.org> 1790000000 +0000\ndata 5\nnotes\n",
    ]
    for number, oid in enumerate(oids):
        event = {
            "t": 1.0, "by": payload(number, "by"), "tag": [payload(number, "nt")], "note": payload(number, "nn"),
            "promoted": payload(number, "pb"), "star": True,
        }  # fmt: skip
        data = json_bytes(event) + b"\n"
        lines.append(b"N inline %s\ndata %d\n%s\n" % (oid.encode(), len(data), data))
    return b"".join(lines)
