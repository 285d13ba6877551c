"""Questions as lines of JSON over a pipe, for an editor that starts this program as its child (docs/serve.md).

Each line is one object. In: `{"id": 1, "method": "GET", "path": "about"}`, with a `body` where the route takes one;
`{"cancel": 1}` when nobody waits any more. Out: `{"hello": 1, "about": About}` first; for each question `{"id": 1,
"status": 200, "type": "application/json", "body": …}`, or `"base64"` in place of `body` where the answer is a picture
or a file; `{"event": Changed}` when something changed. The program ends with its input: an editor that died takes it
along.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from trackside.desk.carried import JSON, Reply, answer
from trackside.desk.context import Services
from trackside.desk.places import Places
from trackside.desk.tasks import Tasks
from trackside.desk.watcher import Watcher
from trackside.encode import json_bytes

if TYPE_CHECKING:
    from trackside.contract import Changed

#: Of this way of carrying questions; the shapes have the number of the format.
PROTOCOL: Final = 1
#: Git is a process of its own, so threads only wait.
_THREADS: Final = 6


def serve(root: str | os.PathLike[str], incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer what comes in until it ends; `root` is the folder whose repositories may be shown."""
    asyncio.run(Lines(root, incoming, outgoing).run())


class Lines:
    """One editor's conversation."""

    def __init__(self, root: str | os.PathLike[str], incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._in, self._out = incoming, outgoing
        self._writing = threading.Lock()
        self._pool = ThreadPoolExecutor(_THREADS, "trackside-desk")
        self._looking = ThreadPoolExecutor(1, "trackside-watch")
        self._waiting: dict[Any, Future[None]] = {}
        places, tasks = Places(root), Tasks()
        self._services = Services(places=places, tasks=tasks)
        self._watcher = Watcher(places, self._looking, self._emit)
        tasks.on_change = self._watcher.tell_tasks

    async def run(self) -> None:
        """Say hello, then answer until the input ends."""
        self._watcher.start()
        # Who asks next is a tree of runs: they are read while hello is on its way.
        self._pool.submit(self._services.places.read_ahead, "")
        about = answer(self._services, "GET", "about")
        self._write({"hello": PROTOCOL, "about": json.loads(about.data)})
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        # A thread of its own that nobody waits for: a read cannot be broken off.
        threading.Thread(
            target=self._read, args=(lambda: loop.call_soon_threadsafe(ended.set),), name="trackside-in", daemon=True
        ).start()
        await ended.wait()
        await self._watcher.stop()
        self._services.tasks.close()
        for pool in (self._pool, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, end: Any) -> None:
        try:
            for line in self._in:
                self._take(line)
        except (OSError, ValueError):
            pass
        finally:
            end()

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            asked = json.loads(line)
        except (ValueError, RecursionError):
            asked = None
        if type(asked) is not dict:
            self._write({"id": None, **_refusal("A line must be one JSON object.")})
        elif "cancel" in asked:
            waiting = self._waiting.get(_key(asked["cancel"]))
            if waiting is not None:
                waiting.cancel()
        elif type(asked.get("method")) is not str or type(asked.get("path")) is not str:
            self._write({"id": asked.get("id"), **_refusal("A question has an id, a method and a path.")})
        else:
            key = _key(asked.get("id"))
            self._waiting[key] = work = self._pool.submit(self._answer, asked)
            work.add_done_callback(lambda _: self._waiting.pop(key, None))

    def _answer(self, asked: dict[str, Any]) -> None:
        body = asked.get("body")
        data = b"" if body is None else json.dumps(body).encode()
        self._send(_line(asked.get("id"), answer(self._services, asked["method"], asked["path"], data)))

    def _emit(self, changed: Changed) -> None:
        self._write({"event": changed})

    def _write(self, said: dict[str, Any]) -> None:
        self._send(json_bytes(said))

    def _send(self, line: bytes) -> None:
        with self._writing:
            try:
                self._out.write(line + b"\n")
                self._out.flush()
            except (OSError, ValueError):
                # Nobody listens any more; the input ends in a moment.
                return


def _key(identifier: object) -> str:
    return json.dumps(identifier, default=str)


def _refusal(message: str) -> dict[str, Any]:
    return {"status": 400, "type": JSON, "body": {"code": "bad-line", "message": message, "hint": ""}}


def _line(identifier: object, reply: Reply) -> bytes:
    said: dict[str, Any] = {"id": identifier, "status": reply.status, "type": reply.mime}
    if reply.name:
        said["name"] = reply.name
    if reply.mime != JSON or reply.name or b"\n" in reply.data:
        return json_bytes({**said, "base64": base64.b64encode(reply.data).decode()})
    # The answer is JSON in one line already.
    return json_bytes(said)[:-1] + b',"body":' + reply.data + b"}"
