"""The same work at many points, here or on many machines."""

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed
from typing import TypeVar

__all__ = ["scan"]

Point = TypeVar("Point")
Result = TypeVar("Result")


def scan(
    function: Callable[[Point], Result], points: Iterable[Point], executor: Executor | None = None
) -> list[Result]:
    """Results of a function at many points, in their order; with a bar where there is a terminal.

    Parameters
    ----------
    function : function of one point
        With an executor of processes or machines it must pickle: a function of a module, or
        `functools.partial` of one.
    points : iterable
    executor : concurrent.futures.Executor or None
        Who works: threads, processes, or machines, such as Dask's ``Client.get_executor()``.  By
        default this process, one point after the other.

    Raises
    ------
    TypeError
        If `function` cannot be called, or the executor takes no work.

    >>> scan(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    if not callable(function):
        raise TypeError(f"function = {function!r}: give a function of one point")
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(f"executor = {executor!r}: give a concurrent.futures.Executor, or None")
    work = list(points)
    if executor is None:
        results = []
        for point in work:
            results.append(function(point))
            _show(len(results), len(work))
        return results
    futures = [executor.submit(function, point) for point in work]
    try:
        for done, future in enumerate(as_completed(futures), 1):
            future.result()  # an error ends the scan at once
            _show(done, len(work))
    finally:
        for future in futures:
            future.cancel()
    return [future.result() for future in futures]


def _show(done: int, of: int) -> None:
    if sys.stderr.isatty():
        bar = "█" * (30 * done // of)
        end = "\n" if done == of else ""
        print(f"\r{bar:░<30} {done}/{of}", end=end, file=sys.stderr, flush=True)
