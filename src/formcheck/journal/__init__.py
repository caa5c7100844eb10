"""The journal: what was done, on the person's own disk and nowhere else."""

from __future__ import annotations

from .exchange import export_csv, export_json
from .imports import import_folder
from .sink import JournalSink
from .store import Journal, default_path

__all__ = [
    "Journal",
    "JournalSink",
    "default_path",
    "export_csv",
    "export_json",
    "import_folder",
]
