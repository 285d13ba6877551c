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
    entry = next((size for name, size in sizes.items() if name.startswith("remoteEntry")), 0.0)
    note = f"{len(sizes)} files; remote entry {entry:.1f} kB, largest {max(sizes.values()):.1f} kB"
    return {"bundle-lab": Sample(values=[sum(sizes.values())], note=note)}


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


_TARGET = Target(limit=150)

LAB = Job(
    name="panel-bundle",
    part=PANEL,
    rows=(Row(key="bundle-lab", title="scripts of the panel in JupyterLab, gzip", unit="kB", target=_TARGET),),
    how="All scripts of the built extension, remote entry included; what JupyterLab shares, as React, is not in them.",
    measure=_lab,
    rounds=1,
    only=(OURS,),
)

PAGE = Job(
    name="panel-bundle-page",
    part=PANEL,
    rows=(Row(key="bundle-page", title="script of `trackside ui` without React, gzip", unit="kB", target=_TARGET),),
    how="Built with React and React DOM left outside, which JupyterLab would share.",
    measure=_page,
    rounds=1,
    only=(OURS,),
)
