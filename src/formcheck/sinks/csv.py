"""One row a repetition or hold, for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import pipe_to
from . import BaseSink, check_output, replace_text

if TYPE_CHECKING:
    from ..events import FaultSpan, SetResult
    from .info import RunInfo

__all__ = ["COLUMNS", "CsvReps", "rows"]

COLUMNS = (
    "clip", "drill", "set", "type", "n", "side", "start_s", "peak_s", "end_s", "hold_s",
    "target_s", "peak", "complete", "score", "faults",
)  # fmt: skip


class CsvReps(BaseSink):
    """Repetitions and holds of every set, written whole after each.

    Seconds and magnitudes have three digits; what is not known is empty; ``faults`` holds
    ``code:magnitude unit`` joined by semicolons.

    Args:
        path: the file.
        comma: decimal commas, and semicolons between cells.

    Raises:
        UsageError: the file cannot be written.
    """

    name = "csv"

    def __init__(self, path: str | Path, comma: bool = False) -> None:
        self._comma = comma
        self._path = check_output(Path(path), "the table")
        self._pipe = pipe_to(path)
        self._info: RunInfo | None = None
        self._rows: list[tuple[str, ...]] = []
        self._begun = False

    def start(self, info: RunInfo) -> None:
        self._info = info

    def close(self, result: SetResult | None) -> None:
        if result is None or self._info is None:
            return
        more = list(rows(result, self._info))
        if self._pipe is not None:
            self._pipe.write(_table(more if self._begun else [COLUMNS, *more], self._comma))
            self._begun = True
            return
        self._rows += more
        replace_text(self._path, _table([COLUMNS, *self._rows], self._comma))

    def __exit__(self, *error: object) -> None:
        if self._pipe is not None:
            self._pipe.close()


#: A number as it is written; what stands in it is no text of a person's.
_NUMBER = re.compile(r"-?\d+\.\d+")


def _table(rows: Iterable[Sequence[str]], comma: bool) -> str:
    text = io.StringIO()
    if comma:  # and semicolons between cells, as spreadsheets of those countries read them
        rows = [[c.replace(".", ",") if _NUMBER.fullmatch(c) else c for c in row] for row in rows]
    csv.writer(text, lineterminator="\n", delimiter=";" if comma else ",").writerows(rows)
    return text.getvalue()


def rows(result: SetResult, info: RunInfo) -> Iterable[tuple[str, ...]]:
    """One row a repetition or hold, as text in the order of :data:`COLUMNS`."""
    head = (_safe(info.clip), result.drill, info.set)
    for r in result.reps:
        yield _cells(
            *head, "rep", r.n, r.side, r.start_s, r.peak_s, r.end_s, r.hold_s, None, r.peak,
            r.complete, r.score, _faults(r.faults),
        )  # fmt: skip
    for h in result.holds:
        done = h.target_s is None or h.seconds >= h.target_s
        yield _cells(
            *head, "hold", h.n, h.side, h.from_s, None, h.to_s, h.seconds, h.target_s, None,
            done, h.score, _faults(h.faults),
        )  # fmt: skip


def _cells(*values: object) -> tuple[str, ...]:
    return tuple(_cell(value) for value in values)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _safe(name: str) -> str:
    """A file name that a spreadsheet will not take for a formula."""
    return "'" + name if name[:1] in "=+-@" else name


def _faults(faults: tuple[FaultSpan, ...]) -> str:
    return "; ".join(f"{f.code}:{_cell(float(f.magnitude))} {f.unit}" for f in faults)
