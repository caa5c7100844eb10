"""The journal out to plain files: the person's data is the person's.

JSON is one document ``journal.json``, ``{"schema", "formcheck", "tables": {name: [row, …]}}``
(formcheck.journal/1 kept times by the clock of the place, /2 in UTC with ``offset_min``);
CSV is one file a table. Both hold every row and come back by
:func:`~formcheck.journal.imports.import_folder`; a session that is already there (by its
``uid``) is left alone, so importing twice changes nothing.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from ..errors import InputError
from .schema import TABLES
from .store import Journal

__all__ = ["JOURNAL_SCHEMA", "export_csv", "export_json"]

JOURNAL_SCHEMA = "formcheck.journal/2"


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


def _ready(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"export needs a folder it can write, {folder}: {error}") from error
    return folder
