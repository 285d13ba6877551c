"""The run card: what it chooses, how it words it, and that nothing in a name can act on the page or terminal."""

from __future__ import annotations

import html.parser
import json
import math
from typing import TYPE_CHECKING, Any, cast

import pytest

from trackside.card import CARD_MIME, LARGEST, card_bundle, collect_card
from trackside.card_words import format_delta, format_duration, format_number, format_value, plain
from trackside.experiment import empty_record

if TYPE_CHECKING:
    from trackside.contract import Record, RunCard

EVIL = "<img src=x onerror=alert(1)>\"'&\x1b[31m\u202egnp.exe\r\n%track"
#: Elements of HTML and SVG that have no end tag, or end themselves.
VOID = {"img", "br", "hr", "path", "circle"}


def record(name: str = "calm-otter-3f", **parts: Any) -> Record:
    made = empty_record(name=name, started=1_795_000_000.0)
    made.update(cast("Any", parts))
    return made


def params(**values: Any) -> dict[str, Any]:
    return {
        name: {"value": value, "type": type(value).__name__, "origin": "auto", "box": "params"}
        for name, value in values.items()
    }


def metric(last: object, direction: str = "unknown", spark: tuple[float | None, ...] = ()) -> dict[str, Any]:
    return {
        "last": last, "step": 0, "min": None, "max": None, "count": max(1, len(spark)), "direction": direction,
        "origin": "explicit", "spark": list(spark),
    }  # fmt: skip


def sealed(run: Record, **others: Record) -> RunCard:
    return collect_card(run, state="sealed", oid="0123456789abcdef", **cast("Any", others))


class Page(html.parser.HTMLParser):
    """Reads HTML strictly enough to see whether every element is closed and which there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data


def test_parameters_are_told_against_the_previous_run() -> None:
    card = sealed(
        record(params=params(lr=0.01, model="rf", depth=3)),
        previous=record("before", params=params(lr=0.1, model="rf", seed=7)),
    )

    assert [(param["name"], param["was"], param["value"], param["change"]) for param in card["params"]] == [
        ("lr", 0.1, 0.01, "changed"),
        ("depth", None, 3, "added"),
        ("seed", 7, None, "removed"),
    ]
    assert card["same_params"] == 1


def test_a_parameter_of_another_type_has_changed() -> None:
    card = sealed(record(params=params(lr=1)), previous=record("before", params=params(lr=True)))

    assert [param["change"] for param in card["params"]] == ["changed"]


def test_only_the_params_box_is_on_the_card() -> None:
    found = params(lr=0.1, path="data.csv")
    found["path"]["box"] = "data"

    assert [param["name"] for param in sealed(record(params=found))["params"]] == ["lr"]


def test_a_run_of_another_notebook_is_not_the_previous_one() -> None:
    before = record("before", notebook="digits.ipynb", params=params(hidden=32))

    card = sealed(record(notebook="wine.ipynb", params=params(trees=200)), previous=before)

    assert (card["previous"], [param["change"] for param in card["params"]]) == (None, ["only"])


def test_a_run_whose_notebook_is_not_known_yet_has_a_previous_one() -> None:
    assert sealed(record(notebook=None), previous=record("before", notebook="digits.ipynb"))["previous"] == "before"


def test_a_baseline_without_any_of_the_metrics_is_not_named() -> None:
    bundle = card_bundle(
        sealed(record(metrics={"rmse": metric(1)}), baseline=record("base", metrics={"f1": metric(1)}))
    )

    assert "base" not in bundle["text/plain"]


@pytest.mark.parametrize(
    ("now", "then", "direction", "verdict"),
    [
        (0.9, 0.8, "higher", "better"),
        (0.9, 0.8, "lower", "worse"),
        (0.7, 0.8, "lower", "better"),
        (0.7, 0.8, "unknown", "unknown"),
        (0.8, 0.8, "higher", "same"),
        ("NaN", 0.8, "higher", "unknown"),
        (0.8, "Infinity", "higher", "unknown"),
    ],
)
def test_a_change_is_judged_by_its_direction(now: object, then: object, direction: str, verdict: str) -> None:
    card = sealed(
        record(metrics={"m": metric(now, direction)}), baseline=record("base", metrics={"m": metric(then, direction)})
    )

    assert card["metrics"][0]["verdict"] == verdict


def test_a_change_reads_without_colour() -> None:
    bundle = card_bundle(
        sealed(
            record(metrics={"loss": metric(0.5, "lower")}),
            baseline=record("base", metrics={"loss": metric(0.7, "lower")}),
        )
    )

    assert "▼ −0.2000 better" in bundle["text/plain"]
    assert "▼ −0.2000better" in Page(bundle["text/html"]).text


def test_a_metric_that_is_no_number_makes_valid_json_and_no_broken_curve() -> None:
    run = record(metrics={"loss": metric(math.nan, "lower", (1.0, None, 0.5, None)), "odd": metric(math.inf)})
    bundle = card_bundle(sealed(run, baseline=run))

    json.loads(json.dumps(bundle, allow_nan=False))
    assert "nan" not in bundle["text/html"].replace("tk-nan", "")
    assert "NaN" in bundle["text/plain"] and "∞" in bundle["text/plain"]


def test_a_curve_from_one_end_of_the_floats_to_the_other_is_drawn() -> None:
    bundle = card_bundle(sealed(record(metrics={"m": metric(1.0, "higher", (-1.7e308, 1.7e308, 0.0))})))

    assert "M0 21 56 3 112 12" in bundle["text/html"]


@pytest.mark.parametrize("state", ["open", "sealing", "sealed", "kept", "discarded"])
@pytest.mark.parametrize("status", ["open", "finished", "failed", "interrupted"])
def test_every_state_says_what_it_is_and_what_to_do_next(state: Any, status: str) -> None:
    card = collect_card(record(status=status), state=state, trouble=("No repository.", "git init adopts the run."))
    bundle = card_bundle(card)
    word = {"open": "live", "sealing": "sealing", "discarded": "discarded"}.get(
        state, status.replace("open", "finished")
    )

    assert bundle["text/plain"].startswith(f"● {word}  calm-otter-3f")
    assert word in Page(bundle["text/html"]).text
    assert card["next"] and card["next"][0]["command"] in bundle["text/plain"]
    assert ("git init adopts the run." in bundle["text/plain"]) == (state == "kept")


def hostile() -> RunCard:
    run = record(
        EVIL, title=EVIL, notebook=EVIL, branch=EVIL, run=EVIL, params=params(**{EVIL: EVIL, "list": [EVIL, EVIL]}),
        metrics={EVIL: metric(1.0, "higher", (0.0, 1.0))}, warnings=[{"code": EVIL, "message": EVIL, "hint": EVIL}],
        order=[{"kind": "edited", "level": "warning", "cell": 1, "names": [EVIL], "message": EVIL}],
    )  # fmt: skip
    return collect_card(
        run,
        state="kept",
        previous=record(EVIL, notebook=EVIL, params=params(a=EVIL)),
        baseline=run,
        trouble=(EVIL, EVIL),
    )


def test_names_and_values_cannot_become_elements() -> None:
    page = Page(card_bundle(hostile())["text/html"])

    assert page.seen <= {
        "div", "span", "b", "s", "style", "table", "tbody", "tr", "th", "td", "svg", "path", "circle", "code",
        "time",
    }  # fmt: skip
    assert not any(name.startswith("on") or name in ("src", "href") for name, _ in page.attributes)
    assert "<img src=x onerror=alert(1)>" in page.text


@pytest.mark.parametrize("mime", ["text/html", "text/plain"])
def test_names_and_values_cannot_drive_a_terminal_or_turn_text_round(mime: str) -> None:
    text = card_bundle(hostile())[mime]

    assert not set(text) & {"\x1b", "\r", "\u202e"}
    assert "\\u202egnp.exe" in text


def test_a_card_asks_the_network_for_nothing() -> None:
    text = card_bundle(hostile())["text/html"]

    assert "http" not in text and "url(" not in text and "@import" not in text and "<script" not in text


def test_a_run_of_many_parameters_and_metrics_counts_the_rest() -> None:
    run = record(
        params=params(**{f"p{i}": i for i in range(32)}),
        metrics={f"m{i}": metric(i / 7, "higher", tuple(j / 3 for j in range(48))) for i in range(50)},
        warnings=[{"code": "c", "message": f"Warning {i}.", "hint": ""} for i in range(9)],
    )  # fmt: skip
    bundle = card_bundle(sealed(run, baseline=run))

    card = bundle[CARD_MIME]
    assert len(card["params"]) + card["more"]["params"] == 32
    assert len(card["metrics"]) + card["more"]["metrics"] == 50
    assert f"and {card['more']['metrics']} more" in bundle["text/html"]
    assert "! and 4 more" in bundle["text/plain"]


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "é" * 5_000, "\U0001f9ea" * 5_000, "\x00" * 5_000, '"<' * 5_000, "\ud800" * 99]
)
def test_a_card_stays_small_whatever_it_is_given(text: str) -> None:
    run = record(
        text, title=text, notebook=text, params=params(**{f"{text[:900]}{i}": [text] * 90 for i in range(99)}),
        metrics={f"{text[:900]}{i}": metric(1e300, "higher", (-1.234567e-300,) * 48) for i in range(99)},
        warnings=[{"code": text, "message": text, "hint": text}] * 99,
    )  # fmt: skip

    bundle = card_bundle(
        collect_card(run, state="kept", previous=record(text, notebook=text), baseline=run, trouble=(text, text))
    )

    for form in bundle.values():
        assert len(json.dumps(form, ensure_ascii=False).encode("utf-8", "surrogatepass")) <= LARGEST
    Page(bundle["text/html"])


def test_twenty_of_each_fit_where_names_are_of_common_length() -> None:
    run = record(
        params=params(**{f"optimizer.setting_{i}": i / 7 for i in range(20)}),
        metrics={
            f"val/metric_{i}": metric(0.98765, "higher", tuple(math.sin(j + i) for j in range(48))) for i in range(20)
        },
    )

    card = card_bundle(sealed(run, baseline=run))[CARD_MIME]

    assert card["more"] == {"params": 0, "metrics": 0, "warnings": 0}


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.97221, "0.9722"), (12, "12"), (1234.5678, "1234.6"), (1e-7, "1.000e-07"), (-0.5, "−0.5000"), (math.inf, "∞")],
)
def test_numbers_are_worded_for_a_column(value: float, words: str) -> None:
    assert format_number(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0.0311, "+0.0311"), (-3, "−3"), (1e-6, "+1e-06"), (1234.567, "+1.23e+03")]
)
def test_changes_carry_their_sign(value: float, words: str) -> None:
    assert format_delta(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (59.6, "1 min 00 s"), (3725, "1 h 02 min"), (180_000, "2 d 2 h")]
)
def test_durations_are_worded_in_two_units(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "None"), (True, "True"), (1e-3, "0.001"), ("rf", "rf"), ("", "''"), (" a", "' a'"), ([1, "x"], "[1, x]")],
)
def test_values_are_worded_as_one_would_write_them(value: Any, words: str) -> None:
    assert format_value(value) == words


def test_foreign_text_is_cut_and_kept_on_one_line() -> None:
    assert plain("a\n\tb\u2028c" + "d" * 90, 12) == "a b cdddddd…"


def test_the_card_says_how_much_data_was_read_and_whether_it_is_the_baselines() -> None:
    def read(version: str, path: str = "a.csv") -> dict[str, Any]:
        return {"path": path, "kind": "git", "version": version, "size": 1, "origin": "seen"}

    base = record("base", inputs=[read("1"), read("1", "b.csv")], metrics={"acc": metric(0.5)})
    run = record("run", inputs=[read("2"), read("1", "b.csv")], metrics={"acc": metric(0.6)})
    card = sealed(run, baseline=base)
    assert (card["inputs"], card["changed_inputs"]) == (2, ["a.csv"])
    bundle = card_bundle(card)
    assert "2 inputs" in bundle["text/plain"]
    assert "Data differs from base: a.csv" in bundle["text/plain"]
    assert "Data differs from base: a.csv" in bundle["text/html"]
    assert sealed(base, baseline=base)["changed_inputs"] == []
    assert "inputs" not in sealed(record("old"))


def test_a_hostile_path_of_data_cannot_act_on_the_card() -> None:
    facts = {"kind": "git", "size": 1, "origin": "seen", "path": EVIL}
    runs = [record(version, inputs=[{**facts, "version": version}]) for version in ("1", "2")]
    bundle = card_bundle(sealed(runs[0], previous=runs[1]))
    assert "Data differs" in Page(bundle["text/html"]).text
    assert "img" not in Page(bundle["text/html"]).seen
    assert "\x1b" not in bundle["text/plain"]
