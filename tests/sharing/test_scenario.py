"""docs/guide-sharing.md, played: two clones, three people, one bare repository."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from cli.program import Said, trackside
from clones import make_team
from repositories import ROOT, Scratch, make_experiment

GUIDE = ROOT / "docs" / "guide-sharing.md"


def blocks() -> str:
    """Return what the guide shows of terminals."""
    return "\n".join(re.findall(r"```console\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))


def steps() -> list[tuple[str, str]]:
    """Return (who, command line) of each line of the guide that a person types."""
    return re.findall(r"^(\w+)\$ (.*)$", blocks(), re.MULTILINE)


def test_the_guide_does_what_it_says(tmp_path: Path) -> None:
    team = make_team(tmp_path)
    ada, bob = team.clone("ada"), team.clone("bob")
    # Eve works at Ada's machine, in Ada's clone.
    people = {"ada": ada, "bob": bob, "eve": Scratch(ada.path, ada.home)}
    make_experiment(ada, "calm-otter", metrics={"acc": 0.91})
    make_experiment(ada, "first-try", metrics={"acc": 0.80})
    make_experiment(bob, "first-try", metrics={"acc": 0.85})
    said: list[tuple[str, Said]] = []
    for who, line in steps():
        program, *arguments = shlex.split(line)
        assert program == "trackside", line
        said.append((line, trackside(people[who], *arguments, status=None)))
    assert len(said) >= 8
    assert [(line, one.status) for line, one in said if one.status not in (0, 1)] == []
    for line in re.findall(r"^(?!\w+\$ )(\S.*)$", blocks(), re.MULTILINE):
        assert any(line in one.out + one.err for _, one in said), line
    listings = [trackside(people[who], "list", "--json").json() for who in ("ada", "bob")]
    names = [sorted(item["name"] for item in listing["experiments"]) for listing in listings]
    assert names[0] == names[1] == ["calm-otter", "first-try", "first-try-bob"]
    noted = [
        {item["name"]: item["annotations"] for item in listing["experiments"]}["calm-otter"] for listing in listings
    ]
    assert noted[0] == noted[1] and noted[0]["star"] and noted[0]["note"] == "use this one"
    assert noted[0]["tags"] == ["paper"]
