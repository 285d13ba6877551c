"""The experiments of one clone: list and read them, annotate, rename, delete and restore them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from trackside import annotations
from trackside.encode import json_bytes
from trackside.errors import GitError, NameTakenError, NotFoundError
from trackside.experiment import empty_record, parse_record
from trackside.git.commit import append_note
from trackside.git.objects import Object, list_tree, read_object, read_objects
from trackside.git.refs import Create, Delete, change_refs, list_refs
from trackside.git.repository import Repository, identity
from trackside.index import Index, Row
from trackside.record import EXECUTED_PATH, RECORD_PATH
from trackside.refs import EXPERIMENTS, NOTES, TRASH, ExperimentRef, TrashRef, parse_experiment_ref, parse_trash_ref

if TYPE_CHECKING:
    from trackside.contract import Experiment, Record

_TRIES: Final = 20
#: Files DVC keeps its facts in; a tree without any has none to show.
_LARGEST_READ: Final = 20_000_000


@dataclass(slots=True)
class Shelf:
    """The refs of one moment: experiments by commit id, and the tip of the annotations."""

    refs: dict[str, list[ExperimentRef]] = field(default_factory=dict)
    notes_tip: str | None = None

    def names(self) -> dict[str, tuple[ExperimentRef, str]]:
        """Return name → (ref, commit id)."""
        return {ref.name: (ref, oid) for oid, refs in self.refs.items() for ref in refs}


class Store:
    """Reads and changes experiments of one repository; not shared between threads."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._index: Index | None = None

    @property
    def index(self) -> Index:
        """The derived index, opened when first needed."""
        if self._index is None:
            self._index = Index(self.repository.own_dir)
        return self._index

    def shelf(self) -> Shelf:
        """List what is there by one `for-each-ref`."""
        shelf = Shelf()
        for name, oid in list_refs(self.repository, EXPERIMENTS, NOTES).items():
            ref = parse_experiment_ref(name)
            if ref is not None:
                shelf.refs.setdefault(oid, []).append(ref)
            elif name == NOTES:
                shelf.notes_tip = oid
        return shelf

    def newest(self, shelf: Shelf, limit: int) -> list[Experiment]:
        """Return the `limit` experiments that started last, newest first, reading no other record."""
        self._learn(shelf.refs)
        starts = self.index.starts()
        latest = sorted(shelf.refs, key=lambda oid: (starts.get(oid, 0.0), oid), reverse=True)[:limit]
        return self.read(shelf, latest)

    def read(self, shelf: Shelf, oids: Sequence[str] | None = None) -> list[Experiment]:
        """Return the experiments of the given commits (all: in no promised order) with their annotations."""
        wanted = shelf.refs if oids is None else {oid: shelf.refs[oid] for oid in oids if oid in shelf.refs}
        rows = {row[0]: row for row in self._rows(wanted, everything=oids is None)}
        notes = self._notes(shelf.notes_tip)
        found = []
        for oid, refs in wanted.items():
            row = rows.get(oid)
            if row is None:
                record: Record = empty_record(name=refs[0].name, baseline=refs[0].baseline)
                row = (oid, "trackside", 0.0, "It could not be read: `git fsck` says what is missing.", b"")
            else:
                record = _loads(row[4])
            events = annotations.parse_events(notes[oid]) if oid in notes else ()
            noted = annotations.fold_annotations(events, record["tags"])
            for ref in refs:
                found.append(_experiment(ref, row, record, noted))
        return found

    def find(self, name: str) -> tuple[ExperimentRef, str]:
        """Find an experiment by its name, or a unique beginning of its name or commit id; NotFoundError if none."""
        names = self.shelf().names()
        if name in names:
            return names[name]
        near = {
            oid: (ref, oid)
            for known, (ref, oid) in names.items()
            if known.startswith(name) or (len(name) >= 4 and oid.startswith(name))
        }
        if len(near) == 1:
            return next(iter(near.values()))
        if near:
            some = ", ".join(sorted(ref.name for ref, _ in near.values())[:5])
            raise NotFoundError(f"{name!r} could be several runs: {some}.", hint="Write more of the name.")
        raise NotFoundError(f"There is no run named {name!r} here.", hint="`trackside list` shows them.")

    def details(self, oid: str) -> dict[str, bytes]:
        """Read every file under `.trackside/` of an experiment, images left out: path → content."""
        files = list_tree(self.repository, oid, ".trackside")
        wanted = [path for path in files if "/plots/images/" not in path]
        objects = read_objects(self.repository, [files[path][1] for path in wanted])
        return {path: found.data for path, found in zip(wanted, objects) if found is not None}

    def file(self, oid: str, path: str) -> bytes | None:
        """Read one file of an experiment's tree by its path, or None."""
        entry = list_tree(self.repository, oid).get(path) if "\n" in path else None
        found = read_object(self.repository, entry[1] if entry else f"{oid}:{path}")
        return found.data if found is not None and found.kind == "blob" else None

    def executed(self, oid: str) -> bytes | None:
        """Read the notebook of the cells as executed."""
        return self.file(oid, EXECUTED_PATH)

    def annotate(self, oid: str, change: Mapping[str, Any]) -> None:
        """Append one annotation event to an experiment; retried while others annotate too."""
        author = identity(self.repository)
        for attempt in range(_TRIES):
            now = time.time()
            event = annotations.format_event(now, str(author["email"]), dict(change))
            tip = self.shelf().notes_tip
            before = self._read_notes(tip).get(oid, b"") if tip else b""
            if append_note(self.repository, NOTES, oid, before + event, author, int(now)):
                return
            time.sleep(0.02 * (attempt + 1))
        raise GitError("Annotations are being changed by others all the time.", hint="Try again.", code="moved")

    def rename(self, name: str, new: str) -> ExperimentRef:
        """Rename an experiment; NameTakenError when the new name is in use."""
        ref, oid = self.find(name)
        if new in self.shelf().names():
            raise NameTakenError(f"There is a run named {new} already.", hint="Choose another name.")
        renamed = ExperimentRef(ref.baseline, new)
        change_refs(self.repository, [Create(str(renamed), oid), Delete(str(ref), oid)])
        return renamed

    def delete(self, names: Sequence[str]) -> list[str]:
        """Move experiments into the trash, all in one transaction; return their names."""
        found = dict([self.find(name) for name in names])
        now = int(time.time())
        changes: list[Create | Delete] = []
        for ref, oid in found.items():
            changes += [Create(str(TrashRef(ref.name, now)), oid), Delete(str(ref), oid)]
        change_refs(self.repository, changes)
        return [ref.name for ref in found]

    def trash(self) -> list[tuple[TrashRef, str]]:
        """List deleted experiments, the last deleted first."""
        refs = list_refs(self.repository, TRASH)
        found = [(parsed, oid) for name, oid in refs.items() if (parsed := parse_trash_ref(name)) is not None]
        return sorted(found, key=lambda item: item[0].deleted, reverse=True)

    def undelete(self, name: str) -> ExperimentRef:
        """Bring the last deleted experiment of that name back; its baseline is its commit's parent."""
        found = next(((ref, oid) for ref, oid in self.trash() if ref.name == name), None)
        if found is None:
            raise NotFoundError(f"There is no deleted run named {name!r}.", hint="`trackside undelete` lists them.")
        trash, oid = found
        commit = read_object(self.repository, oid)
        if commit is None:
            raise NotFoundError(f"The commit of {name!r} is gone.", hint="git fsck")
        ref = ExperimentRef(cast("Any", parse_commit(commit).parent), name)
        if name in self.shelf().names():
            raise NameTakenError(f"Another run is named {name} now.", hint=f"trackside rename {name} NEW, then again.")
        change_refs(self.repository, [Create(str(ref), oid), Delete(str(trash), oid)])
        return ref

    def close(self) -> None:
        """Close the index."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def _rows(self, wanted: Mapping[str, list[ExperimentRef]], *, everything: bool) -> Iterable[Row]:
        new = self._learn(wanted)
        known = self.index.rows(None if everything else list(wanted))
        return [*(row for row in known if row[0] not in new), *new.values()]

    def _learn(self, wanted: Mapping[str, list[ExperimentRef]]) -> dict[str, Row]:
        """Read the records of commits the index does not know, and remember them."""
        known = self.index.starts()
        unknown = [oid for oid in wanted if oid not in known]
        rows: dict[str, Row] = {}
        foreign = []
        for oid, found in zip(unknown, read_objects(self.repository, [f"{oid}:{RECORD_PATH}" for oid in unknown])):
            ref = wanted[oid][0]
            if found is None:
                foreign.append(oid)
                continue
            record, problem = parse_record(found.data, name=ref.name, baseline=ref.baseline)
            rows[oid] = (oid, "trackside", record["started"], problem, json_bytes(record))
        for oid in foreign:
            row = self._read_foreign(oid, wanted[oid][0])
            if row is not None:
                rows[oid] = row
        self.index.add(list(rows.values()))
        return rows

    def _read_foreign(self, oid: str, ref: ExperimentRef) -> Row | None:
        """Read an experiment made by `dvc exp` or DVCLive; None when not even its commit is there."""
        from trackside.foreign_record import record_from_tree

        commit = read_object(self.repository, oid)
        if commit is None or commit.kind != "commit":
            return None
        head = parse_commit(commit)
        try:
            files = list_tree(self.repository, oid)
        except GitError:
            return None

        def read(path: str) -> bytes | None:
            entry = files.get(path)
            found = read_object(self.repository, entry[1]) if entry else None
            return found.data if found is not None and len(found.data) <= _LARGEST_READ else None

        record, problem = record_from_tree(read, list(files), name=ref.name, baseline=ref.baseline, commit=head)
        return (oid, "dvc", record["started"], problem, json_bytes(record))

    def _notes(self, tip: str | None) -> dict[str, bytes]:
        if tip is None:
            return {}
        known = self.index.notes(tip)
        if known is None:
            known = self._read_notes(tip)
            self.index.set_notes(tip, known)
        return known

    def _read_notes(self, tip: str) -> dict[str, bytes]:
        files = list_tree(self.repository, tip)
        targets = {path.replace("/", ""): oid for path, (_, oid) in files.items()}
        objects = read_objects(self.repository, list(targets.values()))
        return {target: found.data for target, found in zip(targets, objects) if found is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitHead:
    """What the head of a commit says; times in unix seconds."""

    parent: str
    author: str
    email: str
    authored: float
    committed: float
    subject: str


def parse_commit(commit: Object) -> CommitHead:
    """Read the raw form of a commit object."""
    head, _, message = commit.data.decode("utf-8", "replace").partition("\n\n")
    fields: dict[str, str] = {}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        fields.setdefault(key, value)
    person, _, when = fields.get("author", "").rpartition("> ")
    name, _, email = person.partition(" <")
    return CommitHead(
        parent=fields.get("parent", ""),
        author=name,
        email=email,
        authored=_seconds(when),
        committed=_seconds(fields.get("committer", "").rpartition("> ")[2]),
        subject=message.split("\n", 1)[0],
    )


def _seconds(when: str) -> float:
    word = when.partition(" ")[0]
    return float(word) if word.isdigit() and len(word) < 13 else 0.0


def _experiment(ref: ExperimentRef, row: Row, record: Record, noted: Any) -> Experiment:
    return {
        "name": ref.name,
        "oid": row[0],
        "ref": str(ref),
        "source": cast("Any", row[1]),
        "problem": row[3],
        "annotations": noted,
        "record": record,
    }


def _loads(data: bytes) -> Record:
    return cast("Record", json.loads(data))
