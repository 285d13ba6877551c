"""`trackside branch`, `rename`, `delete`, `undelete`: the names of experiments. Nothing here touches the work tree."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from typing import Final

from trackside.cli import words
from trackside.cli.verb import Verb, here
from trackside.errors import NameTakenError, UsageError
from trackside.git.refs import Create, change_refs
from trackside.store import Store


def _branch_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="name, its beginning, or commit id")
    parser.add_argument("name", metavar="NAME", nargs="?", help="the branch (default: exp/RUN)")


def _branch(options: Namespace) -> int:
    repository = here(options)
    ref, oid = Store(repository).find(options.run)
    name = options.name or f"exp/{ref.name}"
    if repository.git.attempt("check-ref-format", "--branch", name).status != 0 or name.startswith("-"):
        raise UsageError(f"{name!r} cannot be the name of a branch.", hint="git check-ref-format explains the rules.")
    try:
        change_refs(repository, [Create(f"refs/heads/{name}", oid)])
    except NameTakenError as error:
        raise NameTakenError(f"There is a branch {name} already.", hint="Give another name after the run's.") from error
    words.say(f"branch {words.safe(name)} is at {oid[:12]}; look at it with: git switch {words.safe(name)}")
    return 0


def _rename_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="name, its beginning, or commit id")
    parser.add_argument("name", metavar="NEW", help="a-z, 0-9 and hyphens")


def _rename(options: Namespace) -> int:
    renamed = Store(here(options)).rename(options.run, options.name)
    words.say(f"renamed to {renamed.name}")
    return 0


def _delete_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="+", help="name, its beginning, or commit id")


def _delete(options: Namespace) -> int:
    for name in Store(here(options)).delete(options.runs):
        words.say(f"deleted {words.safe(name)}; trackside undelete {words.safe(name)} brings it back")
    return 0


def _undelete_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="*", help="names of deleted runs; none: list them")


def _undelete(options: Namespace) -> int:
    store = Store(here(options))
    if not options.runs:
        now = time.time()
        for ref, oid in store.trash():
            words.say(f"{words.safe(ref.name)}\t{oid[:12]}\tdeleted {words.age(max(0.0, now - ref.deleted))} ago")
    for name in options.runs:
        words.say(f"{words.safe(store.undelete(name).name)} is back")
    return 0


VERBS: Final = {
    "branch": Verb(
        example="trackside branch calm-otter-3f try-bigger-forest",
        arguments=_branch_arguments,
        act=_branch,
        more="The branch is the experiment's own commit. An existing branch is never moved.",
    ),
    "rename": Verb(example="trackside rename calm-otter-3f best-so-far", arguments=_rename_arguments, act=_rename),
    "delete": Verb(
        example="trackside delete calm-otter-3f",
        arguments=_delete_arguments,
        act=_delete,
        more="`trackside gc` empties the trash after 30 days.",
    ),
    "undelete": Verb(example="trackside undelete calm-otter-3f", arguments=_undelete_arguments, act=_undelete),
}
