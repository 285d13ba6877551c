"""Hatch's build hook: puts the built panel into wheel and sdist, and builds it first where that was not done.

A sdist carries the built panel, so that installing it needs no Node; an editable one leaves it to `make panel`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PanelHook(BuildHookInterface[Any]):
    """Builds the panel and adds it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the panel to `build_data`; an error of the panel's build ends the build in words."""
        if version == "editable":
            return
        root = Path(self.root)
        panel = _load(root / "tools" / "panel.py")
        try:
            panel.build_panel(root)
        except panel.PanelError as error:
            raise SystemExit(str(error)) from None
        build_data["artifacts"] += [f"/{panel.PAGE}/", f"/{panel.WIDGET}/"]
        if self.target_name == "sdist":
            build_data["artifacts"] += [f"/{panel.LABEXTENSION}/", f"/{panel.STAMP}"]
        else:
            folder = f"share/jupyter/labextensions/{panel.NAME}"
            build_data["shared_data"].update(
                {panel.LABEXTENSION: folder, "labextension/install.json": f"{folder}/install.json"}
            )


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("trackside_panel", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
