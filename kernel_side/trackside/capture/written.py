"""What a run has been told of parameters and metrics so far, and what is new of them: events of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trackside.capture.measures import FoundMetric
from trackside.capture.parameters import FoundParameter
from trackside.capture.secrets import screen_text, screen_value
from trackside.capture.writing import Sink, json_number


class Written:
    """The last value written under each name of the open run."""

    def __init__(self) -> None:
        self._params: dict[str, tuple[str, str]] = {}
        self._points: dict[str, tuple[float, int]] = {}

    def params(
        self, sink: Sink, number: int | None, found: Iterable[FoundParameter], origin: str | None = None
    ) -> None:
        """Write those which are new or changed."""
        values: dict[str, object] = {}
        for parameter in found:
            # Values are of exact builtin types (capture.parameters), so repr runs no code of the user's.
            now = (repr(parameter.value), origin or parameter.origin)
            if self._params.get(parameter.name) == now:
                continue
            self._params[parameter.name] = now
            value, hit = screen_value(parameter.name, parameter.value)
            if hit is not None:
                tell_secret(sink, f"the parameter {parameter.name}")
            values[parameter.name] = {
                "value": _json_value(value),
                "origin": now[1],
                "box": parameter.box,
                "rule": parameter.rule,
                **({"via": parameter.via} if parameter.via else {}),
            }
        if values:
            sink.append("params", values=values, cell=number)

    def points(
        self,
        sink: Sink,
        number: int | None,
        found: Iterable[FoundMetric],
        *,
        repeat: bool,
        origin: str | None = None,
    ) -> None:
        """Write a point of each; without `repeat` only where the value changed."""
        for metric in found:
            last = self._points.get(metric.name)
            if last is not None and not repeat and _same(last[0], metric.value):
                continue
            step = 0 if last is None else last[1] + 1
            self._points[metric.name] = (metric.value, step)
            more: dict[str, object] = {} if metric.direction == "unknown" else {"d": metric.direction}
            if metric.extra:
                more["x"] = {name: _json_value(value) for name, value in metric.extra.items()}
            sink.append(
                "point",
                k=metric.name,
                v=json_number(metric.value),
                s=step,
                o=origin or metric.origin,
                c=number,
                **more,
            )


def write_plain_result(sink: Sink, number: int, shell: Any, result: Any, error: dict[str, str] | None) -> None:
    """Record result and error where there is no kernel to listen to (IPython in a terminal)."""
    if error is not None:
        output: dict[str, object] = {"output_type": "error", **error, "traceback": []}
        sink.append("output", cell=number, output=output)
        return
    count = getattr(result, "execution_count", None)
    text = shell.history_manager.output_hist_reprs.get(count)
    if type(text) is str and getattr(result, "result", None) is not None:
        clean, hits = screen_text(text[:100_000])
        if hits:
            tell_secret(sink, "a result")
        sink.append(
            "output",
            cell=number,
            output={
                "output_type": "execute_result",
                "data": {"text/plain": clean},
                "metadata": {},
                "execution_count": count,
            },
        )


def tell_secret(sink: Sink, where: str) -> None:
    """Warn that something was redacted."""
    sink.append(
        "warning",
        code="secret-redacted",
        message=f"What looks like a secret in {where} was redacted in the run.",
        hint="Keep it in an environment variable; the notebook itself still holds it.",
    )


def _json_value(value: object) -> object:
    if type(value) is float:
        return json_number(value)
    if type(value) is list:
        return [_json_value(item) for item in value]
    return value


def _same(left: float, right: float) -> bool:
    return left == right or (left != left and right != right)
