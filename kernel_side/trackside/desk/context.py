"""What an answer is made from: the request, checked, and what the server holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trackside.catalogue import Catalogue
from trackside.desk.places import PlaceHeld, Places
from trackside.desk.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What lives as long as the server."""

    places: Places
    tasks: Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request whose form was checked: parts of the path, parameters, body."""

    services: Services
    parts: Mapping[str, str]
    params: Mapping[str, Any]
    body: Any = None

    @property
    def place(self) -> PlaceHeld:
        """The place named in the path; NotFoundError `unknown-place`."""
        return self.services.places.get(self.parts["place"])

    @property
    def catalogue(self) -> Catalogue:
        """The runs of the place."""
        return self.place.catalogue

    @property
    def run(self) -> str:
        """The handle of the run named in the path."""
        return self.parts["run"]
