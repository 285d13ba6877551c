"""How much a browser has to load for the panel."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from collections.abc import Mapping

from benchmarks.environments import BENCH, ROOT, Tool
from benchmarks.model import OURS, PANEL, Job, Refused, Row, Sample, Target
from benchmarks.panel.window import LABEXTENSION, need_labextension
from benchmarks.places import Place


def _lab(_tool: Tool, _place: Place) -> Mapping[str, Sample]:
    need_labextension()
    files = sorted((LABEXTENSION / "static").glob("*.js"))
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) / 1e3 for path in files}
    entry = next(path for path in files if path.name.startswith("remoteEntry"))
    # What the entry itself asks for comes with the window; the rest when a view is opened.
    asked = set(re.findall(r"\.e\((\d+)\)", entry.read_text(encoding="utf-8")))
    if not asked <= {name.partition(".")[0] for name in sizes} or not asked:
        raise Refused("which parts JupyterLab loads at its start cannot be read from the built entry")
    later = {name: size for name, size in sizes.items() if name != entry.name and name.partition(".")[0] not in asked}
    later.pop("style.js", None)
    start = sum(size for name, size in sizes.items() if name not in later)
    views = ", ".join(f"{name.partition('.')[0]} {size:.1f} kB" for name, size in sorted(later.items()))
    return {
        "bundle-lab": Sample(values=[start], note=f"{len(sizes) - len(later)} files; later {views}"),
        "bundle-lab-all": Sample(values=[sum(sizes.values())], note=f"{len(sizes)} files"),
    }


def _page(_tool: Tool, _place: Place) -> Mapping[str, Sample]:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "esbuild").is_dir():
        raise Refused("needs Node and its packages: npm ci")
    command = [node, "tools/page.mjs", str(BENCH / "page")]
    done = subprocess.run(command, cwd=ROOT / "ui", capture_output=True, text=True, check=False)
    found = re.search(r"without React: ([\d.]+) kB", done.stdout)
    if found is None:
        raise Refused("the page could not be built")
    return {"bundle-page": Sample(values=[float(found[1])])}


LAB = Job(
    name="panel-bundle",
    part=PANEL,
    rows=(
        Row(key="bundle-lab", title="scripts JupyterLab loads at its start, gzip", unit="kB", target=Target(limit=135)),
        Row(key="bundle-lab-all", title="all scripts of the panel there, gzip", unit="kB", target=Target(limit=150)),
    ),
    how=(
        "Scripts of the built extension, remote entry included; what JupyterLab shares, as React, is not in them. "
        "Comparison, promotion and what takes the space come when they are opened."
    ),
    measure=_lab,
    rounds=1,
    only=(OURS,),
)

PAGE = Job(
    name="panel-bundle-page",
    part=PANEL,
    rows=(
        Row(
            key="bundle-page", title="script of `trackside ui` without React, gzip", unit="kB", target=Target(limit=150)
        ),
    ),
    how="Built with React and React DOM left outside, which JupyterLab would share.",
    measure=_page,
    rounds=1,
    only=(OURS,),
)
