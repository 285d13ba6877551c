"""Questions of a panel as messages of this kernel: answered from the desk by threads of its own, no cell waits.

In, as `ui/widget/carrier.ts` sends them: `{"ask": "desk", "q": …, "method": …, "path": …, "body": …}`, answered by
`{"q": …, "status": …, "type": …}` with the bytes of the answer as a buffer; `{"ask": "cancel", "q": …}`. Changes are
told as `{"event": Changed}`.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trackside.capture import fork
from trackside.desk.carried import JSON, Reply, answer
from trackside.desk.context import Services
from trackside.desk.places import Places
from trackside.desk.tasks import Tasks
from trackside.desk.watcher import Watcher
from trackside.encode import json_bytes

if TYPE_CHECKING:
    from trackside.contract import Changed

#: Git is a process of its own, so threads only wait.
_THREADS: Final = 4
#: Questions that wait at once; a panel asks a handful.
_MOST_WAITING: Final = 200
_LONGEST_NAME: Final = 80
#: Seconds between changes told of one place: to answer what panels ask then takes time from the cell that runs.
_CALM: Final = 1.0
#: Changes told to a view that asks nothing any more: its page is closed, and the server keeps messages for it.
_UNHEARD: Final = 40

Send = Callable[[dict[str, Any], Sequence[bytes]], None]


class Line:
    """The messages of one view; `send` may be called by any thread."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lock = threading.Lock()
        #: Of the last message heard: ipykernel reads from it what an answer is an answer to.
        self._context: Context = copy_context()
        self._untold = 0
        self._missed: set[str] = set()
        self.is_open = True

    def hear(self) -> None:
        """Note that somebody asks, in the thread and context the message came in."""
        self._context = copy_context()
        self._untold = 0
        missed, self._missed = self._missed, set()
        for place in missed:
            self.tell({"place": place, "revision": "", "what": ["runs", "open", "tasks"], "runs": []})

    def tell(self, changed: Changed) -> None:
        """Tell of a change, unless nobody seems to hear."""
        if self._untold >= _UNHEARD:
            self._missed.add(changed["place"])
            return
        self._untold += 1
        self.say({"event": changed})

    def say(self, content: dict[str, Any], *buffers: bytes) -> None:
        """Send one message."""
        if not self.is_open:
            return
        with self._lock:
            try:
                self._context.copy().run(self._send, content, buffers)
            except Exception:
                # The front end or the kernel's sockets went away.
                self.is_open = False


class KernelDesk:
    """Answers the views of one folder, and tells them of changes while there are any."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pool = ThreadPoolExecutor(_THREADS, "trackside-desk")
        self._looking = ThreadPoolExecutor(1, "trackside-watch")
        self._lines: set[Line] = set()
        self._waiting: dict[tuple[int, str], Future[None]] = {}
        places, tasks = Places(root), Tasks()
        self.services = Services(places=places, tasks=tasks)
        self._watcher = Watcher(places, self._looking, self._emit)
        tasks.on_change = self._watcher.tell_tasks
        self._late: dict[str, list[Changed]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_over = False
        fork.disable_in_child(self)
        threading.Thread(target=self._watch, name="trackside-watcher", daemon=True).start()

    def disable(self) -> None:
        """Do nothing any more: called in a forked child, which has none of these threads."""
        self._is_over = True
        for line in self._lines:
            line.is_open = False

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._is_over

    def open(self, line: Line) -> None:
        """Tell `line` of changes from now on."""
        self._lines.add(line)

    def close(self, line: Line) -> bool:
        """Tell it nothing more; with the last one the desk ends. Returns whether it has."""
        line.is_open = False
        self._lines.discard(line)
        if not self._lines and not self._is_over:
            self.end()
        return self._is_over

    def end(self) -> None:
        """End its threads; what is being done is done to its end."""
        self._is_over = True
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(loop.stop)
        self.services.tasks.close()
        for pool in (self._pool, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)

    def take(self, line: Line, asked: dict[str, Any]) -> None:
        """Take a message of a view, in whatever thread the kernel hands it over; returns at once."""
        name = asked.get("q")
        if self._is_over or type(name) is not str or len(name) > _LONGEST_NAME:
            return
        key = (id(line), name)
        if asked.get("ask") == "cancel":
            waiting = self._waiting.get(key)
            if waiting is not None:
                waiting.cancel()
        elif type(asked.get("method")) is not str or type(asked.get("path")) is not str:
            self._refuse(line, name, 400, "A question has a method and a path.")
        elif len(self._waiting) >= _MOST_WAITING:
            self._refuse(line, name, 503, "Too many questions wait for an answer.")
        else:
            try:
                work = self._pool.submit(self._answer, line, name, asked)
            except RuntimeError:  # the interpreter is going
                return
            self._waiting[key] = work
            work.add_done_callback(lambda _: self._waiting.pop(key, None))

    def _answer(self, line: Line, name: str, asked: dict[str, Any]) -> None:
        body = asked.get("body")
        try:
            data = b"" if body is None else json.dumps(body).encode()
        except (TypeError, ValueError, RecursionError):
            self._refuse(line, name, 400, "The body is no JSON.")
            return
        self._reply(line, name, answer(self.services, asked["method"], asked["path"], data))

    def _refuse(self, line: Line, name: str, status: int, message: str) -> None:
        failure = {"code": "bad-message" if status == 400 else "busy", "message": message, "hint": ""}
        self._reply(line, name, Reply(status=status, mime=JSON, data=json_bytes(failure)))

    @staticmethod
    def _reply(line: Line, name: str, reply: Reply) -> None:
        line.say({"q": name, "status": reply.status, "type": reply.mime}, reply.data)

    def _emit(self, changed: Changed) -> None:
        """Tell at once what comes alone, and together what comes fast; on the loop of the watcher."""
        late = self._late.get(changed["place"])
        if late is not None:
            late.append(changed)
            return
        self._late[changed["place"]] = []
        for line in list(self._lines):
            line.tell(changed)
        asyncio.get_running_loop().call_later(_CALM, self._emit_late, changed["place"])

    def _emit_late(self, place: str) -> None:
        late = self._late.pop(place)
        if late:
            self._emit(_together(late))

    def _watch(self) -> None:
        loop = self._loop = asyncio.new_event_loop()
        try:
            loop.call_soon(self._watcher.start)
            loop.run_forever()
            loop.run_until_complete(self._watcher.stop())
        except RuntimeError:  # the interpreter is going and its executors take no more work
            return
        finally:
            loop.close()


def _together(changes: Sequence[Changed]) -> Changed:
    what = dict.fromkeys(word for changed in changes for word in changed["what"])
    runs = dict.fromkeys(run for changed in changes for run in changed["runs"])
    revision = next((changed["revision"] for changed in reversed(changes) if changed["revision"]), "")
    return {"place": changes[-1]["place"], "revision": revision, "what": [*what], "runs": [*runs]}
