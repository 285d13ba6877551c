"""Work done ahead in threads while the one who asked for it is at something before: for a chain of slow steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, stop: Callable[[], None]
) -> Iterator[Result]:  # fmt: skip
    """Do `work` for each item and give what came of it, in order; `workers` at once, none: when it is asked for.

    Items are taken in a thread too: what is done is given although the next item is long in coming. At most twice as
    many as `workers` are taken and not done with. An error in one, or in whoever asked, calls `stop`, which must end
    what is being done; nothing further begins.
    """
    if workers == 0:
        yield from map(work, items)
        return
    # Imported here: small pulls, and all pushes, do without.
    from concurrent.futures import Future, ThreadPoolExecutor
    from queue import SimpleQueue
    from threading import Event, Semaphore, Thread

    handed_on: SimpleQueue[Future[Result] | None] = SimpleQueue()
    room, is_over = Semaphore(2 * workers), Event()

    def hand_on() -> None:
        try:
            for item in items:
                room.acquire()
                if is_over.is_set():
                    return
                handed_on.put(threads.submit(work, item))
        except BaseException as error:
            # Who asked is told in the order in which it happened.
            failed: Future[Result] = Future()
            failed.set_exception(error)
            handed_on.put(failed)
        finally:
            handed_on.put(None)

    with ThreadPoolExecutor(workers, "trackside-share") as threads:
        try:
            Thread(target=hand_on, name="trackside-share").start()
            while (done := handed_on.get()) is not None:
                yield done.result()
                room.release()
        except BaseException:
            is_over.set()
            room.release()
            stop()
            threads.shutdown(wait=False, cancel_futures=True)
            raise
