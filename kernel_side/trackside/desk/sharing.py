"""Runs sent to a remote and got from one, as the person whose clone it is; what was held back, what is new.

What talks to remotes is loaded when it is asked for, as in `answers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trackside.desk.context import Request
from trackside.errors import StateError, TracksideError, UsageError
from trackside.format import FORMAT
from trackside.travelled import mark_seen, read_travelled

if TYPE_CHECKING:
    from trackside import contract
    from trackside.desk.tasks import Progress
    from trackside.sharing import told

_MOST: Final = 10_000
_LONGEST: Final = 1_000


def remotes(request: Request) -> contract.Remotes:
    from trackside.review.remote import read_remotes
    from trackside.sharing.transport import pick_remote
    from trackside.sharing.trouble import harmless

    repository = request.catalogue.owner
    seen = read_travelled(repository.own_dir).remotes
    found = read_remotes(repository)
    try:
        usual = pick_remote(repository)
    except TracksideError:
        usual = ""
    return {
        "format": FORMAT,
        "remotes": [
            {
                "name": one.name,
                "address": harmless(one.address),
                "usual": one.name == usual,
                "seen": seen[one.name].when if one.name in seen else None,
                "runs": len(seen[one.name].runs) if one.name in seen else None,
            }
            for one in found
        ],
    }


def held(request: Request) -> contract.HeldRuns:
    from trackside.catalogue.held import read_held

    return read_held(request.catalogue)


def seen(request: Request) -> contract.Done:
    catalogue, runs = request.catalogue, request.body["runs"]
    if len(runs) > _MOST:
        raise UsageError(f"At most {_MOST} runs at once.", code="too-many")
    rows = [catalogue.row(handle) for handle in dict.fromkeys(runs)]
    mark_seen(catalogue.owner.own_dir, {row.oid or "" for row in rows} if rows else None)
    return {"format": FORMAT, "names": [row.name for row in rows], "message": "Seen."}


def push(request: Request) -> contract.Task:
    from trackside.sharing import told
    from trackside.sharing.push import push as push_runs
    from trackside.sharing.transport import pick_remote
    from trackside.sharing.trouble import harmless

    catalogue, body = request.catalogue, request.body
    handles, which = body.get("runs"), body.get("which", "all")
    _check(body["remote"], handles or ())
    names: tuple[str, ...] = ()
    if handles is not None:
        if not handles:
            raise UsageError("No run is named.", code="no-runs")
        rows = [catalogue.row(handle) for handle in dict.fromkeys(handles)]
        opened = next((row for row in rows if row.oid is None), None)
        if opened is not None:
            raise StateError(f"{opened.name} is still open.", hint="End it first.", code="open-run")
        names = tuple(row.name for row in rows)
    wanted = told.Wanted(
        names=names, mine=not names and which == "mine", starred=not names and which == "starred",
        files=body.get("files", True),
    )  # fmt: skip
    remote = pick_remote(catalogue.owner, body["remote"])

    def work(progress: Progress) -> contract.Shared:
        return push_runs(catalogue.owner, remote, wanted, _heard(progress)).as_json()

    return request.services.tasks.start("push", request.place.id, work, f"Sending runs to {harmless(remote)}.")


def pull(request: Request) -> contract.Task:
    from trackside.sharing import told
    from trackside.sharing.pull import pull as pull_runs
    from trackside.sharing.transport import pick_remote
    from trackside.sharing.trouble import harmless

    catalogue, body = request.catalogue, request.body
    names, name, which = tuple(body.get("runs", ())), body.get("name", ""), body.get("which", "all")
    _check(body["remote"], names, name)
    if name and len(names) != 1:
        raise UsageError("A name is for one run.", code="bad-body")
    under_way = request.services.tasks.sharing(request.place.id)
    if body.get("quiet", False) and under_way is not None:
        return under_way
    remote = pick_remote(catalogue.owner, body["remote"])
    wanted = told.Wanted(
        names=names, mine=not names and which == "mine", starred=not names and which == "starred",
        files=body.get("files", True),
    )  # fmt: skip

    def work(progress: Progress) -> contract.Shared:
        return pull_runs(catalogue.owner, remote, wanted, _heard(progress), name=name).as_json()

    return request.services.tasks.start("pull", request.place.id, work, f"Getting runs from {harmless(remote)}.")


def _check(*texts: object) -> None:
    for text in texts:
        if isinstance(text, str) and len(text) > _LONGEST:
            raise UsageError("That is too long.", code="bad-body")
        if isinstance(text, (list, tuple)):
            if len(text) > _MOST:
                raise UsageError(f"At most {_MOST} runs at once.", code="too-many")
            _check(*text)


def _heard(progress: Progress) -> told.Progress:
    """Tell a task how far Git is; while Git is silent what it said last stays."""
    last: list[tuple[str, float | None]] = [("", None)]

    def hear(message: str, share: float | None) -> None:
        if share is None and last[0][0].startswith(message):
            progress.tell(*last[0])
            return
        last[0] = (message, share)
        progress.tell(message, share)

    return hear
