"""Reports: one HTML file that opens offline, prints well, and loads nothing from the network."""

from __future__ import annotations

from .data import Report, Seen, SessionView, SetView, from_journal, from_result
from .page import render

__all__ = ["Report", "Seen", "SessionView", "SetView", "from_journal", "from_result", "render"]
