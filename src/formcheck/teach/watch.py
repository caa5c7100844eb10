"""A clip as signals: every word in every frame, and the repetitions that show in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..body.measures import Body
from ..body.pose import Pose, Side
from ..body.steady import Stabiliser
from ..errors import UsageError
from ..labels import check_spans
from .words import WORDS, Word

__all__ = ["Array", "Rep", "Watched", "at_reps", "found_reps", "label_reps", "watched"]

Array = NDArray[np.float64]
#: A repetition takes at least this long, s (drills.md 1.0).
LEAST_S = 0.8


@dataclass(frozen=True)
class Rep:
    """A repetition: when it starts, is at its top (from and to) and ends, in s."""

    start_s: float
    top_s: float
    top_end_s: float
    end_s: float


@dataclass(frozen=True)
class Watched:
    """The bodies of a clip, times (N,) in s, and each signal (N,), NaN where hidden.

    ``near`` is of the near side, ``left`` and ``right`` of that side as the working one.
    """

    t: Array
    bodies: tuple[Body, ...]
    near: Mapping[Word, Array]
    left: Mapping[Word, Array]
    right: Mapping[Word, Array]


def watched(poses: Iterable[Pose], what: str) -> Watched:
    """Follow every word over a clip.

    Raises:
        UsageError: nobody is seen for two seconds; ``what`` names the clip.
    """
    steady = Stabiliser()
    bodies = [body for pose in poses if (body := steady.body(pose)) is not None]
    lengths = [abs(body.trunk.axis) for body in bodies]
    bodies = [b for b, length in zip(bodies, lengths, strict=True) if length > 1]
    if len(bodies) < 20 or bodies[-1].pose.t - bodies[0].pose.t < 2:
        raise UsageError(f"{what}: expected a clip of somebody who exercises, nobody is seen for "
                         "2 s; film the whole body")  # fmt: skip
    torso = median(x for x in lengths if x > 1)
    for body in bodies:
        body.torso = torso
    t = np.array([body.pose.t for body in bodies])
    sided = [w for w in WORDS if w.sided]

    def follow(words: Iterable[Word], side: Side | None) -> dict[Word, Array]:
        turned = [body.worked_by(side) for body in bodies] if side else bodies
        found = {}
        for word in words:
            measure = word.of(side is not None)
            found[word] = np.array([float(measure(b)) for b in turned])
        return found

    return Watched(t, tuple(bodies), follow(WORDS, None), follow(sided, Side.LEFT),
                   follow(sided, Side.RIGHT))  # fmt: skip


def label_reps(label: Mapping[str, Any], what: str) -> tuple[Rep, ...]:
    """The repetitions or holds that a label names, those without times left out.

    Raises:
        UsageError: it contradicts itself, or names too few with their times.
    """
    hold = label.get("kind") == "hold"
    items = [r for r in label.get("reps") or () if r.get("start_s") is not None
             and r.get("end_s") is not None and r.get("complete") is not False]  # fmt: skip
    held = [h for h in label.get("holds") or () if h.get("from_s") is not None
            and h.get("to_s") is not None]  # fmt: skip
    try:
        check_spans("repetition", [(r["start_s"], r["end_s"], r.get("hold_s")) for r in items],
                    label.get("seconds"))  # fmt: skip
        check_spans("hold", [(h["from_s"], h["to_s"], h.get("seconds")) for h in held],
                    label.get("seconds"))  # fmt: skip
    except ValueError as error:
        raise UsageError(f"{what}: {error}; mend the label") from error
    if hold:
        if not held:
            raise UsageError(f"{what}: expected a hold with its times, got none; label one")
        return tuple(_hold(h, items) for h in held)
    if len(items) < 2:
        raise UsageError(f"{what}: expected two repetitions with their times, got {len(items)}; "
                         "label more or leave --label out")  # fmt: skip
    found = []
    for r in items:
        a, b = float(r["start_s"]), float(r["end_s"])
        top = r.get("peak_s")
        top = (a + b) / 2 if top is None else float(top)
        found.append(Rep(a, top, float(r.get("hold_end_s") or top), b))
    return tuple(found)


def _hold(held: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Rep:
    """A hold with the way into it and out of it, of the attempt that it belongs to."""
    a, b = float(held["from_s"]), float(held["to_s"])
    own = next((r for r in items if r["start_s"] <= a and b <= r["end_s"]), None)
    return Rep(a, a, b, b) if own is None else Rep(own["start_s"], a, b, own["end_s"])


def _runs(t: Array, x: Array) -> list[Rep]:
    """Rises above the low end of a signal and the way back (60 % up, under 30 %)."""
    low, high = np.nanpercentile(x, [10, 95])
    share = (x - low) / max(high - low, 1e-9)
    reps: list[Rep] = []
    start, top, up = 0, 0, False
    for i, now in enumerate(share):
        if not np.isfinite(now):
            continue
        if now < 0.3:
            if up and t[i] - t[start] >= LEAST_S:
                tall = start + np.flatnonzero(share[start:i] > 0.8 * share[top])
                reps.append(Rep(float(t[start]), float(t[tall[0]]), float(t[tall[-1]]),
                                float(t[i])))  # fmt: skip
            start = top = i
            up = False
        elif now > share[top]:
            top, up = i, up or now > 0.6
    return reps


def _regularity(reps: list[Rep]) -> float:
    """1 for repetitions that all last as long and come as often, falling towards 0."""
    lasting = np.array([r.end_s - r.start_s for r in reps])
    apart = np.diff([r.top_s for r in reps])
    uneven = np.std(lasting) / np.mean(lasting)
    if len(apart) > 1:
        uneven += np.std(apart) / np.mean(apart)
    return float(1 / (1 + 3 * uneven))


def found_reps(seen: Watched, what: str) -> tuple[Rep, ...]:
    """The repetitions that most signals agree on.

    Raises:
        UsageError: nothing comes back at regular times.
    """
    votes: dict[int, float] = {}
    best: dict[int, tuple[float, list[Rep]]] = {}
    for signals in (seen.near, seen.left, seen.right):
        for word, plain in signals.items():
            if np.isfinite(plain).mean() < 0.8:
                continue
            for x in (plain, -plain):
                low, high = np.nanpercentile(x, [10, 95])
                rise = (high - low) / (60 if word.unit == "deg" else 0.6)
                reps = _runs(seen.t, x) if rise > 0.25 else []
                if len(reps) < 2:
                    continue
                weight = _regularity(reps) ** 2 * min(rise, 1.0)
                votes[len(reps)] = votes.get(len(reps), 0) + weight
                best[len(reps)] = max(best.get(len(reps), (0.0, reps)), (weight, reps),
                                      key=lambda pair: pair[0])  # fmt: skip
    likely = max(votes, key=lambda n: votes[n], default=0)
    if not likely or best[likely][0] < 0.15:
        raise UsageError(f"{what}: expected two or more alike repetitions, nothing comes back at "
                         "regular times; film three slow ones or give --label")  # fmt: skip
    return tuple(best[likely][1])


def at_reps(t: Array, x: Array, reps: Sequence[Rep]) -> tuple[Array, Array]:
    """Value at rest before each repetition and at its top; NaN where unseen."""
    rests, tops = [], []
    for r in reps:
        before = x[(t >= r.start_s - 0.7) & (t <= r.start_s + 0.1)]
        top = x[(t >= r.top_s - 0.15) & (t <= r.top_end_s + 0.15)]
        rests.append(np.nanmedian(before) if np.isfinite(before).any() else np.nan)
        tops.append(np.nanmedian(top) if np.isfinite(top).any() else np.nan)
    return np.array(rests), np.array(tops)
