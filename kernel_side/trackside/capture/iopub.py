"""Hear everything this kernel publishes, in a thread of our own.

`listen(kernel, receive, tick)` gives a `Listener` (a subscriber on the kernel's own IOPub port, the fullest
record there is) or, where there is no port to subscribe to, a `WrappedSend`. Both hand `Message`s to
`receive` in their thread and call `tick` whenever nothing came for the time it last asked for.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from trackside.capture import fork
from trackside.capture.wire import HEARD, Endpoint, Message, Unpack, find_endpoint, message_from, parse

if TYPE_CHECKING:
    import zmq

MARK = "trackside-mark"

Receive = Callable[["Message"], None]
Tick = Callable[[], "float | None"]


class _Source:
    """What both ways of listening share: marks that come back, and guarded delivery."""

    def __init__(self, kernel: Any, receive: Receive, tick: Tick) -> None:
        self._kernel = kernel
        self._receive = receive
        self._tick = tick
        self._marks: dict[str, threading.Event] = {}
        self._live = threading.Event()
        self._state = "busy"
        self._stopped = False
        self._pid = os.getpid()
        self.failures = 0
        fork.disable_in_child(self)

    def disable(self) -> None:
        """Forget everything: called in a forked child, which has neither our thread nor our socket."""
        self._stopped = True
        self._marks.clear()

    @property
    def usable(self) -> bool:
        return not self._stopped and self._pid == os.getpid()

    def ready(self, timeout: float = 1.0) -> bool:
        """Wait until what the kernel publishes really arrives here."""
        pause = 0.005
        deadline = time.monotonic() + timeout
        while self.usable and not self._live.is_set() and time.monotonic() < deadline:
            self._publish_mark("")
            self._live.wait(pause)
            pause = min(pause * 2, 0.1)
        return self._live.is_set()

    def barrier(self, timeout: float = 5.0) -> bool:
        """Flush the streams and wait until all that was published before this call has been delivered.

        False when that could not be made sure in time (nothing is lost then: it is only not there yet).
        """
        if not self.usable or threading.current_thread() is self.thread:
            return False
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        token = os.urandom(8).hex()
        heard = self._marks[token] = threading.Event()
        try:
            return self._publish_mark(token) and heard.wait(timeout)
        finally:
            self._marks.pop(token, None)

    def _publish_mark(self, token: str) -> bool:
        """Publish a repeated `status`; the parent is empty, so that no request of a front end is touched."""
        state = "busy" if threading.current_thread() is threading.main_thread() else self._state
        try:
            self._kernel.session.send(
                self._kernel.iopub_socket,
                "status",
                content={"execution_state": state},
                parent={},
                metadata={MARK: token},
            )
        except Exception:
            return False
        return True

    @property
    def thread(self) -> threading.Thread:
        raise NotImplementedError

    def _deliver(self, message: Message) -> None:
        try:
            self._take(message)
        except BaseException:
            self.failures += 1

    def _take(self, message: Message) -> None:
        if message.kind == "status":
            token = message.metadata.get(MARK)
            if token is not None:
                self._live.set()
                heard = self._marks.get(token)
                if heard is not None:
                    heard.set()
                return
            self._state = message.content.get("execution_state", "busy")
        elif message.kind == "iopub_welcome":
            self._live.set()
            return
        self._receive(message)

    def _next_tick(self) -> float | None:
        try:
            return self._tick()
        except BaseException:
            self.failures += 1
            return None


class Listener(_Source):
    """A daemon thread with its own ZeroMQ context, subscribed to the kernel's IOPub port."""

    def __init__(self, kernel: Any, endpoint: Endpoint, receive: Receive, tick: Tick) -> None:
        import zmq

        super().__init__(kernel, receive, tick)
        self._unpack: Unpack = getattr(kernel.session, "unpack", None) or json.loads
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = _subscribe(self._context, endpoint)
        wake = f"inproc://trackside-{id(self)}"
        self._woken = self._context.socket(zmq.PAIR)
        self._woken.bind(wake)
        self._waker = self._context.socket(zmq.PAIR)
        self._waker.connect(wake)
        self._waking = threading.Lock()
        self._thread = threading.Thread(target=self._listen, name="trackside-iopub", daemon=True)
        _hide_from_debugger(self._thread)
        self._thread.start()

    @property
    def thread(self) -> threading.Thread:
        return self._thread

    def wake(self) -> None:
        """Make the thread call `tick` soon: something was asked of it while nothing is being published."""
        with suppress(Exception), self._waking:
            self._waker.send(b"", 1)  # zmq.NOBLOCK

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread and close every socket; calling it again does nothing."""
        if not self.usable:
            return
        self._stopped = True
        self.wake()
        self._thread.join(timeout)
        self._waker.close(0)

    def _listen(self) -> None:
        import zmq

        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._woken, zmq.POLLIN)
        try:
            while not self._stopped:
                try:
                    wait = self._next_tick()
                    ready = dict(poller.poll(None if wait is None else max(1, int(wait * 1000))))
                    if self._woken in ready:
                        self._woken.recv()
                    if self._socket in ready:
                        self._drain(zmq.NOBLOCK, zmq.Again)
                except Exception:
                    # Without this thread every later output is lost; the pause keeps a lasting fault from spinning.
                    self.failures += 1
                    time.sleep(0.1)
        finally:
            self._socket.close(0)
            self._woken.close(0)
            # Terminating waits for the waker, which belongs to the thread that stops us.
            threading.Thread(target=self._context.term, name="trackside-term", daemon=True).start()

    def _drain(self, flag: int, empty: type[BaseException]) -> None:
        for _ in range(500):
            try:
                frames = self._socket.recv_multipart(flag)
            except empty:
                return
            message = parse(frames, self._unpack)
            if message is not None:
                self._deliver(message)


def _subscribe(context: zmq.Context[Any], endpoint: Endpoint) -> zmq.Socket[Any]:
    import zmq

    socket: zmq.Socket[Any] = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    # Unlimited: the publisher drops for a slow subscriber, and a dropped output is a lost one.
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, -1)
    if "[" in endpoint.address:
        socket.setsockopt(zmq.IPV6, 1)
    if endpoint.secret_key is not None:
        socket.setsockopt(zmq.CURVE_SECRETKEY, endpoint.secret_key)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, endpoint.public_key or b"")
        socket.setsockopt(zmq.CURVE_SERVERKEY, endpoint.public_key or b"")
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(endpoint.address)
    return socket


class WrappedSend(_Source):
    """Hear by standing in front of the kernel session's `send`; it always calls through and never raises itself."""

    def __init__(self, kernel: Any, receive: Receive, tick: Tick) -> None:
        super().__init__(kernel, receive, tick)
        self._queue: SimpleQueue[Message | None] = SimpleQueue()
        self._session = kernel.session
        self._send = kernel.session.send
        self._session.send = self._pass_on
        self._live.set()
        self._thread = threading.Thread(target=self._listen, name="trackside-send", daemon=True)
        _hide_from_debugger(self._thread)
        self._thread.start()

    @property
    def thread(self) -> threading.Thread:
        return self._thread

    def wake(self) -> None:
        self._queue.put(None)

    def stop(self, timeout: float = 5.0) -> None:
        """Take the wrapper away again; if somebody wrapped it since, it stays and only passes on."""
        if not self.usable:
            return
        self._stopped = True
        if self._session.__dict__.get("send") == self._pass_on:
            del self._session.__dict__["send"]
        self.wake()
        self._thread.join(timeout)

    def _pass_on(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        sent = self._send(stream, *args, **kwargs)
        try:
            if sent is not None and self.usable and self._is_iopub(stream) and sent["msg_type"] in HEARD:
                self._queue.put(message_from(sent))
        except Exception:
            self.failures += 1
        return sent

    def _is_iopub(self, stream: Any) -> bool:
        socket = self._kernel.iopub_socket
        return stream is socket or stream is getattr(self._kernel, "iopub_thread", socket)

    def _listen(self) -> None:
        while not self._stopped:
            wait = self._next_tick()
            try:
                message = self._queue.get(timeout=wait)
            except Empty:
                continue
            if message is not None:
                self._deliver(message)


def _hide_from_debugger(thread: threading.Thread) -> None:
    """Keep "pause all" in a notebook debugger from stopping our thread, as ipykernel does for its own."""
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
    thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]


def listen(kernel: Any, receive: Receive, tick: Tick) -> Listener | WrappedSend:
    """Start hearing this kernel by the best way it offers."""
    endpoint = find_endpoint(kernel)
    if endpoint is not None:
        with suppress(Exception):
            return Listener(kernel, endpoint, receive, tick)
    return WrappedSend(kernel, receive, tick)
