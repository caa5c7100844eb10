"""The journal out to plain files and back in: the person's data is the person's.

JSON is one document ``journal.json``, ``{"schema", "formcheck", "tables": {name: [row, …]}}``;
CSV is one file a table. Both hold every row and come back by :func:`import_folder`; a session
that is already there (by its ``uid``) is left alone, so importing twice changes nothing.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

from ..errors import InputError
from .rows import insert
from .schema import PARENT, TABLES
from .store import Journal

__all__ = ["JOURNAL_SCHEMA", "export_csv", "export_json", "import_folder"]

JOURNAL_SCHEMA = "formcheck.journal/1"

#: Which column tells that a row is known already.
_KNOWN = {"sessions": "uid", "checks": "uid", "facts": "name"}


def _tables(journal: Journal) -> dict[str, list[dict[str, Any]]]:
    return {table: journal.rows(f"SELECT * FROM {table}") for table in TABLES}


def export_json(journal: Journal, folder: Path, formcheck: str) -> list[Path]:
    """Write ``journal.json`` into ``folder``; give the paths written."""
    path = _ready(folder) / "journal.json"
    document = {"schema": JOURNAL_SCHEMA, "formcheck": formcheck, "tables": _tables(journal)}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [path]


def export_csv(journal: Journal, folder: Path) -> list[Path]:
    """Write one CSV file a table into ``folder``; give the paths written."""
    folder = _ready(folder)
    paths = []
    for table in TABLES:
        columns = [r["name"] for r in journal.rows(f"PRAGMA table_info({table})")]
        path = folder / f"{table}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(
                [row[c] for c in columns] for row in journal.rows(f"SELECT * FROM {table}")
            )
        paths.append(path)
    return paths


def import_folder(journal: Journal, source: Path) -> int:
    """Bring in an export: a folder with ``journal.json`` or the CSV files, or the JSON itself.

    Returns:
        How many sessions were new.

    Raises:
        InputError: no export is there, it cannot be read, or a row does not fit.
    """
    tables = _read(source)

    def work(db: sqlite3.Connection) -> int:
        new_ids: dict[str, dict[str, int]] = {table: {} for table in TABLES}
        for table in TABLES:
            columns = {r[1] for r in db.execute(f"PRAGMA table_info({table})")}
            for row in tables.get(table, []):
                values = {k: v for k, v in row.items() if k in columns and k != "id"}
                if table in PARENT:
                    column, parent = PARENT[table]
                    if str(values.get(column)) not in new_ids[parent]:
                        continue  # its session was here already
                    values[column] = new_ids[parent][str(values[column])]
                else:
                    known = _KNOWN[table]
                    if db.execute(
                        f"SELECT 1 FROM {table} WHERE {known} = ?", (values.get(known),)
                    ).fetchone():
                        continue
                    # Whatever process wrote it is not in this session now.
                    if values.get("status") == "open":
                        values["status"] = "interrupted"
                new_ids[table][str(row.get("id"))] = insert(db, table, values)
        return len(new_ids["sessions"])

    try:
        return journal.write(work)
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError) as error:
        raise InputError(f"{source}: a row does not fit the journal ({error})") from error


def _ready(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"export needs a folder it can write, {folder}: {error}") from error
    return folder


def _read(source: Path) -> dict[str, list[dict[str, Any]]]:
    file = source / "journal.json" if source.is_dir() else source
    if source.is_dir() and not file.exists() and (source / "sessions.csv").exists():
        return {t: _read_csv(source / f"{t}.csv") for t in TABLES}
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"import expects a folder made by export (journal.json or CSV files), got {source}"
        ) from error
    except ValueError as error:
        raise InputError(f"{file} is not readable JSON ({error})") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != JOURNAL_SCHEMA or not isinstance(document.get("tables"), dict):
        raise InputError(
            f"{file} is not a journal this formcheck reads (expected schema {JOURNAL_SCHEMA}, "
            f"got {schema})"
        )
    tables: dict[str, list[dict[str, Any]]] = document["tables"]
    return tables


def _read_csv(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        # CSV has no NULL: an empty cell is one. Column types turn the rest back into numbers.
        return [{k: (v if v != "" else None) for k, v in row.items() if k}
                for row in csv.DictReader(file)]  # fmt: skip
