"""What each route gives: one line to the library for nearly all of them.

What only a promotion needs is loaded with the first one: an editor waits for the table of routes before its first row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trackside.catalogue import acts
from trackside.catalogue import details as one
from trackside.catalogue.files import read_file
from trackside.desk import choices as chosen
from trackside.desk import editor as editors
from trackside.desk.context import Request
from trackside.desk.routes import Document, Image
from trackside.errors import GitMissingError, UsageError
from trackside.format import FORMAT

if TYPE_CHECKING:
    from trackside import contract
    from trackside.desk.tasks import Progress
    from trackside.review.asked import Asked

#: Characters of a name or title in a request.
_LONGEST: Final = 1_000
#: Runs and files told of in a look at what takes the space, the largest first.
_LARGEST: Final = 100


def about(_: Request) -> contract.About:
    from trackside import __version__
    from trackside.git.repository import git_version

    try:
        git: str | None = ".".join(map(str, git_version()))
    except GitMissingError:
        git = None
    return {"format": FORMAT, "version": __version__, "git": git}


def place(request: Request) -> contract.Place:
    return request.services.places.describe(request.params["path"])


# Looking --------------------------------------------------------------------------------------------


def page(request: Request) -> contract.Page:
    params = request.params
    return request.catalogue.page(
        query=params["query"] or "",
        sort=params["sort"] or "",
        offset=params["offset"],
        limit=params["limit"],
        archived=params["archived"],
        baseline=params["baseline"] or "",
    )


def groups(request: Request) -> contract.Groups:
    params = request.params
    return request.catalogue.groups(params["by"], query=params["query"] or "", archived=params["archived"])


def details(request: Request) -> contract.Details:
    return one.read_details(request.catalogue, request.run, points=request.params["points"])


def executed(request: Request) -> contract.Executed:
    return one.read_executed(request.catalogue, request.run)


def environment(request: Request) -> contract.Environment:
    return one.read_environment(request.catalogue, request.run)


def notebook(request: Request) -> Document:
    return Document("application/json", one.read_notebook(request.catalogue, request.run))


def file(request: Request) -> Document:
    params = request.params
    data = read_file(request.catalogue, request.run, params["path"], side=params["side"])
    # Whatever it is, it is bytes to be saved: nothing of a run is shown as a page of the server.
    return Document("application/octet-stream", data, name="file")


def figure(request: Request) -> Image:
    mime, data = one.read_figure(request.catalogue, request.run, _number(request))
    # An experiment is one commit: its figures never change.
    return Image(mime, data, lasts=True)


def image(request: Request) -> Image:
    mime, data = one.read_image(request.catalogue, request.run, _number(request))
    return Image(mime, data, lasts=False)


def _number(request: Request) -> int:
    text = request.parts["number"]
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise UsageError("A picture is asked for by its number.", code="bad-number")
    return int(text)


def compare(request: Request) -> contract.Comparison:
    return one.read_comparison(request.catalogue, request.params["run"])


def curves(request: Request) -> contract.Curves:
    params = request.params
    return one.read_curves(request.catalogue, params["run"], params["metric"], points=params["points"])


def diff(request: Request) -> contract.CodeDiff:
    return one.read_diff(request.catalogue, request.params["before"] or "", request.params["after"])


def export(request: Request) -> Document:
    from trackside.export import write_export
    from trackside.reading import select

    params, kind = request.params, request.params["format"]
    selection = select(request.catalogue.owner, query=params["query"] or "", sort=params["sort"] or "")
    mime = {"csv": "text/csv; charset=utf-8", "json": "application/json"}[kind]
    return Document(mime, write_export(selection, kind), name=f"runs.{kind}")


def storage(request: Request) -> contract.Task:
    under_way = request.services.tasks.join_look(request.place.id)
    if under_way is not None:
        return under_way
    repository = request.catalogue.owner

    def work(progress: Progress) -> contract.Storage:
        from trackside.cleaning.space import look_at_storage

        return look_at_storage(repository, _LARGEST, progress.tell)

    return request.services.tasks.start("storage", request.place.id, work, "Looking what takes the space.")


# Changing -------------------------------------------------------------------------------------------


def annotate(request: Request) -> contract.Done:
    return acts.annotate(request.catalogue, request.body["runs"], request.body["change"])


def rename(request: Request) -> contract.Done:
    return acts.rename(request.catalogue, request.body["run"], request.body["name"])


def delete(request: Request) -> contract.Done:
    return acts.delete(request.catalogue, request.body["runs"])


def trash(request: Request) -> contract.Trash:
    return acts.read_trash(request.catalogue)


def undelete(request: Request) -> contract.Done:
    return acts.undelete(request.catalogue, request.body["runs"])


def end(request: Request) -> contract.Done:
    return acts.end(request.catalogue, request.body["run"], discard=request.body["discard"])


def preview(request: Request) -> contract.PromotePreview:
    from trackside.review import promotion

    asked = _asked(request.body)
    request.catalogue.row(asked.run)
    return promotion.preview(request.catalogue, asked)


def promote(request: Request) -> contract.Task:
    catalogue, asked = request.catalogue, _asked(request.body)
    name = catalogue.row(asked.run).name

    def work(progress: Progress) -> contract.Promoted:
        from trackside.review import promotion

        return promotion.promote(catalogue, asked, progress.tell)

    return request.services.tasks.start("promote", request.place.id, work, f"Promoting {name}.")


def _asked(body: contract.PromoteRequest) -> Asked:
    from trackside.review.asked import Asked

    if any(len(text) > _LONGEST for text in body.values() if isinstance(text, str)):
        raise UsageError("That is too long.", code="bad-body")
    return Asked(**body)


def recover(request: Request) -> contract.Task:
    catalogue = request.catalogue

    def work(progress: Progress) -> contract.Done:
        from trackside.recovery import recover as finish_others

        progress.tell("Looking at the journals.")
        done = finish_others(catalogue.owner, settling=True)
        names = [sealed.name for sealed in done.sealed]
        waiting = f" {len(done.waiting)} must wait: {done.waiting[0][1].message}" if done.waiting else ""
        return {"format": FORMAT, "names": names, "message": f"Recovered {len(names)} runs.{waiting}"}

    return request.services.tasks.start("recover", request.place.id, work, "Looking at the journals.")


def tasks(request: Request) -> list[contract.Task]:
    return request.services.tasks.every()


def task(request: Request) -> contract.Task:
    return request.services.tasks.get(request.parts["task"])


def cancel(request: Request) -> contract.Task:
    return request.services.tasks.cancel(request.parts["task"])


def choices(request: Request) -> contract.Choices:
    return chosen.read_choices(request.catalogue.owner.own_dir)


def save_choices(request: Request) -> contract.Choices:
    return chosen.write_choices(request.catalogue.owner.own_dir, request.body)


def editor(request: Request) -> contract.Done:
    return editors.keep_notebook(request.catalogue, request.services.places, request.body)
