"""The processes of a Dask cluster as a pool: ``formcheck[cluster]``, see docs/cluster.md."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from ..errors import InputError, UsageError, one_line
from .task import Failed, Scored, Task, about, differs, score_task

__all__ = ["Cluster", "connected"]

#: How often a clip is done again when the worker that had it was lost.
RETRIES = 3


class Cluster:
    """A connected cluster; Dask itself gives the clips of a lost worker to the others."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False, retries=RETRIES)
        self.workers: int = sum(client.nthreads().values())
        self.window = max(8, 4 * self.workers)

    def submit(self, task: Task) -> Future[Scored | Failed]:
        future: Future[Scored | Failed] = self._executor.submit(score_task, task)
        return future

    def renew(self) -> None:
        """Nothing to replace: the scheduler deals with lost workers."""

    def alone(self, task: Task) -> Scored | Failed:
        return self.submit(task).result()

    def lost(self) -> bool:
        """Whether the scheduler itself is gone."""
        return bool(self._client.status != "running")


@contextlib.contextmanager
def connected(address: str, model: str | None) -> Iterator[Cluster]:
    """The cluster at ``tcp://host:port``, once all its workers have been checked.

    Raises:
        UsageError: Dask is not installed, or a worker has other versions or another model.
        InputError: nobody answers there, or there are no workers.
    """
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--cluster needs Dask; pip install 'formcheck[cluster]'") from error
    try:
        client: Any = distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=10, set_as_default=False
        )
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"{address}: no Dask scheduler answers there ({type(error).__name__}); start one as "
            "docs/cluster.md shows, and name it as tcp://HOST:PORT"
        ) from error
    with client:
        _check(client, address, model)
        yield Cluster(client)


def _check(client: Any, address: str, model: str | None) -> None:
    ours = about(model)
    answers: dict[str, Any] = client.run(about, model, on_error="return")
    if not answers:
        raise InputError(
            f"{address}: the scheduler has no workers; start some as docs/cluster.md shows"
        )
    for worker, theirs in answers.items():
        if isinstance(theirs, BaseException):
            said = one_line(theirs)
            raise UsageError(f"worker {worker} was refused: formcheck does not run there: {said}")
        if why := differs(theirs, ours):
            raise UsageError(
                f"worker {worker} was refused: {why}; install the same formcheck there"
            )
