"""``formcheck score … --out DIR``: folders of clips, spread over processes or a cluster."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import FormcheckError, InputError, LabelError, one_line
from ..sinks import replace_text
from . import common
from .common import names

if TYPE_CHECKING:
    from ..run.task import Task
    from ..sinks.tables import Table

#: In the folder of the results: a list of the clips that have none.
FAILED = "failed.txt"


def score_many(
    clips: Sequence[str],
    base: Task,
    drill: str | None,
    out: Path,
    jobs: int,
    cluster: str | None,
    strict: bool,
    table: Table | None = None,
) -> None:
    """Score ``clips`` into the folder ``out``; what an earlier run did there stays done.

    Args:
        clips: paths or URLs.
        base: the task that all of them share.
        drill: for all clips, else each one's own.
        jobs: processes on this machine.
        cluster: address of a Dask scheduler, in place of processes here.
        strict: exit 1 when a clip failed.
        table: of the movements of all clips, made of what is done.
    """
    from ..run.labels import drill_for
    from ..run.pool import Local, Pool, spread
    from ..run.store import Store
    from ..run.task import Scored, about

    base = replace(base, made_by=about(base.model))
    failed: dict[str, str] = {}
    keys: dict[str, str] = {}
    wrong_label: list[bool] = []
    with ExitStack() as stack:
        store = stack.enter_context(Store(out))
        count = _Count(len(clips))

        def todo() -> Iterator[Task]:
            for clip, name in zip(clips, names(clips), strict=True):
                try:
                    judged = drill or drill_for(Path(clip), None, base.folder).name
                    task = replace(base.of(clip, name), drill=judged)
                    key = task.key
                except FormcheckError as error:
                    failed[clip] = str(error)
                    wrong_label.append(isinstance(error, LabelError))
                    count.one(failed=True)
                    continue
                if store.has(task, key):
                    count.skip()
                    continue
                keys[clip] = key
                yield task

        try:
            pool: Pool
            if cluster is None:
                pool = stack.enter_context(Local(jobs))
            else:
                from ..run.cluster import connected

                pool = stack.enter_context(connected(cluster, base.model))
            stack.enter_context(count)
            for task, answer in spread(todo(), pool):
                if pool.lost():
                    raise InputError(
                        f"{cluster}: the scheduler went away; what was done is kept, give the "
                        "same command again to go on"
                    )
                if isinstance(answer, Scored):
                    store.add(task, keys.pop(task.clip), answer)
                    for line in answer.warnings:
                        count.say(f"warning: {line}")
                else:
                    failed[task.clip] = answer.why
                count.one(failed=not isinstance(answer, Scored))
        except KeyboardInterrupt:
            common.warn("stopped; what was done is kept, give the same command again to go on")
            raise typer.Exit(130) from None
        finally:
            store.write(clips)
            if table is not None:
                from ..sinks.numbers import movements

                with table:
                    for document in store.documents(clips):
                        table.add(movements(document))
    _report(count, failed, out)
    if len(failed) == len(clips):
        raise typer.Exit(InputError.exit_code)
    if failed and strict:
        raise typer.Exit(1)
    if any(wrong_label):
        raise typer.Exit(LabelError.exit_code)


def _report(count: _Count, failed: dict[str, str], out: Path) -> None:
    for clip, why in failed.items():
        line = one_line(why)
        common.warn(f"failed: {line if clip in line else f'{clip}: {line}'}")
    place = out / FAILED
    if failed:
        # A list that `score` takes, so that the repaired clips can be scored by it.
        replace_text(
            place,
            "".join(f"# {' '.join(why.split())}\n{clip}\n" for clip, why in failed.items()),
            errors="surrogateescape",  # it has to name the very file
        )
    else:
        place.unlink(missing_ok=True)
    common.warn(f"{count}; results.jsonl and reps.csv are in {out}")


class _Count:
    """Counts clips, and shows on stderr how far it is: a bar, or a line now and then."""

    EVERY_S = 30.0

    def __init__(self, total: int) -> None:
        self.total, self.done, self.failed, self.skipped = total, 0, 0, 0
        self._began = self._told = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __str__(self) -> str:
        parts = [f"{self.done + self.failed + self.skipped} of {self.total} clips"]
        if self.skipped:
            parts.append(f"{self.skipped} done before")
        if self.failed:
            parts.append(f"{self.failed} failed")
        rate = (self.done + self.failed) / max(1e-3, time.monotonic() - self._began)
        if self.done:
            parts.append(f"{rate:.1f} clips/s" if rate >= 1 else f"{60 * rate:.1f} clips/min")
        return ", ".join(parts)

    def say(self, line: str) -> None:
        """A line for the person that the bar is not drawn over."""
        if self._bar is None:
            common.warn(line)
        else:
            self._bar.console.print(f"formcheck: {line}", markup=False, highlight=False)

    def one(self, failed: bool) -> None:
        self.failed += failed
        self.done += not failed
        self._show()

    def skip(self) -> None:
        self.skipped += 1

    def _show(self) -> None:
        reached = self.done + self.failed + self.skipped
        if self._bar is not None:
            self._bar.update(self._task, completed=reached, description=str(self))
            return
        now = time.monotonic()
        if now - self._told >= self.EVERY_S:
            self._told = now
            left = (now - self._began) / (self.done + self.failed) * (self.total - reached)
            common.warn(f"{self}, about {left / 60:.0f} min left")

    def __enter__(self) -> _Count:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                BarColumn(),
                TextColumn("{task.description}", markup=False),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(str(self), total=self.total)
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()
