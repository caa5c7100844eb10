"""Scores by drills.md 3.2: what each part weighs, what a fault costs, when there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formcheck.body.pose import Side
from formcheck.catalogue.registry import get_drill
from formcheck.drill import WEIGHTS, Dose, Drill
from formcheck.events import CannotJudgeSpan, FaultSpan, Hold, Reason, Rep, SetResult
from formcheck.judge.scoring import (
    band,
    done_of,
    form_of,
    parts_of,
    score_hold,
    score_rep,
    score_set,
    shown,
)

ABDUCTION = get_drill("standing_hip_abduction")  # top 14, full 25 degrees
CLAM = get_drill("clamshell")
STANCE = get_drill("single_leg_stance")
NONE, HOLD1 = Dose(), Dose(hold_s=1)

#: Two seconds up, one at the top, two down, all the way: nothing to correct.
GOOD = Rep(1, Side.LEFT, 0.0, 2.0, 3.0, 5.0, 1.0, 26.0, True, rise=25.0)


def fault(
    drill: Drill, code: str, magnitude: float, from_s: float = 0.0, to_s: float = 5.0
) -> FaultSpan:
    f = drill.fault(code)
    return FaultSpan(code, from_s, to_s, magnitude, f.unit, f.severity, f.cue, f.certain)


def scored(dose: Dose = NONE, drill: Drill = ABDUCTION, **changes: object) -> int:
    score = score_rep(replace(GOOD, **changes), drill, dose)  # type: ignore[arg-type]
    assert score is not None
    return score


def test_nothing_to_correct_is_a_hundred() -> None:
    assert scored() == 100
    assert scored(HOLD1) == 100


def test_range_goes_from_ten_degrees_under_the_top_to_the_full_mark() -> None:
    weight = 0.30 / 0.90  # no hold was asked for
    assert scored(rise=13.5) == round(100 * (1 - weight * 11.5 / 23))
    assert scored(rise=2.0) == scored(rise=1.0) == round(100 * (1 - weight))
    assert scored(rise=40.0) == 100
    assert scored(rise=float("nan")) == 100  # counted, and nothing known to take away
    assert scored(rise=float("nan"), complete=False) < 70
    # In other units the least that counts is a fifth under the top.
    assert scored(drill=CLAM, rise=0.8 * 0.13) == round(100 * (1 - weight))


def test_a_hold_weighs_only_when_it_was_asked_for() -> None:
    assert scored(hold_s=0.0) == 100
    assert scored(HOLD1, hold_s=0.5) == 95
    assert scored(HOLD1, hold_s=9.0) == 100


@pytest.mark.parametrize(
    ("seconds", "tempo"), [(0.4, 0.0), (0.5, 0.0), (1.0, 0.5), (1.5, 1), (4, 1), (6, 0.5), (8, 0)]
)
def test_tempo(seconds: float, tempo: float) -> None:
    both = scored(peak_s=seconds, hold_end_s=seconds + 1, end_s=2 * seconds + 1)
    assert both == pytest.approx(100 * (1 - 0.2 / 0.9 * 0.7 * (1 - tempo)), abs=0.51)


def test_bumps_make_it_less_smooth() -> None:
    assert scored(bumps=1) == pytest.approx(100 * (1 - 0.2 / 0.9 * 0.3 / 3), abs=0.51)
    assert (
        scored(bumps=3) == scored(bumps=9) == pytest.approx(100 * (1 - 0.2 / 0.9 * 0.3), abs=0.51)
    )


def test_what_a_fault_costs() -> None:
    form = 0.40 / 0.90
    lean = ABDUCTION.fault("trunk_lean")  # severity 2, confidence A

    def lost(span: FaultSpan) -> float:
        return (100 - scored(faults=(span,))) / 100 / form

    assert lost(fault(ABDUCTION, "trunk_lean", lean.strong)) == pytest.approx(0.30, abs=0.02)
    assert lost(fault(ABDUCTION, "trunk_lean", lean.warn)) == pytest.approx(0.09, abs=0.02)
    half = lean.warn + (lean.strong - lean.warn) / 2
    assert lost(fault(ABDUCTION, "trunk_lean", half)) == pytest.approx(0.15, abs=0.02)
    # From two fifths of the repetition on it counts in full, before in proportion.
    strong = lean.strong
    assert lost(fault(ABDUCTION, "trunk_lean", strong, 1, 3)) == pytest.approx(0.30, abs=0.02)
    assert lost(fault(ABDUCTION, "trunk_lean", strong, 1, 2)) == pytest.approx(0.15, abs=0.02)
    # Severity 1 costs a third of that; what the camera is less sure of, half.
    fast = ABDUCTION.fault("too_fast")
    assert (fast.severity, fast.confidence) == (1, "A")
    assert lost(fault(ABDUCTION, "too_fast", fast.strong)) == pytest.approx(0.10, abs=0.02)
    hike = ABDUCTION.fault("pelvis_hike")
    assert (hike.severity, hike.confidence) == (2, "B")
    assert lost(fault(ABDUCTION, "pelvis_hike", hike.strong)) == pytest.approx(0.15, abs=0.02)


def test_a_note_costs_nothing() -> None:
    assert STANCE.fault("touch_down").severity == 0
    hold = Hold(1, Side.LEFT, 0.0, 10.0, 10.0, 10.0, "foot_down")
    touched = replace(hold, faults=(fault(STANCE, "touch_down", 0.1, 0, 10),))
    assert score_hold(hold, STANCE, Dose(hold_s=10)) == 100
    assert score_hold(touched, STANCE, Dose(hold_s=10)) == 100


def test_a_hold_is_paid_by_the_second() -> None:
    hold = Hold(1, Side.LEFT, 0.0, 5.0, 5.0, 10.0, "foot_down")
    assert score_hold(hold, STANCE, Dose(hold_s=10)) == round(100 * (0.45 + 0.4 * 0.5) / 0.85)
    assert score_hold(hold, STANCE, NONE) == 100
    assert score_hold(replace(hold, seconds=30.0), STANCE, Dose(hold_s=10)) == 100


def test_drills_that_are_not_scored() -> None:
    march = next(d for d in (get_drill("march"),) if d.weights == "minutes")
    assert score_rep(GOOD, march, NONE) is None


# -- sets ----------------------------------------------------------------------------------------


def a_set(*scores: int | None, **changes: object) -> SetResult:
    reps = tuple(
        replace(GOOD, n=i + 1, start_s=5.0 * i, end_s=5.0 * i + 5, score=s)
        for i, s in enumerate(scores)
    )
    return replace(
        SetResult("standing_hip_abduction", Side.LEFT, "auto", 30.0, 600, 600, reps, (), ()),
        **changes,  # type: ignore[arg-type]
    )


def test_a_set_is_the_mean_of_what_was_done() -> None:
    assert score_set(a_set(80, 60, 100), ABDUCTION, NONE) == 80
    assert score_set(a_set(), ABDUCTION, NONE) is None
    assert score_set(a_set(None, None), ABDUCTION, NONE) is None
    hold = Hold(1, Side.LEFT, 0.0, 5.0, 5.0, None, "foot_down", score=70)
    assert score_set(a_set(holds=(hold,)), ABDUCTION, NONE) == 70


def test_a_set_cut_short_loses_up_to_half() -> None:
    assert score_set(a_set(80, 80), ABDUCTION, Dose(reps=4)) == 60
    assert score_set(a_set(80, 80), ABDUCTION, Dose(reps=2)) == 80
    assert score_set(a_set(80, 80, 80), ABDUCTION, Dose(reps=2)) == 80


def test_what_was_mostly_counted_only_has_no_form() -> None:
    done = replace(a_set(80, 80), seconds=10.0)
    for counted_only_s, form in ((4.9, 80), (5.1, None)):
        part = replace(done, seconds_counted_only=counted_only_s)
        assert (form_of(part), score_set(part, ABDUCTION, NONE)) == (form, form)
        assert done_of(part, Dose(reps=2)) == 1.0


def test_form_and_how_much_was_done_are_two_figures() -> None:
    third = a_set(88, 92)
    assert (form_of(third), done_of(third, Dose(reps=6))) == (90, pytest.approx(1 / 3))
    assert score_set(third, ABDUCTION, Dose(reps=6)) == 60  # both in one
    partial = replace(third, reps=(third.reps[0], replace(third.reps[1], complete=False)))
    assert done_of(partial, Dose(reps=4)) == 0.25
    assert done_of(third, NONE) is None
    assert done_of(a_set(80, 80, 80), Dose(reps=2)) == 1.0
    held = a_set(holds=(Hold(1, None, 0.0, 6.0, 6.0, 8.0, "foot_down", score=70),))
    assert done_of(held, Dose(hold_s=8)) == 0.75
    assert done_of(held, Dose(hold_s=8, reps=2)) == 0.5
    assert (
        form_of(a_set(80, faults=(replace(fault(ABDUCTION, "too_fast", 1), severity=3),))) is None
    )


def test_a_score_is_the_sum_of_its_parts() -> None:
    lean = ABDUCTION.fault("trunk_lean")
    rep = replace(GOOD, rise=14.5, hold_s=0.5, faults=(fault(ABDUCTION, lean.code, lean.strong),))
    parts = parts_of(rep, ABDUCTION, HOLD1)
    assert [p.name for p in parts] == ["range", "hold", "control", "faults"]
    assert sum(p.weight for p in parts) == pytest.approx(1)
    assert round(100 * sum(p.weight * p.value for p in parts)) == score_rep(rep, ABDUCTION, HOLD1)
    assert {p.name: p.value for p in parts}["hold"] == 0.5
    assert "hold" not in {p.name for p in parts_of(rep, ABDUCTION, NONE)}
    assert parts_of(GOOD, get_drill("march"), NONE) == ()


def test_a_set_that_was_hardly_seen_has_no_score() -> None:
    def unseen(*spans: tuple[float, float], reason: Reason = Reason.JOINTS_HIDDEN) -> int | None:
        cannot = tuple(CannotJudgeSpan(a, b, reason) for a, b in spans)
        return score_set(a_set(80, 80, 80, 80, cannot_judge=cannot), ABDUCTION, NONE)

    assert unseen((5, 8.9)) == 80  # of 20 s of work
    assert unseen((5, 9.1)) is None
    assert unseen((5, 7), (10, 12.2)) is None
    assert unseen((-30, 0), (20, 60)) == 80  # before and after the work
    assert unseen((5, 15), reason=Reason.WRONG_EXERCISE) == 80


def test_bands() -> None:
    assert [band(s) for s in (100, 80, 79, 60, 59, 0)] == [
        "good form", "good form", "getting there", "getting there", "let's adjust", "let's adjust",
    ]  # fmt: skip


def test_weights_add_up() -> None:
    for name, weights in WEIGHTS.items():
        assert sum(weights) == pytest.approx(0 if name == "minutes" else 1)


def test_a_score_is_shown_in_fives_and_never_in_a_better_band() -> None:
    assert [shown(s) for s in (57, 59.6, 60, 62, 63, 79.6, 80, 98)] == [
        55,
        55,
        60,
        60,
        65,
        75,
        80,
        100,
    ]
    for score in range(101):
        assert band(shown(score)) == band(score)
