"""A near-fall: the trunk tilts faster than 60 degrees a second as a foot lands (drills.md 1.0)."""

from __future__ import annotations

import pytest
from fakes import person, step
from stick import (
    Figure,
    abducted,
    film,
    judged,
    leaning,
    mirrored,
    on_one_leg,
    standing,
    standing_side_on,
    turned,
)

from formcheck.body.pose import Side
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.coach.progression import Planned
from formcheck.coach.session import Session, Stage, program
from formcheck.drill import Dose
from formcheck.events import FaultRaised, SetResult

STANCE = get_drill("single_leg_stance")
ABDUCTION = get_drill("standing_hip_abduction")
STRETCH = get_drill("one_leg_stand")
LANDS_S, LANDED_S = 5.0, 5.3


def landing(t: float) -> float:
    """1 on one leg, 0 with the foot down, from two seconds on."""
    return min(1.0, max(0.0, (t - 2.0) / 0.4)) - min(1.0, max(0.0, (t - LANDS_S) / 0.3))


def tilted(t: float, rate: float, at: float = LANDS_S) -> float:
    """Degrees of a trunk that tilts at ``rate`` by up to 25 and comes back slowly."""
    most = min(25.0, rate * 0.4)
    return max(0.0, min((t - at) * rate, most - max(0.0, t - at - 0.6) * 20))


def raised(drill, scene, mirror: bool = False) -> list[FaultRaised]:  # type: ignore[no-untyped-def]
    poses = film(scene, 9.0)
    run = judged(drill, map(mirrored, poses) if mirror else poses)
    return [e for e in run.events if isinstance(e, FaultRaised) and e.code == "near_fall"]


def stance(t: float, rate: float, at: float = LANDS_S, way: int = 1) -> Figure:
    return leaning(on_one_leg(0.5 * landing(t)), way * tilted(t, rate, at))


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("rate", "near"), [(50, False), (75, True), (150, True), (0, False)])
def test_both_sides_of_60_degrees_a_second(rate: float, near: bool, way: int, mirror: bool) -> None:
    found = raised(STANCE, lambda t: stance(t, rate, way=way), mirror)
    assert bool(found) is near
    assert all(e.severity == 3 for e in found)


def test_a_quick_tilt_without_a_landing_is_none() -> None:
    assert not raised(STANCE, lambda t: stance(t, 150, at=3.0))
    assert raised(STANCE, lambda t: stance(t, 150, at=LANDS_S - 0.3))


def test_a_hold_that_is_lost_from_view_did_not_land() -> None:
    poses = [p for p in film(lambda t: stance(t, 150, at=4.6), 9.0) if p.t < 4.95]
    run = judged(STANCE, poses)
    assert run.result.holds[0].ended_by == "end_of_clip"
    assert not any(f.code == "near_fall" for f in run.result.faults)


def test_a_leg_that_is_thrown_out_is_a_near_fall_though_no_hold() -> None:
    def scene(t: float) -> Figure:
        kick = 35 * min(1.0, max(0.0, (t - 4.5) / 0.4)) if t < LANDED_S else 0.0
        figure = abducted(kick, Side.RIGHT, on_one_leg(0.3 * landing(t)))
        return leaning(figure, tilted(t, 150))

    found = judged(STANCE, film(scene, 9.0))
    assert any(f.code == "near_fall" for f in found.result.faults)


@pytest.mark.parametrize(("rate", "near"), [(45, False), (90, True)])
def test_a_leg_raise_to_the_side_has_one_too(rate: float, near: bool) -> None:
    def scene(t: float) -> Figure:
        return leaning(abducted(30 * landing(t)), -tilted(t, rate, at=LANDS_S - 0.1))

    assert bool(raised(ABDUCTION, scene)) is near


@pytest.mark.parametrize(("rate", "near"), [(45, False), (90, True)])
def test_and_so_has_a_stretch_seen_from_the_side(rate: float, near: bool) -> None:
    def scene(t: float) -> Figure:
        shank = ("left_ankle", "left_heel", "left_foot_index")
        bent = turned(standing_side_on(), shank, "left_knee", -120 * landing(t))
        return leaning(bent, -tilted(t, rate))

    assert bool(raised(STRETCH, scene)) is near


def test_a_set_with_a_near_fall_has_no_score() -> None:
    steady = judged(STANCE, film(lambda t: stance(t, 0), 9.0)).result
    near = judged(STANCE, film(lambda t: stance(t, 150), 9.0)).result
    assert steady.score is not None
    assert near.score is None
    assert len(near.holds) == len(steady.holds) == 1


def test_standing_still_is_none() -> None:
    assert not raised(STANCE, lambda t: leaning(standing(), tilted(t, 150)))


# -- in a session ------------------------------------------------------------------------------


def session_with(near_falls: int) -> Session:
    """A stance set of three holds, in which so many of them ended in a near-fall."""
    items = program(
        [Planned("single_leg_stance", Dose(hold_s=10, reps=3, sets=2), "")], all_drills()
    )
    session, t = Session(items), 0.0
    while session.stage is not Stage.SET:
        t += 0.1
        session.look(person(t))
    near = FaultRaised(0.0, "near_fall", 90.0, "deg/s", 3, "Steady")
    other = FaultRaised(0.0, "trunk_lean", 90.0, "deg", 2, "Tall")
    for n in range(3):
        t += 1.0
        if session.stage is Stage.SET:
            session.step(step(t, events=(near if n < near_falls else other,)), person(t), t)
    return session


@pytest.mark.parametrize(("near_falls", "stage"), [(0, Stage.SET), (1, Stage.SET), (2, Stage.DONE)])
def test_the_second_near_fall_ends_the_session(near_falls: int, stage: Stage) -> None:
    session = session_with(near_falls)
    if session.stage is Stage.SET:
        assert stage is Stage.SET
        return
    assert session.why_ended == "unsteady"
    nothing = SetResult("single_leg_stance", None, "auto", 9, 9, 9, (), (), ())
    said = [line.text for line in session.ended(nothing, 60.0)]
    assert said == ["That is enough for today. Sit down and rest"]
    assert session.stage is stage
