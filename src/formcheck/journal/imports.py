"""An export back into the journal: all of it, or nothing and a line that says why."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ..errors import InputError
from .exchange import JOURNAL_SCHEMA
from .rows import insert
from .rules import RULES, breaches
from .schema import PARENT, TABLES
from .store import Journal
from .times import as_utc, offset_min

__all__ = ["import_folder"]

#: Which column tells that a row is known already.
_KNOWN = {"sessions": "uid", "checks": "uid", "facts": "name"}


def import_folder(journal: Journal, source: Path) -> int:
    """Bring in an export: a folder with ``journal.json`` or the CSV files, or the JSON itself.

    Returns:
        How many sessions were new.

    Raises:
        InputError: no export is there, it cannot be read, a row does not fit (the line names its
            place and field), or the journal's file cannot be written. Nothing has come in then.
    """
    export = _read(source)
    new = journal.write(lambda db: _bring_in(db, export))
    if journal.problem is not None:
        raise InputError(
            f"{source}: nothing was imported, {journal.path} cannot be written ({journal.problem})"
        )
    return new


@dataclass(frozen=True)
class _Export:
    """An export as it was read; ``place`` says in which file and line a row of a table begins."""

    tables: Mapping[str, list[dict[str, Any]]]
    place: Callable[[str, int], str]

    def refuse(self, table: str, n: int, field: str, wants: str, got: object) -> NoReturn:
        raise InputError(
            f"{self.place(table, n)}, field {field}: expected {wants}, got {str(got)[:60]!r}; "
            "nothing was imported"
        )

    def check(self, table: str, n: int) -> None:
        """Refuse what no column can hold, whichever it is."""
        for field, value in self.tables[table][n].items():
            fits = value is None or isinstance(value, (int, float, str))
            if isinstance(value, int):
                fits = abs(value) < 2**63
            if isinstance(value, str):
                fits = value.isascii() or not re.search("[\ud800-\udfff]", value)
            if not fits:
                got = ascii(value)
                self.refuse(table, n, field, "a text, a number of 64 bits or null", got)


def _bring_in(db: sqlite3.Connection, export: _Export) -> int:
    """Insert what is new of an export, then hold it against the rules; gives new sessions."""
    new: dict[str, dict[str, int]] = {table: {} for table in TABLES}
    known: dict[str, set[str]] = {table: set() for table in TABLES}
    for table in TABLES:
        columns = {r[1]: r[2] for r in db.execute(f"PRAGMA main.table_info({table})")}
        row_of: dict[int, int] = {}
        for n, row in enumerate(export.tables.get(table, [])):
            export.check(table, n)
            values = {k: v for k, v in row.items() if k in columns and k != "id"}
            _by_instant(table, values)
            if values.get("status") == "open":  # whatever process wrote it is not in it now
                values["status"] = "interrupted"
            old = str(row.get("id")) if table in ("sessions", "sets") else f"row {n}"
            if old in new[table] or old in known[table]:
                export.refuse(table, n, "id", "a number of its own", old)
            if not _is_new(db, export, table, n, values, new, known):
                known[table].add(old)
                continue
            try:
                new[table][old] = insert(db, table, values)
            except sqlite3.IntegrityError as error:
                found = re.search(r"failed: (?:\w+\.)?(\w+)", str(error))
                field = found[1] if found else "?"
                wants = getattr(RULES[table].get(field), "wants", "a value that its table allows")
                export.refuse(table, n, field, wants, values.get(field))
            row_of[new[table][old]] = n
        for row_id, field in breaches(db, table, whole=True):
            if row_id in row_of:
                n = row_of[row_id]
                wants = RULES[table][field].wants
                export.refuse(table, n, field, wants, export.tables[table][n].get(field))
    return len(new["sessions"])


def _by_instant(table: str, values: dict[str, Any]) -> None:
    """Times in UTC, whichever zone they come in: that of the place, in an export of old."""
    times = [c for c in RULES[table] if c.endswith("at")]
    if times and values.get("offset_min") is None:
        values["offset_min"] = offset_min(values.get(times[0]))
    values.update({c: as_utc(values[c]) for c in times if c in values})


def _is_new(
    db: sqlite3.Connection,
    export: _Export,
    table: str,
    n: int,
    values: dict[str, Any],
    new: Mapping[str, Mapping[str, int]],
    known: Mapping[str, set[str]],
) -> bool:
    """Whether a row, or what it belongs to, is not in the journal; it is then told its parent."""
    if table in _KNOWN:
        column = _KNOWN[table]
        sql = f"SELECT 1 FROM main.{table} WHERE {column} = ?"
        return db.execute(sql, (values.get(column),)).fetchone() is None
    column, parent = PARENT[table]
    old = str(values.get(column))
    if old in known[parent]:
        return False
    if old not in new[parent]:
        export.refuse(table, n, column, f"the id of a row of {parent}", values.get(column))
    values[column] = new[parent][old]
    return True


# -- reading -------------------------------------------------------------------------------------


def _read(source: Path) -> _Export:
    file = source / "journal.json" if source.is_dir() else source
    if source.is_dir() and not file.exists() and (source / "sessions.csv").exists():
        return _read_csv(source)
    if not file.is_file():
        raise InputError(
            f"import expects a folder made by export (journal.json or CSV files), got {source}"
        )
    try:
        text = file.read_text(encoding="utf-8")
        document = json.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 text; import the folder that export made") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file} is not readable JSON ({error})") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    tables = document.get("tables") if isinstance(document, dict) else None
    if schema not in (JOURNAL_SCHEMA, "formcheck.journal/1") or not isinstance(tables, dict):
        raise InputError(
            f"{file} is not a journal this formcheck reads (expected schema {JOURNAL_SCHEMA}, "
            f"got {str(schema)[:60]})"
        )
    for table in TABLES:
        rows = tables.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InputError(f"{file}: expected {table} to be a list of rows; nothing was imported")
    return _Export(tables, lambda table, n: f"{file}, line {_line(text, tables[table][n])}")


def _line(text: str, row: Mapping[str, Any]) -> int:
    """The line on which a row of a JSON text begins: that of the first object that equals it."""
    decode = json.JSONDecoder().raw_decode
    for brace in re.finditer(r"\{", text):
        try:
            found, _ = decode(text, brace.start())
        except ValueError:
            continue  # a brace within a text
        if found == row:
            return text.count("\n", 0, brace.start()) + 1
    return 1


def _read_csv(folder: Path) -> _Export:
    tables: dict[str, list[dict[str, Any]]] = {}
    lines: dict[str, list[int]] = {}
    for table in TABLES:
        path = folder / f"{table}.csv"
        tables[table], lines[table] = [], []
        if not path.exists():
            continue
        try:
            with path.open(newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                if not {"id", "name"}.intersection(reader.fieldnames or ()):
                    raise ValueError("its first line names no columns")
                begins = 2
                for row in reader:
                    # CSV has no NULL: an empty cell is one. Column types make the numbers.
                    tables[table].append({k: v if v != "" else None for k, v in row.items() if k})
                    lines[table].append(begins)
                    begins = reader.line_num + 1
        except (OSError, ValueError, csv.Error) as error:
            raise InputError(f"{path} is not readable CSV ({error})") from error
    return _Export(tables, lambda table, n: f"{folder / table}.csv, line {lines[table][n]}")
