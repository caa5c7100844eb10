"""The diary's times: by instant wherever the person was, and days as the person had them."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import ReadOnly
from hypothesis import example, given
from hypothesis import strategies as st

from formcheck.coach.plans import find_plan
from formcheck.coach.progression import advise
from formcheck.drill import NEAR_FALL
from formcheck.events import FaultSpan, Rep
from formcheck.journal import Journal, export_csv, export_json, import_folder
from formcheck.journal.past import minutes_warm, past_sessions, unanswered
from formcheck.journal.queries import last_plan, sets_since
from formcheck.journal.schema import TABLES, VERSION

OLD = Path(__file__).parent / "journal_v1.sql"
AUCKLAND, LOS_ANGELES = timezone(timedelta(hours=13)), timezone(timedelta(hours=-8))


class Clock:
    """A wall clock that is carried about."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 20, 0, tzinfo=AUCKLAND)

    def __call__(self) -> datetime:
        return self.at


def a_session(journal: Journal, clock: Clock, at: str, plan: str | None = None) -> int:
    """A set done at this time, by the clock of the place."""
    clock.at = datetime.fromisoformat(at)
    session = journal.begin_session(plan, "0.1")
    set_id = journal.begin_set(session, "clamshell")
    slip = FaultSpan(NEAR_FALL, 1.0, 2.0, 1.0, "", 3, "Steady")
    rep = Rep(1, None, 1.0, 2.0, 3.0, 4.0, 1.0, 31.0, True, faults=(slip,))
    journal.add_rep(set_id, rep)
    journal.end_session(session)
    return session


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(clock: Clock, tmp_path: Path):
    with Journal(tmp_path / "journal.sqlite3", now=clock) as journal:
        yield journal


def test_sessions_come_by_instant_on_a_journey_and_through_a_change_of_clocks(
    journal: Journal, clock: Clock
) -> None:
    order = [
        ("2026-03-02T20:00:00+13:00", "auckland"),  # 07:00 in UTC
        ("2026-03-02T08:00:00-08:00", "los-angeles"),  # 16:00
        ("2026-10-25T02:50:00+02:00", "summer"),  # 00:50
        ("2026-10-25T02:10:00+01:00", "winter"),  # 01:10: the clock went back
    ]
    for at, plan in reversed(order):  # in whichever order they were written
        a_session(journal, clock, at, plan)
        journal.add_check(clear=plan == "winter")
    assert [row["plan"] for row in journal.sessions()] == [plan for _, plan in order]
    assert last_plan(journal) == "winter"
    days = [date(2026, 3, 2)] * 2 + [date(2026, 10, 25)] * 2
    assert [p.day for p in past_sessions(journal)] == days
    plans = {row["id"]: row["plan"] for row in journal.sessions()}
    assert [plans[row["session_id"]] for row in sets_since(journal, "")] == [p for _, p in order]
    check = journal.last_check()
    assert check is not None
    assert check["clear"] == 1


def test_a_day_is_the_persons_own_where_it_was_done(journal: Journal, clock: Clock) -> None:
    session = a_session(journal, clock, "2026-03-02T01:00:00+13:00")  # the 1st in UTC
    clock.at = datetime.fromisoformat("2026-03-01T23:30:00-08:00")  # the 2nd in UTC
    journal.add_pain(session, "next_day", 1)
    [past] = past_sessions(journal)
    assert (past.day, past.told) == (date(2026, 3, 2), date(2026, 3, 1))


OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(hours=quarters / 4)))


@example(LOS_ANGELES, timezone(timedelta(hours=9)), 10, 4 * 35)
@given(OFFSETS, OFFSETS, st.integers(0, 23), st.integers(0, 200))
def test_the_next_day_is_asked_about_once_wherever_one_goes(
    before: timezone, after: timezone, hour: int, quarters: int
) -> None:
    clock = Clock()
    with Journal(None, now=clock) as journal:
        done = datetime(2026, 3, 29, hour, tzinfo=before)
        session = a_session(journal, clock, done.isoformat())
        age = timedelta(hours=quarters / 4)
        clock.at = (done + age).astimezone(after)
        due = [row["id"] for row in unanswered(journal, clock.at)]
        assert due == ([session] if 18 <= quarters / 4 <= 36 else [])
        if due:
            journal.add_pain(session, "next_day", 1)
        for other in (before, after, timezone.utc):
            for later in range(0, 72, 3):
                at = (clock.at + timedelta(hours=later)).astimezone(other)
                assert not due or unanswered(journal, at) == []


def test_a_warm_up_of_just_now_counts_across_a_border(journal: Journal, clock: Clock) -> None:
    clock.at = datetime.fromisoformat("2026-03-02T23:50:00-08:00")
    session = journal.begin_session(None, "0.1")
    journal.add_activity(session, "walk", 12)
    journal.end_session(session)
    for minutes, warm in ((20, 12), (31, 0)):
        now = (clock.at + timedelta(minutes=minutes)).astimezone(AUCKLAND)  # two dates later
        assert minutes_warm(journal, now) == warm


def test_what_ended_today_ends_it_after_a_flight_back_over_the_date_line(
    journal: Journal, clock: Clock
) -> None:
    a_session(journal, clock, "2026-03-03T08:00:00+13:00")
    a_session(journal, clock, "2026-03-03T09:00:00+13:00")  # a second near fall
    here = (clock.at + timedelta(hours=1)).astimezone(LOS_ANGELES)
    assert here.date() == date(2026, 3, 2)
    plan = find_plan("start-small", Path("none"))
    assert advise(plan, past_sessions(journal), here.date()).drills == ()


# -- files and exports of before -----------------------------------------------------------------


def old_file(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(OLD.read_text(encoding="utf-8"))
        for statement in statements:
            db.execute(statement)
    return path


def moments(journal: Journal) -> list[tuple[object, ...]]:
    """Every time there is, with its offset."""
    found = []
    for table in ("sessions", "sets", "pain", "notes", "checks"):
        for row in journal.rows(f"SELECT * FROM {table} ORDER BY id"):
            times = [v for k, v in row.items() if k.endswith("at")]
            found.append((table, row["id"], *times, row["offset_min"], row.get("day")))
    return found


def test_an_old_diary_is_brought_to_utc(tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.sqlite3")
    said: list[str] = []
    with Journal(path, warn=said.append) as journal:
        assert journal.rows("PRAGMA user_version")[0]["user_version"] == VERSION
        assert moments(journal)[:3] == [
            ("sessions", 1, "2026-03-02T07:00:00+00:00", "2026-03-02T07:20:00+00:00", 780,
             "2026-03-02"),
            ("sessions", 2, "2026-03-02T16:00:00+00:00", "2026-03-02T16:15:00+00:00", -480,
             "2026-03-02"),
            ("sessions", 3, "2026-10-25T00:50:00+00:00", "2026-10-25T01:10:00+00:00", 120,
             "2026-10-25"),
        ]  # fmt: skip
        assert ("pain", 1, "2026-03-03T01:30:00+00:00", -480, None) in moments(journal)
        plans = [row["plan"] for row in journal.sessions()]
        assert plans == ["balance-and-hips", "start-small", None]
        assert [p.told for p in past_sessions(journal)] == [date(2026, 3, 2), None, None]
    with Journal(path, warn=said.append) as journal:
        assert len(journal.sessions()) == 3
    assert said == []


def test_an_old_diary_that_cannot_be_written_is_read_all_the_same(read_only: ReadOnly) -> None:
    said: list[str] = []
    with read_only("old.sqlite3", old_file) as path, Journal(path, warn=said.append) as journal:
        plans = [row["plan"] for row in journal.sessions()]
    assert plans == ["balance-and-hips", "start-small", None]
    assert len(said) == 1
    assert "in memory" in said[0]


def test_an_old_row_without_a_time_is_kept_as_it_is_and_left_out(tmp_path: Path) -> None:
    spoil = "UPDATE sessions SET started_at = 'now', ended_at = '2026-02-30T10:00:00+01:00'"
    path = old_file(tmp_path / "old.sqlite3", f"{spoil} WHERE id = 2")
    said: list[str] = []
    with Journal(path, warn=said.append) as journal:
        assert [row["id"] for row in journal.sessions()] == [1, 3]
        assert len(said) == 1
        [row] = journal.rows("SELECT started_at, ended_at FROM main.sessions WHERE id = 2")
        assert row == {"started_at": "now", "ended_at": "2026-02-30T10:00:00+01:00"}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_old_and_new_exports_come_in_alike(tmp_path: Path, form: str) -> None:
    old = old_file(tmp_path / "old.sqlite3")
    out = tmp_path / "before"
    out.mkdir()
    with closing(sqlite3.connect(old)) as db:
        db.row_factory = sqlite3.Row
        tables = {t: [dict(row) for row in db.execute(f"SELECT * FROM {t}")] for t in TABLES}
    assert "offset_min" not in tables["sessions"][0]
    if form == "json":
        document = {"schema": "formcheck.journal/1", "formcheck": "0.1", "tables": tables}
        (out / "journal.json").write_text(json.dumps(document))
    else:
        for table, rows in tables.items():
            with (out / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(rows[0] if rows else ["id"])
                writer.writerows(row.values() for row in rows)
    with Journal(old) as migrated, Journal(tmp_path / "new.sqlite3") as fresh:
        assert import_folder(fresh, out) == 3
        assert moments(fresh) == moments(migrated)
        after = tmp_path / "after"
        _ = export_json(fresh, after, "0.2") if form == "json" else export_csv(fresh, after)
        with Journal(tmp_path / "newer.sqlite3") as newer:
            assert import_folder(newer, after) == 3
            assert moments(newer) == moments(fresh)
