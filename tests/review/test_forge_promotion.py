"""From a run to a request on each forge: pushed over HTTP and opened through the API with one credential of Git's."""

from __future__ import annotations

import pytest
from repositories import Scratch

from review.fakes.state import TOKEN
from review.forge_cases import FAKES, running
from review.runs import a_run
from trackside.catalogue import Catalogue
from trackside.review.asked import Asked
from trackside.review.promotion import promote

pytestmark = pytest.mark.usefixtures("trackside_home")


@pytest.mark.parametrize("name", [name for name in FAKES if name != "bitbucket-cloud"])
def test_a_run_becomes_a_request_with_its_report(scratch: Scratch, name: str) -> None:
    a_run(scratch)
    bare = scratch.path.parent / "forge.git"
    scratch.git("clone", "-q", "--bare", str(scratch.path), str(bare))
    with running(name, bare) as forge:
        scratch.git("remote", "add", "origin", f"{forge.web}/{forge.git_path}")
        helper = f"!f() {{ echo username=ada; echo password={TOKEN}; }}; f"
        scratch.git("config", f"credential.{forge.web}.helper", helper)
        asked = Asked(run="calm-otter", onto="main", remote="origin", push=True, request=True, draft=True)
        told = promote(Catalogue(scratch.path), asked)
        [pull] = forge.pulls
        assert forge.oid("exp/calm-otter") == scratch.git("rev-parse", "exp/calm-otter")
        assert (pull.branch, pull.onto) == ("exp/calm-otter", "main")
        assert "trackside" in pull.body and "acc" in pull.body
        request = told["request"]
        assert request is not None and (request["rung"], request["state"]) == ("api", "created")
        assert request["url"].startswith(f"{forge.web}/") and request["url"].endswith(f"/{pull.number}")
        assert TOKEN not in str(told)
