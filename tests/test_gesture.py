"""One arm held straight up is told of, once, and nothing that anybody does in a drill is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import gestures
import numpy as np
import pytest
import stick

from formcheck.body.gesture import ArmRaise, raised
from formcheck.body.pose import Joint, Pose, Side

TRACKS = sorted(path for path in stick.TRACKS.rglob("*.npz") if path.parent.name != "arm_up")
RENDERED = sorted((stick.TRACKS / "arm_up").glob("*.npz"))
BODIES = {
    "standing": stick.standing(),
    "side-on": stick.standing_side_on(),
    "supine": stick.on_the_back(),
    "on the side": stick.on_the_side(),
    "prone": stick.on_the_front(),
    "all fours": stick.all_fours(),
}


def film(figure: stick.Figure, side: Side = Side.LEFT, fps: float = 20.0, **how: float):
    return stick.film(gestures.scripted(figure, side, **how), gestures.END, fps)


@pytest.mark.parametrize("fps", [10.0, 30.0])
@pytest.mark.parametrize("name", BODIES)
def test_an_arm_held_up_is_told_of_once(name: str, fps: float) -> None:
    side = Side.RIGHT if name == "on the side" else Side.LEFT
    for tilt, bend in ((0, 0), (20, 0), (-20, 0), (0, 25)):
        [told] = gestures.told(film(BODIES[name], side, fps, tilt=tilt, bend=bend))
        # From half-way up it counts as up.
        assert gestures.UP_THERE + 1.0 < told <= gestures.UP_THERE + 1.5 + 1.01 / fps


@pytest.mark.parametrize("path", RENDERED, ids=lambda p: p.stem)
def test_rendered_people_who_hold_an_arm_up_are_seen(path: Path) -> None:
    poses = stick.load_track(path)
    [told] = gestures.told(poses)
    assert 3.0 < told < poses[-1].t - 1.0


@pytest.mark.parametrize("path", TRACKS, ids=lambda p: p.stem)
def test_no_drill_is_taken_for_it(path: Path) -> None:
    poses = stick.load_track(path)
    assert gestures.told(poses) == []
    assert gestures.told([stick.mirrored(pose) for pose in poses]) == []


def test_arms_grafted_on_bodies_at_rest_are_seen() -> None:
    """``benchmarks/gesture.py`` does it with every track there is."""
    tried: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for path in TRACKS:
        busy = any(word in path.stem for word in gestures.NOT_AT_REST)
        resting = [] if busy else gestures.still(stick.load_track(path))
        for side in Side if resting else ():
            random = np.random.default_rng([side is Side.LEFT, *path.stem.encode()])
            arm = gestures.Arm.drawn(random)
            posture = gestures.posture(resting)
            tried[posture] += 1
            seen[posture] += gestures.recognised(gestures.grafted(resting, side, arm, random))
    assert set(tried) == {"standing", "lying or kneeling"}
    assert all(seen[posture] >= 0.95 * n for posture, n in tried.items()), (seen, tried)


def up(seconds: float, figure: stick.Figure | None = None, **kw: object) -> list[Pose]:
    """Arm down for a second, then up."""
    rest = figure or stick.standing()
    lifted = gestures.arm_at(rest, Side.LEFT, 1.0)
    return stick.film(lambda t: lifted if t >= 1 else rest, 1 + seconds, **kw)


def test_it_takes_a_second_and_a_half() -> None:
    assert gestures.told(up(1.4)) == []
    assert gestures.told(up(9)) == [2.52]  # and it is told of once, however long it stays


def test_an_arm_that_was_up_from_the_first_is_no_sign() -> None:
    assert gestures.told([pose for pose in up(5) if pose.t >= 1]) == []


@pytest.mark.parametrize(("gap", "times"), [(0.2, 1), (0.4, 0)])
def test_a_flicker_is_forgiven_and_no_more(gap: float, times: int) -> None:
    poses = [Pose.missing(p.t, p.size) if 2 < p.t < 2 + gap else p for p in up(2.0)]
    assert len(gestures.told(poses)) == times


def test_share_grows_while_the_arm_is_up() -> None:
    arm = ArmRaise()
    shares = [(arm.update(pose), arm.share)[1] for pose in up(1.4)]
    assert shares[24] == 0
    assert shares[-1] == pytest.approx(0.91, abs=0.02)


def moved(figure: stick.Figure, **parts: complex) -> dict[str, complex]:
    return dict(figure) | parts


S = stick.standing()
LIFTED = gestures.arm_at(S, Side.LEFT, 1.0)
DEAD_BUG = gestures.arm_at(stick.on_the_back(), Side.LEFT, 1.0)
NOT = {
    "both arms": gestures.arm_at(LIFTED, Side.RIGHT, 1.0),
    "an arm out to the side": moved(S, left_elbow=0.88 + 1j, left_wrist=1.38 + 1j),
    "an arm half-way up": gestures.arm_at(S, Side.LEFT, 1.0, tilt=45),
    "a hand on the head": moved(S, left_elbow=0.75 + 1.35j, left_wrist=0.2 + 1.6j),
    "a bent arm": gestures.arm_at(S, Side.LEFT, 1.0, tilt=-25, bend=75),
    "a cup at the mouth": moved(S, left_elbow=0.45 + 0.6j, left_wrist=0.15 + 1.3j),
    "a dead bug": moved(
        DEAD_BUG, right_elbow=1.5 + 0j, right_wrist=2.0 + 0j, left_ankle=-1 + 0.6j,
        right_ankle=-1 + 0.6j,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT)
def test_what_else_arms_do_is_something_else(name: str) -> None:
    assert raised(stick.pose(0.0, NOT[name])) is None


def test_a_dead_bug_needs_both_its_arm_and_its_legs() -> None:
    bug = NOT["a dead bug"]
    legs_down = {p: DEAD_BUG[p] for p in ("left_ankle", "right_ankle")}
    arm_down = {p: DEAD_BUG[p] for p in ("right_elbow", "right_wrist")}
    for change in (legs_down, arm_down):
        assert raised(stick.pose(0.0, dict(bug) | change)) is Side.LEFT


def test_an_arm_out_of_sight_is_no_sign_and_no_hindrance() -> None:
    pose = stick.pose(0.0, LIFTED)
    assert raised(pose) is Side.LEFT
    assert raised(stick.hidden(pose, "left_wrist")) is None
    both = stick.pose(0.0, NOT["both arms"])
    assert raised(stick.hidden(both, "right_wrist")) is Side.LEFT


def test_legs_that_move_are_busy() -> None:
    lifted = gestures.arm_at(stick.standing(), Side.LEFT, 1.0)

    def marching(t: float) -> stick.Figure:
        lift = abs(np.sin(3 * t))
        legs = {p: lifted[p] + lift * 0.5j for p in ("left_knee", "left_ankle")}
        return dict(lifted) | legs if t >= 1 else stick.standing()

    assert gestures.told(stick.film(marching, 6)) == []


def test_what_is_missing_is_no_sign_and_no_error() -> None:
    pose = stick.pose(0.0, LIFTED)
    assert raised(Pose.missing(0.0, pose.size)) is None
    for joint in Joint:
        xy = pose.xy.copy()
        xy[joint] = np.nan
        raised(replace(pose, xy=xy))
    assert raised(replace(pose, xy=np.where(np.arange(33)[:, None] == 15, np.nan, pose.xy))) is None
