"""A scripted stick person: start postures built from joint positions, moved by minimum jerk.

Points are torsos (hip middle to shoulder middle = 1) with y up and the hip middle at (0, 0), taken
from rendered people at rest. A *figure* maps part names ("left_knee") to complex points; functions
return changed copies, ``film`` turns a figure over time into poses.
"""

from __future__ import annotations

import cmath
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import radians
from pathlib import Path

import numpy as np

from formcheck.body.pose import JOINTS, Joint, Pose, Side
from formcheck.drill import Dose, Drill
from formcheck.events import Event, SetResult, Step
from formcheck.judge.analyzer import Analyzer

Figure = Mapping[str, complex]

SIZE = (1280, 720)
TORSO_PX = 150.0
TRACKS = Path(__file__).parent / "tracks"

_LEFT = [j for j in Joint if "LEFT" in j.name]
_RIGHT = [Joint[j.name.replace("LEFT", "RIGHT")] for j in _LEFT]
_SWAPPED = np.arange(JOINTS)
_SWAPPED[_LEFT], _SWAPPED[_RIGHT] = _RIGHT, _LEFT

#: Head and hand points that no drill reads hang on these.
_HANGS_ON = {"eye": "nose", "mouth": "nose", "pinky": "wrist", "index": "wrist", "thumb": "wrist"}


# -- postures --------------------------------------------------------------------------------


def standing() -> Figure:
    """Upright, chest to the camera: the person's left is image right."""
    half = {
        "ear": 0.13 + 1.44j,
        "shoulder": 0.32 + 1.0j,
        "elbow": 0.42 + 0.44j,
        "wrist": 0.52 - 0.06j,
        "hip": 0.21 + 0.0j,
        "knee": 0.23 - 0.98j,
        "ankle": 0.23 - 1.93j,
        "heel": 0.19 - 2.05j,
        "foot_index": 0.29 - 2.23j,
    }
    return _both(half, lambda p: complex(-p.real, p.imag)) | {"nose": 1.42j}


def standing_side_on() -> Figure:
    """Upright, the left side to the camera, looking to image left."""
    return _flat(
        {k: complex(-0.1 * p.real, p.imag) for k, p in standing().items() if k.startswith("left")},
        nose=-0.2 + 1.42j,
    )


def on_the_back(lift: float = 0.0) -> Figure:
    """Lying on the back with bent knees, left side to the camera, head to image right.

    ``lift`` 0 rests the hips on the floor, 1 brings shoulder, hip and knee into line.
    """
    shoulder, knee, ankle = 1.0 + 0.02j, -0.57 + 0.56j, -1.0 - 0.1j
    straight = shoulder + (knee - shoulder) * 0.62
    hip = straight * lift
    return _flat(
        {
            "left_ear": 1.35 + 0.13j,
            "left_shoulder": shoulder,
            "left_elbow": 0.55 - 0.2j,
            "left_wrist": 0.0 - 0.2j,
            "left_hip": hip,
            "left_knee": knee,
            "left_ankle": ankle,
            "left_heel": -0.98 - 0.2j,
            "left_foot_index": -1.42 - 0.2j,
        },
        nose=1.31 + 0.3j,
    )


def on_the_front() -> Figure:
    """Prone, left side to the camera, head to image left."""
    return _flat(
        {
            "left_ear": -1.35 + 0.0j,
            "left_shoulder": -1.0 + 0.0j,
            "left_elbow": -1.3 - 0.15j,
            "left_wrist": -1.5 - 0.15j,
            "left_hip": 0.0 + 0.0j,
            "left_knee": 0.95 - 0.05j,
            "left_ankle": 1.85 - 0.1j,
            "left_heel": 1.9 + 0.0j,
            "left_foot_index": 2.1 - 0.15j,
        },
        nose=-1.4 - 0.15j,
    )


def all_fours() -> Figure:
    """Hands and knees, left side to the camera, head to image left."""
    return _flat(
        {
            "left_ear": -1.35 + 0.15j,
            "left_shoulder": -1.0 + 0.1j,
            "left_elbow": -1.0 - 0.5j,
            "left_wrist": -1.0 - 1.0j,
            "left_hip": 0.0 + 0.0j,
            "left_knee": 0.05 - 0.95j,
            "left_ankle": 0.95 - 1.0j,
            "left_heel": 1.0 - 0.9j,
            "left_foot_index": 1.15 - 1.05j,
        },
        nose=-1.5 + 0.0j,
    )


def on_the_side(opening: float = 0.0, feet: float = 0.0, low_camera: bool = False) -> Figure:
    """Lying on the left side facing the camera, head to image right, knees bent.

    ``opening`` is how far the top (right) knee lifts, ``feet`` how far the top foot does, in
    torsos. A low camera sees the knees, which point at it, no lower than the hips.
    """
    drop = 0.33 if low_camera else 0.0
    return {
        "nose": 1.33 - 0.21j,
        "left_ear": 1.33 - 0.23j,
        "right_ear": 1.37 - 0.11j,
        "left_shoulder": 0.97 - 0.22j,
        "right_shoulder": 1.03 + 0.22j,
        "left_elbow": 1.05 - 0.54j,
        "right_elbow": 0.57 - 0.05j,
        "left_wrist": 1.41 - 0.36j,
        "right_wrist": 0.69 - 0.47j,
        "left_hip": 0.0 - 0.13j,
        "right_hip": 0.0 + 0.13j,
        "left_knee": -0.57 - 0.48j + drop * 1j,
        "right_knee": -0.60 - 0.30j + (drop + opening) * 1j,
        "left_ankle": -1.20 - 0.15j,
        "right_ankle": -1.26 - 0.07j + feet * 1j,
        "left_heel": -1.28 - 0.04j,
        "right_heel": -1.34 + 0.05j + feet * 1j,
        "left_foot_index": -1.54 - 0.31j,
        "right_foot_index": -1.62 - 0.27j + feet * 1j,
    }


def _both(half: Figure, mirror: Callable[[complex], complex]) -> dict[str, complex]:
    return {f"left_{k}": p for k, p in half.items()} | {
        f"right_{k}": mirror(p) for k, p in half.items()
    }


def _flat(left: Figure, nose: complex) -> dict[str, complex]:
    """Seen from the side: the far limbs stand a little behind the near ones."""
    far = {k.replace("left", "right"): p + (0.02 + 0.03j) for k, p in left.items()}
    return {"nose": nose} | dict(left) | far


# -- movements -------------------------------------------------------------------------------


def turned(figure: Figure, parts: Iterable[str], about: str, deg: float) -> dict[str, complex]:
    """The figure with some parts turned about another, counter-clockwise in the image."""
    turn, at = cmath.exp(1j * radians(deg)), figure[about]
    return dict(figure) | {p: at + (figure[p] - at) * turn for p in parts}


def leg(side: Side) -> tuple[str, ...]:
    return tuple(f"{side}_{p}" for p in ("knee", "ankle", "heel", "foot_index"))


UPPER = (
    "nose",
    *(f"{s}_{p}" for s in ("left", "right") for p in ("ear", "shoulder", "elbow", "wrist")),
)


def leaning(figure: Figure, deg: float) -> dict[str, complex]:
    """The trunk leaned by ``deg`` to image right, about the middle of the hips."""
    at = (figure["left_hip"] + figure["right_hip"]) / 2
    turn = cmath.exp(-1j * radians(deg))
    return dict(figure) | {p: at + (figure[p] - at) * turn for p in UPPER}


def abducted(deg: float, side: Side = Side.LEFT, figure: Figure | None = None) -> Figure:
    """Standing with one straight leg out to the side."""
    out = deg if side is Side.LEFT else -deg
    return turned(figure or standing(), leg(side), f"{side}_hip", out)


def on_one_leg(height: float, free: Side = Side.RIGHT) -> Figure:
    """Standing with the free foot lifted by ``height`` torsos."""
    lifted = standing()
    return dict(lifted) | {
        p: lifted[p] + height * (0.5j if p.endswith("knee") else 1j) for p in leg(free)
    }


# -- time ------------------------------------------------------------------------------------


def min_jerk(share: float) -> float:
    """Flash & Hogan 1985: the way covered at a share of the time."""
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10 - 15 * s + 6 * s * s)


def rep_at(t: float, start: float, peak: float, hold_end: float, end: float) -> float:
    """0 at rest, 1 at the top of one repetition with these times."""
    if t < hold_end:
        return min_jerk((t - start) / (peak - start))
    return 1 - min_jerk((t - hold_end) / (end - hold_end))


def reps(
    n: int = 3, first: float = 1.5, rise: float = 1.2, hold: float = 1.0, fall: float = 1.2,
    pause: float = 1.0,
) -> list[tuple[float, float, float, float]]:  # fmt: skip
    """Times (start, peak, hold end, end) of ``n`` repetitions."""
    whole = rise + hold + fall + pause
    return [
        (s, s + rise, s + rise + hold, s + rise + hold + fall)
        for s in (first + i * whole for i in range(n))
    ]


def moving(times: Sequence[tuple[float, float, float, float]]) -> Callable[[float], float]:
    """Time -> 0 at rest .. 1 at the top, over several repetitions."""
    return lambda t: max((rep_at(t, *r) for r in times), default=0.0)


def pose(
    t: float,
    figure: Figure,
    *,
    size: tuple[int, int] = SIZE,
    torso_px: float = TORSO_PX,
    at: complex | None = None,
    visibility: Mapping[str, float] | None = None,
    people: int = 1,
) -> Pose:
    """One pose; ``at`` is where the figure's origin lies in the image (pixels, y down).

    Seen from the side (left and right limbs in one place) the right limbs, which are the far ones,
    are less visible. ``visibility`` overrides by part name.
    """
    origin = at if at is not None else complex(size[0] / 2, size[1] / 2)
    flat = abs(figure["left_hip"] - figure["right_hip"]) < 0.1
    xy, seen = np.zeros((JOINTS, 2)), np.zeros(JOINTS)
    for joint in Joint:
        name = joint.name.lower()
        if name not in figure:
            side = next((s for s in ("left", "right") if s in name), "")
            on = next(to for part, to in _HANGS_ON.items() if part in name)
            name = "nose" if on == "nose" else f"{side}_{on}"
        p = figure[name] * torso_px
        xy[joint] = origin.real + p.real, origin.imag - p.imag
        seen[joint] = 0.65 if flat and name.startswith("right") else 0.99
        seen[joint] = (visibility or {}).get(name, seen[joint])
    world = np.zeros((JOINTS, 3))
    world[:, :2] = (xy - [origin.real, origin.imag]) / torso_px * 0.5
    return Pose(t, xy, seen, world, size, people)


def film(
    scene: Callable[[float], Figure],
    to_s: float,
    fps: float = 25.0,
    from_s: float = 0.0,
    **kw: object,
) -> list[Pose]:
    """Poses of a figure over time, [from_s, to_s)."""
    n = round((to_s - from_s) * fps)
    return [pose(from_s + i / fps, scene(from_s + i / fps), **kw) for i in range(n)]  # type: ignore[arg-type]


# -- what can be done to poses -----------------------------------------------------------------


def mirrored(p: Pose) -> Pose:
    """What the camera would see of a person who does the same on the other side."""
    xy = p.xy[_SWAPPED] * [-1.0, 1.0] + [p.size[0], 0.0]
    return replace(p, xy=xy, visibility=p.visibility[_SWAPPED], world=p.world[_SWAPPED])


def swapped(p: Pose) -> Pose:
    """The same body with the model's left and right exchanged."""
    return replace(p, xy=p.xy[_SWAPPED], visibility=p.visibility[_SWAPPED], world=p.world[_SWAPPED])


def hidden(p: Pose, *parts: str) -> Pose:
    """The same body with these parts out of sight."""
    seen = p.visibility.copy()
    seen[[Joint[x.upper()] for x in parts]] = 0.1
    return replace(p, visibility=seen)


def resampled(poses: Sequence[Pose], fps: float) -> list[Pose]:
    """The same movement seen at another frame rate."""
    ts = np.array([p.t for p in poses])
    xy, seen = np.stack([p.xy for p in poses]), np.stack([p.visibility for p in poses])
    out = []
    for t in np.arange(ts[0], ts[-1], 1 / fps):
        i = min(int(np.searchsorted(ts, t, side="right")), len(ts) - 1)
        w = (t - ts[i - 1]) / (ts[i] - ts[i - 1])
        out.append(
            replace(
                poses[i],
                t=float(t),
                xy=xy[i - 1] * (1 - w) + xy[i] * w,
                visibility=seen[i - 1] * (1 - w) + seen[i] * w,
            )
        )
    return out


def load_track(path: Path) -> list[Pose]:
    """The poses of a committed track (formats.md), read without the package's own reader."""
    with np.load(path) as z:
        meta = json.loads(str(z["meta"]))
        size = (meta["width"], meta["height"])
        return [
            Pose(float(t), xy.astype(float), v.astype(float), w.astype(float), size)
            for t, xy, v, w in zip(z["t"], z["xy"], z["visibility"], z["world"], strict=True)
        ]


def load_label(path: Path) -> dict[str, object]:
    return json.loads(path.with_suffix("").with_suffix(".label.json").read_text())  # type: ignore[no-any-return]


# -- judged ------------------------------------------------------------------------------------


class Judged:
    """A whole set: its steps, events and result."""

    def __init__(self, drill: Drill, poses: Iterable[Pose], **kw: object) -> None:
        self.analyzer = Analyzer(drill, **kw)  # type: ignore[arg-type]
        self.steps: list[Step] = [self.analyzer.update(p) for p in poses]
        self.steps.append(self.analyzer.finish())
        self.result: SetResult = self.analyzer.result()

    @property
    def events(self) -> list[Event]:
        return [e for s in self.steps for e in s.events]

    def of(self, kind: type) -> Iterator[Event]:
        return (e for e in self.events if isinstance(e, kind))


def judged(drill: Drill, poses: Iterable[Pose], **kw: object) -> Judged:
    return Judged(drill, poses, **kw)


def dose_of(label: Mapping[str, object]) -> Dose:
    dose = label.get("dose") or {}
    return Dose(hold_s=dose.get("hold_s"))  # type: ignore[attr-defined]
