"""Every numbered session rule of drills.md 4.3 on both sides of its threshold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from formcheck.coach.plans import Plan, PlanDrill, find_plan
from formcheck.coach.progression import (
    Advice,
    Done,
    Light,
    Pain,
    Past,
    Planned,
    advise,
    greens,
    ladder,
    light_of,
    warm_up_left,
    weeks,
)
from formcheck.drill import Dose

DAY0 = date(2026, 3, 2)  # a Monday
G, U, A, R = Light.GREEN, Light.UNKNOWN, Light.AMBER, Light.RED

BRIDGE = PlanDrill("hip_bridge", Dose(reps=10, hold_s=3, sets=3))
CLAM = PlanDrill("clamshell", Dose(reps=15, hold_s=1, sets=3), both_sides=True)
STANCE = PlanDrill("single_leg_stance", Dose(hold_s=30, sets=3), both_sides=True)
PLANK = PlanDrill("plank", Dose(hold_s=10, sets=3), variants=("knees", "full"))
TONE = PlanDrill("stomach_tone", Dose(reps=3, hold_s=5, sets=1), build_hold_s=10)
PLAN = Plan("p", "P", "", (BRIDGE, CLAM, STANCE))


def plan(*entries: PlanDrill) -> Plan:
    return replace(PLAN, drills=entries)


def past(
    day: int, light: Light = G, *done: Done, told: int | None = None, walked: bool = False
) -> Past:
    return Past(
        DAY0 + timedelta(days=day), light, done,
        None if told is None else DAY0 + timedelta(days=told), walked,
    )  # fmt: skip


def bridge(reps: int = 5, score: float | None = 85, ouch: bool = False) -> Done:
    return Done("hip_bridge", Dose(reps=reps, hold_s=3, sets=3), score, None, ouch)


def clam(reps: int = 8, score: float | None = 85) -> Done:
    return Done("clamshell", Dose(reps=reps, hold_s=1, sets=3), score)


def knees(hold_s: float, score: float = 85) -> Done:
    return Done("plank", Dose(hold_s=hold_s, sets=3), score, "knees")


def today(day: int, sessions: Sequence[Past], of: Plan = PLAN, **more: object) -> Advice:
    return advise(of, sessions, DAY0 + timedelta(days=day), **more)  # type: ignore[arg-type]


def of(advice: Advice, drill: str) -> Planned:
    return next(p for p in advice.drills if p.drill == drill)


# -- 4.3.3 the traffic light ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pain", "light"),
    [
        (Pain(1, 2, 1), G),
        (Pain(3, 3, 3), G),
        (Pain(0, 1, 0), G),  # a rise of 1 right after is green
        (Pain(0, 2, 0), A),  # of 2 amber
        (Pain(0, 3, 0), R),  # of 3 red
        (Pain(3, 4, 3), A),  # 4/10
        (Pain(5, 5, 5), A),  # 5/10
        (Pain(6, 6, 6), R),  # 6/10
        (Pain(5, 3, 3), G),
        (Pain(2, 2, 3), A),  # +1 next day
        (Pain(2, 2, 4), A),  # +2
        (Pain(2, 2, 5), R),  # +3
        (Pain(2, 2, 2, stiff_next=True), A),
        (Pain(2, 2, 2, leg_after=True), R),
        (Pain(2, 2, 2, leg_next=True), R),
        (Pain(1, 1, None), U),  # no next-day answer
        (Pain(3, 4, None), A),  # but what is known counts
        (Pain(1, 6, None), R),
        (Pain(None, 3, 3), U),
        (Pain(None, 4, 3), A),
        (Pain(None, 6, None), R),
        (Pain(1, None, 1), U),
        (Pain(), U),
    ],
)
def test_the_traffic_light(pain: Pain, light: Light) -> None:
    assert light_of(pain) is light


def test_ouch_makes_its_drill_at_least_amber_and_takes_the_blame() -> None:
    session = past(0, G, bridge(ouch=True), clam())
    assert [session.drill_light(d) for d in session.done] == [A, G]
    assert past(0, R, bridge(ouch=True), clam()).blamed() == ("hip_bridge",)
    assert past(0, R, bridge(), clam()).blamed() == ("hip_bridge", "clamshell")


# -- 4.3.4 start small, one new thing at a time --------------------------------------------------


def test_the_first_session_is_two_drills_at_half_the_dose() -> None:
    advice = today(0, [])
    doses = [(p.drill, p.dose.sets, p.dose.reps, p.dose.hold_s) for p in advice.drills]
    assert doses == [("hip_bridge", 3, 5, 3), ("clamshell", 3, 8, 1)]
    assert advice.later == ("single_leg_stance",)
    assert advice.warm_up_min == 5


def test_a_drill_without_repetitions_starts_with_half_the_hold() -> None:
    advice = today(0, [], plan(PLANK))
    assert (of(advice, "plank").dose.hold_s, of(advice, "plank").variant) == (5, "knees")


def two(day: int, light: Light = G) -> Past:
    """Both first drills, at scores that earn no step."""
    return past(day, light, bridge(score=60), clam(score=60))


@pytest.mark.parametrize(
    ("days", "at", "new"),
    [
        ((0, 2, 4, 7, 9, 12), 14, True),  # 14 days and six greens
        ((0, 2, 4, 7, 9, 12), 13, False),  # a day early
        ((0, 4, 7, 9, 12), 14, False),  # a green short
    ],
)
def test_a_new_drill_after_14_days_and_6_greens(days: tuple[int, ...], at: int, new: bool) -> None:
    advice = today(at, [two(d) for d in days])
    assert ("single_leg_stance" in [p.drill for p in advice.drills]) is new
    if new:
        assert of(advice, "single_leg_stance").change == "new"
        assert of(advice, "single_leg_stance").dose.hold_s == 15


@pytest.mark.parametrize("light", [G, A, R, U])
def test_only_greens_count_towards_a_new_drill(light: Light) -> None:
    days = [two(0), two(2), two(4), two(6, light), two(9), two(12)]
    assert (today(14, days).later == ()) is (light is G)
    assert today(16, [*days, two(14)]).later == ()  # the sixth green, whenever it comes


@pytest.mark.parametrize(("light", "new"), [(G, True), (U, True), (A, False), (R, False)])
def test_nothing_new_right_after_a_hard_day(light: Light, new: bool) -> None:
    days = [two(d) for d in (0, 2, 4, 6, 8, 10)] + [two(12, light)]
    assert (today(15, days).later == ()) is new


def test_the_count_starts_again_with_each_new_drill() -> None:
    four = plan(BRIDGE, CLAM, STANCE, PLANK)
    stance = Done("single_leg_stance", Dose(hold_s=15, sets=3), 60)
    days = [two(d) for d in (0, 2, 4, 7, 9, 12)]
    days += [past(d, G, bridge(score=60), clam(score=60), stance) for d in (14, 16, 18, 21, 23)]
    assert today(28, days, four).later == ("plank",)  # five greens
    days.append(past(25, G, bridge(score=60), clam(score=60), stance))
    assert today(27, days, four).later == ("plank",)  # 13 days
    assert today(28, days, four).later == ()


def test_another_plan_begins_with_one_new_thing() -> None:
    advice = today(3, [past(0, G, knees(5)), past(2, G, knees(5))])
    assert [(p.drill, p.change) for p in advice.drills] == [("hip_bridge", "new")]
    assert of(advice, "hip_bridge").dose.reps == 5


# -- 4.3.5 dose steps ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sessions", "reps"),
    [
        ([(0, G, 5, 70), (2, G, 5, 70), (4, G, 5, 70)], 7),
        ([(2, G, 5, 70), (4, G, 5, 70)], 5),  # two greens
        ([(0, G, 5, 69), (2, G, 5, 90), (4, G, 5, 90)], 5),  # a score of 69
        ([(0, G, 5, None), (2, G, 5, 90), (4, G, 5, 90)], 5),  # no score
        ([(0, G, 5, 90), (2, U, 5, 90), (4, G, 5, 90)], 5),  # an unknown between
        ([(0, G, 4, 90), (2, G, 5, 90), (4, G, 5, 90)], 5),  # the dose was not the same
        ([(0, G, 9, 90), (2, G, 9, 90), (4, G, 9, 90)], 10),  # up to the plan's dose
        ([(0, G, 10, 90), (2, G, 10, 90), (4, G, 10, 90)], 10),  # and never above it
        ([(0, G, 30, 90), (2, G, 30, 90), (4, G, 30, 90)], 10),  # whatever was done alone
        ([(0, G, 3, 90), (2, G, 3, 90), (4, G, 3, 90)], 5),  # from below the first dose
    ],
)  # fmt: skip
def test_two_more_repetitions_after_three_greens(
    sessions: list[tuple[int, Light, int, float | None]], reps: int
) -> None:
    days = [past(day, light, bridge(n, score)) for day, light, n, score in sessions]
    assert of(today(5, days), "hip_bridge").dose.reps == reps


def test_five_more_seconds_where_there_are_no_repetitions() -> None:
    stance = Done("single_leg_stance", Dose(hold_s=15, sets=3), 80)
    days = [past(d, G, stance) for d in (0, 2, 4)]
    assert of(today(5, days, plan(STANCE)), "single_leg_stance").dose.hold_s == 20


def test_one_step_a_session_over_all_drills() -> None:
    days = [past(d, G, bridge(), clam()) for d in (0, 2, 4)]
    advice = today(5, days)
    assert [p.change for p in advice.drills] == ["more", None]
    assert (of(advice, "hip_bridge").dose.reps, of(advice, "clamshell").dose.reps) == (7, 8)


def test_no_step_beside_a_new_drill() -> None:
    days = [past(d, G, bridge(), clam()) for d in (0, 2, 4, 7, 9, 12)]
    changes = [p.change for p in today(14, days).drills]
    assert changes == [None, None, "new"]


@pytest.mark.parametrize("entry", [BRIDGE, CLAM, STANCE, PLANK, TONE])
def test_a_ladder_changes_one_thing_a_rung_and_ends_at_the_plan(entry: PlanDrill) -> None:
    rungs = ladder(entry, 0.5)
    for low, high in pairwise(rungs):
        if low.variant != high.variant:
            assert high.dose == rungs[0].dose  # the harder form starts small
            continue
        reps = (high.dose.reps or 0) - (low.dose.reps or 0)
        hold = (high.dose.hold_s or 0) - (low.dose.hold_s or 0)
        assert (0 < reps <= 2 and hold == 0) or (reps == 0 and 0 < hold <= 5)
    last = rungs[-1].dose
    longest = entry.build_hold_s or entry.dose.hold_s
    assert (last.reps, last.sets, last.hold_s) == (entry.dose.reps, entry.dose.sets, longest)


def test_a_hold_builds_after_the_repetitions() -> None:
    doses = [(r.dose.reps, r.dose.hold_s) for r in ladder(TONE, 0.5)]
    assert doses == [(2, 5), (3, 5), (3, 10)]


@pytest.mark.parametrize(("at", "variant"), [(14, "full"), (13, "knees")])
def test_the_harder_form_is_a_new_thing(at: int, variant: str) -> None:
    days = [past(d, G, knees(10)) for d in (0, 2, 4, 7, 9, 12)]
    item = of(today(at, days, plan(PLANK)), "plank")
    assert item.variant == variant
    assert item.dose.hold_s == (5 if variant == "full" else 10)


# -- 4.3.3 and 4.3.6 less, and rest --------------------------------------------------------------


def test_amber_takes_30_percent_off_next_time() -> None:
    advice = today(2, [past(0, A, bridge(10), clam(8))])
    assert [(p.dose.reps, p.change) for p in advice.drills] == [(7, "less"), (5, "less")]
    stance = Done("single_leg_stance", Dose(hold_s=30, sets=3), 80)
    item = of(today(2, [past(0, A, stance)], plan(STANCE)), "single_leg_stance")
    assert item.dose.hold_s == 21


def test_after_an_amber_the_dose_stays_down_until_it_is_earned_again() -> None:
    days = [past(0, A, bridge(10)), past(2, G, bridge(7)), past(4, G, bridge(7))]
    assert of(today(5, days), "hip_bridge").dose.reps == 7
    assert of(today(7, [*days, past(6, G, bridge(7))]), "hip_bridge").dose.reps == 9


def test_two_ambers_drop_the_newest_drill_and_step_the_others_back() -> None:
    first = [past(0, G, bridge(9)), past(2, G, bridge(9), clam()), past(4, A, bridge(9), clam())]
    assert {p.drill for p in today(6, first).drills} == {"hip_bridge", "clamshell"}
    second = [*first, past(6, A, bridge(6), clam(5))]
    advice = today(8, second)
    assert [p.drill for p in advice.drills] == ["hip_bridge"]
    assert of(advice, "hip_bridge").dose.reps == 4  # 30 % off 6, which is below the step down
    assert any("Clamshell is out" in note for note in advice.notes)
    # and not straight back in
    later = [*second, *(past(d, G, bridge(4, 60)) for d in (8, 10, 12, 14, 16, 18))]
    assert [p.drill for p in today(19, later).drills] == ["hip_bridge"]
    assert "clamshell" in [p.drill for p in today(20, later).drills]


def test_two_more_ambers_drop_one_more() -> None:
    stance = Done("single_leg_stance", Dose(hold_s=15, sets=3), 80)
    days = [past(0, G, bridge(), clam(), stance)]
    days += [past(d, A, bridge(), clam(), stance) for d in (2, 4)]
    days += [past(6, A, bridge(), clam())]
    assert [p.drill for p in today(7, days).drills] == ["hip_bridge", "clamshell"]
    days += [past(8, A, bridge(), clam())]
    assert [p.drill for p in today(9, days).drills] == ["hip_bridge"]


def test_a_hard_day_with_another_plan_holds_this_one_back_too() -> None:
    days = [past(d, G, bridge(score=60)) for d in (0, 2, 4, 6, 8, 10)]
    of_two = plan(BRIDGE, CLAM)
    assert today(14, days, of_two).later == ()
    elsewhere = past(-1, G, knees(5)), past(12, A, knees(5))
    assert today(14, [elsewhere[0], *days, elsewhere[1]], of_two).later == ("clamshell",)


def test_a_green_or_a_red_between_breaks_the_pair_of_ambers_and_silence_does_not() -> None:
    for between, dropped in ((G, False), (U, True)):
        days = [two(0), two(2, A), two(4, between), two(6, A)]
        assert (len(today(8, days).drills) == 1) is dropped


@pytest.mark.parametrize(("hours", "resting"), [(24, True), (48, False)])
def test_red_rests_its_drills_48_hours_then_steps_back(hours: int, resting: bool) -> None:
    days = [past(0, G, bridge(9), clam(12)), past(2, R, bridge(9), clam(12), told=3)]
    advice = today(3 + hours // 24, days)
    assert (advice.drills == ()) is resting
    assert (advice.rest_until is not None) is resting
    if not resting:
        assert [(p.dose.reps, p.change) for p in advice.drills] == [(7, "less"), (10, "less")]


def test_red_with_an_ouch_rests_that_drill_only_and_nothing_goes_up() -> None:
    days = [past(d, G, bridge(), clam()) for d in (0, 2)]
    days.append(past(4, R, bridge(), replace(clam(), ouch=True), told=4))
    advice = today(5, days)
    assert [(p.drill, p.change) for p in advice.drills] == [("hip_bridge", "less")]


def test_red_today_ends_the_day() -> None:
    advice = today(4, [two(0), two(4, R)])
    assert advice.drills == ()
    assert advice.walk_min == 0
    assert "enough for today" in advice.notes[0]


@pytest.mark.parametrize("light", [G, U, A])
def test_anything_else_today_does_not(light: Light) -> None:
    assert today(4, [two(0), two(4, light)]).drills


@pytest.mark.parametrize(
    ("sessions", "stop"),
    [
        ([(4, 1)], False),
        ([(4, 2)], True),
        ([(4, 1), (4, 1)], True),  # two sessions of one day
        ([(3, 1), (4, 1)], False),  # yesterday's does not count
        ([(3, 5)], False),
    ],
)
def test_two_near_falls_end_the_day(sessions: list[tuple[int, int]], stop: bool) -> None:
    days = [two(0), *(replace(two(d), near_falls=n) for d, n in sessions)]
    advice = today(4, days)
    assert (advice.drills == ()) is stop
    if stop:
        assert "enough for today" in advice.notes[0]
        assert advice.rest_until == DAY0 + timedelta(days=5)


# -- 4.3.1 warm up first -------------------------------------------------------------------------


@pytest.mark.parametrize(("logged", "minutes"), [(0, 5), (2.9, 5), (3, 0), (10, 0)])
def test_three_minutes_logged_are_a_warm_up(logged: float, minutes: float) -> None:
    assert warm_up_left(plan(BRIDGE), logged) == minutes


@pytest.mark.parametrize(("away", "reps"), [(13, 9), (14, 7)])
def test_14_days_away_is_one_step_back(away: int, reps: int) -> None:
    assert of(today(away, [past(0, G, bridge(9))]), "hip_bridge").dose.reps == reps


def test_a_step_back_never_asks_for_more() -> None:
    small = [past(0, R, bridge(2), told=0)]
    assert of(today(3, small), "hip_bridge").dose.reps == 2
    between = [past(0, R, bridge(8), told=0)]  # 8 lies between the rungs 7 and 9
    assert of(today(3, between), "hip_bridge").dose.reps == 7


def test_a_step_back_from_the_harder_form_is_the_easier_one() -> None:
    full = Done("plank", Dose(hold_s=5, sets=3), 80, "full")
    item = of(today(3, [past(0, R, full, told=0)], plan(PLANK)), "plank")
    assert (item.variant, item.dose.hold_s) == ("knees", 10)


def test_a_locked_drill_stays_out_with_its_reason() -> None:
    advice = today(0, [], locked={"hip_bridge": "kneeling hurts", "squat": "not in this plan"})
    assert [p.drill for p in advice.drills] == ["clamshell", "single_leg_stance"]
    assert advice.locked == {"hip_bridge": "kneeling hurts"}


# -- 4.3.7 adherence -----------------------------------------------------------------------------


def test_days_a_week_count_different_days_monday_first() -> None:
    days = [DAY0, DAY0, DAY0 + timedelta(2), DAY0 + timedelta(6), DAY0 + timedelta(7)]
    found = weeks(days, DAY0 + timedelta(8))
    assert (found.this_week, found.full_weeks) == (1, 1)
    assert weeks(days[:2] + days[2:3], DAY0).full_weeks == 0


def test_greens_are_counted_by_drill_and_form() -> None:
    days = [past(0, G, knees(5), bridge()), past(2, U, knees(5)), past(4, G, knees(5))]
    assert greens(days) == {("plank", "knees"): 2, ("hip_bridge", None): 1}


# -- twelve weeks --------------------------------------------------------------------------------


def volume(dose: Dose) -> float:
    return (dose.reps or 1) * (dose.hold_s or 1) * (dose.sets or 1)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["balance-and-hips", "start-small", "back-exercises"])
def test_twelve_weeks_of_a_simulated_person(name: str, seed: int) -> None:
    rng = random.Random(seed)
    the_plan = find_plan(name)
    sessions: list[Past] = []
    known: set[tuple[str, str | None]] = set()
    last_new: date | None = None
    ups = 0
    for day in range(84):
        now = DAY0 + timedelta(days=day)
        if rng.random() > 0.55 or (seed % 3 == 0 and 30 <= day < 46):
            continue
        advice = advise(the_plan, sessions, now)
        before = {p.drill: p for p in advice.drills}
        # one thing up at a time, and never above the plan
        up = [p for p in advice.drills if p.change in ("new", "harder", "more")]
        assert len(up) <= (the_plan.at_first if not sessions else 1)
        new = {(p.drill, p.variant) for p in advice.drills} - known
        if new and sessions:
            brand_new = {k for k in new if before[k[0]].change in ("new", "harder")}
            if brand_new:
                assert last_new is not None
                assert (now - last_new).days >= 14
                last_new = now
        elif new:
            last_new = now
        known |= new
        ups += len(up)
        for item in advice.drills:
            entry = the_plan.drill(item.drill)
            assert entry is not None
            longest = entry.build_hold_s or entry.dose.hold_s or 0
            assert (item.dose.reps or 0) <= (entry.dose.reps or 0)
            assert (item.dose.hold_s or 0) <= longest
            assert (item.dose.sets or 0) <= (entry.dose.sets or 0)
            assert (item.dose.reps or 1) >= 1
            assert (item.dose.hold_s or 1) >= 1
            for session in reversed(sessions):  # after red or amber never more than before
                done = next((d for d in session.done if d.drill == item.drill), None)
                if done is not None:
                    if session.drill_light(done) in (A, R):
                        same = done.variant == item.variant
                        assert item.change in ("less", "new")
                        assert not same or volume(item.dose) <= volume(done.dose)
                    if session.light is R and item.drill in session.blamed():
                        assert (now - (session.told or session.day)).days >= 2
                    break
        light = rng.choices([G, U, A, R], [0.8, 0.08, 0.08, 0.04])[0]
        done = tuple(
            Done(p.drill, p.dose, rng.choice([65, 75, 85, 90]), p.variant, rng.random() < 0.01)
            for p in advice.drills
        )
        sessions.append(Past(now, light, done, now + timedelta(days=1) if light is R else now))
    assert ups >= 3  # and it does get somewhere
