"""Tables for statistics: CSV, with a decimal comma if wanted, or Parquet, by the file's suffix."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from ..errors import UsageError
from ..files import Part, is_stream, to_stdout
from . import check_output
from .codebook import Column

__all__ = ["Table", "cell", "module_of_extra"]


def module_of_extra(name: str, extra: str, what: str) -> Any:
    """A module that an extra brings.

    Raises:
        UsageError: it is not installed; the message names the extra.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{what} needs {name.split('.')[0]}, which is not installed; "
            f"pip install 'formcheck[{extra}]'"
        ) from error


class Table:
    """A file of rows, written under a hidden name and put in its place when it is closed.

    Args:
        path: ``.csv`` or ``.parquet``; ``-`` and devices get CSV.
        columns: names and kinds.
        comma: decimal commas, and semicolons between cells.
        overwrite: replace a file that is there.

    Raises:
        UsageError: another suffix, a file that is there, a place that cannot be written, or
            Parquet without pyarrow.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[Column],
        *,
        comma: bool = False,
        overwrite: bool = False,
    ) -> None:
        self.path = Path("/dev/stdout") if str(path) == "-" else path
        stream = to_stdout(path) or is_stream(path)
        suffix = ".csv" if stream else path.suffix.lower()
        if suffix not in (".csv", ".parquet"):
            raise UsageError(f"{path}: expected a name that ends in .csv or .parquet")
        if not stream and not overwrite and os.path.lexists(path):
            raise UsageError(f"{path}: it is there already; name another or give --overwrite")
        check_output(self.path, "the table")
        self.columns = columns
        parquet = suffix == ".parquet"
        self._arrow: Any = module_of_extra("pyarrow", "tables", "Parquet") if parquet else None
        self._comma = comma
        self._file: IO[str] | None = None

    def __enter__(self) -> Table:
        self._part = Part(self.path)
        if self._arrow is not None:
            schema = self._schema()
            self._writer = import_module("pyarrow.parquet").ParquetWriter(self._part.path, schema)
            return self
        self._file = self._part.path.open(
            # Excel reads UTF-8 as such only where the file begins with its mark.
            "w", encoding="utf-8-sig" if self._comma else "utf-8", newline="",
            errors="backslashreplace",
        )  # fmt: skip
        cells = csv.writer(self._file, lineterminator="\n", delimiter=";" if self._comma else ",")
        self._writer = cells
        cells.writerow([c.name for c in self.columns])
        return self

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """More rows; what a row has no value for is missing."""
        if self._arrow is None:
            self._writer.writerows(
                [cell(row.get(c.name), self._comma) for c in self.columns] for row in rows
            )
            return
        found = [{c.name: _missing(row.get(c.name)) for c in self.columns} for row in rows]
        if found:
            self._writer.write_table(self._arrow.Table.from_pylist(found, self._schema()))

    def _schema(self) -> Any:
        arrow = self._arrow
        kinds = {"text": arrow.string(), "whole": arrow.int64(), "number": arrow.float64(),
                 "yes/no": arrow.bool_()}  # fmt: skip
        return arrow.schema([(c.name, kinds[c.kind]) for c in self.columns])

    def __exit__(self, *error: object) -> None:
        """Put it in its place, also what there is after Ctrl-C."""
        with self._part as part:
            (self._file or self._writer).close()
            part.keep()


def _missing(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def cell(value: Any, comma: bool) -> str:
    """A value as text: up to four decimals, missing is empty, no formula for a spreadsheet."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text
        return text.replace(".", ",") if comma else text
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@") and isinstance(value, str) else text
