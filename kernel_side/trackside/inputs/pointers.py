"""What DVC tracks in the tree of a run: pointers beside the data, and lock files in the folders above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trackside.artifacts.tracked import Out, outs_of_lock, outs_of_pointer
from trackside.git.entries import ancestors
from trackside.inputs.trees import Changes, Trees


class Pointers:
    """Finds the output of DVC that a path is, or lies in."""

    def __init__(self, trees: Trees, start: Changes, end: Changes) -> None:
        self._trees, self._moments = trees, (start, end)
        self._outs: dict[tuple[str, str], dict[str, Out]] = {}

    def names(self, places: Iterable[str]) -> list[str]:
        """List the files that may say something of these places."""
        found: dict[str, None] = {}
        for place in places:
            units = [place, *ancestors(place)]
            found.update(dict.fromkeys(f"{unit}.dvc" for unit in units))
            for folder in [*units[1:], ""]:
                prefix = f"{folder}/" if folder else ""
                found.update({f"{prefix}dvc.lock": None, f"{prefix}dvc.yaml": None})
        return list(found)

    def read(self, places: Sequence[str]) -> None:
        """Read all that is there of them, as they are at the start and at the end."""
        names = self.names(places)
        oids = [self._trees.blob_id(name, moment) for name in names for moment in self._moments]
        self._trees.read(oid for oid in oids if oid is not None)

    def out(self, place: str, moment: Changes) -> Out | None:
        """Return the output a path is or lies in, the nearest, at a moment; only after `read`."""
        units = [place, *ancestors(place)]
        for unit in units:
            found = self._parsed(f"{unit}.dvc", moment).get(unit)
            if found is not None:
                return found
        for folder in [*units[1:], ""]:
            outs = self._parsed(f"{folder}/dvc.lock" if folder else "dvc.lock", moment)
            found = next((outs[unit] for unit in units if unit in outs), None)
            if found is not None:
                return found
        return None

    def _parsed(self, path: str, moment: Changes) -> dict[str, Out]:
        data = self._trees.data(path, moment)
        if data is None:
            return {}
        declared = (
            self._trees.data(f"{path[: -len('dvc.lock')]}dvc.yaml", moment) if path.endswith("dvc.lock") else None
        )
        key = (path, f"{self._trees.blob_id(path, moment)}")
        if key not in self._outs:
            is_lock = path.endswith("dvc.lock")
            self._outs[key] = outs_of_lock(path, data, declared) if is_lock else outs_of_pointer(path, data)
        return self._outs[key]
