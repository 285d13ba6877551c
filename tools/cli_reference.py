"""Write docs/cli.md from the parsers: `python -m tools.cli_reference`; `--check` tells whether it is current."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "cli.md"


def page_text() -> str:
    """Return the page: every verb with its help as the terminal shows it."""
    # Argparse wraps to the terminal it finds.
    os.environ["COLUMNS"] = "100"
    from trackside.cli.parser import VERBS, load_verb, overview, verb_parser

    parts = [
        "# Command line",
        "Made from the program by `python -m tools.cli_reference`. `python -m trackside` is the same program.",
        f"```\n{overview().rstrip()}\n```",
        "Exit status: 0 done, 1 you can mend it, 2 wrong usage, 3 a fault of Trackside (a log file is named), "
        "130 interrupted.\nErrors go to standard error as `Trackside: sentence` with a hint below; with `--json` as "
        "one JSON object `{code, message, hint}`.",
    ]
    for name in VERBS:
        help_text = verb_parser(name, load_verb(name)).format_help().rstrip()
        parts.append(f"## trackside {name}\n\n```\n{help_text}\n```")
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    text = page_text()
    if "--check" in arguments:
        is_current = PAGE.exists() and PAGE.read_text("utf-8") == text
        if not is_current:
            print(f"{PAGE.relative_to(ROOT)} is not current: python -m tools.cli_reference", file=sys.stderr)  # noqa: T201  # a tool
        return 0 if is_current else 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
