"""Going on with a session that was cut off: what was done stays done, what hurt stays out."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from formcheck.body.pose import Side
from formcheck.catalogue.registry import all_drills
from formcheck.coach.progression import Planned
from formcheck.coach.resume import Earlier, left_to_do
from formcheck.coach.session import Item, program
from formcheck.drill import Dose
from formcheck.events import FaultSpan, Hold, Rep
from formcheck.journal import Journal
from formcheck.journal.past import earlier_sets, minutes_warm, past_sessions
from formcheck.lead.asking import Ask, Tell
from formcheck.lead.leader import Done, DrillLeader, RunSet

L, R = Side.LEFT, Side.RIGHT


def items(*planned: Planned) -> list[Item]:
    return program(planned, all_drills())


def bridge(reps: int = 10, sets: int = 2) -> Planned:
    return Planned("hip_bridge", Dose(reps=reps, sets=sets), "")


def stance(sets: int = 2) -> Planned:
    return Planned("single_leg_stance", Dose(hold_s=10, sets=sets), "", both_sides=True)


def left(planned: list[Item], *earlier: Earlier) -> list[tuple[str, int, str | None, int | None]]:
    return [(i.drill.name, i.number, i.turn, i.dose.reps) for i in left_to_do(planned, earlier)[0]]


B = "hip_bridge"


@pytest.mark.parametrize(
    ("earlier", "reps"),
    [
        ([], [10, 10]),
        ([Earlier(B, "done", 10)], [10]),
        ([Earlier(B, "stopped", 3)], [10]),  # stopped by choice is done
        ([Earlier(B, "interrupted", 4)], [6, 10]),
        ([Earlier(B, "interrupted", 10)], [10]),  # cut off after its last repetition
        ([Earlier(B, "interrupted", 0)], [10, 10]),
        ([Earlier(B, "interrupted", 4), Earlier(B, "interrupted", 3)], [3, 10]),
        ([Earlier(B, "interrupted", 4), Earlier(B, "done", 6)], [10]),
        ([Earlier(B, "done", 10), Earlier(B, "done", 10)], []),
    ],
)
def test_a_set_that_was_cut_off_is_gone_on_with(earlier: list[Earlier], reps: list[int]) -> None:
    assert [i.dose.reps for i in left_to_do(items(bridge()), earlier)[0]] == reps


def test_a_drill_that_hurt_does_not_come_back() -> None:
    planned = items(bridge(), Planned("squat", Dose(reps=5), ""))
    assert left(planned, Earlier(B, "ouch", 2)) == [("squat", 1, None, 5)]


@pytest.mark.parametrize(("seconds", "sets"), [(9.0, 3), (8.9, 4), (4.9, 4)])
def test_a_hold_that_was_whole_is_done(seconds: float, sets: int) -> None:
    cut = Earlier("single_leg_stance", "interrupted", holds=(seconds,))
    assert len(left(items(stance()), cut)) == sets


def test_the_side_it_began_with_is_kept() -> None:
    done = Earlier("single_leg_stance", "done", holds=(10.0,), side=R)
    rest, sides = left_to_do(items(stance()), [done])
    assert [(i.number, i.turn) for i in rest] == [(1, "other"), (2, "first"), (2, "other")]
    assert sides == {1: R}
    assert left_to_do(items(stance()), [])[1] == {}


# -- from the journal ---------------------------------------------------------------------------

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


@pytest.fixture
def clock() -> list[datetime]:
    return [NOON]


@pytest.fixture
def journal(tmp_path: Path, clock: list[datetime]):  # type: ignore[no-untyped-def]
    with Journal(tmp_path / "journal.sqlite3", now=lambda: clock[0]) as opened:
        yield opened


def rep(n: int, complete: bool = True, faults: tuple[FaultSpan, ...] = ()) -> Rep:
    return Rep(n, R, n, n, n, n, 0.0, 1.0, complete, faults=faults)


def test_the_journal_tells_what_each_set_has_done(journal: Journal) -> None:
    session = journal.begin_session("mine", "0.1")
    first = journal.begin_set(session, "clamshell")
    journal.add_rep(first, rep(1))
    journal.add_rep(first, rep(2, complete=False))
    second = journal.begin_set(session, "plank", side="left")
    journal.add_hold(second, Hold(1, None, 0, 7, 7.0, 10, "stopped"))
    assert earlier_sets(journal, session) == [
        Earlier("clamshell", "open", 1, (), R),
        Earlier("plank", "open", 0, (7.0,), L),
    ]


def test_a_session_gone_on_with_is_planned_from_what_was_before_it(journal: Journal) -> None:
    session = journal.begin_session("mine", "0.1")
    journal.add_rep(journal.begin_set(session, "clamshell"), rep(1))
    assert len(past_sessions(journal)) == 1
    assert past_sessions(journal, but=session) == []


def test_near_falls_are_counted_by_session(journal: Journal) -> None:
    session = journal.begin_session("mine", "0.1")
    near = FaultSpan("near_fall", 1, 2, 70, "deg/s", 3, "Steady")
    lean = FaultSpan("trunk_lean", 1, 2, 70, "deg", 2, "Tall")
    set_id = journal.begin_set(session, "standing_hip_abduction")
    journal.add_rep(set_id, rep(1, faults=(near, lean)))
    journal.add_rep(set_id, rep(2, faults=(near,)))
    assert past_sessions(journal)[0].near_falls == 2


@pytest.mark.parametrize(("later", "minutes"), [(29, 10.0), (31, 0.0)])
def test_a_walk_keeps_warm_for_half_an_hour(
    journal: Journal, clock: list[datetime], later: int, minutes: float
) -> None:
    session = journal.begin_session(None, "0.1")
    journal.add_activity(session, "walk", 10)
    journal.end_session(session)
    clock[0] += timedelta(minutes=later)
    assert minutes_warm(journal, clock[0]) == minutes


# -- a single drill that was cut off ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "yes", "statuses"),
    [
        (True, True, ["done"]),  # gone on with: one session
        (True, False, ["interrupted", "done"]),
        (False, True, ["interrupted", "done"]),  # nobody to ask
    ],
)
def test_the_next_drill_goes_on_or_closes_it(
    tmp_path: Path, ask: bool, yes: bool, statuses: list[str]
) -> None:
    path = tmp_path / "journal.sqlite3"
    with Journal(path) as journal:
        journal.add_check(clear=True)
        cut = journal.begin_session(None, "0.1")
        journal.add_rep(journal.begin_set(cut, "squat"), rep(1))
        planned = journal.begin_session("balance-and-hips", "0.1")
        journal.close()
    with Journal(path) as journal:
        drills = all_drills()
        with DrillLeader(journal, drills, drills["squat"], ask=ask) as leader:
            move = leader.next()
            if ask:
                assert isinstance(move, Ask)
                assert move.question.text.endswith("was cut off after 1 set. Go on with it?")
                leader.answer(yes)
                move = leader.next()
            if isinstance(move, Tell):
                move = leader.next()
            assert isinstance(move, RunSet)
            leader.stop("quit")
            assert isinstance(leader.next(), Done)
        mine = [s["status"] for s in journal.sessions() if s["plan"] is None]
        assert mine == statuses
        assert [s["id"] for s in journal.left_open()] == [planned]  # its own start asks about it
