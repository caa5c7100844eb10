"""What is done of many clips, in a folder: an interrupted run goes on where it was."""

from __future__ import annotations

import contextlib
import csv
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from ..errors import UsageError
from ..files import Part
from ..sinks.csv import COLUMNS
from .task import Scored, Task

__all__ = ["OUTPUTS", "Store"]

#: What a store writes into its folder.
OUTPUTS = ("done.jsonl", "results.jsonl", "reps.csv")


class Store:
    """What is done, in a folder: ``done.jsonl`` grows by one line a clip, and tells later runs.

    A line that a killed run left half written is cut off. :meth:`write` makes ``results.jsonl``
    and ``reps.csv`` of it, in the order of the clips, whatever the order they were done in.

    Raises:
        UsageError: the folder cannot be written, or another run is at work in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = (folder / "done.jsonl").open("a+b")
        except OSError as error:
            raise UsageError(
                f"{folder}: results cannot be written there ({error.strerror}); name another --out"
            ) from error
        if not _lock(self._file):
            self._file.close()
            raise UsageError(f"{folder}: another run is at work in it; wait or name another --out")
        self._places: dict[str, tuple[str, int]] = {}
        self._read()

    def _read(self) -> None:
        self._file.seek(0)
        place = 0
        for line in self._file:
            try:
                said: Any = json.loads(line) if line.endswith(b"\n") else None
                self._places[said["clip"]] = said["key"], place
            except (ValueError, TypeError, KeyError):
                if line.endswith(b"\n"):
                    place += len(line)
                    continue
                break
            place += len(line)
        self._file.truncate(place)

    def has(self, task: Task, key: str) -> bool:
        """Whether exactly this task is done."""
        return self._places.get(task.clip, ("", 0))[0] == key

    def add(self, task: Task, key: str, scored: Scored) -> None:
        """Keep the answer to a task; once this returns, it survives the process."""
        line = json.dumps(
            {"clip": task.clip, "key": key, "rows": scored.rows, "result": scored.document},
            allow_nan=False,  # and ASCII: the name of a file need not be Unicode
        )
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        self._places[task.clip] = key, place

    def documents(self, clips: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The results of those of ``clips`` that are done, in their order."""
        for clip in clips:
            if clip in self._places:
                self._file.seek(self._places[clip][1])
                yield json.loads(self._file.readline())["result"]

    def write(self, clips: Iterable[str]) -> None:
        """Write the results and the table of those of ``clips`` that are done."""
        with (
            _whole(self.folder / "results.jsonl") as results,
            _whole(self.folder / "reps.csv") as table,
        ):
            sheet = csv.writer(table, lineterminator="\n")
            sheet.writerow(COLUMNS)
            for clip in clips:
                if clip not in self._places:
                    continue
                self._file.seek(self._places[clip][1])
                said = json.loads(self._file.readline())
                results.write(json.dumps(said["result"], ensure_ascii=False) + "\n")
                sheet.writerows(said["rows"])

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def _lock(file: IO[bytes]) -> bool:
    """Keep other runs out until the file is closed, where the system can."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[IO[str]]:
    """A text file that appears when it is whole."""
    with Part(path) as part:
        with part.path.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.keep()
