"""Draw the report of the demo's best run for the guide, light and dark: `.venv/bin/python -m tools.report_pictures`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from tools.screenshots import PROJECT, ROOT, shoot
from trackside.catalogue import Catalogue
from trackside.review.report import build, page
from trackside.row import metric_number

NAME: Final = "report"
METRIC: Final = "val_accuracy"
WIDTH: Final = 860
#: As far as the curves.
HEIGHT: Final = 1322


def main() -> None:
    """Compare the best run of the demo with its first, and write docs/images/report*.png."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="FOLDER")
    catalogue = Catalogue(parser.parse_args().project)
    rows = [row for row in catalogue.state().rows if METRIC in row.metrics]
    best = max(rows, key=lambda row: metric_number(row.metrics[METRIC]) or 0.0)
    report = build(catalogue, best.name, min(rows, key=lambda row: row.started).name)
    # The runs of the demo carry the name of whoever made it, and no title.
    document = page(
        replace(report, run=replace(report.run, author="Ada Lovelace", title="More hidden units, profiles"))
    )
    for name, dark in ((NAME, False), (f"{NAME}-dark", True)):
        picture = ROOT / f"docs/images/{name}.png"
        shoot(document, picture, width=WIDTH, height=HEIGHT, dark=dark, scale=1.5)
        reduce_colours(picture)


def reduce_colours(picture: Path) -> None:
    """Store a picture with few colours: a page of text has no more."""
    from PIL import Image

    with Image.open(picture) as opened:
        reduced = opened.convert("RGB").quantize(96)
    reduced.save(picture, optimize=True)


if __name__ == "__main__":
    main()
