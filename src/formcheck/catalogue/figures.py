"""Start postures as stick figures: what a drill's drawing shows and what its test moves.

A figure maps part names (``nose``, ``left_knee``, …) to points in torsos, y up, the middle of the
hips at 0. Which figure a drill starts from is not written anywhere: it is the first one that the
drill's own gate lets through.
"""

from __future__ import annotations

import cmath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import radians
from typing import Any

import numpy as np

from ..body.measures import Body
from ..body.pose import JOINTS, Joint, Pose, Side
from ..drill import Drill

__all__ = [
    "POSTURES",
    "UPPER",
    "Figure",
    "Posture",
    "body_of",
    "outline_of",
    "pose_of",
    "posture_of",
    "turned",
]

Figure = Mapping[str, complex]

_TORSO_PX = 150.0
_SIZE = (1280, 720)
_PARTS = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")
#: What moves with the trunk about the hips.
UPPER = (
    "nose",
    *(f"{s}_{p}" for s in ("left", "right") for p in ("ear", "shoulder", "elbow", "wrist")),
)
#: Points of the face and the hand hang on these.
_HANGS_ON = {"eye": "nose", "mouth": "nose", "pinky": "wrist", "index": "wrist", "thumb": "wrist"}


@dataclass(frozen=True)
class Posture:
    """A start posture as a camera sees it.

    Attributes:
        name: in words, as a drawing's caption.
        view: the view it is seen in, as ``View.name``.
        plan: how the body lies or stands to the camera: ``across`` the picture, ``along`` it
            (the feet to the camera), upright ``facing`` it or ``sideways``.
        figure: the points.
    """

    name: str
    view: str
    plan: str
    figure: Figure


def _front(*half: complex, nose: complex) -> Figure:
    """Upright, chest to the camera: the person's left is image right."""
    left = dict(zip(_PARTS, half, strict=True))
    return (
        {f"left_{k}": p for k, p in left.items()}
        | {f"right_{k}": complex(-p.real, p.imag) for k, p in left.items()}
        | {"nose": nose}
    )


def _flat(*near: complex, nose: complex, far: Mapping[str, complex] | None = None) -> Figure:
    """Seen from the left side: the far limbs stand a little behind the near ones."""
    left = dict(zip(_PARTS, near, strict=True))
    behind = {k: p + (0.02 + 0.03j) for k, p in left.items()} | dict(far or {})
    return (
        {f"left_{k}": p for k, p in left.items()}
        | {f"right_{k}": p for k, p in behind.items()}
        | {"nose": nose}
    )


_STANDING = (
    0.13 + 1.44j, 0.32 + 1.0j, 0.42 + 0.44j, 0.5 - 0.06j, 0.21 + 0j, 0.23 - 0.98j,
    0.23 - 1.93j, 0.19 - 2.05j, 0.29 - 2.13j,
)  # fmt: skip
_UPRIGHT = (
    0.02 + 1.42j, 0.05 + 1.0j, 0.1 + 0.45j, 0.0 - 0.05j, 0.0 + 0j, -0.03 - 0.98j,
    0.02 - 1.93j, 0.1 - 2.08j, -0.32 - 2.1j,
)  # fmt: skip
_PRONE = (-1.35 + 0.02j, -1.0 + 0.03j, -1.4 - 0.14j, -1.3 - 0.16j, 0j, 0.95 - 0.05j,
          1.85 - 0.08j, 1.95 + 0.0j, 2.1 - 0.18j)  # fmt: skip

#: The more specific ones first: a drill takes the first that its gate lets through.
POSTURES: tuple[Posture, ...] = (
    Posture("standing, facing the camera", "front", "facing", _front(*_STANDING, nose=1.42j)),
    Posture(
        "standing, side to the camera", "side", "sideways", _flat(*_UPRIGHT, nose=-0.2 + 1.42j)
    ),
    Posture(
        "standing, heel on a chair",
        "side",
        "sideways",
        _flat(
            -0.05 + 1.42j, 0.02 + 1.0j, 0.0 + 0.47j, -0.3 + 0.1j, 0j, -0.93 - 0.3j,
            -1.8 - 0.62j, -1.88 - 0.74j, -2.02 - 0.42j,
            nose=-0.26 + 1.42j,
            far={"knee": 0.03 - 0.98j, "ankle": 0.05 - 1.93j, "heel": 0.12 - 2.08j,
                 "foot_index": -0.3 - 2.1j},
        ),
    ),
    Posture(
        "half-kneeling, back leg near the camera",
        "side",
        "sideways",
        _flat(
            0.02 + 1.42j, 0.04 + 1.0j, 0.06 + 0.45j, -0.2 + 0.05j, 0j, 0.42 - 0.9j,
            1.3 - 0.92j, 1.45 - 0.85j, 1.42 - 1.1j,
            nose=-0.2 + 1.42j,
            far={"hip": 0.02 + 0.02j, "knee": -0.92 - 0.15j, "ankle": -0.92 - 1.0j,
                 "heel": -0.8 - 1.1j, "foot_index": -1.25 - 1.1j},
        ),
    ),
    Posture(
        "on your side, facing the camera",
        "front",
        "across",
        {
            "nose": 1.33 - 0.21j,
            "left_ear": 1.33 - 0.23j, "right_ear": 1.37 - 0.11j,
            "left_shoulder": 0.97 - 0.22j, "right_shoulder": 1.03 + 0.22j,
            "left_elbow": 1.05 - 0.54j, "right_elbow": 0.57 - 0.05j,
            "left_wrist": 1.41 - 0.36j, "right_wrist": 0.69 - 0.47j,
            "left_hip": -0.13j, "right_hip": 0.13j,
            "left_knee": -0.57 - 0.48j, "right_knee": -0.60 - 0.30j,
            "left_ankle": -1.20 - 0.15j, "right_ankle": -1.26 - 0.07j,
            "left_heel": -1.28 - 0.04j, "right_heel": -1.34 + 0.05j,
            "left_foot_index": -1.54 - 0.31j, "right_foot_index": -1.62 - 0.27j,
        },
    ),
    Posture(
        "on elbows and toes",
        "side",
        "across",
        _flat(-1.4 + 0.2j, -1.0 + 0.12j, -1.05 - 0.45j, -1.5 - 0.5j, 0j, 0.93 - 0.16j,
              1.8 - 0.32j, 1.95 - 0.24j, 1.9 - 0.5j, nose=-1.52 + 0.05j),
    ),
    Posture(
        "on hands and knees",
        "side",
        "across",
        _flat(-1.35 + 0.15j, -1.0 + 0.1j, -1.0 - 0.5j, -1.0 - 1.0j, 0j, 0.05 - 0.95j,
              0.95 - 1.0j, 1.1 - 0.9j, 1.15 - 1.05j, nose=-1.5 + 0.0j),
    ),
    Posture("on your front", "side", "across", _flat(*_PRONE, nose=-1.42 - 0.12j)),
    Posture(
        "on your front, arms past your head",
        "side",
        "across",
        _flat(-1.35 + 0.02j, -1.0 + 0.03j, -1.5 - 0.06j, -2.0 - 0.12j, *_PRONE[4:],
              nose=-1.4 - 0.12j),
    ),
    Posture(
        "on your back, knees bent",
        "side",
        "across",
        _flat(1.35 + 0.08j, 1.0 + 0.02j, 0.55 - 0.12j, 0.1 - 0.14j, 0j, -0.6 + 0.72j,
              -0.95 - 0.05j, -0.9 - 0.14j, -1.3 - 0.14j, nose=1.38 + 0.25j),
    ),
    Posture(
        "on your back, feet to the camera, knees bent",
        "foot",
        "along",
        _front(0.2 + 1.2j, 0.55 + 1.0j, 0.8 + 0.75j, 0.95 + 0.5j, 0.28 + 0j, 0.2 + 0.35j,
               0.2 - 0.75j, 0.2 - 0.85j, 0.24 - 0.8j, nose=1.3j),
    ),
    Posture(
        "standing, your back to the camera",
        "back",
        "facing",
        {
            k.replace("left", "x").replace("right", "left").replace("x", "right"): p
            for k, p in _front(*_STANDING, nose=1.42j).items()
        },
    ),
)  # fmt: skip


def turned(figure: Figure, parts: Iterable[str], about: str | complex, deg: float) -> Figure:
    """The figure with some parts turned about another (or a point), counter-clockwise in the
    picture."""
    turn = cmath.exp(1j * radians(deg))
    at = figure[about] if isinstance(about, str) else about
    return dict(figure) | {p: at + (figure[p] - at) * turn for p in parts}


def pose_of(figure: Figure, t: float = 0.0) -> Pose:
    """The figure as a pose at ``t`` seconds: everything seen, 150 pixels a torso, 1280 x 720."""
    xy, seen = np.zeros((JOINTS, 2)), np.full(JOINTS, 0.99)
    for joint in Joint:
        name = joint.name.lower()
        if name not in figure:
            side = "left_" if "left" in name else "right_"
            on = next(to for part, to in _HANGS_ON.items() if part in name)
            name = on if on == "nose" else side + on
        point = figure[name] * _TORSO_PX
        xy[joint] = _SIZE[0] / 2 + point.real, _SIZE[1] / 2 - point.imag
    world = np.zeros((JOINTS, 3))
    world[:, :2] = (xy - np.array(_SIZE) / 2) / _TORSO_PX * 0.5
    return Pose(t, xy, seen, world, _SIZE)


def body_of(figure: Figure, side: Side | None = None) -> Body:
    """The figure as a drill's gate and signals see it, its left side nearer the camera."""
    return Body(pose_of(figure), _TORSO_PX, Side.LEFT, side)


def posture_of(drill: Drill) -> Posture | None:
    """The start posture that the drill's own gate lets through in the drill's own view; None when
    none of these does (a drill of another kind)."""
    for posture in POSTURES:
        if posture.view != drill.view.name:
            continue
        body = body_of(posture.figure)
        if drill.side_of is not None:
            body = body.worked_by(drill.side_of(body))
        if drill.view.fits(body) and drill.view.posture(body):
            return posture
    return None


_LIMBS = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"),
    ("ankle", "foot_index"), ("shoulder", "hip"),
)  # fmt: skip


def outline_of(drill: Drill) -> dict[str, Any]:
    """Where to lie or stand, as the camera sees it: lines and the head's middle in torso lengths,
    y up; empty for a posture that is not known."""
    posture = posture_of(drill)
    if posture is None:
        return {}
    at = posture.figure
    pairs = [(f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in _LIMBS]
    pairs += [("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")]
    head = (at["left_ear"] + at["right_ear"] + at["nose"]) / 3
    lines = [[round(v, 3) for p in (at[a], at[b]) for v in (p.real, p.imag)] for a, b in pairs]
    middle = [round(head.real, 3), round(head.imag, 3)]
    return {"name": posture.name, "lines": lines, "head": middle}
