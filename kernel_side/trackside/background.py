"""What the worker does for an open run: note where it stands, take snapshots, seal it.

Nothing here runs in the thread of a cell, `keep_artifact` apart. What fails is told in words with the run.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.capture.secrets import screen_text
from trackside.errors import DamagedError, NoRepositoryError, StateError, StorageError, TracksideError
from trackside.format import RunId
from trackside.git.repository import Repository
from trackside.journal.reader import Tail
from trackside.journal.writer import Journal
from trackside.refs import open_ref
from trackside.settings import Settings

if TYPE_CHECKING:
    from trackside.capture.editor import At
    from trackside.git.snapshot import Snapshot
    from trackside.sealing import Sealed

_LARGEST_NOTEBOOK: Final = 50_000_000
#: A file written just before the run may carry the same time: clocks of file systems are coarse.
_CLOCK: Final = 0.05
_TRIES: Final = 3
#: Seconds: less than it takes a person, or a cell, to change a file after starting a run.
_MOMENT: Final = 0.01


#: Clones whose earlier journals this process has looked after.
_looked_after: Final[set[Path]] = set()


class Background:
    """The slow side of one open run; Git, environment and notebook as they are when the worker comes to it."""

    def __init__(
        self, journal: Journal, run: RunId, repository: Repository | None, *, notebook: str | None, settings: Settings
    ) -> None:
        self.journal, self.id, self.repository = journal, run, repository
        self.notebook, self.settings = notebook, settings
        #: Gives the editor's unsaved notebook (.ipynb as bytes), or None; set where an editor may be open.
        self.read_editor: Callable[[At], bytes | None] = lambda _: None
        #: Cells that ran before the run.
        self.earlier: list[str] = []
        self.troubles: list[TracksideError] = []
        self.started = time.time()
        self.tail = Tail(journal.path)
        self.ended = threading.Event()
        #: The run ends because the next one of this process starts.
        self.has_successor = False
        self._only: Snapshot | None = None
        #: Which of the editor's notebooks is wanted now.
        self.editor_at: At = "start"

    def warn(self, code: str, message: str, hint: str = "") -> None:
        """Put a warning into the record of the run."""
        self.journal.append("warning", code=code, message=message, hint=hint)

    def prepare(self) -> None:
        """Note where the run stands: Git, environment, the notebook."""
        self._keep_notebook("start")
        # A run that is over by then, as those of a loop are, needs one look at the work tree, not two.
        self.ended.wait(_MOMENT)
        if self.repository is not None:
            self._guard(self._note_base)
        self._guard(self._note_environment)

    def recover_others(self) -> None:
        """Finish what earlier processes left in this clone; done by the first run of a process."""
        from trackside.recovery import recover

        if self.repository is None or self.repository.common_dir in _looked_after:
            return
        _looked_after.add(self.repository.common_dir)
        repository = self.repository
        self._guard(lambda: recover(repository, own={self.id}, settling=True))

    def _note_base(self) -> None:
        from trackside.sealing import base_facts, write_start_snapshot

        assert self.repository is not None
        for attempt in range(_TRIES):
            # Asked before, not after: what the run wrote while the snapshot was taken may not be in it.
            had_ended = self.ended.is_set()
            snapshot = self._snapshot(self.repository)
            facts = base_facts(self.repository, snapshot)
            try:
                if had_ended:
                    # A run shorter than this: one snapshot stands for its start and its end.
                    self._only = snapshot
                elif snapshot.head is not None:
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

    def _near(self) -> str:
        inside = self.repository.relative(self.notebook) if self.repository and self.notebook else None
        return inside.rpartition("/")[0] if inside else ""

    def _keep_notebook(self, at: Literal["start", "end"]) -> None:
        """Keep the notebook as the editor has it, or as it is saved, beside the journal."""
        try:
            content, origin = self.read_editor(self.editor_at), "editor"
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
            content = self.read_editor(self.editor_at) or saved
        except Exception:
            return None
        clean, hits = screen_text(content.decode("utf-8", "surrogateescape"))
        if hits:
            self.warn("secret", "The notebook holds what looks like a credential; it was redacted in the experiment.")
        data = clean.encode("utf-8", "surrogateescape")
        return (inside, data) if data and data != saved else None

    def seal(self, patience: float) -> Sealed:
        """Take the end snapshot and make the experiment; what stops it is raised and noted in the journal."""
        self.editor_at = "next" if self.has_successor else "end"
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
                hint="Free some room before this process ends; then `trackside recover` finishes the run.",
            )
        self.tail.update()
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
        from trackside.sealing import seal

        for _ in range(_TRIES):
            self._note_end_snapshot(repository)
            self._guard(lambda: self._note_inputs(repository))
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
                if inside is not None and inside not in self.tail.run.artifacts and self._is_of_run(path):
                    try:
                        self.keep_artifact(path, "auto")
                    except TracksideError as error:
                        self.warn(error.code, error.message, error.hint)

    def _is_of_run(self, path: Path) -> bool:
        """Tell whether the run itself wrote the file: an older one belongs to another run."""
        try:
            return path.stat().st_mtime >= self.started - _CLOCK
        except OSError:
            return False

    def _snapshot(self, repository: Repository) -> Snapshot:
        from trackside.git.snapshot import Limits, take_snapshot
        from trackside.sealing import credentials_in

        asked = self.settings
        return take_snapshot(
            repository,
            limits=Limits(added_file=asked.added_file, added_total=asked.added_total, changed_file=asked.changed_file),
            near=self._near(),
            screen=credentials_in,
            notebook=self._editor_notebook(),
        )

    def _note_end_snapshot(self, repository: Repository) -> None:
        from trackside.git.snapshot import changed_since, rebase_snapshot

        base = self.tail.run.base
        if base is None:
            return
        only, self._only = self._only, None
        snapshot = only if only is not None and self._is_editor_as_it_was() else self._snapshot(repository)
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

    def _is_editor_as_it_was(self) -> bool:
        """Tell whether the editor gives the notebook it gave at the start; a cell may have run since."""
        try:
            return self.read_editor(self.editor_at) == self.read_editor("start")
        except Exception:
            return True

    def _note_inputs(self, repository: Repository) -> None:
        """Write down which data made the run, as the work tree and the end snapshot show it."""
        from trackside.artifacts.standing import Standing
        from trackside.inputs import Disk, collect_inputs

        self.tail.update()
        if repository.toplevel is None or self.tail.run.base is None:
            return
        standing = Standing(repository.toplevel, repository.own_dir)
        try:
            disk = Disk(folder=os.getcwd(), standing=standing, earlier=self.earlier)
            found = collect_inputs(repository, self.tail.run, disk)
        finally:
            standing.close()
        self.journal.append("inputs", found=found)

    def discard(self) -> None:
        """Throw the run away: its ref and its journal."""
        from trackside.git.refs import Delete, change_refs, list_refs

        if self.repository is not None:
            ref = open_ref(self.id)
            oid = list_refs(self.repository, ref).get(ref)
            if oid is not None:
                change_refs(self.repository, [Delete(ref, oid)])
        self.journal.discard()

    def _guard(self, task: Callable[[], object]) -> None:
        """Do a background task; what goes wrong is told with the run, not raised."""
        try:
            task()
        except TracksideError as error:
            self.troubles.append(error)
            self.warn(error.code, error.message, error.hint)
        except Exception as error:
            self.troubles.append(TracksideError(f"{type(error).__name__}: {error}", code="internal"))
            self.warn("internal", f"A part of the capture failed: {type(error).__name__}: {error}"[:300])


def _tell_dvc(repository: Repository | None, sealed: Sealed) -> None:
    """Write DVC's own cache entry beside the experiment, where DVC is used, so that its first listing is fast."""
    if repository is None or repository.toplevel is None or not (repository.toplevel / ".dvc").is_dir():
        return
    from trackside.artifacts.dvccache import write_entry_of

    write_entry_of(repository, sealed.oid)
