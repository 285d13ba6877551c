"""Work done ahead in threads while the one who asked for it is at something before: for a chain of slow steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, stop: Callable[[], None]
) -> Iterator[Result]:  # fmt: skip
    """Do `work` for each item and give what came of it, in order; `workers` at once, none: when it is asked for.

    An error in one, or in whoever asked, calls `stop`, which must end what is being done; nothing further begins.
    """
    if workers == 0:
        yield from map(work, items)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, "trackside-share") as threads:
        try:
            for item in items:
                waiting.append(threads.submit(work, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            stop()
            threads.shutdown(wait=False, cancel_futures=True)
            raise
