"""Times in the journal: the instant in UTC, and how far the person's own clock was from it.

``2026-03-02T11:00:00+00:00`` and ``offset_min = 60`` is noon where it was done. As texts of one
form and one zone they sort by instant, whatever the person's clock did in between.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

__all__ = ["as_utc", "instant", "local", "offset_min", "utc"]

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


def instant(text: object) -> datetime | None:
    """A time with its offset, as it is written; None for what is none."""
    if isinstance(text, str) and _FORM.fullmatch(text):
        with suppress(ValueError, OverflowError):
            at = datetime.fromisoformat(text)
            return at if at.astimezone(timezone.utc) else None
    return None


def utc(at: datetime) -> str:
    """An instant as the journal keeps it; ``at`` has a time zone."""
    return at.astimezone(timezone.utc).isoformat(timespec="seconds")


def offset_min(at: object) -> int:
    """Minutes that the clock of a time, or of its text, is ahead of UTC; 0 for what is none."""
    found = at if isinstance(at, datetime) else instant(at)
    ahead = found.utcoffset() if found else None
    return round(ahead.total_seconds() / 60) if ahead else 0


def as_utc(text: Any) -> Any:
    """A time's text as the journal keeps it; what is none comes back as it is."""
    at = instant(text)
    return text if at is None else utc(at)


def local(text: str, offset: int) -> datetime:
    """A kept time by the clock of the place where it was done."""
    return datetime.fromisoformat(text).astimezone(timezone(timedelta(minutes=offset)))
