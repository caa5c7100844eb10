"""The counting machines: one sharp test for each rule, fed with plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from math import nan

import pytest
from stick import moving, rep_at, reps

from formcheck.drill.rules import HoldRule, RepRule
from formcheck.judge.holds import Holds, HoldShape
from formcheck.judge.reps import Reps, RepShape, RepState

RULE = RepRule(start=10, end=6, top=20, full=40)
FPS = 50.0


def sampled(
    f: Callable[[float], float], to_s: float, fps: float = FPS, from_s: float = 0.0
) -> list[tuple[float, float]]:
    return [
        (from_s + i / fps, f(from_s + i / fps)) for i in range(1 + round((to_s - from_s) * fps))
    ]


def feed(machine: Reps, samples: Iterable[tuple[float, float]]) -> list[RepShape]:
    return [s for t, x in samples if (s := machine.update(t, x)) is not None]


def counted(f: Callable[[float], float], to_s: float, fps: float = FPS) -> list[RepShape]:
    return feed(Reps(RULE), sampled(f, to_s, fps))


def steps(*levels: tuple[float, float]) -> Callable[[float], float]:
    """A signal that jumps: (from when, level) …"""
    return lambda t: next(x for s, x in reversed(levels) if t >= s - 1e-9)


def ramps(*corners: tuple[float, float]) -> Callable[[float], float]:
    """A signal of straight lines between (when, level) corners."""

    def at(t: float) -> float:
        for (a, x), (b, y) in pairwise(corners):
            if a <= t <= b:
                return x + (y - x) * (t - a) / (b - a)
        return corners[-1][1]

    return at


def one_rep(height: float = 30.0, rise: float = 1.0, hold: float = 1.0) -> Callable[[float], float]:
    return lambda t: height * rep_at(t, 2.0, 2.0 + rise, 2.0 + rise + hold, 2.0 + 2 * rise + hold)


# -- repetitions: times and levels -------------------------------------------------------------


def test_no_repetition_begins_before_the_first_sample() -> None:
    rep = one_rep()
    whole = feed(Reps(RULE), sampled(rep, 8.0))
    late = feed(Reps(RULE), sampled(rep, 8.0, from_s=2.1))
    assert whole[0].start_s == pytest.approx(2.0, abs=0.03)
    assert late[0].start_s == 2.1
    assert late[0].peak_s == pytest.approx(whole[0].peak_s, abs=0.05)


@pytest.mark.parametrize("fps", [10, 15, 24, 30, 60])
@pytest.mark.parametrize(("rise", "hold"), [(0.8, 1.0), (1.5, 2.0), (2.5, 0.6)])
def test_times_are_those_of_the_movement(fps: float, rise: float, hold: float) -> None:
    times = reps(3, first=1.5, rise=rise, hold=hold, fall=rise)
    found = counted(lambda t: 30 * moving(times)(t), times[-1][-1] + 1, fps)
    assert len(found) == 3
    for shape, true in zip(found, times, strict=True):
        got = (shape.start_s, shape.peak_s, shape.hold_end_s, shape.end_s)
        assert got == pytest.approx(true, abs=0.1)
        assert shape.whole_rise
        assert shape.whole_fall
        assert shape.peak - shape.rest == pytest.approx(30, abs=1.5)  # rest creeps a little


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_a_peak_without_a_stop_has_no_hold(fps: float) -> None:
    (shape,) = counted(one_rep(rise=1.2, hold=0.0), 6, fps)
    assert shape.peak_s == pytest.approx(3.2, abs=0.1)
    assert shape.hold_s < 0.25
    assert shape.rise_s == pytest.approx(1.2, abs=0.15)


def test_the_rise_must_reach_start() -> None:
    for height, moved in ((9.8, False), (10.6, True)):
        machine = Reps(RULE)
        feed(machine, sampled(steps((0, 0.0), (2, height)), 2.3))
        assert (machine.state is RepState.RISE) is moved


def test_a_peak_short_of_top_is_a_partial() -> None:
    assert [s.complete for s in counted(one_rep(19.6), 6)] == [False]
    assert [s.complete for s in counted(one_rep(21.0), 6)] == [True]
    assert counted(one_rep(9.0), 6) == []


def test_an_absolute_top_is_asked_for_too() -> None:
    for rest, complete in ((0, False), (6, True)):
        machine = Reps(replace(RULE, top_at=35))
        (shape,) = feed(machine, sampled(lambda t, rest=rest: rest + one_rep(30)(t), 6))
        assert shape.complete is complete


def test_levels_are_changes_from_the_persons_own_rest() -> None:
    (shape,) = counted(lambda t: 130 + one_rep()(t), 6)
    assert shape.rest == pytest.approx(130, abs=0.5)
    assert shape.peak == pytest.approx(160, abs=0.5)


def test_the_state_goes_through_rise_top_and_fall() -> None:
    machine, seen = Reps(RULE), []
    for t, x in sampled(one_rep(), 6):
        machine.update(t, x)
        if not seen or seen[-1] is not machine.state:
            seen.append(machine.state)
        if machine.state is RepState.TOP:
            assert machine.top_since is not None
            assert 2.5 < machine.top_since < 2.9
            assert machine.progress(30.0) == pytest.approx(30 / 40, abs=0.05)
        else:
            assert machine.top_since is None
    assert seen == [RepState.REST, RepState.RISE, RepState.TOP, RepState.FALL, RepState.REST]


def test_a_partial_never_shows_the_top() -> None:
    machine = Reps(RULE)
    for t, x in sampled(one_rep(18), 6):
        machine.update(t, x)
        assert machine.state is not RepState.TOP


# -- repetitions: dwell, hysteresis, refractory, least time --------------------------------------


def test_start_must_dwell() -> None:
    machine = Reps(RULE)
    feed(machine, sampled(steps((0, 0.0), (1, 30.0)), 1.12))
    assert machine.state is RepState.REST
    feed(machine, [(1.14, 30.0), (1.16, 30.0)])
    assert machine.state is RepState.RISE
    machine = Reps(RULE)  # one that is interrupted begins anew
    feed(machine, sampled(steps((0, 0.0), (1, 30.0), (1.1, 0.0), (1.14, 30.0)), 1.22))
    assert machine.state is RepState.REST


def test_end_must_dwell() -> None:
    # A touch of the floor for 0.1 s, a hover above ``end``, and then really down.
    down = ramps(
        (0, 0), (1, 0), (2, 30), (3, 30), (4, 5.0), (4.06, 5.0), (4.07, 9), (4.6, 9), (5, 0)
    )
    ended = [t for m in [Reps(RULE)] for t, x in sampled(down, 6) if m.update(t, x) is not None]
    assert len(ended) == 1
    at = 4.6 + 0.4 / 3  # when the signal passes ``end`` for good
    assert at + 0.14 <= ended[0] <= at + 0.2


def test_gliding_to_rest_does_not_put_the_end_off() -> None:
    # Rest crept up by a hair while the movement began; every sample now lies below the last.
    glide = ramps((0, 0.5), (2, 0.5), (3, 30), (4, 30), (5, 0.5), (7, 0.0), (8, 0.0))
    ended = [t for m in [Reps(RULE)] for t, x in sampled(glide, 8) if m.update(t, x) is not None]
    assert ended == [pytest.approx(5.0, abs=0.1)]


def test_hysteresis_keeps_a_rep_open_until_end() -> None:
    def hover(t: float) -> float:
        if t < 4:
            return ramps((0, 0), (1, 0), (2, 30), (3, 30), (4, 9))(t)
        return 9.4 if round(t / 0.3) % 2 else 6.6  # between end and start, never still

    machine = Reps(RULE)
    assert feed(machine, sampled(hover, 7)) == []
    assert machine.state is RepState.FALL
    assert len(feed(machine, sampled(lambda t: 0.0, 8, from_s=7.02))) == 1


def test_a_tremble_about_start_counts_nothing_twice() -> None:
    def tremble(t: float) -> float:
        return one_rep()(t) + (1.5 if round(t * FPS) % 2 else -1.5)

    assert len(counted(tremble, 6)) == 1


def test_after_one_the_next_waits() -> None:
    machine = Reps(RULE)
    up_again = next(t for t, x in sampled(one_rep(), 8) if machine.update(t, x) is not None)
    machine = Reps(RULE)
    feed(machine, sampled(one_rep(), up_again))
    assert machine.state is RepState.REST
    feed(machine, sampled(lambda t: 30.0, up_again + 0.4, from_s=up_again + 0.02))
    assert machine.state is RepState.REST  # 0.3 s of refractory time and 0.15 s of dwell
    feed(machine, sampled(lambda t: 30.0, up_again + 0.52, from_s=up_again + 0.42))
    assert machine.state is not RepState.REST


def test_a_jerk_is_no_rep() -> None:
    assert counted(one_rep(rise=0.36, hold=0.3), 5) == []
    assert len(counted(one_rep(rise=0.46, hold=0.3), 5)) == 1


# -- repetitions: those who hurry, who settle, who move ------------------------------------------


def test_turning_back_half_way_ends_one_and_begins_the_next() -> None:
    hurried = ramps((0, 0), (1, 0), (2, 30), (3, 12), (4, 30), (5, 0), (6, 0))
    first, second = counted(hurried, 6)
    assert first.complete
    assert second.complete
    assert not first.whole_fall
    assert first.end_s == pytest.approx(3, abs=0.25)
    assert second.start_s >= first.end_s - 0.3


def test_a_dip_at_the_top_is_one_rep() -> None:
    dip = ramps((0, 0), (1, 0), (2, 60), (3, 32), (4, 60), (5, 0), (6, 0))
    assert len(counted(dip, 6)) == 1


def test_a_spike_on_the_way_up_is_not_the_top() -> None:
    """Two samples far too high: the top is where it stays, not before the movement began."""
    held = ramps((0, 0), (2, 0), (2.5, 40), (6, 40), (7, 0), (9, 0))
    (shape,) = feed(
        Reps(RULE),
        ((t, 75.0 if 2.35 < t < 2.55 else x) for t, x in sampled(held, 9.0, 10.0)),
    )
    assert shape.complete and shape.peak == pytest.approx(40.0)
    assert shape.start_s < shape.peak_s < 3.0
    assert shape.hold_end_s == pytest.approx(6.0, abs=0.4)


def test_settling_most_of_the_way_back_ends_it_and_is_the_new_rest() -> None:
    machine = Reps(RULE)
    found = feed(
        machine, sampled(ramps((0, 0), (1, 0), (2, 30), (3, 30), (4, 8), (5.4, 8), (20, 8)), 5.4)
    )
    assert len(found) == 1
    assert machine.state is RepState.REST
    assert machine.rest == pytest.approx(8, abs=0.5)


def test_settling_high_up_is_not_the_end() -> None:
    high = ramps((0, 0), (1, 0), (2, 30), (3, 30), (3.5, 20), (7, 20))
    assert counted(high, 7) == []


def test_a_new_place_to_rest_is_no_rep() -> None:
    machine = Reps(RULE)
    moved = ramps((0, 0), (2, 0), (3, 15), (9, 15), (10, 45), (11, 45), (12, 15), (13, 15))
    assert feed(machine, sampled(moved, 8.5)) == []
    assert machine.state is RepState.REST
    found = feed(machine, sampled(moved, 13, from_s=8.52))
    assert [s.complete for s in found] == [True]
    assert found[0].rest == pytest.approx(15, abs=1)
    assert found[0].start_s == pytest.approx(9, abs=0.4)


def test_rest_follows_a_drift_but_not_a_slow_rep() -> None:
    drift = ramps((0, 0), (40, 30), (41, 30), (42, 60), (43, 60), (44, 30), (45, 30))
    machine = Reps(RULE)
    assert feed(machine, sampled(drift, 40)) == []
    assert machine.rest == pytest.approx(30, abs=2.5)
    assert len(feed(machine, sampled(drift, 45, from_s=40.02))) == 1
    slow = ramps((0, 0), (2, 0), (7, 30), (8, 30), (13, 0), (14, 0))
    (shape,) = counted(slow, 14)
    assert shape.complete


def test_rest_is_taken_down_within_a_moment() -> None:
    machine = Reps(RULE)
    feed(machine, sampled(steps((0, 5.0), (1, 0.0)), 1.2))
    assert machine.rest == 0.0


@pytest.mark.parametrize("jump_s", [0.5, 3.0, 4.6])
def test_a_pose_that_jumps_is_no_rest(jump_s: float) -> None:
    """A leg drawn crossed for two frames, at rest, at the top or on the way."""
    f = lambda t: -40 if 0 <= t - jump_s < 0.07 else 30 * rep_at(t % 6, 1.0, 2.0, 4.0, 5.2)  # noqa: E731
    machine = Reps(RULE)
    shapes = feed(machine, sampled(f, 12))
    assert [s.complete for s in shapes] == [True, True]
    assert machine.rest == pytest.approx(0.0, abs=0.5)


# -- repetitions: what was not seen --------------------------------------------------------------


def test_unseen_samples_neither_begin_nor_break_a_rep() -> None:
    def flicker(t: float) -> float:
        return nan if round(t * FPS) % 3 == 0 or 2.4 < t < 2.9 else one_rep()(t)

    (shape,) = counted(flicker, 6)
    assert shape.complete
    machine = Reps(RULE)
    assert feed(machine, sampled(lambda t: nan, 3)) == []
    assert machine.state is RepState.REST
    assert len(feed(machine, sampled(lambda t: one_rep()(t - 3), 9, from_s=3.02))) == 1


@pytest.mark.parametrize("how", ["no samples", "unseen samples"])
def test_no_rep_is_made_across_a_gap(how: str) -> None:
    def with_gap(gap_s: float) -> list[RepShape]:
        rep = one_rep(rise=1.0, hold=1.0)  # the gap lies about the top: both ends were seen
        samples = sampled(rep, 6)
        gone = [(t, nan) if 2.8 < t < 2.8 + gap_s else (t, x) for t, x in samples]
        if how == "no samples":
            gone = [(t, x) for t, x in gone if x == x]
        return feed(Reps(RULE), gone)

    assert with_gap(1.2) == []
    assert len(with_gap(0.8)) == 1


def test_a_set_that_begins_in_the_air_takes_no_top_for_rest() -> None:
    (only,) = counted(ramps((0, 30), (1, 30), (2, 0), (4, 0), (5, 30), (6, 30), (7, 0), (8, 0)), 8)
    assert only.start_s == pytest.approx(4, abs=0.4)
    assert only.rest == pytest.approx(0, abs=1)


def test_a_rise_whose_beginning_was_not_seen_has_no_length() -> None:
    # Rest reads 14 at first, it is 0 in truth: of the first rise only the end was seen.
    machine = Reps(RULE)
    (shape,) = feed(machine, sampled(ramps((0, 14), (1, 40), (2, 40), (2.6, 0), (4, 0)), 4))
    assert not shape.whole_rise
    assert shape.rest == pytest.approx(0, abs=0.5)
    assert shape.start_s <= 0.4


def test_the_end_of_the_stream() -> None:
    def cut_at(to_s: float) -> RepShape | None:
        machine = Reps(RULE)
        assert feed(machine, sampled(one_rep(rise=1.0, hold=1.0), to_s)) == []
        return machine.finish()

    for to_s in (2.9, 3.2):  # on the way up, just at the top: begun, not done
        shape = cut_at(to_s)
        assert shape is not None
        assert shape.cut
        assert not shape.complete
    for to_s in (4.0, 4.25, 4.65):  # stayed at the top, coming back, most of the way back
        shape = cut_at(to_s)
        assert shape is not None
        assert shape.complete
        assert not shape.cut
        assert not shape.whole_fall
    assert cut_at(1.9) is None
    assert Reps(RULE).finish() is None


def test_reset_forgets_rest_and_abandon_keeps_it() -> None:
    machine = Reps(RULE)
    feed(machine, sampled(one_rep(), 2.8))
    machine.abandon()
    assert machine.state is RepState.REST
    assert machine.rest == pytest.approx(0, abs=1)
    machine.reset()
    assert machine.rest != machine.rest


def test_levels_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="0 < end < start < top <= full, got end=10, start=10"):
        RepRule(start=10, end=10, top=20, full=40)
    with pytest.raises(ValueError, match="end < enter"):
        HoldRule(enter=1, end=1, ended_by="foot_down")


# -- holds -------------------------------------------------------------------------------------

HOLD = HoldRule(enter=1.0, end=0.5, ended_by="foot_down")
OUT, MID, IN = 0.0, 0.7, 1.5


def timed(
    *levels: tuple[float, float], to_s: float, machine: Holds | None = None, fps: float = FPS
) -> list[HoldShape]:
    machine = machine or Holds(HOLD)
    found = [s for t, x in sampled(steps(*levels), to_s, fps) if (s := machine.update(t, x))]
    last = machine.finish()
    return [*found, *([last] if last else [])]


@pytest.mark.parametrize("gap_s", [0.9, 0.3])
def test_what_is_seen_at_the_edge_of_a_gap_only_is_no_rest(gap_s: float) -> None:
    """What walks in front of a foot is drawn into the last pictures of it."""
    machine = Reps(RULE)
    feed(machine, sampled(lambda t: 80 if t >= 2.95 else 100, 3.0))
    machine.update(3.0 + gap_s, 100.0)
    assert machine.rest == pytest.approx(100.0, abs=1.0)


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_a_hold_is_timed_from_its_first_moment_to_its_last(fps: float) -> None:
    (hold,) = timed((0, OUT), (1, IN), (6, OUT), to_s=8, fps=fps)
    assert (hold.from_s, hold.to_s, hold.seconds) == pytest.approx((1, 6, 5), abs=0.11)
    assert hold.ended_by == "foot_down"


def test_the_clock_starts_after_the_dwell_and_is_back_dated() -> None:
    machine = Holds(HOLD)
    for t, x in sampled(steps((0, OUT), (1, IN)), 1.46):
        machine.update(t, x)
    assert not machine.running
    assert machine.seconds(1.46) != machine.seconds(1.46)
    machine.update(1.5, IN)
    assert machine.running
    assert machine.from_s == 1.0
    assert machine.seconds(1.5) == pytest.approx(0.5)


def test_a_hop_starts_nothing() -> None:
    machine = Holds(HOLD)
    for t, x in sampled(steps((0, OUT), (1, IN), (1.4, MID), (1.5, IN)), 1.9):
        machine.update(t, x)
        assert not machine.running


def test_between_end_and_enter_nothing_starts() -> None:
    assert timed((0, MID), to_s=5) == []


def test_a_wobble_keeps_the_clock_running() -> None:
    (hold,) = timed((0, IN), (3, MID), (3.46, IN), (6, OUT), to_s=7)
    assert hold.seconds == pytest.approx(6, abs=0.05)


def test_a_longer_wobble_pauses_it() -> None:
    (hold,) = timed((0, IN), (3, MID), (4.2, IN), (6, OUT), to_s=7)
    assert hold.to_s == pytest.approx(6, abs=0.05)
    assert hold.seconds == pytest.approx(4.8, abs=0.05)


def test_the_clock_stands_while_it_is_paused() -> None:
    machine = Holds(HOLD)
    for t, x in sampled(steps((0, IN), (3, MID)), 4.2):
        machine.update(t, x)
        if 0.5 <= t <= 3.4:
            assert machine.seconds(t) == pytest.approx(t, abs=0.03)
        if t > 3.6:
            assert machine.seconds(t) == pytest.approx(3, abs=0.03)


def test_out_for_longer_than_a_pause_is_the_end() -> None:
    first, second = timed((0, IN), (3, MID), (4.6, IN), (7, OUT), to_s=8)
    assert first.ended_by == "position_lost"
    assert (first.to_s, first.seconds) == pytest.approx((3, 3), abs=0.05)
    assert second.from_s == pytest.approx(4.6, abs=0.05)


def test_a_foot_down_ends_it_after_its_dwell_only() -> None:
    (hold,) = timed((0, IN), (3, OUT), (3.12, IN), (6, OUT), to_s=7)
    assert hold.to_s == pytest.approx(6, abs=0.05)
    # Touches in a row are not added up.
    (hold,) = timed((0, IN), (3, OUT), (3.1, MID), (3.2, OUT), (3.3, IN), (6, OUT), to_s=7)
    assert hold.to_s == pytest.approx(6, abs=0.05)
    first, second = timed((0, IN), (3, OUT), (3.2, IN), (6, OUT), to_s=7)
    assert first.ended_by == "foot_down"
    assert first.seconds == pytest.approx(3, abs=0.05)
    assert second.seconds == pytest.approx(2.8, abs=0.05)


def test_half_way_down_is_not_down() -> None:
    (hold,) = timed((0, IN), (3, MID), (3.4, IN), (6, OUT), to_s=7)
    assert hold.seconds == pytest.approx(6, abs=0.05)


def test_a_short_one_was_none() -> None:
    assert timed((0, OUT), (1, IN), (1.9, OUT), to_s=3) == []
    assert len(timed((0, OUT), (1, IN), (2.1, OUT), to_s=3)) == 1


@pytest.mark.parametrize("how", ["no samples", "unseen samples"])
@pytest.mark.parametrize(
    ("gap_s", "seconds", "ends"),
    [
        (0.8, [8.0], ["end_of_clip"]),
        (2.0, [6.0], ["end_of_clip"]),
        (3.4, [3.0, 1.6], ["lost", "end_of_clip"]),
    ],
)
def test_the_clock_stops_out_of_sight(
    how: str, gap_s: float, seconds: list[float], ends: list[str]
) -> None:
    machine = Holds(HOLD)
    found = []
    for t, x in sampled(steps((0, IN)), 8):
        gone = 3 < t < 3 + gap_s
        if gone and how == "no samples":
            continue
        found.append(machine.update(t, nan if gone else x))
    found.append(machine.finish())
    holds = [h for h in found if h is not None]
    assert [h.ended_by for h in holds] == ends
    assert [h.seconds for h in holds] == pytest.approx(seconds, abs=0.06)


def test_the_running_clock_shows_no_time_out_of_sight() -> None:
    machine = Holds(HOLD)
    for t, x in sampled(steps((0, IN)), 3):
        machine.update(t, x)
    for t in (4.2, 5.0, 5.9):
        machine.update(t, nan)
        assert machine.seconds(t) == pytest.approx(3, abs=0.05)


def test_unseen_samples_start_no_hold() -> None:
    machine = Holds(HOLD)
    machine.update(0.0, IN)
    machine.update(2.0, IN)  # two glimpses with a gap between are no hold
    assert not machine.running
    for t, _ in sampled(steps((0, IN)), 6, from_s=2.02):
        machine.update(t, nan)
    assert not machine.running


def test_the_stream_may_end_or_the_hold_be_given_up() -> None:
    (hold,) = timed((0, IN), to_s=4)
    assert hold.ended_by == "end_of_clip"
    assert hold.seconds == pytest.approx(4, abs=0.05)
    machine = Holds(HOLD)
    for t, x in sampled(steps((0, IN)), 4):
        machine.update(t, x)
    lost = machine.abandon()
    assert lost is not None
    assert lost.ended_by == "lost"
    assert machine.finish() is None


@pytest.mark.parametrize("enter", [14.0, 10.0])
def test_a_hold_is_timed_alike_wherever_on_the_way_it_is_entered(enter: float) -> None:
    """Entered right beside its level, the way out of a hold still has to be told from lower."""
    machine = Holds(HoldRule(enter=enter, end=9, ended_by="up", within=4.5))
    f = lambda t: 19 * rep_at(t, 2.0, 3.5, 8.0, 9.5)  # noqa: E731
    (hold,) = [h for t, x in sampled(f, 12) if (h := machine.update(t, x)) is not None]
    assert hold.from_s == pytest.approx(3.5, abs=0.15)
    assert hold.to_s == pytest.approx(8.0, abs=0.15)


def test_the_way_into_a_hold_is_followed_above_the_unrest_before_it() -> None:
    """Somebody who stirs before the movement has not begun it."""
    machine = Holds(HoldRule(enter=12, end=2, ended_by="up", within=4.5))
    stir = steps((0, 0), (2.0, 3), (5, 0))
    f = lambda t: max(stir(t), 19 * rep_at(t, 3.0, 4.5, 9.0, 10.5))  # noqa: E731
    (hold,) = [h for t, x in sampled(f, 13) if (h := machine.update(t, x)) is not None]
    assert hold.from_s == pytest.approx(4.5, abs=0.15)


def test_a_hold_that_wobbles_is_timed_by_what_was_seen_of_its_level() -> None:
    """Where the level itself is unsure, nothing is followed from it."""
    machine = Holds(HoldRule(enter=8, end=6, ended_by="up", within=4.5))
    f = lambda t: 19 * rep_at(t, 2.0, 3.5, 9.0, 10.5) - (7 if 4 < t < 8.5 and t % 1 < 0.3 else 0)  # noqa: E731
    samples = sampled(f, 13)
    (hold,) = [h for t, x in samples if (h := machine.update(t, x)) is not None]
    at_level = [t for t, x in samples if x >= 19 - 4.5]
    assert (hold.from_s, hold.to_s) == (at_level[0], at_level[-1])


def test_a_hold_whose_pose_jumps_is_timed_like_a_calm_one() -> None:
    """Jumps are shorter than anything a body does: the level is as sure as without them."""
    machine = Holds(HoldRule(enter=8, end=6, ended_by="up", within=4.5))
    f = lambda t: 19 * rep_at(t, 2.0, 3.5, 9.0, 10.5) - (9 if 3.5 < t < 9 and t % 0.5 < 0.1 else 0)  # noqa: E731
    samples = sampled(f, 13)
    assert sum(3.5 < t < 9 and x < 19 - 4.5 for t, x in samples) > 0.1 * 5.5 * 30
    (hold,) = [h for t, x in samples if (h := machine.update(t, x)) is not None]
    assert (hold.from_s, hold.to_s) == (pytest.approx(3.5, abs=0.15), pytest.approx(9.0, abs=0.15))


@pytest.mark.parametrize("slip_s", [1.2, 11.4])
def test_an_instant_at_the_level_long_before_or_after_is_no_hold(slip_s: float) -> None:
    """The model takes one leg for the other while somebody rests half-way down."""
    machine = Holds(HoldRule(enter=12, end=6, ended_by="up", within=4.5))
    half = steps((0, 0), (1, 13), (12, 0))
    f = lambda t: max(half(t), 19 * rep_at(t, 2.0, 3.5, 9.0, 10.5))  # noqa: E731
    samples = [(t, 18.0 if abs(t - slip_s) < 0.01 else x) for t, x in sampled(f, 14)]
    assert 0 < sum(x == 18.0 for _, x in samples) < 3
    (hold,) = [h for t, x in samples if (h := machine.update(t, x)) is not None]
    assert (hold.from_s, hold.to_s) == (pytest.approx(3.5, abs=0.3), pytest.approx(9.0, abs=0.3))


def test_the_way_into_a_hold_is_followed_where_no_rest_was_seen() -> None:
    """The picture begins with somebody on the way."""
    machine = Holds(HoldRule(enter=12, end=9, ended_by="up", within=4.5))
    f = lambda t: 19 * rep_at(t, 2.0, 3.5, 8.0, 9.5)  # noqa: E731
    samples = sampled(f, 12, from_s=2.4)
    (hold,) = [h for t, x in samples if (h := machine.update(t, x)) is not None]
    assert hold.from_s == pytest.approx(3.5, abs=0.2)
    assert hold.to_s == pytest.approx(8.0, abs=0.2)


def test_a_jolt_on_the_way_down_is_no_repetition() -> None:
    """What rises from half-way and is over in a quarter of a second, nobody has done."""
    f = lambda t: 22 if 4.75 < t < 4.95 else 30 * rep_at(t, 1.0, 2.0, 4.0, 5.2)  # noqa: E731
    (shape,) = feed(Reps(RULE), sampled(f, 8))
    assert shape.start_s == pytest.approx(1.0, abs=0.1)
    assert shape.complete


def test_a_pause_that_was_none_keeps_the_rest() -> None:
    """A machine that was told to wait counts nothing until rest is seen, unless told otherwise."""
    up = steps((0, 0), (2, 30), (4, 0))
    for keeps, count in ((False, 0), (True, 1)):
        machine = Reps(RULE)
        feed(machine, sampled(up, 1.9))
        machine.lose()
        if keeps:
            machine.keep_rest()
        assert len(feed(machine, sampled(up, 6, from_s=2.2))) == count
