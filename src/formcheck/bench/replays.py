"""Changes to a pose track that must not change what is answered.

Each function takes the poses of a track and gives the poses of its replay; what is drawn at
random is drawn from a seed, so that a bench run can be repeated.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..body.pose import JOINTS, Joint, Pose, Side
from ..events import SetResult
from .match import Span, overlap

__all__ = [
    "BLACKOUTS",
    "BLACKOUT_S",
    "REAL_NOISE",
    "REPLAYS",
    "ReplayScore",
    "blackout",
    "blackout_span",
    "blackout_times",
    "compare",
    "decimate",
    "drop",
    "jitter",
    "mirror",
    "noise_level",
]

Poses = Sequence[Pose]

#: Landmark noise of real clips as a share of the torso, by the second-difference measure.
REAL_NOISE = 0.0075
BLACKOUT_S = 2.0

_SWAP = np.array(
    [
        Joint[_name]
        for _name in (
            j.name.replace("LEFT", "?").replace("RIGHT", "LEFT").replace("?", "RIGHT")
            for j in Joint
        )
    ]
)
_BODY = [side.joint(part) for side in Side for part in ("shoulder", "hip", "knee", "ankle")]


def mirror(poses: Poses) -> list[Pose]:
    """As if filmed in a mirror: x to width - x, left joints become right ones."""
    mirrored = []
    for p in poses:
        xy, world = p.xy[_SWAP].copy(), p.world[_SWAP].copy()
        xy[:, 0] = p.size[0] - xy[:, 0]
        world[:, 0] = -world[:, 0]
        mirrored.append(replace(p, xy=xy, world=world, visibility=p.visibility[_SWAP]))
    return mirrored


def decimate(poses: Poses, fps: float) -> list[Pose]:
    """The poses nearest to the ticks of a slower camera; their own times stay."""
    t = np.array([p.t for p in poses])
    ticks = np.arange(t[0], t[-1] + 1e-9, 1 / fps)
    right = np.clip(np.searchsorted(t, ticks), 1, len(t) - 1) if len(t) > 1 else np.zeros(1, int)
    left = np.maximum(right - 1, 0)
    nearest = np.where(ticks - t[left] <= t[right] - ticks, left, right)
    return [poses[i] for i in np.unique(nearest)]


def drop(poses: Poses, share: float, seed: int) -> list[Pose]:
    """Without a random ``share`` of the poses (the first stays: it starts the clock)."""
    keep = np.random.default_rng(seed).random(len(poses)) >= share
    keep[:1] = True
    return [p for p, k in zip(poses, keep, strict=True) if k]


def _stack(poses: Poses) -> NDArray[np.float64]:
    return np.stack([p.xy[_BODY] for p in poses])


def _torso(poses: Poses) -> float:
    """Median distance of the shoulders' from the hips' middle, px; NaN without a pose."""
    xy = np.stack([p.xy for p in poses])
    shoulders = (xy[:, Joint.LEFT_SHOULDER] + xy[:, Joint.RIGHT_SHOULDER]) / 2
    hips = (xy[:, Joint.LEFT_HIP] + xy[:, Joint.RIGHT_HIP]) / 2
    lengths = np.linalg.norm(shoulders - hips, axis=1)
    return float(np.median(lengths[np.isfinite(lengths)])) if np.isfinite(lengths).any() else np.nan


def noise_level(poses: Poses) -> float:
    """Jitter of shoulders, hips, knees and ankles as a share of the torso; NaN without poses.

    From second differences, which white noise of sd s spreads to s * sqrt(6) and slow movement
    hardly touches; the median keeps fast movement out.
    """
    if len(poses) < 3:
        return float("nan")
    second = np.abs(np.diff(_stack(poses), 2, axis=0))
    second = second[np.isfinite(second)]
    return float(1.4826 * np.median(second) / np.sqrt(6) / _torso(poses)) if second.size else np.nan


def jitter(poses: Poses, level: float, seed: int) -> list[Pose]:
    """With white noise added to the pixels until the jitter is ``level`` of the torso.

    A track that is noisier already stays as it is.
    """
    has, torso = noise_level(poses), _torso(poses)
    extra = np.sqrt(max(0.0, level**2 - has**2)) * torso if np.isfinite(has) else 0.0
    draw = np.random.default_rng(seed)
    return [replace(p, xy=p.xy + draw.normal(0, extra, (JOINTS, 2))) for p in poses]


def blackout(poses: Poses, from_s: float, to_s: float) -> list[Pose]:
    """With nobody found in [from_s, to_s)."""
    return [Pose.missing(p.t, p.size) if from_s <= p.t < to_s else p for p in poses]


def blackout_times(result: SetResult) -> tuple[float, float]:
    """Middles of two blackouts: in the middle repetition (or hold), and after it, in the rest."""
    spans = [(r.start_s, r.end_s) for r in result.reps if r.complete]
    spans = spans or [(h.from_s, h.to_s) for h in result.holds]
    if not spans:
        return result.seconds / 2, result.seconds / 3
    i = (len(spans) - 1) // 2
    after = spans[i + 1][0] if i + 1 < len(spans) else min(spans[i][1] + 2, result.seconds)
    return (spans[i][0] + spans[i][1]) / 2, (spans[i][1] + after) / 2


Replay = Callable[[Poses, int, SetResult], list[Pose]]


def blackout_span(base: SetResult, which: int) -> Span:
    """From and to of one of the two blackouts."""
    middle = blackout_times(base)[which]
    return middle - BLACKOUT_S / 2, middle + BLACKOUT_S / 2


#: The replays with a blackout, and which of the two it is.
BLACKOUTS: Mapping[str, int] = {"blackout_in_rep": 0, "blackout_at_rest": 1}


def _black(which: int) -> Replay:
    return lambda poses, seed, base: blackout(poses, *blackout_span(base, which))


#: name -> (poses, seed, the answer to the track itself) -> poses of the replay.
REPLAYS: Mapping[str, Replay] = {
    "mirrored": lambda poses, seed, base: mirror(poses),
    "at_10_fps": lambda poses, seed, base: decimate(poses, 10),
    "at_15_fps": lambda poses, seed, base: decimate(poses, 15),
    "dropped_10": lambda poses, seed, base: drop(poses, 0.1, seed),
    "noisy": lambda poses, seed, base: jitter(poses, REAL_NOISE, seed),
    **{name: _black(which) for name, which in BLACKOUTS.items()},
}


@dataclass(frozen=True)
class ReplayScore:
    """What a replay changed.

    ``invented``: complete repetitions (or holds) that share no time with one of the track's own
    answer, or that are more than it has. ``lost``: those of its own answer that nothing in the
    replay's shares time with, the ones a blackout touched left out.
    """

    clip: str
    drill: str
    replay: str
    count: tuple[int, int]  # of the track itself, of the replay
    same_count: bool
    same_faults: bool
    same_side: bool
    hold_change_s: float | None
    invented: int
    lost: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def _units(result: SetResult) -> list[tuple[tuple[float, float], frozenset[str]]]:
    """Complete repetitions and holds: when, and with which faults."""
    reps = [((r.start_s, r.end_s), r.faults) for r in result.reps if r.complete]
    holds = [((h.from_s, h.to_s), h.faults) for h in result.holds]
    return [(span, frozenset(f.code for f in faults)) for span, faults in reps + holds]


def compare(clip: str, drill: str, replay: str, base: SetResult, other: SetResult) -> ReplayScore:
    """What ``replay`` changed of the answer to a track."""
    ours, theirs = _units(base), _units(other)
    side = base.side
    if replay == "mirrored" and side is not None:
        side = side.other
    change = None
    if base.holds and len(base.holds) == len(other.holds):
        both = zip(base.holds, other.holds, strict=True)
        change = max(abs(a.seconds - b.seconds) for a, b in both)
    gap = blackout_span(base, BLACKOUTS[replay]) if replay in BLACKOUTS else (0.0, 0.0)
    untouched = [a for a, _ in ours if overlap(a, gap) == 0]
    stray = sum(all(overlap(b, a) == 0 for a, _ in ours) for b, _ in theirs)
    return ReplayScore(
        clip,
        drill,
        replay,
        (len(ours), len(theirs)),
        len(ours) == len(theirs),
        len(ours) == len(theirs) and all(a[1] == b[1] for a, b in zip(ours, theirs, strict=True)),
        side == other.side,
        change,
        max(stray, len(theirs) - len(ours), 0),
        sum(all(overlap(a, b) == 0 for b, _ in theirs) for a in untouched),
    )


def seed_of(*names: str) -> int:
    """A seed that is the same on every machine."""
    return zlib.crc32(" ".join(names).encode())
