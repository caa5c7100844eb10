"""The variants of each drill that its card says count, and those that it says do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest
from stick import (
    TRACKS,
    Figure,
    all_fours,
    film,
    judged,
    leg,
    load_track,
    moving,
    on_the_back,
    on_the_front,
    on_the_side,
    reps,
    turned,
)

from formcheck.body.pose import Joint, Pose, Side
from formcheck.catalogue.registry import get_drill
from formcheck.events import SetResult

FOUR = reps(4, first=2.0, rise=1.2, hold=1.0, fall=1.2)
WHOLE_S = 20.0
LEFT, RIGHT = ("left",), ("right",)


def result(drill: str, scene: Callable[[float], Figure], seconds: float = WHOLE_S) -> SetResult:
    return judged(get_drill(drill), film(scene, seconds)).result


def counted(drill: str, scene: Callable[[float], Figure]) -> int:
    return result(drill, scene).complete


def in_turn(t: float, ways: Iterable[tuple[str, ...]]) -> Mapping[str, float]:
    """part -> how far it is on its way at ``t``: the parts of the n-th repetition move in it."""
    share: dict[str, float] = {}
    for time, parts in zip(FOUR, ways, strict=True):
        for part in parts:
            share[part] = max(share.get(part, 0.0), moving([time])(t))
    return share


def towards(figure: Figure, target: Mapping[str, complex], way: float) -> dict[str, complex]:
    return dict(figure) | {p: figure[p] + (target[p] - figure[p]) * way for p in target}


# -- back stabiliser -----------------------------------------------------------------------------


def reaching(t: float, ways: Iterable[tuple[str, ...]]) -> Figure:
    """On hands and knees; ``left arm`` and the like reach long and level."""
    figure: Figure = all_fours()
    for part, way in in_turn(t, ways).items():
        side, limb = part.split()
        off = 0.0 if side == "left" else 0.02 + 0.03j
        if limb == "leg":
            at = (0.95 + 0.05j, 1.9 + 0.05j, 1.95 + 0.1j, 2.0 - 0.1j)
            target = dict(zip(leg(Side(side)), (p + off for p in at), strict=True))
        else:
            target = {f"{side}_elbow": -1.55 + 0.15j + off, f"{side}_wrist": -2.0 + 0.15j + off}
        figure = towards(figure, target, way)
    return figure


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([("left leg", "right arm")] * 4, 4),
        ([("left leg", "right arm"), ("left arm", "right leg")] * 2, 4),
        ([("left leg",)] * 4, 4),
        ([("left arm",)] * 4, 4),
        ([("left arm",), ("left leg",)] * 2, 4),
        ([("right leg",)] * 4, 0),  # the far limbs: the card says to turn round
    ],
    ids=["opposite", "alternating", "leg only", "arm only", "arm then leg", "far leg only"],
)
def test_back_stabiliser(ways: list[tuple[str, ...]], expected: int) -> None:
    assert counted("back_stabiliser", lambda t: reaching(t, ways)) == expected


# -- knee to chest -------------------------------------------------------------------------------


def drawing(t: float, ways: Iterable[tuple[str, ...]]) -> Figure:
    """On the back; one knee or both come to the chest."""
    figure: Figure = on_the_back()
    for side, way in in_turn(t, ways).items():
        off = 0.0 if side == "left" else 0.02 + 0.03j
        at = (0.3 + 0.6j, -0.2 + 0.45j, -0.25 + 0.4j, -0.5 + 0.6j)
        target = dict(zip(leg(Side(side)), (p + off for p in at), strict=True))
        figure = towards(figure, target, way)
    return figure


@pytest.mark.parametrize(
    "ways",
    [[LEFT] * 4, [RIGHT] * 4, [LEFT, RIGHT] * 2, [("left", "right")] * 4],
    ids=["one", "other", "alternating", "both"],
)
def test_knee_to_chest(ways: list[tuple[str, ...]]) -> None:
    assert counted("knee_to_chest", lambda t: drawing(t, ways)) == 4


# -- bridge --------------------------------------------------------------------------------------


def moved(p: Pose, by: Callable[[Joint, complex], complex | None]) -> Pose:
    """A pose with some joints elsewhere; ``by`` is told where a joint is, in pixels."""
    xy = p.xy.copy()
    for joint in Joint:
        there = by(joint, complex(*xy[joint]))
        if there is not None:
            xy[joint] = there.real, there.imag
    return replace(p, xy=xy)


def middle(p: Pose, part: str) -> complex:
    both = p.xy[[Side.LEFT.joint(part), Side.RIGHT.joint(part)]].mean(axis=0)
    return complex(*both)


def arms_at(p: Pose, share: float, out: float = 0.0) -> Pose:
    """Elbows beside the trunk and hands this share of the way from the hips to the shoulders (over
    1: past them, to the head), ``out`` torsos across."""
    hips, trunk = middle(p, "hip"), middle(p, "shoulder") - middle(p, "hip")
    hand, elbow = hips + trunk * (share + out * 1j), hips + trunk * 0.55

    def by(joint: Joint, at: complex) -> complex | None:
        if any(w in joint.name for w in ("WRIST", "INDEX", "THUMB", "PINKY")):
            return None if "FOOT" in joint.name else hand
        return elbow if "ELBOW" in joint.name and share < 1 else None

    return moved(p, by)


BRIDGE = TRACKS / "hip_bridge__good__side_l1013.npz"
SQUAT = TRACKS / "squat__good__front_l1061.npz"


def of_poses(drill: str, poses: Iterable[Pose]) -> SetResult:
    return judged(get_drill(drill), poses).result


def test_bridge_with_arms_crossed_on_the_chest() -> None:
    plain = of_poses("hip_bridge", load_track(BRIDGE))
    crossed = of_poses("hip_bridge", [arms_at(p, 0.75, 0.15) for p in load_track(BRIDGE)])
    assert crossed.complete == plain.complete > 2


def test_bridge_with_the_feet_on_a_step() -> None:
    """A step of a third of a torso, 16 cm: feet and knees come up, the hips rise as before."""
    up = {"ankle": 0.33, "heel": 0.33, "foot_index": 0.33, "knee": 0.2}

    def stepped(lift: float) -> Figure:
        figure = on_the_back(lift)
        return {p: v + 1j * up.get(p.split("_", 1)[-1], 0.0) for p, v in figure.items()}

    assert counted("hip_bridge", lambda t: stepped(moving(FOUR)(t))) == 4


# -- clamshell -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("opening", "complete"), [(0.2, 4), (0.1, 0)])
def test_clamshell_with_a_band(opening: float, complete: int) -> None:
    """A band is not seen; against it the knee opens less and counts from 0.16 T."""
    made = result("clamshell", lambda t: on_the_side(opening * moving(FOUR)(t)))
    assert (made.complete, made.complete + made.partial) == (complete, 4)


# -- plank ---------------------------------------------------------------------------------------


def plank(hips: float, arms: str) -> Figure:
    """Left side to the camera, head to image left; ``hips`` up from lying to in line."""
    high = 1.05 if arms == "hands" else 0.5
    foot = 1.85 - 0.15j
    shoulder = -0.98 + (high - 0.15) * 1j
    hip = 0.0 + ((high - 0.15) * 0.65 - 0.15 * 0.35 - (1 - hips) * 0.25) * 1j
    elbow = shoulder - (0.55j if arms == "hands" else (0.05 + 0.5j))
    wrist = shoulder - 1.05j if arms == "hands" else elbow - 0.45
    left = {
        "left_ear": shoulder - 0.35, "left_shoulder": shoulder, "left_elbow": elbow,
        "left_wrist": wrist, "left_hip": hip, "left_knee": (hip + foot) / 2 + 0.05,
        "left_ankle": foot, "left_heel": foot + 0.1 + 0.1j, "left_foot_index": foot - 0.15j,
    }  # fmt: skip
    if arms == "elbows, on knees":
        knee = left["left_knee"] = 0.98 - 0.15j
        left |= {"left_ankle": knee + 0.1 + 0.6j, "left_heel": knee + 0.1 + 0.7j}
        left |= {"left_hip": hip - 0.06j, "left_foot_index": knee + 0.2 + 0.8j}
    far = {k.replace("left", "right"): v + (0.02 + 0.03j) for k, v in left.items()}
    return {"nose": shoulder - 0.45 - 0.1j} | left | far


@pytest.mark.parametrize("arms", ["elbows", "hands", "elbows, on knees"])
def test_plank(arms: str) -> None:
    up = moving([(2.0, 3.0, 13.0, 14.0)])
    holds = result("plank", lambda t: plank(up(t), arms)).holds
    assert [h.seconds for h in holds] == [pytest.approx(10.5, abs=1.0)]


def test_on_hands_and_knees_or_in_a_downward_dog_is_no_plank() -> None:
    dog = dict(plank(1.0, "hands"))
    for side, off in (("left", 0.0), ("right", 0.02 + 0.03j)):
        dog |= {f"{side}_hip": 0.2 + 1.6j + off, f"{side}_knee": 1.0 + 0.75j + off}
    for scene in (
        lambda t: dog,
        lambda t: reaching(t, [("left leg",)] * 4),
        lambda t: all_fours(),
    ):
        assert result("plank", scene).holds == ()


# -- squat ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "out"), [(0.75, 0.1), (1.9, 0.0), (0.0, 0.35), (1.0, 0.8)],
    ids=["crossed", "overhead", "on the hips", "out to the side"],
)  # fmt: skip
def test_squat_with_the_arms_anywhere(share: float, out: float) -> None:
    plain = of_poses("squat", load_track(SQUAT))
    assert of_poses("squat", [arms_at(p, share, out) for p in load_track(SQUAT)]).complete == (
        plain.complete
    )
    assert plain.complete > 2


def test_squat_to_a_chair() -> None:
    """Sitting down on the chair for two seconds each time."""
    poses = load_track(SQUAT)
    peaks = [r.peak_s for r in of_poses("squat", poses).reps]
    out, later = [], 0.0
    for p in poses:
        out.append(replace(p, t=p.t + later))
        if peaks and p.t >= peaks[0]:
            peaks.pop(0)
            out += [replace(p, t=p.t + later + k / 20) for k in range(1, 41)]
            later += 2.0
    assert of_poses("squat", out).complete == of_poses("squat", poses).complete


# -- prone ---------------------------------------------------------------------------------------


def floating(t: float, ways: Iterable[tuple[str, ...]]) -> Figure:
    """Prone; one long leg floats up by 14 degrees, the near or the far one."""
    figure: Figure = on_the_front()
    for side, way in in_turn(t, ways).items():
        figure = turned(figure, leg(Side(side)), f"{side}_hip", 14 * way)
    return figure


def test_prone_leg_raise_alternating() -> None:
    made = result("prone_leg_raise", lambda t: floating(t, [LEFT, RIGHT] * 2))
    assert [str(r.side) for r in made.reps if r.complete] == ["left", "right"] * 2


def arm_floating(t: float, ways: Iterable[tuple[str, ...]]) -> Figure:
    figure: Figure = dict(on_the_front())
    for side, off in (("left", 0.0), ("right", 0.02 + 0.03j)):
        figure = dict(figure) | {f"{side}_elbow": -1.5 + off, f"{side}_wrist": -1.95 + off}
    for side, way in in_turn(t, ways).items():
        figure = turned(figure, (f"{side}_elbow", f"{side}_wrist"), f"{side}_shoulder", -20 * way)
    return figure


def test_prone_arm_raise_alternating() -> None:
    """A far arm that is drawn clearly counts, too."""
    assert counted("prone_arm_raise", lambda t: arm_floating(t, [LEFT, RIGHT] * 2)) == 4
