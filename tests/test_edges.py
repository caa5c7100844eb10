"""The edges of a set: under way at the first frame, cut off at the last, jumps of the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from stick import SIZE, Figure, film, judged, moving, on_the_back, reps, standing

from formcheck.body.pose import Pose
from formcheck.catalogue.registry import get_drill
from formcheck.drill.rules import RepRule
from formcheck.events import Phase, Reason, SetResult
from formcheck.judge.analyzer import Analyzer
from formcheck.judge.reps import Reps, RepShape

BRIDGE = get_drill("hip_bridge")
TIMES = reps(3, first=2.5, pause=2.0)  # tops 3.7-4.7, 9.1-10.1, 14.5-15.5
THREE = moving(TIMES)


def bridges(t: float) -> Figure:
    return on_the_back(THREE(t))


def counted(poses: list[Pose]) -> SetResult:
    return judged(BRIDGE, poses).result


# -- the first frame -------------------------------------------------------------------------------


@pytest.mark.parametrize("from_s", [2.0, 3.0, 3.8, 4.6])
def test_a_set_under_way_at_the_first_frame_is_whole(from_s: float) -> None:
    result = counted(film(bridges, 19, from_s=from_s))
    assert (result.complete, result.partial) == (3, 0)
    assert [r.n for r in result.reps] == [1, 2, 3]
    ends = [r.end_s for r in result.reps]
    assert ends == pytest.approx([e for *_, e in TIMES], abs=0.3)


@pytest.mark.parametrize(("found_s", "complete"), [(3.0, 3), (4.0, 3), (5.3, 2)])
def test_a_set_under_way_when_the_person_is_first_found(found_s: float, complete: int) -> None:
    """The model takes its time with somebody who lies (measured: one of 320 for 3 s)."""
    poses = [Pose.missing(p.t, SIZE) if p.t < found_s else p for p in film(bridges, 19)]
    result = counted(poses)
    assert (result.complete, result.partial) == (complete, 0)


def test_of_the_last_bit_of_a_way_down_nothing_is_made() -> None:
    assert counted(film(bridges, 19, from_s=5.5)).complete == 2


def test_under_way_when_the_judging_begins() -> None:
    """Two people in the picture until the hips are on their way up: the first counts in the end."""
    alone_s = 2.8
    poses = [replace(p, people=1 + (p.t < alone_s)) for p in film(bridges, 19)]
    assert counted(poses).complete == 3


@pytest.mark.parametrize("high_s", [0.0, 0.5])
def test_getting_up_from_the_floor_is_no_first_repetition(high_s: float) -> None:
    """Hips high while getting into position, and down only: nobody lifted them."""

    def scene(t: float) -> Figure:
        down = min(1.0, max(0.0, 1 - (t - 0.5 - high_s) / 1.5))
        return standing() if t < 0.5 else on_the_back(down + THREE(t))

    assert counted(film(scene, 19)).complete == 3


def test_out_of_place_for_a_moment_by_whatever_name() -> None:
    """Feet below the picture give a wrong posture its cause; a repetition under way waits alike."""
    analyzer = Analyzer(get_drill("hip_bridge"))
    analyzer._picture.of = lambda why, _: why and Reason.TOO_NEAR  # type: ignore[method-assign]
    posture = analyzer.drill.view.posture
    gone = {"now": False}
    view = replace(analyzer.drill.view, posture=lambda b: posture(b) and not gone["now"])
    analyzer.drill = replace(analyzer.drill, view=view)
    for p in film(bridges, 19):
        gone["now"] = 3.6 < p.t < 4.6  # longer than STOP_S, shorter than STOP_BUSY_S
        analyzer.update(p)
    analyzer.finish()
    assert analyzer.result().complete == 3


# -- the last frame --------------------------------------------------------------------------------


@pytest.mark.parametrize(("to_s", "complete"), [(14.6, 2), (15.5, 3), (16.2, 3)])
def test_cut_off_at_the_top(to_s: float, complete: int) -> None:
    """It counts once it has stayed at its top or comes down; just up, it is partial."""
    result = counted(film(bridges, to_s))
    assert (result.complete, result.partial) == (complete, 3 - complete)
    why = [None, None, None if complete == 3 else "ended"]
    assert [r.partial_because for r in result.reps] == why


def test_a_small_one_is_partial_for_its_range() -> None:
    small = film(lambda t: on_the_back(THREE(t) * (0.5 if t > 8 and t < 13 else 1)), 19)
    reasons = [r.partial_because for r in counted(small).reps]
    assert reasons == [None, "range", None]


def test_the_picture_goes_while_it_is_held() -> None:
    held = moving([(2.5, 3.7, 5.7, 6.9), (9, 10.2, 12.2, 13.4)])
    poses = film(lambda t: on_the_back(held(t)), 15)
    gone = [Pose.missing(p.t, SIZE) if 5.3 < p.t < 7.5 else p for p in poses]
    assert counted(gone).complete == 2
    held_on = [Pose.missing(p.t, SIZE) if 5.0 < p.t < 6.2 else p for p in poses]
    assert counted(held_on).complete == 2  # the first is not counted again when it comes down


def test_at_a_top_like_the_ones_before_when_the_picture_is_back() -> None:
    poses = [p for p in film(bridges, 19) if not 12.5 < p.t < 14.8]
    assert counted(poses).complete == 3
    lower = film(lambda t: on_the_back(THREE(t) * (0.7 if t > 12 else 1)), 19)
    assert counted([p for p in lower if not 12.5 < p.t < 14.8]).complete == 2


def test_after_a_cut_to_another_place_rest_is_another() -> None:
    """The second shot shows the body larger and elsewhere, at the top: no rest is known of it."""
    poses = film(bridges, 12.5)
    later = film(lambda t: on_the_back(max(0.2, 1 - (t - 15) / 2)), 19, from_s=15, torso_px=85)
    assert counted(poses + later).complete == 2
    # Nobody for a while, then at rest where by the old one a movement would be under way.
    nobody = [Pose.missing(12.5 + i / 20, SIZE) for i in range(1, 49)]
    analyzer = Analyzer(BRIDGE)
    for pose in poses + nobody:
        analyzer.update(pose)
    higher = film(lambda t: on_the_back(0.4), 18, from_s=15, torso_px=85)
    phases = [analyzer.update(pose).phase for pose in higher]
    assert phases[-1] is Phase.REST
    assert Phase.RISE not in phases


# -- one leg, then the other -----------------------------------------------------------------------


def after_waiting(f: Callable[[float], float], until_s: float) -> list[RepShape]:
    """The shapes of a side that waits for the other one until then."""
    machine, found = Reps(RepRule(12, 8, 25, 45)), []
    for i in range(12 * 25):
        t = i / 25
        if t < until_s:
            machine.wait(t, f(t))
        elif (shape := machine.update(t, f(t))) is not None:
            found.append(shape)
    return found


def test_the_other_leg_may_begin_before_the_first_one_is_down() -> None:
    one = moving([(3.0, 4.4, 5.4, 6.8)])
    (shape,) = after_waiting(lambda t: 10 + 45 * one(t), 3.7)
    assert shape.complete
    assert shape.rest == pytest.approx(10, abs=1.5)
    assert shape.start_s == pytest.approx(3.0, abs=0.15)


def test_both_legs_at_once_are_no_second_repetition() -> None:
    one = moving([(3.0, 4.4, 5.4, 6.8)])
    assert after_waiting(lambda t: 45 * one(t), 5.0) == []


def test_a_side_that_waits_keeps_its_rest() -> None:
    """It sinks for two seconds while the other one works, as a standing hip does."""
    sinks, one = moving([(2.0, 2.5, 4.5, 5.0)]), moving([(7.0, 8.2, 9.0, 10.2)])
    (shape,) = after_waiting(lambda t: 45 * one(t) - 10 * sinks(t), 5.5)
    assert shape.rest == pytest.approx(0, abs=3)
