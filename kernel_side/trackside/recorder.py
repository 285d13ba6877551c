"""The one open run of this process: from the first journal line to the sealed experiment.

The caller's thread only appends to the journal. Everything that needs Git, the environment or the disk at
large happens in a worker thread, and what fails there is told in words, never raised into a cell.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast

from trackside.capture import fork
from trackside.capture.secrets import screen_text, screen_value
from trackside.errors import NoRepositoryError, StateError, StorageError, TracksideError, UsageError
from trackside.git.repository import Repository, open_repository
from trackside.journal.liveness import boot_id, process_start
from trackside.journal.places import journal_folder
from trackside.journal.reader import Tail
from trackside.journal.worker import worker
from trackside.journal.writer import Journal
from trackside.refs import open_ref
from trackside.run import Origin, Run, RunId, Value, new_run_id
from trackside.settings import Settings, read_settings

if TYPE_CHECKING:
    from trackside.git.snapshot import Limits, Snapshot
    from trackside.sealing import Sealed

End = Literal["finished", "failed", "interrupted"]
_LARGEST_NOTEBOOK: Final = 50_000_000
_TRIES: Final = 3
_NUMBERS: Final = frozenset({float, int, bool})


class KernelCapture(Protocol):
    """What follows the cells of a kernel for a run (`capture.live`)."""

    def open(self, journal: Journal) -> None: ...
    def close(self, *, handover: bool, patience: float) -> None: ...
    def declare(self, what: str, names: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: an experiment, or kept in the journal with the reason, or discarded."""

    state: Literal["sealed", "sealing", "kept", "discarded"]
    run: Run
    sealed: Sealed | None = None
    trouble: TracksideError | None = None


class Recorder:
    """Writes one run. Made by `begin`; ends by `end`, once."""

    def __init__(
        self,
        journal: Journal,
        run: RunId,
        name: str,
        repository: Repository | None,
        *,
        notebook: str | None,
        capture: KernelCapture | None,
        settings: Settings,
    ) -> None:
        self.journal, self.id, self.name, self.repository = journal, run, name, repository
        self.notebook, self.capture, self.settings = notebook, capture, settings
        #: Gives the editor's unsaved notebook (.ipynb as bytes), or None; a front end may set it.
        self.read_editor: Callable[[], bytes | None] = lambda: None
        self.troubles: list[TracksideError] = []
        self.started = time.time()
        self._tail = Tail(journal.path)
        self._keys: dict[str, str] = {}
        self._steps: dict[str, itertools.count[int]] = {}
        self._prepared: Future[None] | None = None
        self.has_ended = False
        self._disabled = False
        journal.on_trouble = self._journal_trouble
        fork.disable_in_child(self)

    def disable(self) -> None:
        """Write nothing any more: in a forked child the run belongs to the parent."""
        self._disabled = True
        self.journal.mute()

    @property
    def is_open(self) -> bool:
        """Whether this process may still write to the run."""
        return not self.has_ended and not self._disabled

    # What is logged ---------------------------------------------------------------------------------

    def point(self, name: str, value: Any, step: int | None = None) -> None:
        """Log one point of a metric; on disk when this returns. UsageError when the value is no number."""
        if self._disabled:
            return
        key = self._keys.get(name)
        if key is None:
            key = self._admit(name)
        if type(value) is not float:
            value = _number(name, value)
        text = repr(value) if value - value == 0 else f'"{_NOT_FINITE.get(repr(value), "NaN")}"'
        if step is None:
            step = next(self._steps[name])
        else:
            if type(step) is not int:
                step = int(_number("step", step))
            self._steps[name] = itertools.count(step + 1)
        self.journal.point(key, text, step)

    def _admit(self, name: str) -> str:
        if type(name) is not str or not name or len(name) > 200:
            raise UsageError(f"{name!r:.80} cannot be the name of a metric.", hint="Use a text of 1 to 200 characters.")
        clean, hits = screen_text(name)
        if hits:
            self.warn("secret", "The name of a metric held what looks like a credential; it was redacted.")
        key = self._keys[name] = json.dumps(clean)
        self._steps.setdefault(name, itertools.count())
        return key

    def params(self, values: Mapping[str, object], origin: Origin = "explicit") -> None:
        """Log parameters; nested mappings get dotted names. A value that is not plain is refused with a warning."""
        taken: dict[str, dict[str, object]] = {}
        for name, value in _flatten(values):
            plain, ok = plain_value(value)
            if not ok:
                kind = type(value).__name__
                self.warn(
                    "param-type", f"Parameter {name} is a {kind}, which is not captured.", "Log a plain value of it."
                )
                continue
            plain, hit = screen_value(name, plain)
            if hit is not None:
                self.warn("secret", f"Parameter {name} looked like a credential; its value was redacted.")
            taken[name] = {"value": plain, "origin": origin, "box": "params", "rule": ""}
        if taken and not self._disabled:
            self.journal.append("params", values=taken, cell=None)

    def warn(self, code: str, message: str, hint: str = "") -> None:
        """Put a warning into the record of the run."""
        if not self._disabled:
            self.journal.append("warning", code=code, message=message, hint=hint)

    def annotate(self, **facts: object) -> None:
        """Change title, tags or note of the open run."""
        self.journal.append("annotate", **facts)

    # Life -------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Have the worker note where the run stands: Git, environment, the notebook; then settle others' runs."""
        self._prepared = worker.submit(self._prepare)

    def _prepare(self) -> None:
        self._keep_notebook("start")
        if self.repository is not None:
            self._guard(self._note_base)
        self._guard(self._note_environment)
        if self.repository is not None:
            self._guard(self._recover_others)

    def _recover_others(self) -> None:
        from trackside.recovery import recover

        assert self.repository is not None
        recover(self.repository, own={self.id}, settling=True)

    def _note_base(self) -> None:
        from trackside.errors import DamagedError
        from trackside.sealing import base_facts, write_start_snapshot

        assert self.repository is not None
        for attempt in range(_TRIES):
            snapshot = self._snapshot(self.repository)
            facts = base_facts(self.repository, snapshot)
            try:
                if snapshot.head is not None:
                    facts["snapshot"] = write_start_snapshot(self.repository, self.id, self.started, facts)
                break
            except DamagedError:
                # A garbage collection took an object before the run's own ref held it.
                if attempt == _TRIES - 1:
                    raise
        for what in facts["state"]:
            self.warn(
                "under-way", f"A {what} was under way in the repository when the run started.", "Finish it first."
            )
        for path in snapshot.conflicted:
            self.warn("conflicts", f"{path} has unresolved merge conflicts.", "The run holds the file as it is.")
        if facts["author"]["fallback"]:
            self.warn(
                "no-identity",
                "Git knows no identity here, so the run carries a stand-in.",
                "git config --global user.name NAME && git config --global user.email ADDRESS",
            )
        if snapshot.head is None:
            raise StateError(
                "This repository has no commit yet, so the run stays in its journal.",
                hint="Make a first commit; the run becomes an experiment with the next command.",
                code="no-commit",
            )
        self.journal.append("base", **facts)

    def _note_environment(self) -> None:
        from trackside.capture.environment import collect_environment
        from trackside.encode import json_bytes

        self.journal.append("environment", file=self.journal.keep(json_bytes(collect_environment())))

    def _limits(self) -> Limits:
        from trackside.git.snapshot import Limits

        asked = self.settings
        return Limits(added_file=asked.added_file, added_total=asked.added_total, changed_file=asked.changed_file)

    def _near(self) -> str:
        inside = self.repository.relative(self.notebook) if self.repository and self.notebook else None
        return inside.rpartition("/")[0] if inside else ""

    def _keep_notebook(self, at: Literal["start", "end"]) -> None:
        """Keep the notebook as the editor has it, or as it is saved, beside the journal."""
        try:
            content, origin = self.read_editor(), "editor"
            if content is None and self.notebook is not None:
                if os.stat(self.notebook).st_size > _LARGEST_NOTEBOOK:
                    return
                content, origin = Path(self.notebook).read_bytes(), "saved"
        except Exception:
            # No saved notebook, or a front end that answers nonsense: the run has its executed cells still.
            return
        if content is not None:
            text, _ = screen_text(content.decode("utf-8", "surrogateescape"))
            clean = text.encode("utf-8", "surrogateescape")
            self.journal.append("notebook", at=at, origin=origin, path=self.notebook, file=self.journal.keep(clean))

    def _editor_notebook(self) -> tuple[str, bytes] | None:
        """Return the notebook for the tree when it differs from the saved file: unsaved, or holding a credential."""
        inside = self.repository.relative(self.notebook) if self.repository and self.notebook else None
        if inside is None or self.notebook is None:
            return None
        try:
            saved = Path(self.notebook).read_bytes() if os.path.isfile(self.notebook) else b""
            content = self.read_editor() or saved
        except Exception:
            return None
        clean, hits = screen_text(content.decode("utf-8", "surrogateescape"))
        if hits:
            self.warn("secret", "The notebook holds what looks like a credential; it was redacted in the experiment.")
        data = clean.encode("utf-8", "surrogateescape")
        return (inside, data) if data and data != saved else None

    def end(
        self, status: End | None = None, *, reason: str = "user", discard: bool = False, wait: float = 30.0
    ) -> Outcome:
        """End the run and seal it in the worker; wait at most `wait` seconds for the experiment.

        Without a status it is `failed` when its last executed cell failed, else `finished`.
        """
        if self.has_ended:
            raise StateError(f"The run {self.name} has ended already.")
        self.has_ended = True
        if self.capture is not None:
            self.capture.close(handover=reason == "next-run", patience=0.5 if reason == "shutdown" else 5.0)
        if discard:
            worker.submit(self._discard).result(timeout=wait)
            return Outcome(state="discarded", run=Run(id=self.id, name=self.name))
        self.journal.append("end", status=status or "auto", reason=reason)
        patience = 3.0 if reason == "shutdown" else 60.0
        future = worker.submit(lambda: self._seal(patience))
        sealed: Sealed | None = None
        trouble: TracksideError | None = None
        state: Literal["sealed", "sealing", "kept"] = "sealed"
        try:
            sealed = future.result(timeout=wait)
        except FutureTimeoutError:
            state = "sealing"
            future.add_done_callback(lambda done: _remember_trouble(self.name, done))
        except TracksideError as error:
            state, trouble = "kept", error
        except Exception as error:
            state = "kept"
            trouble = TracksideError(
                f"Sealing failed: {type(error).__name__}: {error}"[:300],
                hint="The run is kept in its journal; `trackside recover` tries again.",
                code="internal",
            )
        return Outcome(state=state, run=self._tail.run, sealed=sealed, trouble=trouble)

    def _seal(self, patience: float) -> Sealed:
        try:
            return self._seal_once(patience)
        except BaseException as error:
            # Others need not wait for this process any more.
            self.journal.append("kept", code=getattr(error, "code", "internal"))
            raise

    def _seal_once(self, patience: float) -> Sealed:
        if not self.journal.flush():
            raise StorageError(
                f"{self.journal.waiting} lines of the journal could not be written: the disk refuses them.",
                hint="Free some room, then `%track end` or `trackside recover` finishes the run.",
            )
        self._tail.update()
        if self.repository is None:
            raise self.troubles[0] if self.troubles else NoRepositoryError("This folder is in no Git repository.")
        try:
            self._keep_notebook("end")
            self._keep_asked_artifacts(self.repository)
            sealed = self._seal_with_snapshot(self.repository, patience)
        except OSError as error:
            raise StorageError(
                f"The run could not be sealed: {error.strerror}.", hint="`trackside recover` tries again."
            ) from error
        self.journal.close()
        self._guard(lambda: _tell_dvc(self.repository, sealed))
        return sealed

    def _seal_with_snapshot(self, repository: Repository, patience: float) -> Sealed:
        from trackside.errors import DamagedError
        from trackside.sealing import seal

        for _ in range(_TRIES):
            self._note_end_snapshot(repository)
            self.journal.sync()
            try:
                return seal(repository, self.journal.path, patience=patience, complete=True)
            except DamagedError:
                # A garbage collection took an object of the snapshot before a ref held it: the files are still here.
                continue
        return seal(repository, self.journal.path, patience=patience)

    def keep_artifact(self, path: str | os.PathLike[str], store: Literal["auto", "git", "dvc"]) -> dict[str, Any]:
        """Keep a file or folder with the run as it is now; return the facts of its event."""
        from trackside.artifacts import keep_artifact

        repository = self.repository
        kept = keep_artifact(
            path,
            repository_root=repository.toplevel if repository else None,
            common_dir=repository.common_dir if repository else self.journal.path.parent.parent,
            sink=self.journal,
            store=store,
            limit=self.settings.artifact_in_git,
        )
        facts = kept.as_json()
        self.journal.append("artifact", **facts)
        if facts.get("reason"):
            self.warn("artifact", f"{facts['path']}: {facts['reason']}")
        return facts

    def _keep_asked_artifacts(self, repository: Repository) -> None:
        """Keep the files the repository's settings ask for, unless the user kept them already."""
        assert repository.toplevel is not None or not self.settings.artifacts
        for pattern in self.settings.artifacts:
            for path in sorted(Path(repository.toplevel or ".").glob(pattern))[:100]:
                inside = repository.relative(path)
                if inside is not None and inside not in self._tail.run.artifacts and self._is_of_run(path):
                    try:
                        self.keep_artifact(path, "auto")
                    except TracksideError as error:
                        self.warn(error.code, error.message, error.hint)

    def _is_of_run(self, path: Path) -> bool:
        """Tell whether the run itself wrote the file: an older one belongs to another run. Clocks of files are coarse."""
        try:
            return path.stat().st_mtime >= self.started - 0.05
        except OSError:
            return False

    def _snapshot(self, repository: Repository) -> Snapshot:
        from trackside.git.snapshot import take_snapshot
        from trackside.sealing import credentials_in

        return take_snapshot(
            repository,
            limits=self._limits(),
            near=self._near(),
            screen=credentials_in,
            notebook=self._editor_notebook(),
        )

    def _note_end_snapshot(self, repository: Repository) -> None:
        from trackside.git.snapshot import changed_since, rebase_snapshot

        base = self._tail.run.base
        if base is None:
            return
        snapshot = self._snapshot(repository)
        if snapshot.head is None:
            return
        if snapshot.head != base.baseline:
            snapshot = rebase_snapshot(repository, snapshot, base.baseline)
        notebook = repository.relative(self.notebook) if self.notebook else None
        during = [path for path in changed_since(base.changes, snapshot) if path != notebook]
        self.journal.append(
            "snapshot",
            changes=[change.as_json() for change in snapshot.changes],
            changed_during=during,
            not_captured=snapshot.not_captured,
        )

    def _discard(self) -> None:
        from trackside.git.refs import Delete, change_refs, list_refs

        if self.repository is not None:
            ref = open_ref(self.id)
            oid = list_refs(self.repository, ref).get(ref)
            if oid is not None:
                change_refs(self.repository, [Delete(ref, oid)])
        self.journal.discard()

    def _guard(self, task: Callable[[], None]) -> None:
        """Do a background task; what goes wrong is told with the run, not raised."""
        try:
            task()
        except TracksideError as error:
            self.troubles.append(error)
            self.warn(error.code, error.message, error.hint)
        except Exception as error:
            self.troubles.append(TracksideError(f"{type(error).__name__}: {error}", code="internal"))
            self.warn("internal", f"A part of the capture failed: {type(error).__name__}: {error}"[:300])

    def _journal_trouble(self, error: OSError) -> None:
        self.troubles.append(StorageError(f"The journal cannot be written: {error.strerror}.", code="journal"))
        told = f"Trackside: the journal cannot be written ({error.strerror}); what is logged waits in memory.\n"
        sys.stderr.write(told)  # the only way to tell at once that the disk is full


#: What went wrong with runs nobody waited for; a front end tells it at the next occasion.
untold: Final[list[TracksideError]] = []


def _remember_trouble(name: str, done: Future[Sealed]) -> None:
    error = done.exception()
    if isinstance(error, TracksideError):
        untold.append(
            TracksideError(f"The run {name} was not sealed: {error.message}", hint=error.hint, code=error.code)
        )
    elif error is not None:
        untold.append(
            TracksideError(f"The run {name} was not sealed: {error}", hint="`trackside recover` tries again.")
        )


_NOT_FINITE: Final = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def _number(name: str, value: object) -> float:
    """Return a plain number for what may be logged as a point; types are told apart exactly."""
    if type(value) in _NUMBERS:
        return int(value) if type(value) is bool else cast("float", value)
    from trackside.capture.exact import read_number

    found = read_number(value)
    if found is None:
        raise UsageError(
            f"{name} is a {type(value).__name__}, not a number.",
            hint="Log a float, an int or a 0-d array.",
            code="not-a-number",
        )
    return found[0]


def plain_value(value: object) -> tuple[Value, bool]:
    """Return (the plain value to record, whether it is one); types are told apart exactly."""
    from trackside.capture.exact import Nothing, read_number, read_value

    found = read_value(value)
    if not isinstance(found, Nothing):
        return found, True
    number = read_number(value)
    return (number[0], True) if number is not None else (None, False)


def _flatten(values: Mapping[str, object], prefix: str = "", depth: int = 0) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        whole = f"{prefix}{name}"
        if type(value) is dict and value and depth < 8:
            found += _flatten(value, f"{whole}.", depth + 1)
        else:
            found.append((whole, value))
    return found


def _tell_dvc(repository: Repository | None, sealed: Sealed) -> None:
    """Write DVC's own cache entry beside the experiment, where DVC is used, so that its first listing is fast."""
    if repository is None or repository.toplevel is None or not (repository.toplevel / ".dvc").is_dir():
        return
    from trackside.artifacts.dvccache import write_entry_of

    write_entry_of(repository, sealed.oid)


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
    for problem in settings.problems:
        recorder.warn("settings", problem, "docs/settings.md")
    recorder.troubles += troubles
    for trouble in troubles:
        recorder.warn(trouble.code, trouble.message, trouble.hint)
    if capture is not None:
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
    from trackside.refs import EXPERIMENTS

    taken = {ref.rpartition("/")[2] for ref in list_refs(repository, EXPERIMENTS)}
    taken |= {run.name for run in _open_names(repository)}
    for attempt in range(1_000):
        wanted = candidate(name, attempt)
        if wanted not in taken and existing(repository, [f"{wanted}^{{}}"])[0] is None:
            return wanted
    return name


def _open_names(repository: Repository) -> list[Run]:
    from trackside.recovery import open_runs

    return [run for _, run in open_runs(repository)]


__all__ = ["KernelCapture", "Outcome", "Recorder", "begin", "worker"]
