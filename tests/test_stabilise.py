"""Smoothing that knows seconds, a guard that knows sides, and a near side slow to change."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin

import numpy as np
import pytest
from stick import (
    TORSO_PX,
    abducted,
    film,
    hidden,
    on_the_back,
    pose,
    standing,
    standing_side_on,
    swapped,
)

from formcheck.body.pose import Joint, Pose, Side
from formcheck.body.steady import NearSide, OneEuro, Stabiliser, SwapGuard

# -- One Euro ------------------------------------------------------------------------------------


def filtered(fps: float, signal: object, to_s: float = 3.0, **kw: float) -> dict[float, float]:
    assert callable(signal)
    euro = OneEuro(**kw)
    ts = np.arange(round(to_s * fps) + 1) / fps
    return {round(t, 6): float(euro(t, np.array([signal(t)]), 100.0)[0]) for t in ts}


def test_smoothing_does_not_depend_on_the_frame_rate() -> None:
    def step(t: float) -> float:
        return 0.0 if t < 1 else 50.0

    answers = {fps: filtered(fps, step, min_cutoff=1.0, beta=0.0) for fps in (15, 30, 60, 120)}
    for t in (1.4, 1.6, 2.0, 3.0):
        at = [a[round(t, 6)] for a in answers.values()]
        assert max(at) - min(at) < 4.0, t
    # A filter that counted frames would be four times as quick at 60 as at 15 a second.
    assert answers[15][1.2] == pytest.approx(answers[120][1.2], abs=8)
    assert answers[120][1.2] == pytest.approx(50 * (1 - np.exp(-2 * pi * 0.2)), abs=2)


def test_it_calms_what_trembles_and_lets_a_movement_through() -> None:
    tremble = list(filtered(30, lambda t: (-1.0) ** round(t * 30)).values())
    assert np.ptp(tremble[30:]) < 0.75 * 2
    swing = filtered(30, lambda t: 80 * sin(2 * pi * 0.5 * t), to_s=6)
    lag = [abs(x - 80 * sin(2 * pi * 0.5 * t)) for t, x in swing.items()]
    assert max(lag[30:]) < 14  # 3 Hz alone would lag 53 ms behind 250 a second
    stiff = filtered(30, lambda t: 80 * sin(2 * pi * 0.5 * t), to_s=6, beta=0.0)
    assert max(lag[30:]) < 0.8 * max(
        abs(x - 80 * sin(2 * pi * 0.5 * t)) for t, x in list(stiff.items())[30:]
    )


def test_unseen_entries_stay_unseen_and_begin_anew() -> None:
    euro = OneEuro()
    for i in range(10):
        euro(i / 30, np.array([0.0, 0.0]), 100.0)
    gone = euro(10 / 30, np.array([np.nan, 0.0]), 100.0)
    assert np.isnan(gone[0])
    assert gone[1] == 0
    back = euro(11 / 30, np.array([70.0, 70.0]), 100.0)
    assert back[0] == 70  # no past: taken as it is
    assert 0 < back[1] < 70


def test_the_speed_before_a_gap_is_forgotten_too() -> None:
    """After a NaN the filter answers as one that has never seen a movement."""
    used, fresh = OneEuro(), OneEuro()
    for i in range(10):  # fast
        used(i / 30, np.array([40.0 * i]), 100.0)
    used(10 / 30, np.array([np.nan]), 100.0)
    for i in range(11, 15):
        x = np.array([70.0 + (-1.0) ** i])
        assert used(i / 30, x, 100.0) == pytest.approx(fresh(i / 30, x, 100.0))


def test_after_a_gap_it_begins_anew() -> None:
    for gap, fresh in ((0.4, False), (0.6, True)):
        euro = OneEuro()
        euro(0.0, np.array([0.0]), 100.0)
        assert bool(euro(gap, np.array([50.0]), 100.0)[0] == 50.0) is fresh


def test_its_input_is_left_alone() -> None:
    euro, x = OneEuro(), np.array([1.0])
    euro(0.0, x, 1.0)
    euro(0.1, np.array([9.0]), 1.0)
    assert x[0] == 1.0


# -- swapped sides -------------------------------------------------------------------------------


def test_swapped_frames_are_put_back() -> None:
    guard = SwapGuard()
    true = [hidden(p, "left_wrist") for p in film(lambda t: abducted(20 * t), 1.2)]
    wrong = [swapped(p) if 8 <= i < 14 or i % 7 == 3 else p for i, p in enumerate(true)]
    for p, q in zip(true, map(guard, wrong), strict=True):
        np.testing.assert_array_equal(p.xy, q.xy)
        np.testing.assert_array_equal(p.visibility, q.visibility)
        np.testing.assert_array_equal(p.world, q.world)


def halfway(p: Pose, q: Pose) -> Pose:
    return replace(p, xy=(p.xy + q.xy) / 2)


def test_labels_that_flicker_by_way_of_a_pose_in_between_do_not_turn_it() -> None:
    """The model smooths over time: between two labellings it may draw the mean of both, from which
    neither is far."""
    guard = SwapGuard()
    true = film(lambda t: abducted(20 - 10 * t), 2.0)
    wrong = [swapped(p) if 9 <= i < 12 or i in {13, 17, 18, 25} else p for i, p in enumerate(true)]
    wrong[8] = halfway(true[8], swapped(true[8]))
    for i, (p, q) in enumerate(zip(true, map(guard, wrong), strict=True)):
        if i != 8:
            np.testing.assert_array_equal(p.xy, q.xy, err_msg=f"frame {i}")


def test_labels_that_are_put_back_more_often_than_not_are_the_persons() -> None:
    """Now and then a frame agrees with labels that were wrong from the start."""
    guard = SwapGuard(patience_s=1.0)
    for i, p in enumerate(film(lambda t: standing(), 3.0)):
        wrong = i == 0 or i % 10 == 5
        q = guard(swapped(p) if wrong else p)
        assert (q.xy == p.xy).all() == (i > 31) or wrong, i


def test_a_person_who_turns_round_is_no_swap() -> None:
    """Half a turn in half a second: shoulders and hips pass through side-on."""
    guard = SwapGuard()
    for p in film(lambda t: standing(), 0.5):
        xy = p.xy.copy()
        middle = (xy + swapped(p).xy) / 2
        xy = middle + (xy - middle) * float(np.cos(np.pi * min(1.0, p.t / 0.5)))
        turning = replace(p, xy=xy)
        assert guard(turning) is turning


def test_its_patience_ends() -> None:
    guard = SwapGuard(patience_s=1.5)
    film_ = film(lambda t: standing(), 4.0)
    out = [guard(p if p.t < 1 else swapped(p)) for p in film_]
    kept = [bool((q.xy == p.xy).all()) for p, q in zip(film_, out, strict=True)]
    assert all(kept[: round(2.4 * 25)])
    assert not any(kept[round(2.7 * 25) :])


LEGS = [
    f"{side}_{part}"
    for side in ("left", "right")
    for part in ("knee", "ankle", "heel", "foot_index")
]


def legs_swapped(p: Pose) -> Pose:
    legs = [Joint[name.upper()] for name in LEGS]
    xy, other = p.xy.copy(), swapped(p).xy
    xy[legs] = other[legs]
    return replace(p, xy=xy)


def test_legs_that_are_exchanged_for_a_moment_are_put_back_and_the_hips_stay() -> None:
    guard = SwapGuard()
    true = film(lambda t: abducted(20 * t), 1.2)
    wrong = [legs_swapped(p) if 8 <= i < 14 else p for i, p in enumerate(true)]
    assert (true[8].xy != wrong[8].xy).any()
    for p, q in zip(true, map(guard, wrong), strict=True):
        np.testing.assert_array_equal(p.xy, q.xy)


@pytest.mark.parametrize("over_s", [0.35, 0.6])
def test_crossing_legs_are_no_swap(over_s: float) -> None:
    """Legs that pass each other do so in several frames, or in two that are far apart."""
    guard = SwapGuard()
    for p in film(
        lambda t: abducted(20 - 40 * t / over_s, Side.RIGHT, abducted(20 - 40 * t / over_s)), over_s
    ):
        assert guard(p) is p
    wide = pose(0.0, abducted(25, Side.RIGHT, abducted(25)))
    guard = SwapGuard()
    guard(wide)
    late = replace(legs_swapped(wide), t=0.2)
    assert guard(late) is late


def test_a_knee_that_jumps_alone_is_no_swap() -> None:
    wide = pose(0.0, abducted(25, Side.RIGHT, abducted(25)))
    guard = SwapGuard()
    guard(wide)
    xy = wide.xy.copy()
    xy[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE]] = xy[[Joint.RIGHT_KNEE, Joint.LEFT_KNEE]]
    alone = replace(wide, t=0.04, xy=xy)
    assert guard(alone) is alone


def test_a_body_side_on_cannot_look_swapped() -> None:
    guard = SwapGuard()
    guard(pose(0.0, on_the_back()))
    p = swapped(pose(0.04, on_the_back()))
    assert guard(p) is p  # both sides lie in one place: nothing to tell them by


def test_after_a_gap_the_models_word_is_taken() -> None:
    for gap, believed in ((0.3, False), (0.6, True)):
        guard = SwapGuard()
        guard(pose(0.0, standing()))
        p = swapped(pose(gap, standing()))
        assert (guard(p) is p) is believed


def test_a_half_seen_body_is_left_alone() -> None:
    guard = SwapGuard()
    guard(pose(0.0, standing()))
    p = swapped(pose(0.04, standing()))
    xy = p.xy.copy()
    xy[Joint.LEFT_ANKLE] = np.nan
    p = replace(p, xy=xy)
    assert guard(p) is p
    unseen = Pose.missing(0.08, (640, 480))
    assert guard(unseen) is unseen


# -- near side -----------------------------------------------------------------------------------


def leads(left: float, right: float) -> dict[str, float]:
    parts = ("hip", "knee", "ankle", "elbow")
    return {f"left_{p}": left for p in parts} | {f"right_{p}": right for p in parts}


def near_after(*scenes: tuple[float, float, float]) -> Side | None:
    """Scenes of (seconds, left visibility, right visibility) in a row."""
    near, t = NearSide(), 0.0
    for seconds, left, right in scenes:
        for _ in range(round(seconds * 20)):
            near.update(pose(t, standing_side_on(), visibility=leads(left, right)))
            t += 0.05
    return near.side


def test_the_near_side_is_the_one_that_is_seen() -> None:
    assert near_after((1, 0.95, 0.5)) is Side.LEFT
    assert near_after((1, 0.5, 0.95)) is Side.RIGHT


def test_it_is_slow_to_change() -> None:
    left = (3, 0.95, 0.5)
    assert near_after(left, (0.3, 0.5, 0.95)) is Side.LEFT  # a flicker
    assert near_after(left, (3, 0.5, 0.95)) is Side.RIGHT
    assert near_after(left, (5, 0.90, 0.95)) is Side.LEFT  # within the margin


def test_it_says_nothing_of_nobody() -> None:
    assert NearSide().update(Pose.missing(0.0, (640, 480))) is None


# -- together ------------------------------------------------------------------------------------


def test_the_stabiliser_guards_before_it_smooths() -> None:
    steady = Stabiliser()
    true = film(lambda t: standing(), 1.0)
    out = [steady.update(swapped(p) if i % 3 == 2 else p) for i, p in enumerate(true)]
    for p, q in zip(true, out, strict=True):
        assert np.abs(p.xy - q.xy).max() < 0.01 * TORSO_PX
    assert steady.near is not None
    nobody = Pose.missing(1.1, (640, 480))
    assert steady.update(nobody) is nobody
