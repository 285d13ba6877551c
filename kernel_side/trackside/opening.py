"""Open a run: find its repository, choose its name, create its journal, start its background work."""

from __future__ import annotations

import os
import sys

from trackside.capture.secrets import screen_text
from trackside.errors import StorageError, TracksideError
from trackside.format import new_run_id
from trackside.git.repository import Repository, open_repository
from trackside.journal.liveness import boot_id, process_start
from trackside.journal.places import journal_folder
from trackside.journal.writer import Journal
from trackside.recorder import KernelCapture, Recorder
from trackside.settings import read_settings


def begin(
    name: str,
    *,
    explicit_name: bool,
    folder: str,
    notebook: str | None,
    frontend: str,
    title: str = "",
    tags: list[str] | None = None,
    note: str = "",
    derived_from: str | None = None,
    capture: KernelCapture | None = None,
) -> Recorder:
    """Open a run: its journal, in the clone that holds the notebook, or in the user's state folder.

    Raises StorageError only when neither can be written.
    """
    troubles: list[TracksideError] = []
    repository: Repository | None = None
    try:
        repository = open_repository(os.path.dirname(notebook) if notebook else folder)
        if explicit_name:
            name = _free_name(repository, name)
    except TracksideError as error:
        troubles.append(error)
    run = new_run_id()
    try:
        journal = Journal.create(journal_folder(repository), run)
    except OSError as error:
        if repository is None:
            raise StorageError(f"No journal can be written: {error.strerror}.", hint="Set XDG_STATE_HOME.") from error
        troubles.append(
            StorageError(
                f"The repository cannot be written ({error.strerror}), so the run is kept in your state folder.",
                hint="It is adopted once the repository can be written.",
                code="read-only",
            )
        )
        repository = None
        try:
            journal = Journal.create(journal_folder(None), run)
        except OSError as second:
            raise StorageError(f"No journal can be written: {second.strerror}.", hint="Set XDG_STATE_HOME.") from second
    journal.append(
        "start",
        format=1, run=run, name=name, title=screen_text(title)[0], tags=list(tags or []), note=screen_text(note)[0],
        notebook=notebook, frontend=frontend, cwd=folder, pid=os.getpid(), process_start=process_start(os.getpid()),
        boot=boot_id(), python=sys.version.split()[0], derived_from=derived_from,
    )  # fmt: skip
    settings = read_settings(repository.toplevel if repository else None)
    if settings.directions or settings.hide or settings.pin:
        facts = {"directions": dict(settings.directions), "hide": settings.hide, "pin": settings.pin}
        journal.append("settings", **facts)
    recorder = Recorder(journal, run, name, repository, notebook=notebook, capture=capture, settings=settings)
    if frontend in ("jupyter", "vscode") and capture is not None:
        from trackside.capture.editor import Editor, ask_by_journal, ask_front_end

        ask = ask_front_end if frontend == "jupyter" else ask_by_journal(journal)
        answers = Editor(ask, journal.files, run, notebook=notebook, warn=recorder.warn)
        recorder.background.read_editor = answers.read
    for problem in settings.problems:
        recorder.warn("settings", problem, "docs/settings.md")
    recorder.troubles.extend(troubles)
    for trouble in troubles:
        recorder.warn(trouble.code, trouble.message, trouble.hint)
    if capture is not None:
        recorder.background.earlier = capture.earlier()
        capture.open(journal)
        if settings.ignore:
            capture.declare("ignore", settings.ignore)
    recorder.prepare()
    return recorder


def _free_name(repository: Repository, name: str) -> str:
    """Return the wanted name, or the first free one after it, when a run, branch or tag holds it."""
    from trackside.git.objects import existing
    from trackside.git.refs import list_refs
    from trackside.names import candidate
    from trackside.recovery import open_runs
    from trackside.refs import EXPERIMENTS

    taken = {ref.rpartition("/")[2] for ref in list_refs(repository, EXPERIMENTS)}
    taken |= {run.name for _, run in open_runs(repository)}
    for attempt in range(1_000):
        wanted = candidate(name, attempt)
        if wanted not in taken and existing(repository, [f"{wanted}^{{}}"])[0] is None:
            return wanted
    return name
