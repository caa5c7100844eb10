"""One arm held straight up, by scripted people and by arms grafted on tracks of others.

A graft takes the body of a track while it rests, and swings one arm of it up, holds it and takes
it down again: lengths and view are the body's own, the arm is as straight and as upright as
people hold it, and landmarks are as far off as calibration.md measured (0.04-0.09 torsos).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import hypot

import numpy as np
import stick

from formcheck.body.gesture import ArmRaise
from formcheck.body.measures import Body
from formcheck.body.pose import Joint, Pose, Side
from formcheck.body.postures import upright

#: When the arm goes up, is up, goes down again and is down, seconds. Held for 2 s: "one and a
#: half" in a person's own time.
UP, UP_THERE, DOWN, BELOW, END = 1.0, 1.8, 3.8, 4.6, 6.0
UPPER, FORE = 0.56, 0.50  # of a torso (rendered people)
#: Bodies that do not rest (hands round the knees, markers of drills), or are seen from the feet.
NOT_AT_REST = ("uiprmd", "knees_to_chest", "ktc", "badview__foot")
HANDS = ("pinky", "index", "thumb")


def told(poses: Sequence[Pose]) -> list[float]:
    """When the gesture is told of."""
    seen = ArmRaise()
    return [pose.t for pose in poses if seen.update(pose)]


def recognised(poses: Sequence[Pose]) -> bool:
    """Once, while the arm is up or just coming down."""
    times = told(poses)
    return len(times) == 1 and UP_THERE <= times[0] <= BELOW


def raising(t: float) -> float:
    return stick.rep_at(t, UP, UP_THERE, DOWN, BELOW)


def scripted(figure: stick.Figure, side: Side, *, tilt: float = 0.0, bend: float = 0.0):
    """The figure over time, its arm going up; ``tilt`` degrees from upright, ``bend`` in the
    elbow."""

    def scene(t: float) -> stick.Figure:
        return arm_at(figure, side, raising(t), tilt, bend)

    return scene


def arm_at(
    figure: stick.Figure, side: Side, share: float, tilt: float = 0.0, bend: float = 0.0
) -> stick.Figure:
    """``share`` 0 is the figure's own arm, 1 the arm straight up."""
    if share <= 0:
        return figure
    shoulder, wrist = figure[f"{side}_shoulder"], figure[f"{side}_wrist"]
    rest = np.angle((wrist - shoulder) * 1j)  # turned so that no way leads through the floor
    way = rest + share * (np.pi - np.radians(tilt) - rest)
    upper = np.exp(1j * way) / 1j
    fore = upper * np.exp(1j * np.radians(bend * share))
    elbow = shoulder + UPPER * upper
    return dict(figure) | {f"{side}_elbow": elbow, f"{side}_wrist": elbow + FORE * fore}


@dataclass(frozen=True)
class Arm:
    """How somebody holds it: leaning and bent (degrees), seen from above (the share of its length
    that is left), and how visible it is."""

    tilt: float = 0.0
    bend: float = 0.0
    left: float = 1.0
    seen: float = 0.9

    @classmethod
    def drawn(cls, random: np.random.Generator) -> Arm:
        """As people do: some 9 degrees off upright, an elbow bent by up to 25, a camera that looks
        down by up to 35."""
        return cls(
            random.normal(0, 9), random.uniform(0, 25), np.cos(np.radians(random.uniform(0, 35))),
            random.uniform(0.5, 0.95),
        )  # fmt: skip


def still(poses: Sequence[Pose], fps: float = 20.0) -> list[Pose]:
    """The quietest second of a track, to and fro, for as long as a gesture takes; empty where
    somebody is seen for less than that."""
    starts = [i for i, pose in enumerate(poses) if pose.t <= poses[-1].t - 1.0]
    seconds = ([p for p in poses[i:] if p.t < poses[i].t + 1.0] for i in starts[::5])
    seen = [body for body in seconds if len(body) > 4 and all(p.seen for p in body)]
    if not seen:
        return []
    body = min(seen, key=_restlessness)
    to_and_fro = [*body, *body[-2:0:-1]]
    return [replace(to_and_fro[i % len(to_and_fro)], t=i / fps) for i in range(round(END * fps))]


def posture(poses: Sequence[Pose]) -> str:
    pose = poses[0]
    return "standing" if upright(Body(pose, torso(pose.xy), Side.LEFT)) else "lying or kneeling"


def _restlessness(body: Sequence[Pose]) -> float:
    return float(np.ptp(np.stack([pose.xy[11:] for pose in body]), axis=0).max())


def grafted(
    poses: Sequence[Pose], side: Side, arm: Arm, random: np.random.Generator,
    off: float = 0.07, jitter: float = 0.015,
) -> list[Pose]:  # fmt: skip
    """A resting body (see :func:`still`) that raises an arm.

    Args:
        off: by how much each landmark of the arm is off all the time, torsos.
        jitter: by how much more in each frame.
    """
    wrong = {part: random.normal(0, off / np.sqrt(2), 2) for part in ("elbow", "wrist")}
    return list(_grafted(poses, side, arm, random, wrong, jitter))


def _grafted(poses, side, arm, random, wrong, jitter) -> Iterator[Pose]:
    joints = [side.joint(part) for part in ("shoulder", "elbow", "wrist")]
    for pose in poses:
        share = raising(pose.t)
        if share <= 0:
            yield pose
            continue
        xy, seen = pose.xy.copy(), pose.visibility.copy()
        shoulder, elbow, wrist = (complex(x, -y) for x, y in xy[joints])
        long = torso(xy) * arm.left
        figure = {f"{side}_shoulder": shoulder / long, f"{side}_wrist": wrist / long,
                  f"{side}_elbow": elbow / long}  # fmt: skip
        raised = arm_at(figure, side, share, arm.tilt, arm.bend)
        for part in ("elbow", "wrist"):
            to = raised[f"{side}_{part}"] * long
            shake = (wrong[part] + random.normal(0, jitter, 2)) * torso(xy)
            xy[side.joint(part)] = np.array([to.real, -to.imag]) + shake
            seen[side.joint(part)] = arm.seen
        for part in HANDS:
            xy[Joint[f"{side}_{part}".upper()]] = xy[side.joint("wrist")]
        yield replace(pose, xy=xy, visibility=seen)


def torso(xy: np.ndarray) -> float:
    """In pixels; foreshortened, from the shoulders' width."""
    shoulders, hips = xy[[11, 12]], xy[[23, 24]]
    length = hypot(*(shoulders.mean(axis=0) - hips.mean(axis=0)))
    return max(length, hypot(*(shoulders[0] - shoulders[1])) / 0.75)
