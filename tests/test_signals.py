"""The body's measures: each has the sign a physiotherapist expects, on both sides."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from stick import (
    SIZE,
    Figure,
    abducted,
    leaning,
    mirrored,
    on_one_leg,
    on_the_back,
    on_the_front,
    on_the_side,
    pose,
    standing,
    standing_side_on,
)

from formcheck.body import postures
from formcheck.body.measures import STILL_VISIBLE, VISIBLE, Body
from formcheck.body.pose import Joint, Pose, Side
from formcheck.drill import Measure

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def body(figure: Figure, side: Side | None = None, near: Side = LEFT, **kw: object) -> Body:
    return Body(pose(0.0, figure, **kw), 150.0, near, side)  # type: ignore[arg-type]


def mirror(b: Body) -> Body:
    side = b.side.other if b.side else None
    return Body(mirrored(b.pose), b.torso, b.near_side.other, side, b.gate)


def shifted(figure: Figure, parts: dict[str, complex]) -> Figure:
    return dict(figure) | {p: figure[p] + by for p, by in parts.items()}


# -- what is seen --------------------------------------------------------------------------------


def test_a_joint_below_the_gate_is_nowhere() -> None:
    for seen, there in ((VISIBLE, True), (VISIBLE - 0.01, False)):
        b = body(standing(), visibility={"left_knee": seen})
        assert (b.left.knee == b.left.knee) is there
        assert isnan(b.left.knee_angle) is not there
        assert not isnan(b.right.knee_angle)
        assert np.isfinite(b.as_seen(Joint.LEFT_KNEE).real)


def test_the_gate_may_be_lower_and_goes_along_to_the_other_side() -> None:
    b = Body(pose(0.0, standing(), visibility={"left_knee": 0.4}), 150.0, LEFT, None, STILL_VISIBLE)
    assert not isnan(b.left.knee_angle)
    assert not isnan(b.worked_by(LEFT).work.knee_angle)


def test_limbs() -> None:
    b = body(standing(), RIGHT)
    assert (b.work.side, b.other.side, b.near.side, b.far.side) == (RIGHT, LEFT, LEFT, RIGHT)
    assert b.worked_by(LEFT).work.side is LEFT
    assert body(standing(), None, near=RIGHT).work.side is RIGHT
    assert b.left.toe == b.point(Joint.LEFT_FOOT_INDEX)


def test_lengths_are_in_torsos() -> None:
    for px in (60.0, 300.0):
        b = Body(pose(0.0, standing(), torso_px=px), px, LEFT)
        assert b.gap(b.left.knee, b.left.ankle) == pytest.approx(0.95, abs=0.001)
        assert b.height(b.trunk.shoulder, b.trunk.hip) == pytest.approx(1)
        assert b.shift(b.left.hip, b.right.hip) == pytest.approx(0.42)
        assert b.along_trunk(b.nose - b.trunk.hip) == pytest.approx(1.42)


# -- standing ------------------------------------------------------------------------------------


def test_leans_are_towards_the_named_side_of_the_person() -> None:
    b = body(leaning(standing(), 10))  # to image right, the person's left
    assert b.lean_towards(LEFT) == pytest.approx(10, abs=0.5)
    assert b.lean_towards(RIGHT) == pytest.approx(-10, abs=0.5)
    assert b.shoulder_tilt(LEFT) == pytest.approx(10, abs=0.5)
    assert mirror(b).lean_towards(RIGHT) == pytest.approx(10, abs=0.5)


def test_a_hiked_hip_and_a_dropped_one() -> None:
    b = body(shifted(standing(), {"left_hip": 0.05j, "right_hip": -0.05j}))
    assert b.hike(LEFT) > 10
    assert b.hike(RIGHT) == pytest.approx(-b.hike(LEFT))
    assert b.obliquity == b.hike(LEFT)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_abduction_goes_outward_and_a_hike_is_none(side: Side) -> None:
    rest = body(standing()).abduction(side)
    assert body(abducted(25, side)).abduction(side) - rest == pytest.approx(25, abs=1)
    # The whole pelvis with its legs tipped: the leg swings out, but not from the pelvis.
    whole = leaning(standing(), 0)
    lower = [p for p in whole if not p.endswith(("shoulder", "elbow", "wrist", "ear", "nose"))]
    turn = np.exp(1j * np.radians(12 if side is LEFT else -12))
    tipped = dict(whole) | {p: whole[p] * turn for p in lower}
    assert body(tipped).abduction(side) - rest == pytest.approx(0, abs=1)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_knee_that_falls_in_is_positive(side: Side) -> None:
    inward = -0.15 if side is LEFT else 0.15
    knee = f"{side}_knee"
    assert body(shifted(standing(), {knee: inward})).fppa(side) > 10
    assert body(shifted(standing(), {knee: -inward})).fppa(side) < -10


def test_facing_the_camera_or_not() -> None:
    front, back = body(standing()), body(_turned_round(standing()))
    assert front.shoulder_separation == pytest.approx(-0.64)
    assert back.shoulder_separation == pytest.approx(0.64)
    assert front.outward(LEFT) == 1
    assert back.outward(LEFT) == -1
    assert abs(body(standing_side_on()).shoulder_separation) < 0.1
    away = _turned_round(abducted(25, LEFT))
    assert body(away).abduction(LEFT) > 20


def _turned_round(figure: Figure) -> Figure:
    return {p: complex(-c.real, c.imag) for p, c in figure.items()}


# -- lying ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("flip", [False, True])
def test_the_bridges_line_passes_180_upwards(flip: bool) -> None:
    def line(lift: float) -> float:
        b = body(on_the_back(lift))
        b = mirror(b) if flip else b
        return b.body_line(b.near, b.near.knee)

    assert line(0.0) < 150
    assert line(1.0) == pytest.approx(180, abs=1)
    assert line(1.3) > 187


@pytest.mark.parametrize("flip", [False, True])
def test_a_sagging_plank_reads_above_180(flip: bool) -> None:
    for by, sags in ((-0.15j, True), (0.15j, False)):
        b = body(shifted(on_the_front(), {"left_hip": by, "right_hip": by}))
        b = mirror(b) if flip else b
        assert (b.body_line(b.near, b.near.ankle) > 185) is sags
        assert (b.body_line(b.near, b.near.ankle) < 175) is not sags
        assert (b.prone_line(b.near, b.near.ankle) > 185) is sags


def test_postures_are_told_apart() -> None:
    figures = {
        "front": standing(),
        "side": standing_side_on(),
        "back": on_the_back(),
        "prone": on_the_front(),
        "lateral": on_the_side(),
    }

    def which(told: object) -> set[str]:
        assert callable(told)
        return {n for n, f in figures.items() if told(body(f)) and told(mirror(body(f)))}

    assert which(postures.upright) == {"front", "side"}
    assert which(postures.facing_camera) == {"front", "lateral"}
    assert which(postures.side_on) == {"side", "back", "prone"}
    assert which(postures.on_the_back) == {"back"}
    assert which(postures.bent_knees_on_the_back) == {"back"}
    assert which(postures.on_the_front) == {"prone"}
    assert which(postures.on_the_side) == {"lateral"}
    assert which(postures.from_the_feet) == set()


def test_a_lying_body_seen_from_the_feet_is_known() -> None:
    short = {p: complex(c.real * 1.2, c.imag * 0.5) for p, c in standing().items()}
    b = Body(pose(0.0, short), 75.0, LEFT)
    assert postures.from_the_feet(b)
    assert not postures.from_the_feet(body(on_one_leg(0.3)))


# -- signals over time ---------------------------------------------------------------------------


def follow(kind: str, values: list[float], fps: float = 20.0, over_s: float = 1.0) -> list[float]:
    """A signal that reads the nose's height, followed."""
    signal = Measure("x", "T", lambda b: b.nose.imag + SIZE[1] / 2, kind=kind, over_s=over_s)
    nose = signal.follower()
    found = []
    for i, v in enumerate(values):
        p = pose(i / fps, standing())
        xy = p.xy.copy()
        xy[Joint.NOSE] = [0.0, SIZE[1] / 2 - v]
        found.append(nose(p.t, Body(Pose(p.t, xy, p.visibility, p.world, p.size), 150.0, LEFT)))
    return found


def test_followed_signals() -> None:
    ramp = [2.0 * i / 20 for i in range(60)]  # 2 a second
    assert follow("value", ramp)[-1] == pytest.approx(ramp[-1])
    assert follow("speed", ramp)[-1] == pytest.approx(2)
    assert follow("swing", ramp)[-1] == pytest.approx(2, abs=0.11)
    there_and_back = [float(i % 2) for i in range(60)]
    assert follow("speed", there_and_back)[-1] == pytest.approx(20)
    assert follow("swing", there_and_back)[-1] == pytest.approx(1)
    assert follow("shift", [0.0] * 40 + [5.0])[-1] == pytest.approx(5)
    assert follow("still", [0.0] * 40 + [5.0])[-1] == pytest.approx(-5)


@pytest.mark.parametrize("kind", ["speed", "swing", "still"])
def test_nothing_is_said_of_a_past_that_was_not_seen(kind: str) -> None:
    found = follow(kind, [1.0] * 40)
    assert all(isnan(v) for v in found[:10])  # half of a second
    assert found[10] == pytest.approx(0)
    found = follow(kind, [1.0] * 30 + [float("nan")] + [9.0] * 15)
    assert all(isnan(v) for v in found[30:41])
    assert found[-1] == pytest.approx(0)  # the jump across what was not seen is no movement


def test_only_the_last_second_counts() -> None:
    assert follow("swing", [0.0] * 5 + [8.0] * 40)[-1] == pytest.approx(0)
    assert follow("speed", [0.0] * 5 + [8.0] * 40)[-1] == pytest.approx(0)
