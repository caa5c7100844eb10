"""Scripted stand-ins: a stick person, steps, an analyzer that follows a script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from formcheck.body.pose import Joint, Pose, Side
from formcheck.events import (
    CannotJudge,
    Event,
    FaultRaised,
    FaultSpan,
    Phase,
    Reason,
    Rep,
    RepDone,
    SetDone,
    SetResult,
    Step,
)

# A standing person, x and y as shares of the height about the middle of the picture.
_STANDING = {
    "NOSE": (0.0, 0.12),
    "SHOULDER": (0.09, 0.25),
    "ELBOW": (0.12, 0.38),
    "WRIST": (0.13, 0.50),
    "PINKY": (0.13, 0.52),
    "INDEX": (0.13, 0.52),
    "THUMB": (0.13, 0.51),
    "HIP": (0.06, 0.50),
    "KNEE": (0.065, 0.69),
    "ANKLE": (0.07, 0.87),
    "HEEL": (0.065, 0.90),
    "FOOT_INDEX": (0.09, 0.91),
}

FAULT = FaultSpan("pelvis_roll", 1.0, 1.5, 24.0, "deg", 2, "Hips stacked, belly button forwards")


def person(t: float, size: tuple[int, int] = (640, 480)) -> Pose:
    """A person who stands in the middle of the picture, facing the camera."""
    w, h = size
    xy = np.zeros((33, 2))
    for joint in Joint:
        side = -1 if joint.name.startswith("RIGHT") else 1
        part = joint.name.removeprefix("LEFT_").removeprefix("RIGHT_")
        x, y = _STANDING.get(part, (0.02, 0.11))
        xy[joint] = w / 2 + side * x * h, y * h
    return Pose(t, xy, np.full(33, 0.95), np.zeros((33, 3)), size)


def step(t: float = 0.0, **changes: object) -> Step:
    """A step of a drill of reps, as if the person rested; override what matters."""
    values: dict[str, object] = {
        "t": t,
        "phase": Phase.REST,
        "signals": {"opening": 12.0},
        "main": "opening",
        "progress": 0.0,
        "reps": 0,
        "partial": 0,
        "holds": 0,
        "hold_s": math.nan,
        "target_reps": None,
        "target_hold_s": None,
        "side": Side.LEFT,
        "faults": (),
        "cannot_judge": None,
        "judged": (Joint.LEFT_SHOULDER, Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
        "events": (),
    }
    return Step(**(values | changes))  # type: ignore[arg-type]


@dataclass
class FakeFrame:
    """Looks like capture.Frame."""

    t: float
    image: np.ndarray
    dropped: int = 0
    gap_s: float = 0.0
    still: bool = False


def frames(n: int, fps: float = 10.0, size: tuple[int, int] = (64, 48)) -> Iterator[FakeFrame]:
    for i in range(n):
        yield FakeFrame(i / fps, np.full((size[1], size[0], 3), i % 250, np.uint8))


def poses(n: int, fps: float = 10.0, size: tuple[int, int] = (64, 48)) -> list[Pose]:
    return [person(float(np.float32(i / fps)), size) for i in range(n)]


class FakeLandmarker:
    """Finds the same person in every frame."""

    model_name, sha256 = "fake", "0" * 64
    notes: tuple[str, ...] = ()
    changed_to = None

    def picture_of(self, frame: FakeFrame) -> None: ...

    def detect(self, frame: FakeFrame, picture: object = None) -> Pose:
        h, w = frame.image.shape[:2]
        return person(float(np.float32(frame.t)), (w, h))


@dataclass
class FakeAnalyzer:
    """One rep each second of poses; its steps may carry what ``script`` says by step number."""

    script: dict[int, dict[str, object]] = field(default_factory=dict)
    side: Side | None = None
    poses: list[Pose] = field(default_factory=list)
    reps: list[Rep] = field(default_factory=list)
    finished: int = 0

    def update(self, pose: Pose) -> Step:
        self.poses.append(pose)
        events: list[Event] = []
        if pose.t >= len(self.reps) + 1:
            n = len(self.reps) + 1
            rep = Rep(n, Side.LEFT, n - 1.0, n - 0.5, n - 0.4, float(n), 0.1, 31.0, True, 80)
            self.reps.append(rep)
            events.append(RepDone(pose.t, rep))
        extra = self.script.get(len(self.poses) - 1, {})
        values = {"reps": len(self.reps), "events": tuple(events)} | extra
        return step(pose.t, **values)

    def finish(self) -> Step:
        self.finished += 1
        t = self.poses[-1].t if self.poses else 0.0
        return step(t, events=(SetDone(t, len(self.reps), 0, 0),))

    def result(self) -> SetResult:
        t = self.poses[-1].t if self.poses else 0.0
        n = len(self.poses)
        return SetResult(
            "clamshell", Side.LEFT, "auto", t, n, n, tuple(self.reps), (), (), score=80
        )


def scenes(size: tuple[int, int]) -> dict[str, tuple[Pose, Step]]:
    """The pictures a person meets: set-up, a rep, a hold, a fault, and not being judged."""
    pose = person(3.0, size)
    raised = FaultRaised(3.0, FAULT.code, FAULT.magnitude, FAULT.unit, FAULT.severity, FAULT.cue)
    blind = Reason.WRONG_VIEW
    return {
        "setup": (
            pose,
            step(3.0, phase=Phase.SETUP, cannot_judge=Reason.NOT_IN_START_POSITION),
        ),
        "rep": (pose, step(3.0, phase=Phase.RISE, reps=7, target_reps=10, progress=0.6)),
        "top": (
            pose,
            step(3.0, phase=Phase.TOP, reps=12, target_reps=15, hold_s=2.2, target_hold_s=5.0),
        ),
        "fault": (
            pose,
            step(3.0, phase=Phase.FALL, reps=3, progress=0.8, faults=(FAULT,), events=(raised,)),
        ),
        "blind": (
            pose,
            step(3.0, phase=Phase.PAUSED, cannot_judge=blind, events=(CannotJudge(3.0, blind),)),
        ),
        "hold": (pose, step(3.0, phase=Phase.HOLD, hold_s=18.4, target_hold_s=30.0)),
        "nobody": (
            Pose.missing(3.0, size),
            step(3.0, phase=Phase.PAUSED, cannot_judge=Reason.NO_PERSON, judged=(), side=None),
        ),
    }


def drain(items: Iterable[object]) -> None:
    for _ in items:
        pass
