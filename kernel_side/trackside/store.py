"""The experiments of one clone: list and read them, annotate, rename, delete and restore them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from trackside.annotations import fold_annotations, format_event, parse_events
from trackside.canonical import cut_glance, prepare
from trackside.encode import json_bytes
from trackside.errand import Errand
from trackside.errors import DamagedError, GitError, NameTakenError, NotFoundError
from trackside.experiment import empty_record, parse_stored
from trackside.git.contents import read_contents_along
from trackside.git.objects import (
    Object,
    existing,
    list_tree,
    parse_commit,
    read_object,
    read_objects,
)
from trackside.git.refs import Create, Delete, change_refs, list_refs
from trackside.git.repository import Repository, identity
from trackside.index import Glance, Index
from trackside.refs import EXPERIMENTS, NOTES, TRASH, ExperimentRef, TrashRef, experiments_by_oid, parse_trash_ref
from trackside.row import Entry, Row, glance_of, rows_of, without_collection

if TYPE_CHECKING:
    from trackside.contract import Experiment, Record

_RECORD_PATH: Final = ".trackside/run.json"
_EXECUTED_PATH: Final = ".trackside/executed.ipynb"
_TRIES: Final = 20
#: The index is asked for so many by their commits, for more than that whole.
_AT_ONCE: Final = 1_000
#: Fewer are parsed in the time the decoder of `canonical` takes to make.
_MANY: Final = 200
_LARGEST_READ: Final = 20_000_000
_UNREADABLE: Final = "It could not be read: `git fsck` says what is missing."


class Shelf(NamedTuple):
    """The refs of one moment: experiments by commit id, and the tip of the annotations."""

    refs: dict[str, list[ExperimentRef]]
    notes_tip: str | None = None

    def named(self) -> list[tuple[ExperimentRef, str]]:
        """Return every (ref, commit id)."""
        return [(ref, oid) for oid, refs in self.refs.items() for ref in refs]

    def names(self) -> set[str]:
        """Return the names in use."""
        return {ref.name for ref, _ in self.named()}


class Store:
    """Reads and changes experiments of one repository; not shared between threads."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._index: Index | None = None
        #: What was read from Git and the index does not hold yet, or cannot.
        self._fresh: dict[str, tuple[Glance, bytes]] = {}
        #: What the index knew of all commits while refs were listed.
        self._recalled: dict[str, Glance] | None = None

    @property
    def index(self) -> Index:
        """The derived index, opened when first needed."""
        if self._index is None:
            self._index = Index(self.repository.own_dir)
        return self._index

    def shelf(self) -> Shelf:
        """List what is there by one `for-each-ref`."""
        refs = list_refs(self.repository, EXPERIMENTS, NOTES)
        return Shelf(experiments_by_oid(refs), refs.get(NOTES))

    def recalled_shelf(self) -> Shelf:
        """List what is there, and meanwhile recall what the index knows: for a caller who then asks for `entries`."""
        listing = Errand("trackside-refs", self.shelf)
        self._recalled = self.index.glances()
        return listing.result()

    def entries(self, shelf: Shelf) -> list[Entry]:
        """Return every experiment as the index knows it, in no promised order; reads no record known before."""
        known = self._known(shelf, None)
        notes = self._notes(shelf.notes_tip)
        entries = []
        for oid, refs in shelf.refs.items():
            _, source, problem, started, tags, glance = known.get(oid) or _unreadable(oid, refs[0])
            noted = None
            if oid in notes:
                noted = fold_annotations(parse_events(notes[oid]), json.loads(tags))
            for ref in refs:
                entries.append(Entry(ref.name, oid, str(ref), source, problem, started, tags, glance, noted))
        return entries

    def rows(self, shelf: Shelf) -> list[Row]:
        """Return what a table needs of every experiment, in no promised order."""
        try:
            return rows_of(self.entries(shelf))
        except ValueError:
            # Another program wrote into the index; it is derived, so begin it anew.
            self.index.forget(())
            return rows_of(self.entries(shelf))

    def read(self, shelf: Shelf, oids: Sequence[str] | None = None) -> list[Experiment]:
        """Return the experiments of the given commits (all: in no promised order) with their annotations."""
        wanted = list(shelf.refs) if oids is None else [oid for oid in oids if oid in shelf.refs]
        known = self._known(shelf, wanted)
        records = self.records(wanted)
        notes = self._notes(shelf.notes_tip)
        found: list[Experiment] = []
        for oid in wanted:
            glance, refs = known.get(oid), shelf.refs[oid]
            if oid in records:
                record: Record = json.loads(records[oid])
            else:
                record = empty_record(name=refs[0].name, baseline=refs[0].baseline)
            events = parse_events(notes[oid]) if oid in notes else ()
            noted = fold_annotations(events, record["tags"])
            for ref in refs:
                found.append(
                    {
                        "name": ref.name,
                        "oid": oid,
                        "ref": str(ref),
                        "source": cast("Any", glance.source if glance else "trackside"),
                        "problem": glance.problem if glance else _UNREADABLE,
                        "annotations": noted,
                        "record": record,
                    }
                )
        return found

    def records(self, oids: Sequence[str]) -> dict[str, bytes]:
        """Return checked records as JSON by commit id, of commits `rows` or `read` met before."""
        fresh = {oid: self._fresh[oid][1] for oid in oids if oid in self._fresh}
        if len(fresh) == len(oids):
            return fresh
        found = self.index.records(oids if len(oids) < _AT_ONCE else None)
        found.update(fresh)
        return found

    def find(self, name: str) -> tuple[ExperimentRef, str]:
        """Find an experiment by its name, or a unique beginning of its name or commit id; NotFoundError if none."""
        named = self.shelf().named()
        near = [(ref, oid) for ref, oid in named if name in (ref.name, oid)] or [
            (ref, oid)
            for ref, oid in named
            if name and (ref.name.startswith(name) or (len(name) >= 4 and oid.startswith(name)))
        ]
        if len(near) == 1:
            return near[0]
        if not near:
            raise NotFoundError(f"There is no run named {name!r} here.", hint=_near_names(name, named))
        some = ", ".join(sorted(f"{ref.name} ({oid[:8]})" for ref, oid in near)[:5])
        raise NotFoundError(
            f"{name!r} could be several runs: {some}.", hint="Write more of the name, or the commit id."
        )

    def details(self, oid: str) -> dict[str, bytes]:
        """Read every file under `.trackside/` of an experiment, images left out: path → content."""
        files = list_tree(self.repository, oid, ".trackside")
        wanted = [path for path in files if "/plots/images/" not in path]
        objects = read_objects(self.repository, [files[path][1] for path in wanted])
        return {path: found.data for path, found in zip(wanted, objects) if found is not None}

    def file(self, oid: str, path: str) -> bytes | None:
        """Read one file of an experiment's tree by its path, or None."""
        name = f"{oid}:{path}"
        if "\n" in path or path.startswith(("./", "../")):
            # A line end would begin another question; a dot would be taken from where Git runs.
            entry = list_tree(self.repository, oid).get(path)
            if entry is None:
                return None
            name = entry[1]
        found = read_object(self.repository, name)
        return found.data if found is not None and found.kind == "blob" else None

    def executed(self, oid: str) -> bytes | None:
        """Read the notebook of the cells as executed."""
        return self.file(oid, _EXECUTED_PATH)

    def annotate(self, oids: Sequence[str], change: Mapping[str, Any]) -> None:
        """Append one annotation event to experiments; retried while others annotate too."""
        from trackside.git.notes import append_note, read_note

        author = identity(self.repository)
        for oid in oids:
            for attempt in range(_TRIES):
                now = time.time()
                event = format_event(now, str(author["email"]), dict(change))
                tip = list_refs(self.repository, NOTES).get(NOTES)
                before = read_note(self.repository, tip, oid) if tip else b""
                if before and not before.endswith(b"\n"):
                    before += b"\n"
                if append_note(self.repository, NOTES, tip, oid, before + event, author, int(now)):
                    break
                time.sleep(0.02 * (attempt + 1))
            else:
                raise GitError("Annotations are being changed by others all the time.", hint="Try again.", code="moved")

    def rename(self, name: str, new: str) -> ExperimentRef:
        """Rename an experiment; NameTakenError when a run, branch or tag has the new name."""
        from trackside.names import require_free

        ref, oid = self.find(name)
        names = self.shelf().names()

        def is_taken(wanted: str) -> bool:
            return wanted in names or any(existing(self.repository, [f"refs/heads/{wanted}", f"refs/tags/{wanted}"]))

        renamed = ExperimentRef(ref.baseline, require_free(new, is_taken))
        change_refs(self.repository, [Create(str(renamed), oid), Delete(str(ref), oid)])
        # Other clones keep the name they know it by, and are told of this one.
        self.annotate([oid], {"alias": renamed.name})
        return renamed

    def delete(self, names: Sequence[str]) -> list[str]:
        """Move experiments into the trash, all in one transaction; return their names."""
        found = list(dict.fromkeys(self.find(name) for name in names))
        now = int(time.time())
        used = {str(ref) for ref, _ in self.trash()}
        changes: list[Create | Delete] = []
        for ref, oid in found:
            trash = TrashRef(ref.name, now)
            while str(trash) in used:
                trash = TrashRef(ref.name, trash.deleted + 1)
            used.add(str(trash))
            changes += [Create(str(trash), oid), Delete(str(ref), oid)]
        change_refs(self.repository, changes)
        return [ref.name for ref, _ in found]

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
            raise DamagedError(f"The commit of {name!r} is gone.", hint="git fsck")
        if name in self.shelf().names():
            raise NameTakenError(f"Another run is named {name} now.", hint=f"trackside rename {name} NEW, then again.")
        ref = ExperimentRef(cast("Any", parse_commit(commit).parent or oid), name)
        change_refs(self.repository, [Create(str(ref), oid), Delete(str(trash), oid)])
        return ref

    def close(self) -> None:
        """Close the index."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def notes(self, shelf: Shelf) -> dict[str, bytes]:
        """Return the events people noted, by commit id."""
        return self._notes(shelf.notes_tip)

    def _known(self, shelf: Shelf, oids: Sequence[str] | None) -> dict[str, Glance]:
        """Return what is known of the commits (None: all on the shelf), after reading those met for the first time."""
        if self._fresh and self.index.is_settled:
            self._fresh = {}
        wanted = shelf.refs if oids is None else {oid: shelf.refs[oid] for oid in oids}
        known, self._recalled = self._recalled, None
        if known is None:
            known = self.index.glances(oids if oids is not None and len(oids) < _AT_ONCE else None)
        known.update((oid, glance) for oid, (glance, _) in self._fresh.items())
        unknown = [oid for oid in wanted if oid not in known]
        is_many = len(unknown) >= _MANY
        for begin, records in self._records(unknown, is_many=is_many):
            with without_collection():
                learned = self._learn(wanted, unknown[begin : begin + len(records)], records, is_many=is_many)
            self.index.add(list(learned.values()))
            self._fresh.update(learned)
            known.update({oid: glance for oid, (glance, _) in learned.items()})
        self.index.added()
        return known

    def _records(self, oids: Sequence[str], *, is_many: bool) -> Iterator[tuple[int, list[bytes | None]]]:
        """Read the stored records of commits, each lot with the number of those before it in `oids`."""
        names = [f"{oid}:{_RECORD_PATH}" for oid in oids]
        if is_many:
            yield from read_contents_along(self.repository, names, meanwhile=prepare)
        elif names:
            yield 0, [found and found.data for found in read_objects(self.repository, names)]

    def _learn(
        self,
        wanted: Mapping[str, list[ExperimentRef]],
        oids: Sequence[str],
        records: Sequence[bytes | None],
        *,
        is_many: bool,
    ) -> dict[str, tuple[Glance, bytes]]:
        """Check the stored records of commits; read those of other tools from their trees. By commit id."""
        learned: dict[str, tuple[Glance, bytes]] = {}
        foreign = []
        for oid, data in zip(oids, records):
            if data is None:
                foreign.append(oid)
                continue
            cut = cut_glance(data) if is_many else None
            if cut is not None:
                learned[oid] = Glance(oid, "trackside", None, *cut), data
                continue
            ref = wanted[oid][0]
            record, problem, is_whole = parse_stored(data, name=ref.name, baseline=ref.baseline)
            learned[oid] = _learned(oid, "trackside", record, problem, data if is_whole else None)
        for oid, commit in zip(foreign, read_objects(self.repository, foreign)):
            ref = wanted[oid][0]
            read = self._read_foreign(oid, commit, ref) if commit is not None and commit.kind == "commit" else None
            if read is not None:
                learned[oid] = _learned(oid, "dvc", *read)
        return learned

    def tree_reader(self, oid: str) -> tuple[Callable[[str], bytes | None], list[str]]:
        """Return how to read files of an experiment's tree by path, and the paths there are; GitError if gone."""
        files = list_tree(self.repository, oid)

        def read(path: str) -> bytes | None:
            entry = files.get(path)
            found = read_object(self.repository, entry[1]) if entry else None
            return found.data if found is not None and len(found.data) <= _LARGEST_READ else None

        return read, list(files)

    def parent(self, oid: str) -> str:
        """Return the baseline commit of an experiment; DamagedError when the commit is gone."""
        commit = read_object(self.repository, oid)
        if commit is None:
            raise DamagedError("The commit of that run is gone.", hint="git fsck")
        return parse_commit(commit).parent

    def _read_foreign(self, oid: str, commit: Object, ref: ExperimentRef) -> tuple[Record, str | None] | None:
        """Read an experiment made by `dvc exp` or DVCLive; None when its tree is gone."""
        from trackside.foreign_record import record_from_tree

        try:
            read, paths = self.tree_reader(oid)
        except GitError:
            return None
        return record_from_tree(read, paths, name=ref.name, baseline=ref.baseline, commit=parse_commit(commit))

    def _notes(self, tip: str | None) -> dict[str, bytes]:
        if tip is None:
            return {}
        known = self.index.notes(tip)
        if known is None:
            # Imported here: a listing seldom finds notes it does not know.
            from trackside.git.notes import read_notes

            known = read_notes(self.repository, tip)
            self.index.set_notes(tip, known)
        return known


def _unreadable(oid: str, ref: ExperimentRef) -> Glance:
    """Stand in for an experiment whose commit or tree is gone."""
    record = empty_record(name=ref.name, baseline=ref.baseline)
    return _learned(oid, "trackside", record, _UNREADABLE)[0]


def _learned(
    oid: str, source: str, record: Record, problem: str | None, stored: bytes | None = None
) -> tuple[Glance, bytes]:
    tags = json_bytes(record["tags"]).decode()
    # A stranger's integer may be larger than SQLite takes; as a time it fits a float.
    glance = Glance(oid, source, problem, float(record["started"]), tags, glance_of(record).decode())
    return glance, stored or json_bytes(record)


def _near_names(name: str, named: Iterable[tuple[ExperimentRef, str]]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, [ref.name for ref, _ in named], 1)
    return f"Did you mean {near[0]}?" if near else "`trackside list` shows them."
