"""From an experiment to a branch others review: planned first, then made, all in Git's object store.

Work tree, index, HEAD, stash and configuration stay as they are; the one ref that is written states what it must
hold before.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue import Catalogue
from trackside.catalogue.verdicts import choose_main_metric
from trackside.catalogue.warm import State
from trackside.dvcfiles import DVC_YAML, IMAGES, declaration
from trackside.errors import DamagedError, GitError, NameTakenError, StateError, TracksideError
from trackside.experiment import parse_record
from trackside.git.objects import list_tree, read_object, read_objects
from trackside.git.refs import Create, Move, change_refs
from trackside.git.repository import Repository
from trackside.record import EXECUTED_PATH, FOLDER, RECORD_PATH, printable
from trackside.review.asked import Asked, Progress, silent
from trackside.review.committing import Draft, author_of, identity_problem, write_draft
from trackside.review.configured import AS_COMMITTED, Configured, read_configured
from trackside.review.hooks import commit_with_hooks, find_hooks
from trackside.review.merge import TOO_OLD, can_merge, try_merge
from trackside.review.message import Against, write_message
from trackside.review.naming import Branch, look_at_branch
from trackside.review.onto import Onto, default_branch, find_onto, list_branches, usual_remote
from trackside.review.planned import BranchState, Conflict, Hook, Made, Merge, Plan
from trackside.review.strip import strip_outputs
from trackside.review.trees import changed_between, edit_tree, is_below, write_blobs
from trackside.row import Row, row_of
from trackside.source_diff import diff_commits

if TYPE_CHECKING:
    from trackside.contract import Experiment

#: What DVC keeps of its own running in an experiment, among it a pickle that may hold a token.
_DVC_OWN: Final = ".dvc/tmp"
_FIGURES: Final = f"{FOLDER}/{IMAGES}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The branch asked for and the one it is meant for."""

    branch: Branch
    onto: Onto | None
    problem: TracksideError | None = None


def plan(catalogue: Catalogue, asked: Asked) -> Plan:
    """Work out what a promotion would make; what stops it is in `problems`.

    Objects are written, no ref refers to them. Raises NotFoundError when there is no such run, StateError
    `open-run` when it is still open.
    """
    repository = catalogue.owner
    state = catalogue.state()
    row = sealed_row(catalogue, asked.run, state)
    experiment = row.oid or ""
    base, tree = _commit(repository, experiment)
    target = _target(repository, row, asked)
    tree = review_tree(repository, base, experiment, tree, keep=asked.outputs == "keep")
    # What is shown and what is tried do not need each other, and Git has a core for each.
    with ThreadPoolExecutor(1, "trackside-plan") as thread:
        shown = thread.submit(diff_commits, catalogue.reader, base, tree, before=base[:12], after=row.name)
        configured = read_configured(repository)
        ahead, behind = _apart(repository, base, target.onto)
        merge, notes = (
            (Merge(state="same"), [])
            if target.onto is not None and behind == 0
            else _meet(repository, configured, base, tree, target.onto, asked)
        )
        hooks = find_hooks(repository, configured, tree, wanted=asked.hooks)
        unknown = identity_problem(repository)
        against = _against(catalogue, state, row, base)
        files = shown.result()["files"]
    message = write_message(row, against, _main_metric(catalogue, row), files)
    notes += [*_hook_notes(hooks), *_unpushed_notes(ahead, target.onto)]
    problems = [target.problem, target.branch.problem, unknown]
    problems.append(_merge_problem(merge, target.onto) if asked.update else None)
    planned = Plan(
        run=asked.run,
        experiment=experiment,
        branch=target.branch.name,
        onto=target.onto.name if target.onto else None,
        target=target.onto.oid if target.onto else None,
        base=base,
        tree=tree,
        message=message,
        files=files,
        merge=merge,
        hooks=hooks,
        signs=configured.signs if asked.sign is None else asked.sign,
        tip=target.branch.tip,
        notes=notes,
        problems=[problem for problem in problems if problem is not None],
    )
    return replace(planned, state=_state(repository, planned, target.branch, asked))


def make(catalogue: Catalogue, asked: Asked, planned: Plan, progress: Progress = silent) -> Made:
    """Make the branch as planned, and note on the experiment that it was promoted.

    Raises the first of the plan's problems, StateError `hook-refused`, GitError `not-signed` or `moved`; then
    nothing was made.
    """
    for problem in planned.problems:
        raise problem
    repository = catalogue.owner
    if planned.state == "again":
        note = f"The branch {planned.branch} is there already, just as it would be made."
        return Made(branch=planned.branch, oid=planned.tip or "", updated=_is_updated(asked, planned), notes=[note])
    author = author_of(repository, planned.experiment)
    draft = Draft(tree=planned.tree, parents=(planned.base,), message=planned.message, author=author)
    notes: list[str] = []
    if any(hook.runs for hook in planned.hooks):
        progress("Running commit hooks", None)
        hooked = commit_with_hooks(repository, draft, signs=planned.signs)
        oid, notes = hooked.oid, hooked.notes
    else:
        progress("Writing the commit", None)
        oid = write_draft(repository, draft, signs=planned.signs)
    updated = False
    if _is_updated(asked, planned):
        progress(f"Merging with {planned.onto}", None)
        oid, updated = _updated(repository, planned, draft, oid, keep=asked.outputs == "keep"), True
        notes.append(f"{planned.onto} is merged in; the metrics are from the run, not re-run after the merge.")
    progress(f"Writing the branch {planned.branch}", None)
    _point(repository, planned, oid)
    return Made(branch=planned.branch, oid=oid, updated=updated, notes=[*notes, *_noted(catalogue, planned)])


def sealed_row(catalogue: Catalogue, run: str, state: State | None = None) -> Row:
    """Find a sealed run by handle, name, or a beginning of its name or commit id.

    Raises NotFoundError, StateError `open-run`.
    """
    state = state if state is not None else catalogue.state()
    place = state.place(run)
    if place is None:
        named = [place for place, row in enumerate(state.rows) if run in (row.name, row.oid)]
        place = named[0] if len(named) == 1 else None
    if place is not None:
        row = state.rows[place]
    else:
        ref, oid = catalogue.store.find(run)
        found = next((row for row in state.rows if row.oid == oid and row.name == ref.name), None)
        row = found if found is not None else row_of(_experiment(catalogue, oid))
    if row.oid is None:
        raise StateError(f"{row.name} is still open.", hint="End it first.", code="open-run")
    return row


def _experiment(catalogue: Catalogue, oid: str) -> Experiment:
    return catalogue.store.read(catalogue.store.shelf(), [oid])[0]


def _commit(repository: Repository, experiment: str) -> tuple[str, str]:
    """Return the baseline commit and the tree of an experiment."""
    found = read_object(repository, experiment)
    head = found.data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n") if found is not None else []
    fields = dict(line.split(" ", 1) for line in reversed(head) if " " in line)
    if "tree" not in fields or "parent" not in fields:
        raise DamagedError("The commit of that run is gone, or stands on no other.", hint="git fsck")
    return fields["parent"], fields["tree"]


def review_tree(repository: Repository, base: str, experiment: str, tree: str, *, keep: bool) -> str:
    """Write the tree for review: the run's own, without pictures, the executed notebook, DVC's own and outputs."""
    changed = changed_between(repository, base, experiment)
    edits: dict[str, tuple[str, str] | None] = {}
    if any(is_below(path, [_DVC_OWN]) and mode != "000000" for path, (_, mode, _, _) in changed.items()):
        edits[_DVC_OWN] = None
    contents: list[tuple[str, str, bytes]] = list(_stripped(repository, changed)) if not keep else []
    record = list_tree(repository, experiment, FOLDER)
    if EXECUTED_PATH in record:
        edits[EXECUTED_PATH] = None
    if any(is_below(path, [_FIGURES]) for path in record):
        edits[_FIGURES] = None
        kept = [path[len(FOLDER) + 1 :] for path in record if not is_below(path, [_FIGURES])]
        contents.append((f"{FOLDER}/{DVC_YAML}", "100644", declaration(kept)))
    for (path, mode, _), oid in zip(contents, write_blobs(repository, [data for _, _, data in contents])):
        edits[path] = (mode, oid)
    return edit_tree(repository, tree, edits)


def _stripped(
    repository: Repository, changed: dict[str, tuple[str, str, str, str]]
) -> Iterable[tuple[str, str, bytes]]:
    """Take the outputs out of the notebooks the run changed: path, mode, content of those that had some."""
    notebooks = [
        (path, mode, oid)
        for path, (_, mode, _, oid) in changed.items()
        if path.endswith(".ipynb") and mode.startswith("100") and not is_below(path, [FOLDER])
    ]
    objects = read_objects(repository, [oid for _, _, oid in notebooks]) if notebooks else ()
    for (path, mode, _), found in zip(notebooks, objects):
        data = strip_outputs(found.data) if found is not None else b""
        if found is not None and data is not found.data and data != found.data:
            yield path, mode, data


def _target(repository: Repository, row: Row, asked: Asked) -> _Target:
    refs = list_branches(repository)
    remote = usual_remote(refs, asked.remote)
    default = default_branch(repository, refs, remote)
    onto, problem = None, None
    try:
        onto = find_onto(refs, default, asked.onto, remote)
    except TracksideError as error:
        problem = error
    shared = {name for name in (default, onto.name if onto else None) if name}
    branch = look_at_branch(repository, asked.branch or f"exp/{row.name}", refs, row.oid or "", shared)
    return _Target(branch=branch, onto=onto, problem=problem)


def _main_metric(catalogue: Catalogue, row: Row) -> str | None:
    directions = {name: metric[4] for name, metric in row.metrics.items()}
    return choose_main_metric(dict.fromkeys(row.metrics, 1), directions, catalogue.main_metric())


def _against(catalogue: Catalogue, state: State, row: Row, base: str) -> Against | None:
    """Return what the run is compared with: the record its baseline commit carries, else the baseline run."""
    found = read_object(catalogue.reader, f"{base}:{RECORD_PATH}")
    if found is not None and found.kind == "blob":
        record, _ = parse_record(found.data)
        experiment: Any = {
            "name": record["name"], "oid": None, "ref": None, "source": "trackside", "problem": None,
            "annotations": None, "record": record,
        }  # fmt: skip
        was = row_of(experiment)
        return Against(name=f"{was.name} at {base[:8]}", metrics=was.metrics, params={**was.hidden, **was.params})
    place = state.sealed.baseline_beside(row.oid)
    if place is None:
        return None
    other = state.sealed.rows[place]
    return Against(name=other.name, metrics=other.metrics, params={**other.hidden, **other.params})


def _meet(
    repository: Repository, configured: Configured, base: str, tree: str, onto: Onto | None, asked: Asked
) -> tuple[Merge, list[str]]:
    """Try the merge with the target in memory."""
    if onto is None:
        note = "No target branch was found, so a merge was not tried." if not asked.onto else ""
        return Merge(state="none"), [note] if note else []
    if not can_merge():
        return Merge(state="none"), [TOO_OLD]
    commit = _unreachable(repository, tree, base)
    # Programs of the configuration run when a person promotes, not when they look.
    merge = try_merge(
        repository,
        commit,
        onto.oid,
        by_cell=asked.update,
        keep=asked.outputs == "keep",
        without=configured.drivers,
    )
    fetched = f" as of the last fetch of {onto.ref.split('/')[2]}" if onto.is_fetched else ""
    return merge, [f"The merge was tried with {printable(onto.name)}{fetched}."] if fetched else []


def _unreachable(repository: Repository, tree: str, base: str) -> str:
    """Write a commit to try a merge with; no ref is made to it."""
    args = ("commit-tree", tree, "-p", base, "--no-gpg-sign")
    who = tuple(
        (f"GIT_{role}_{what}", text)
        for role in ("AUTHOR", "COMMITTER")
        for what, text in (("NAME", "Trackside"), ("EMAIL", "nobody@trackside.invalid"), ("DATE", "@0 +0000"))
    )
    git = repository.git._replace(environment=who, config=AS_COMMITTED)
    return git.run(*args, stdin=b"Try a merge\n").decode().strip()


def _merge_problem(merge: Merge, onto: Onto | None) -> TracksideError | None:
    """Say why `--update` cannot be done."""
    if onto is None:
        return StateError("There is no branch to update with.", hint="Name it with --onto.", code="no-onto")
    if merge.state == "unrelated":
        return StateError(f"The run and {onto.name} have no commit in common.", code="unrelated")
    if merge.state == "none":
        return StateError(TOO_OLD, hint="Promote without --update.", code="git-too-old")
    if merge.state != "conflicts":
        return None
    return StateError(
        f"The run does not merge with {onto.name}, so nothing was made:\n{conflict_lines(merge.conflicts)}",
        hint="Promote without --update, and solve them on the branch; or run again on the newer state.",
        code="conflicts",
    )


def conflict_lines(conflicts: Iterable[Conflict]) -> str:
    """Write conflicts one a line."""
    return "\n".join(f"  {conflict.path}: {conflict.what}" for conflict in conflicts)


def _hook_notes(hooks: Iterable[Hook]) -> list[str]:
    return [f"The {hook.name} hook does not run: {hook.why}." for hook in hooks if not hook.runs]


def _apart(repository: Repository, base: str, onto: Onto | None) -> tuple[int, int]:
    """Count the commits of the baseline that the target lacks, and of the target that the baseline lacks."""
    if onto is None or onto.oid == base:
        return 0, 0
    words = repository.git.run("rev-list", "--left-right", "--count", f"{base}...{onto.oid}").split()
    return int(words[0]), int(words[1])


def _unpushed_notes(count: int, onto: Onto | None) -> list[str]:
    """Say when commits of the person's own, made before the run, would come along."""
    if onto is None or not count:
        return []
    were = "1 commit before the run is" if count == 1 else f"{count:,} commits before the run are"
    return [f"{were} not on {onto.name} yet; a request brings them along."]


def _state(repository: Repository, planned: Plan, branch: Branch, asked: Asked) -> BranchState:
    if branch.tip is None:
        return "new"
    tip = read_object(repository, branch.tip)
    head = tip.data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n") if tip is not None else []
    parents = [line[len("parent ") :] for line in head if line.startswith("parent ")]
    tree = next((line[len("tree ") :] for line in head if line.startswith("tree ")), "")
    if planned.signs and not any(line.startswith("gpgsig") for line in head):
        return "replaces"
    if _is_updated(asked, planned):
        is_same = tree == planned.merge.tree and parents[1:] == [planned.target]
    else:
        is_same = tree == planned.tree and parents == [planned.base]
    return "again" if branch.is_ours and is_same else "replaces"


def _is_updated(asked: Asked, planned: Plan) -> bool:
    """Tell whether the branch carries the target's newer state too."""
    return asked.update and planned.target is not None and planned.merge.state == "clean"


def _updated(repository: Repository, planned: Plan, draft: Draft, oid: str, *, keep: bool) -> str:
    """Merge the commit with the target; it is merged again, since a hook may have changed it."""
    assert planned.target is not None
    merge = try_merge(repository, oid, planned.target, by_cell=True, keep=keep)
    if merge.tree is None:
        raise StateError(
            f"The run does not merge with {planned.onto} any more, so nothing was made:\n"
            f"{conflict_lines(merge.conflicts)}",
            hint="Look at the preview again.",
            code="conflicts",
        )
    subject, _, rest = planned.message.partition("\n")
    trailers = rest.rstrip().rpartition("\n\n")[2]
    message = (
        f"Merge {planned.onto} into {planned.branch}\n\n{subject}\n\n"
        f"Metrics are from the run, not re-run after the merge.\n\n{trailers}\n"
    )
    merged = replace(draft, tree=merge.tree, parents=(oid, planned.target), message=message)
    return write_draft(repository, merged, signs=planned.signs)


def _point(repository: Repository, planned: Plan, oid: str) -> None:
    """Point the branch at the commit if it still holds what the plan saw."""
    ref = f"refs/heads/{planned.branch}"
    moved = StateError(
        f"The branch {planned.branch} was changed by somebody else meanwhile, so it was left alone.",
        hint="Look at the preview again.",
        code="branch-moved",
    )
    change = Create(ref, oid) if planned.tip is None else Move(ref, oid, planned.tip)
    try:
        change_refs(repository, [change])
    except NameTakenError as error:
        raise moved from error
    except GitError as error:
        raise moved if error.code == "moved" else error from None


def _noted(catalogue: Catalogue, planned: Plan) -> list[str]:
    """Note the promotion on the experiment; the branch is there whether or not that succeeds."""
    try:
        catalogue.writing.annotate([planned.experiment], {"promoted": planned.branch})
    except TracksideError as error:
        return [f"The run could not be marked as promoted: {error.message}"]
    return []


__all__ = ["conflict_lines", "make", "plan", "review_tree", "sealed_row"]
