"""The questions, the gates, and how the journal becomes a past."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from formcheck.coach.progression import Light
from formcheck.coach.safety import ADVICE, FACTS, QUESTIONS, advice, facts_for, gate, questions_due
from formcheck.drill import Dose
from formcheck.events import Rep
from formcheck.journal import Journal
from formcheck.journal.past import last_check, past_sessions, unanswered

NO = {q.name: False for q in QUESTIONS}
TODAY = date(2026, 3, 30)
T0 = datetime(2026, 3, 2, 18, 0, tzinfo=timezone.utc)


def test_all_no_lets_the_session_begin() -> None:
    assert advice(NO) is None


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_any_yes_or_silence_stops_with_the_right_advice(question) -> None:
    assert advice(NO | {question.name: True}) == ADVICE[question.urgency]
    assert advice({k: v for k, v in NO.items() if k != question.name}) == ADVICE[question.urgency]


def test_the_more_urgent_advice_wins() -> None:
    assert advice(NO | {"pregnant": True, "saddle": True}) == ADVICE["now"]
    assert "A&E" in ADVICE["now"]
    assert "A&E" not in ADVICE["doctor"]


@pytest.mark.parametrize(
    ("last", "last_red", "due"),
    [
        (None, None, True),
        ((TODAY - timedelta(days=27), True), None, False),
        ((TODAY - timedelta(days=28), True), None, True),
        ((TODAY - timedelta(days=1), False), None, True),  # the last answers were not all no
        ((TODAY - timedelta(days=5), True), TODAY - timedelta(days=4), True),  # red since
        ((TODAY - timedelta(days=3), True), TODAY - timedelta(days=4), False),
    ],
)
def test_when_the_questions_come_back(last, last_red, due: bool) -> None:
    assert questions_due(last, TODAY, last_red=last_red) is due


@pytest.mark.parametrize(
    ("drill", "fact", "instead"),
    [
        ("hamstring_stretch", "leg_pain_6w", "knee_to_chest"),
        ("single_leg_stance", "falls", "hip_bridge"),
        ("monster_walk", "cannot_stand", "hip_bridge"),
        ("knee_rolls", "rolls_hurt", "stomach_tone"),
        ("knee_to_chest", "rolls_hurt", "stomach_tone"),
        ("deep_lunge", "kneeling_hurts", "one_leg_stand"),
        ("back_stabiliser", "kneeling_hurts", "one_leg_stand"),
        ("prone_leg_raise", "cannot_lie_prone", "pelvic_tilt"),
    ],
)
def test_a_fact_locks_its_drill_and_names_another(drill: str, fact: str, instead: str) -> None:
    assert fact in facts_for([drill])
    assert gate(drill, {}) is None
    assert gate(drill, {fact: False}) is None
    locked = gate(drill, {fact: True})
    assert locked is not None
    assert locked.instead[0] == instead
    assert gate("hip_bridge", dict.fromkeys(FACTS, True)) is None


def test_what_stands_in_is_not_locked_itself() -> None:
    locked = gate("hamstring_stretch", {"leg_pain_6w": True, "rolls_hurt": True})
    assert locked is not None
    assert locked.instead == ("pelvic_tilt",)


@pytest.mark.parametrize(
    ("drill", "variant", "entry"),
    [
        ("plank", "full", ("plank", "knees")),
        ("back_stabiliser", "leg", ("back_stabiliser", "arm")),
        ("single_leg_bridge", None, ("hip_bridge", None)),
    ],
)
def test_a_harder_form_opens_after_two_greens_of_the_easier(drill, variant, entry) -> None:
    assert gate(drill, {}, {entry: 1}, variant) is not None
    assert gate(drill, {}, {entry: 2}, variant) is None


BANNED = (
    "sciatica", "disc ", "trendelenburg", "weak glut", "injury risk", "fall risk", "heal",
    "reliev", "prevent", "safe for you", "abnormal", "push through",
)  # fmt: skip


def test_no_word_that_is_never_said() -> None:
    said = [q.text for q in QUESTIONS] + list(ADVICE.values()) + list(FACTS.values())
    said += [g.why for d in ("plank", "knee_rolls", "hamstring_stretch", "deep_lunge")
             if (g := gate(d, dict.fromkeys(FACTS, True), {}, "full"))]  # fmt: skip
    assert not [w for text in said for w in BANNED if w in text.lower()]


# -- the journal as a past -------------------------------------------------------------------


@pytest.fixture
def clock() -> list[datetime]:
    return [T0]


@pytest.fixture
def journal(tmp_path: Path, clock: list[datetime]):
    with Journal(tmp_path / "journal.sqlite3", now=lambda: clock[0]) as journal:
        yield journal


def rep(n: int, complete: bool = True) -> Rep:
    return Rep(n, None, n, n, n, n, 1.0, 30.0, complete)


def test_a_session_becomes_a_past(journal: Journal, clock: list[datetime]) -> None:
    session = journal.begin_session("p", "0.1")
    for status in ("done", "ouch"):
        set_id = journal.begin_set(
            session, "plank", variant="knees", planned={"sets": 3, "hold_s": 5.0}
        )
        journal.add_rep(set_id, rep(1))
        journal.end_set(set_id, None, status)
    journal.rows("UPDATE sets SET score = 70 + 10 * (n - 1)")
    empty = journal.begin_set(session, "hip_bridge")
    journal.end_set(empty, None)
    journal.add_pain(session, "before", 1)
    journal.add_pain(session, "after", 1)
    journal.end_session(session)
    clock[0] += timedelta(days=1)
    journal.add_pain(session, "next_day", 4, leg_symptoms=False, stiff=False)
    [past] = past_sessions(journal)
    assert (past.day, past.told) == (date(2026, 3, 2), date(2026, 3, 3))
    assert past.light is Light.RED
    [done] = past.done
    assert (done.key, done.score, done.ouch) == (("plank", "knees"), 75.0, True)
    assert done.dose == Dose(hold_s=5.0, sets=3)


def test_a_drill_done_alone_has_the_dose_that_was_done(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    set_id = journal.begin_set(session, "clamshell")
    for n in range(1, 7):
        journal.add_rep(set_id, rep(n, complete=n < 6))
    [past] = past_sessions(journal)
    assert past.done[0].dose == Dose(reps=5, sets=1)
    assert past.light is Light.UNKNOWN


def test_a_walk_is_a_past_and_an_empty_session_is_not(journal: Journal) -> None:
    journal.begin_session(None, "0.1")
    journal.add_activity(journal.begin_session(None, "0.1"), "walk", 10)
    [past] = past_sessions(journal)
    assert past.walked
    assert past.done == ()


@pytest.mark.parametrize(("hours", "asked"), [(17.9, 0), (18, 1), (36, 1), (36.1, 0)])
def test_the_next_day_is_asked_about_18_to_36_hours_later(
    journal: Journal, clock: list[datetime], hours: float, asked: int
) -> None:
    session = journal.begin_session(None, "0.1")
    journal.begin_set(session, "plank")
    journal.end_session(session)
    journal.end_session(journal.begin_session(None, "0.1"))  # nothing done: nothing to ask
    assert len(unanswered(journal, clock[0] + timedelta(hours=hours))) == asked
    journal.add_pain(session, "next_day", 1)
    assert unanswered(journal, clock[0] + timedelta(hours=hours)) == []


def test_the_last_check_is_a_day_and_a_yes_or_no(journal: Journal) -> None:
    assert last_check(journal) is None
    journal.add_check(True)
    assert last_check(journal) == (date(2026, 3, 2), True)
