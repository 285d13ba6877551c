"""Fetch commits in parts, each kept by one ref until it is settled: what an interrupted pull got, the next one has."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from trackside.git.refs import Create, change_refs, list_refs
from trackside.git.repository import Repository
from trackside.refs import REMOTES
from trackside.sharing.collected import is_lost, is_whole, parents_of, too_busy
from trackside.sharing.transport import LARGEST_OBJECT, MOST_RECEIVED, TOO_LARGE, Peer
from trackside.sharing.trouble import explain, harmless

Item = TypeVar("Item")
#: So many fetches are spent on finding which runs Git refuses.
_MOST_SPLITS: Final = 200
#: Fetches of the same runs, when Git collects what came before a ref keeps it.
_TRIES: Final = 3
#: What Git says of an object it does not take, and of a connection that broke.
_DAMAGED_THERE: Final = "repository corruption on the remote side"
_REFUSED: Final = ("fsck error", "invalid object", "did not send all necessary objects", TOO_LARGE, _DAMAGED_THERE)
_BROKEN: Final = ("early eof", "hung up", "unexpected disconnect", "rpc failed", "no space left", "disk quota")
_NOBODY: Final = "Trackside <nobody@trackside.invalid> 0 +0000"


@dataclass(slots=True)
class Fetching:
    """What one pull fetches."""

    peer: Peer
    #: Refs that keep what was fetched, and their commits.
    keepers: dict[str, str] = field(default_factory=dict)
    _splits: int = 0
    _tree: str = ""

    @property
    def repository(self) -> Repository:
        return self.peer.repository

    def kept(self) -> set[str]:
        """Return what pulls that were interrupted had fetched."""
        self.keepers.update(list_refs(self.repository, f"{REMOTES}{self.peer.name}/incoming"))
        kept: set[str] = set()
        for ref, oid in list(self.keepers.items()):
            oids = parents_of(self.repository, oid)
            if is_whole(self.repository, oids):
                kept.update(oids)
            else:
                # It was killed in the moment in which Git collected: what is gone is fetched again.
                self._let_go(ref)
        return kept

    def fetch(self, oids: Sequence[str]) -> tuple[Sequence[str], dict[str, str]]:
        """Fetch some commits; return them, and why Git refuses some. One that is refused holds no other up."""
        refused: dict[str, str] = {}
        self._fetch(oids, refused)
        return oids, refused

    def release(self) -> None:
        """Let go of what was kept, once it is settled."""
        for ref in list(self.keepers):
            self._let_go(ref)

    def _let_go(self, ref: str) -> None:
        # Another pull may have removed it.
        self.repository.git.attempt("update-ref", "-d", ref, self.keepers.pop(ref))

    def _fetch(self, oids: Sequence[str], refused: dict[str, str]) -> None:
        for _ in range(_TRIES):
            answer = self.peer.fetch(oids)
            if answer.status != 0:
                break
            ref = self._keep(oids)
            if not is_lost(self.repository, oids, self.peer.wait):
                return
            self._let_go(ref)
        else:
            raise too_busy()
        if not is_refused(answer.err) or self._splits >= _MOST_SPLITS:
            raise explain(self.peer.name, answer.err, answer.status)
        self._splits += 1
        if len(oids) == 1:
            refused[oids[0]] = _refusal(answer.err)
            return
        middle = len(oids) // 2
        self._fetch(oids[:middle], refused)
        self._fetch(oids[middle:], refused)

    def _keep(self, oids: Sequence[str]) -> str:
        """Make a ref that keeps these commits, so that nothing collects them before they are settled."""
        # One ref for all: ten thousand refs that are moved a moment later take as long as the fetch itself.
        ref = f"{REMOTES}{self.peer.name}/incoming/{time.time_ns():x}-{os.urandom(3).hex()}"
        oid = self._write_keeper(oids)
        change_refs(self.repository, [Create(ref, oid)])
        self.keepers[ref] = oid
        return ref

    def _write_keeper(self, oids: Sequence[str]) -> str:
        """Write a commit that has these as parents."""
        git = self.repository.git
        self._tree = self._tree or git.run("mktree").decode().strip()
        parents = "".join(f"parent {oid}\n" for oid in oids)
        text = f"tree {self._tree}\n{parents}author {_NOBODY}\ncommitter {_NOBODY}\n\nFetched runs, not yet looked at\n"
        return git.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode()).decode().strip()


def in_parts(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """Cut what is to be done into what is done in one go."""
    for begin in range(0, len(items), size):
        yield list(items[begin : begin + size])


def is_refused(words: str) -> bool:
    """Tell from Git's words whether it refused an object, and not the remote everything."""
    lower = words.lower()
    if any(part in lower for part in _BROKEN) and _DAMAGED_THERE not in lower:
        return False
    return any(part in lower for part in _REFUSED) or ("error: object" in lower and ": " in lower)


def _refusal(words: str) -> str:
    lower = words.lower()
    if TOO_LARGE in lower:
        return f"It holds a file larger than {LARGEST_OBJECT >> 20} MB, or more than {MOST_RECEIVED >> 30} GB in all."
    if _DAMAGED_THERE in lower:
        return "It is damaged there: its server cannot read all of it."
    if "not send all necessary" in lower:
        return "It did not arrive whole, or its folders lie too deep."
    told = [line for line in words.splitlines() if line.startswith("error:")]
    return f"Git refuses it: {harmless(told[0].removeprefix('error: ')) if told else 'it is damaged'}"
