"""The same work for many things, as many at a time as a catalog takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(work: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    """Yield the results of `work` as they come, `workers` at a time; one worker works in the caller's thread, in order.

    After a failure nothing new is begun. What runs is waited for, and its results are yielded: they were done. Then the
    first failure is raised.
    """
    if workers <= 1 or len(items) <= 1:
        yield from map(work, items)
        return
    failure: BaseException | None = None
    with ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
        futures: list[Future[R]] = [pool.submit(work, item) for item in items]
        try:
            for future in as_completed(futures):
                try:
                    result = future.result()
                except CancelledError:
                    continue
                except BaseException as error:
                    failure = failure or error
                    _cancel(futures)
                    continue
                yield result
        finally:
            _cancel(futures)  # the caller itself may fail on a result
    if failure is not None:
        raise failure


def _cancel(futures: Sequence[Future[R]]) -> None:
    for future in futures:
        future.cancel()
