"""The page of the diary: days, trends, sides, pain; the report, the export, and forgetting."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..coach.progression import DAYS_A_WEEK, light_of, weeks
from ..errors import UsageError
from ..journal import export_csv, export_json
from ..journal.past import pain_of, past_sessions
from ..journal.queries import fault_counts, mean_form, sets_since
from ..judge.scoring import mean_words
from ..lead.questions import counted
from ..wording import in_words, title_of

if TYPE_CHECKING:
    from ..drill import Drill
    from ..journal import Journal

__all__ = ["diary", "exported", "forget", "report"]


def diary(journal: Journal, drills: Mapping[str, Drill]) -> dict[str, Any]:
    """Everything the page of the diary shows."""
    rows, past = sets_since(journal, ""), past_sessions(journal)
    count = weeks([p.day for p in past], journal.now().date())
    faults = fault_counts(journal, "")
    names = list(dict.fromkeys(r["drill"] for r in rows))
    trends = mean_form(journal)
    return {
        "week": {"days": count.this_week, "of": DAYS_A_WEEK, "full": count.full_weeks},
        "days": sorted({p.day.isoformat() for p in past if p.done or p.walked}),
        "drills": [
            _drill(name, [r for r in rows if r["drill"] == name], faults, trends, drills)
            for name in names
        ],
        "pain": _pain(journal),
        "sessions": [_session(journal, s, drills) for s in reversed(journal.sessions()[-60:])],
        "where": str(journal.path or "in memory only"),
    }


def _drill(
    name: str, rows: list[dict[str, Any]], faults: list[dict[str, Any]],
    trends: list[dict[str, Any]], drills: Mapping[str, Drill],
) -> dict[str, Any]:  # fmt: skip
    def form(side: str) -> str:
        scores = [r["form"] for r in rows if r["side"] == side and r["form"] is not None]
        return mean_words(scores) if scores else ""

    days = len({r["day"] for r in rows})
    most = [f"{in_words(f['code'])} ({f['n']} times)" for f in faults if f["drill"] == name]
    return {
        "name": name,
        "title": title_of(name, drills.get(name)),
        "did": f"{counted(days, 'day')}, {counted(len(rows), 'set')}",
        "left": form("left"),
        "right": form("right"),
        "most": most[:2],
        "trend": [[r["day"], r["side"], round(r["form"])] for r in trends if r["drill"] == name],
    }


def _pain(journal: Journal) -> list[dict[str, Any]]:
    found = []
    for session in journal.sessions():
        rows = {r["moment"]: r for r in journal.children("pain", session["id"])}
        if rows:
            pain = pain_of(rows)
            found.append({"day": session["day"], "before": pain.before, "after": pain.after,
                          "next": pain.next_day, "light": light_of(pain).word})  # fmt: skip
    return found[-30:]


def _session(
    journal: Journal, row: Mapping[str, Any], drills: Mapping[str, Drill]
) -> dict[str, Any]:
    sets = journal.children("sets", row["id"])
    did = [title_of(name, drills.get(name)) for name in dict.fromkeys(s["drill"] for s in sets)]
    activity = journal.children("activity", row["id"])
    walks = [f"{in_words(a['kind'])} {a['minutes']:g} min" for a in activity]
    notes = [n["text"] for n in journal.children("notes", row["id"])]
    return {
        "id": row["id"],
        "day": row["day"],
        "sets": len(sets),
        "what": ", ".join([*did, *walks]) or ("a note" if notes else "nothing was done"),
        "notes": notes,
        "early": row["status"] not in ("done", "open"),
        "now": row["status"] == "open",
    }


def report(journal: Journal, drills: Mapping[str, Drill], session: int | None) -> str:
    """The report of one session, or of all, as an HTML document.

    Raises:
        UsageError: there is no such session.
    """
    from ..report import from_journal, render

    rows = [r for r in journal.sessions() if session is None or r["id"] == session]
    if session is not None and not rows:
        raise UsageError("the diary has no such session")
    return render(from_journal(journal, rows, drills, __version__))


def exported(journal: Journal, kind: str) -> tuple[str, bytes]:
    """A file's name and bytes with everything the diary holds: ``json``, or ``csv`` (a zip).

    Raises:
        UsageError: neither kind.
    """
    with tempfile.TemporaryDirectory(prefix="formcheck-") as made:
        folder = Path(made)
        if kind == "json":
            (path,) = export_json(journal, folder, __version__)
            return "formcheck-diary.json", Path(path).read_bytes()
        if kind != "csv":
            raise UsageError(f"expected json or csv, got {kind[:20]!r}")
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
            for path in export_csv(journal, folder):
                box.write(path, Path(path).name)
        return "formcheck-diary.zip", packed.getvalue()


def forget(journal: Journal, said: Mapping[str, Any]) -> str:
    """Delete a day, a drill or everything, without a trace in the file; gives what went in words.

    Raises:
        UsageError: not exactly one of ``day``, ``drill`` and ``all``.
        InputError: a session runs, or another formcheck has the file open.
    """
    day, drill, everything = said.get("day"), said.get("drill"), said.get("all") is True
    if sum([bool(day), bool(drill), everything]) != 1:
        raise UsageError("expected one of a day, a drill or everything to delete")
    if day:
        try:
            day = date.fromisoformat(str(day)).isoformat()
        except ValueError:
            raise UsageError(f"expected a day such as 2026-03-02, got {str(day)[:40]!r}") from None
    named = str(drill) if drill else None
    gone = journal.forget(day=day or None, drill=named, everything=everything)
    rows = ", ".join(counted(n, table.removesuffix("s")) for table, n in gone.items())
    return f"Deleted: {rows}. The file was cleared of old pages." if gone else "Nothing was there."
