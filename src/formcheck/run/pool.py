"""Many clips, spread over processes: a worker that dies takes its clip with it and nothing else.

tasks ──window──> executor (processes here, or a cluster) ──> answers as they come in
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from multiprocessing import connection
from typing import Any, Protocol

from ..errors import UsageError
from .task import Failed, Scored, Task, score_task

__all__ = ["Local", "Pool", "cores", "spread"]


def cores() -> int:
    """Cores this process may use. One process keeps up to two of them busy."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool(Protocol):
    """Where tasks are worked on: an executor of ``concurrent.futures``, and how to replace it."""

    #: Tasks that may be handed out at a time.
    window: int

    def submit(self, task: Task) -> Future[Scored | Failed]: ...

    def renew(self) -> None:
        """Replace an executor that broke."""

    def alone(self, task: Task) -> Scored | Failed:
        """Run a task alone, so that a crash can only be its own."""

    def lost(self) -> bool:
        """Whether the whole pool is gone for good."""


def _begin_worker() -> None:
    """Ctrl-C ends a worker silently, and so does the end of its parent process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: Any) -> None:
    connection.wait([sentinel])
    os._exit(1)  # nobody is left to clean up for


class Local:
    """Processes of this machine, one model in each; a context manager."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.window = 2 * jobs  # one in each process, one ready for it
        self._pool = self._new(jobs)

    @staticmethod
    def _new(jobs: int) -> ProcessPoolExecutor:
        # spawn: a fork would copy whatever threads the model or OpenCV run here
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker)

    def submit(self, task: Task) -> Future[Scored | Failed]:
        return self._pool.submit(score_task, task)

    def renew(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._new(self.jobs)

    def alone(self, task: Task) -> Scored | Failed:
        with self._new(1) as pool:
            return pool.submit(score_task, task).result()

    def lost(self) -> bool:
        return False

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def spread(tasks: Iterable[Task], pool: Pool) -> Iterator[tuple[Task, Scored | Failed]]:
    """Every task with its answer, as they come in. Takes tasks only as fast as they are done.

    When a worker process dies, all tasks that were out may be to blame: they are done again one
    by one, and the one that does it again has failed.

    Raises:
        UsageError: a worker has other versions than the task wants.
    """
    todo = iter(tasks)
    flying: dict[Future[Scored | Failed], Task] = {}
    while True:
        suspects: list[Task] = []
        try:
            while len(flying) < pool.window and (task := next(todo, None)) is not None:
                suspects = [task]
                flying[pool.submit(task)] = task
                suspects = []
        except BrokenExecutor:
            pass  # it died between two tasks
        if not flying and not suspects:
            return
        for future in wait(flying, return_when=FIRST_COMPLETED).done if flying else ():
            task = flying.pop(future)
            try:
                answer = future.result()
            except BrokenExecutor:
                suspects.append(task)
                continue
            except Exception as error:  # noqa: BLE001 - what a cluster says of a lost task
                answer = Failed(f"{task.clip}: its worker was lost ({type(error).__name__})")
            if isinstance(answer, Failed) and answer.refused:
                raise UsageError(answer.why)
            yield task, answer
        if suspects:
            suspects += flying.values()
            flying.clear()
            pool.renew()
            for task in suspects:
                try:
                    answer = pool.alone(task)
                except BrokenExecutor:
                    answer = Failed(
                        f"{task.clip}: its process ended without a word; the file may crash the "
                        "decoder or need more memory than there is"
                    )
                yield task, answer
