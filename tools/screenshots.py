"""Draw run cards in a headless browser: every state on one page to look at, and the picture of the README."""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trackside.card import card_bundle, collect_card
from trackside.experiment import empty_record
from trackside.metrics import summarize

if TYPE_CHECKING:
    from trackside.contract import Record

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / ".demo" / "project"
METRIC = "metrics.val_accuracy"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOSTS = {
    "system": ("", ""),
    "lab-light": (
        'data-jp-theme-light="true"',
        "--jp-layout-color1:#fff;--jp-ui-font-color1:rgba(0,0,0,.87);--jp-ui-font-color2:rgba(0,0,0,.54);background:#fff",
    ),
    "lab-dark": (
        'data-jp-theme-light="false"',
        "--jp-layout-color1:#111;--jp-ui-font-color1:rgba(255,255,255,1);--jp-ui-font-color2:rgba(255,255,255,.7);background:#111",
    ),
    "code-dark": (
        'class="vscode-dark"',
        "--vscode-foreground:#ccc;--vscode-descriptionForeground:#ccccccb3;--vscode-editor-background:#1f1f1f;background:#1f1f1f",
    ),
}


def curve(points: int, first: float, last: float, *, bump: float = 0.02) -> list[tuple[int, float, float]]:
    """Make a learning curve that looks like one."""
    return [
        (
            step,
            last + (first - last) * math.exp(-4.5 * step / points) + bump * math.sin(step * 1.7) * (1 - step / points),
            0.0,
        )
        for step in range(points)
    ]


def sample(
    name: str, params: dict[str, Any], series: dict[str, Sequence[tuple[int, float, float]]], **facts: Any
) -> Record:
    """Make the record of a run that never was."""
    record = empty_record(name=name, started=1_795_000_000.0)
    record["params"] = {
        key: {"value": value, "type": type(value).__name__, "origin": "auto", "box": "params"}
        for key, value in params.items()
    }
    for key, points in series.items():
        summary = summarize(points)
        record["metrics"][key] = {
            "last": summary.last, "step": summary.step, "min": summary.min, "max": summary.max, "count": summary.count,
            "direction": "lower" if "loss" in key else "unknown" if key == "score" else "higher", "origin": "explicit",
            "spark": summary.spark,
        }  # fmt: skip
    record.update(cast("Any", facts))
    return record


def readme_card() -> dict[str, Any]:
    """The card of the README: the best run of `make demo` against its first."""
    if not PROJECT.exists():
        raise SystemExit("There is no .demo/project; `make demo` makes it.")
    listed = subprocess.run(
        [sys.executable, "-m", "trackside", "list", f"{METRIC} > 0", "--sort", "started", "--json"],
        cwd=PROJECT, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    rows = json.loads(listed.stdout)["experiments"]
    first, best = rows[0]["record"], max(rows, key=lambda row: row["record"]["metrics"]["val_accuracy"]["last"])
    card = collect_card(best["record"], state="sealed", previous=first, baseline=first, oid=best["oid"])
    return card_bundle(card)


def gallery() -> list[dict[str, Any]]:
    """Cards of every state, and of everything that is too much."""
    before = sample(
        "quiet-fox-2a", {"lr": 0.1, "model": "svm", "gone": True}, {"loss": curve(9, 2, 0.3), "score": curve(9, 1, 2)}
    )
    now = sample(
        "calm-otter-3f", {"lr": 0.01, "model": "svm", "sizes": [64, 32, 16]},
        {"loss": curve(20, 2, 0.4), "score": curve(20, 1, 3), "auc": [(0, 0.97, 0.0)]},
        duration=4000, notebook="notebooks/churn.ipynb", branch="exp/churn", cells={"executed": 14, "failed": 1},
        figures=[1],
    )  # fmt: skip
    evil = "<img src=x onerror=alert(1)>\"'&\x1b[31m\u202egnp.exe"
    long = "a_very_long_parameter_name_which_somebody_generated_from_a_configuration_tree.and.then.some"
    much = sample(
        evil, {f"{long}.{i}": f"{evil} {long}" for i in range(45)},
        {f"{long}/{i}": [(0, math.nan, 0), *curve(60, 1e300, -1e300), (99, math.inf, 0)] for i in range(40)},
        title=evil * 5, notebook=evil, branch=evil, tags=[evil], duration=9e5,
        warnings=[{"code": "x", "message": evil * 9, "hint": evil * 9} for _ in range(9)],
    )  # fmt: skip
    failed = cast("Record", {**now, "status": "failed"})
    interrupted = cast("Record", {**now, "status": "interrupted"})
    before["notebook"] = now["notebook"]
    trouble = ("This folder is in no Git repository.", "git init adopts the run.")
    return [
        card_bundle(card)
        for card in (
            collect_card(now, state="open", previous=before, baseline=before),
            collect_card(now, state="sealing"),
            collect_card(failed, state="sealed", previous=before, baseline=before, oid="0123456789abcdef"),
            collect_card(interrupted, state="kept", previous=now, trouble=trouble),
            collect_card(now, state="discarded"),
            collect_card(much, state="sealed", baseline=before, oid="0123456789abcdef"),
        )
    ]


def page(bodies: Sequence[str], host: str, width: int) -> str:
    """Put cards on a page that carries the marks and variables of a host's theme."""
    marks, style = HOSTS[host]
    cards = "".join(f'<div class="jp-RenderedHTMLCommon" style="margin:12px">{body}</div>' for body in bodies)
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f'<body {marks} style="margin:0;width:{width}px;{style}">{cards}</body>'
    )


def shoot(document: str, target: Path, *, width: int, height: int, dark: bool = False, scale: float = 1) -> None:
    """Save what a browser makes of `document` as a PNG file."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit("No Chromium was found; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(document, encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
                f"--force-device-scale-factor={scale}",
                *(["--blink-settings=preferredColorScheme=0"] if dark else []),
                f"--screenshot={target}", source.as_uri(),
            ],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=90,
        )  # fmt: skip


def trim(picture: Path) -> None:
    """Cut what is empty off the lower end of a picture, and store it with few colours."""
    from PIL import Image, ImageChops

    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((0, 0)))
    box = ImageChops.difference(image, ground).getbbox()
    if box is not None:
        image.crop((0, 0, image.width, min(image.height, box[3] + 24))).quantize(128).save(picture, optimize=True)


def main() -> None:
    """Write the README's picture, or with `--gallery FOLDER` every card in every theme."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--gallery", type=Path, metavar="FOLDER")
    folder = parser.parse_args().gallery
    if folder is None:
        for name, host in (("run-card", "lab-light"), ("run-card-dark", "lab-dark")):
            body = readme_card()["text/html"]
            picture = ROOT / f"docs/images/{name}.png"
            shoot(page([body], host, 784), picture, width=784, height=1000, scale=2)
            trim(picture)
        return
    cards = [bundle["text/html"] for bundle in gallery()]
    for host in HOSTS:
        shoot(page(cards, host, 800), folder / f"{host}.png", width=800, height=3200)
    shoot(page(cards, "system", 800), folder / "system-dark.png", width=800, height=3200, dark=True)
    shoot(page(cards, "lab-light", 500), folder / "narrow.png", width=500, height=3600)
    shoot(page(cards[:6], "lab-light", 400), folder / "very-narrow.png", width=500, height=2400)


if __name__ == "__main__":
    main()
