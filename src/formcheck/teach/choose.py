"""Which measure follows the movement best, and from where a repetition counts."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..body import postures
from ..body.pose import Pose
from ..catalogue.registry import load_drill_file
from ..drill import Drill
from ..errors import UsageError
from ..events import SetResult
from ..judge.analyzer import Analyzer
from .faults import Difference, difference
from .text import MOVE, ROOM, Plan, drill_text
from .watch import Array, Rep, Watched, at_reps, found_reps, watched
from .words import WORDS, Word

__all__ = ["Taught", "counted", "teach"]

#: Postures from the narrowest to the widest, as a drill file names them.
POSTURES = ("all_fours", "bent_knees_on_the_back", "face_down", "on_the_side", "on_the_front",
            "on_the_back", "half_kneeling", "standing", "upright", "lying",
            "from_anywhere")  # fmt: skip
#: Less rise than this in the person's own median is noise on another body (EC).
LEAST_RISE = {"deg": 10.0, "T": 0.10}
#: What a drill file watches besides, to tell another exercise (few, so that it can be read).
KEPT = ("hip_angle", "knee_angle", "trunk_incline", "hips_over_ankles", "shoulders_over_ankles",
        "knee_over_hip", "ankle_over_knee", "foot_over_foot", "knees_apart", "feet_apart",
        "knee_from_shoulder", "wrist_over_shoulder")  # fmt: skip
#: What it is worth that a measure reads the same from every side, if it rises so far, T (EC).
ANYWHERE, FAR = 1.25, 0.2
#: The trunk of an upright body rises less steeply than this when it leans, deg (EC).
LEANS = 75.0
#: What it is worth when left and right differ and the near side is measured (EC).
ONE_SIDED = 0.6
#: A hold begins no lower and no higher than this on the way from rest (EC).
EDGE = 0.25, 0.85
UPRIGHT = ("standing", "upright")
#: How many of the best measures are tried by counting with them.
TRIED = 8


@dataclass(frozen=True)
class Taught:
    """What was learned: the drill file's text, and what it counts on the clip it is from (whole
    repetitions, or holds; ``spans`` in s)."""

    text: str
    wanted: int
    counted: int
    fault: Difference | None
    said: str = ""
    holds: bool = False
    spans: tuple[tuple[float, float], ...] = ()


def counted(drill: Drill, poses: Sequence[Pose]) -> SetResult:
    """The result of one set."""
    analyzer = Analyzer(drill)
    for pose in poses:
        analyzer.update(pose)
    analyzer.finish()
    return analyzer.result()


def number(result: SetResult) -> int:
    """Whole repetitions, or holds."""
    return result.complete or len(result.holds)


def loaded(text: str) -> Drill:
    """The drill of a drill file's text, read the way that a user's own is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "taught.py")
        file.write_text(text, encoding="utf-8")
        return load_drill_file(file)


def _reference(t: Array, reps: Sequence[Rep]) -> Array:
    """0 at rest, 1 at the top, straight between."""
    at = [v for r in reps for v in (r.start_s, r.top_s, max(r.top_end_s, r.top_s + 1e-3), r.end_s)]
    return np.interp(t, at, [0.0, 1.0, 1.0, 0.0] * len(reps), left=0.0, right=0.0)


def _moving(seen: Watched, word: Word, reps: Sequence[Rep], sign: int) -> tuple[Array, bool]:
    """The signal of whichever side moves in each repetition; whether only one does."""
    sides = (sign * seen.left[word], sign * seen.right[word])
    values = [at_reps(seen.t, x, reps) for x in sides]
    ups = np.array([tops - rests for rests, tops in values])
    ups = np.where(np.isfinite(ups), ups, 0.0)
    own = [x - np.nanmedian(rests) if np.isfinite(rests).any() else x * np.nan
           for x, (rests, _) in zip(sides, values, strict=True)]  # fmt: skip
    which = np.argmax(ups, axis=0)
    middle = np.array([r.top_s for r in reps])
    nearest = np.abs(seen.t[:, None] - middle[None, :]).argmin(axis=1)
    x = np.where(which[nearest] == 0, own[0], own[1])
    more, less = ups.max(axis=0), ups.min(axis=0)
    return x, bool(np.median(more - less) > 0.45 * max(np.median(more), 1e-9))


def _plans(seen: Watched, reps: Sequence[Rep]) -> list[Plan]:
    """The measures that follow the repetitions, the best first."""
    wanted = _reference(seen.t, reps)
    plans = []
    for word in WORDS:
        for moving in (False, True) if word.sided else (False,):
            for sign in (1, -1):
                if moving:
                    x, alone = _moving(seen, word, reps, sign)
                    if not alone:
                        continue
                else:
                    x = sign * seen.near[word]
                plan = _plan(seen, word, moving, sign, x, wanted, reps)
                if plan is not None:
                    # The next person may work with the other side.
                    one = not moving and word.sided and not _alike(seen, word, reps)
                    plans.append(replace(plan, score=plan.score * (ONE_SIDED if one else 1.0)))
    return sorted(plans, key=lambda p: -p.score)


def _plan(seen: Watched, word: Word, moving: bool, sign: int, x: Array, wanted: Array,
          reps: Sequence[Rep]) -> Plan | None:  # fmt: skip
    ok = np.isfinite(x)
    if ok.mean() < 0.8 or np.std(x[ok]) < 1e-6 or np.std(wanted[ok]) < 1e-6:
        return None
    rests, tops = at_reps(seen.t, x, reps)
    ups = (tops - rests)[np.isfinite(tops - rests)]
    rest = float(np.nanmedian(rests)) if len(ups) else 0.0
    if len(ups) < 0.6 * len(reps):
        return None
    rise = float(np.median(ups))
    still = x[ok & (wanted < 0.05)]
    noise = float(np.median(np.abs(still - np.median(still)))) if len(still) > 5 else 0.0
    if rise < LEAST_RISE[word.unit] or noise > 0.25 * rise:
        return None
    follows = float(np.corrcoef(x[ok], wanted[ok])[0, 1])
    spread = float(np.percentile(ups, 75) - np.percentile(ups, 25)) / rise
    # Far movements of small noise carry over to other bodies; how far is capped.
    far = min(rise / (6 * LEAST_RISE[word.unit]), 1.0)
    hands = 0.6 if "wrist" in word.name or "elbow" in word.name else 1.0  # they follow along (EC)
    score = hands * follows * (0.5 + 0.5 * far) / (1 + spread + 2 * noise / rise)
    if follows <= 0.5:
        return None
    at = [t for r in reps for t in (r.top_s, r.top_end_s)]
    edge = float(np.median((np.interp(at, seen.t[ok], x[ok]) - rest) / rise))
    return Plan(word, moving, sign, rise, float(noise), follows, score, rest,
                min(max(edge, EDGE[0]), EDGE[1]))  # fmt: skip


def _place(seen: Watched, reps: Sequence[Rep], plan: Plan) -> Plan:
    """The same with the camera's place, the narrowest posture that holds all through, and the
    view's gate. A measure of an upright body that reads the same from every side needs none."""
    during = [b for b in seen.bodies
              if reps[0].start_s - 1 <= b.pose.t <= reps[-1].end_s]  # fmt: skip

    def holds(name: str) -> bool:
        return float(np.mean([bool(getattr(postures, name)(b)) for b in during])) >= 0.97

    posture = next(name for name in POSTURES if holds(name))
    if holds("from_the_feet"):
        return replace(plan, place="foot", posture=posture, fits="from_anywhere")
    if posture in UPRIGHT:
        # Who leans or sinks further than this one is less upright.
        leans = float(np.percentile([b.trunk.elevation for b in during], 5)) < LEANS
        free, front = plan.word.from_anywhere, holds("facing_camera")
        posture = "from_anywhere" if leans or free else posture
        if free or front:
            return replace(plan, place="front" if front else "side", posture=posture, free=free,
                           fits="from_anywhere" if free else "facing_camera")  # fmt: skip
    # The place is taken wide: the next body would be refused by a narrow one.
    fits = "roughly_side_on" if holds("side_on") else "from_anywhere"
    return replace(plan, place="side", posture=posture, fits=fits)


def _alike(seen: Watched, word: Word, reps: Sequence[Rep]) -> bool:
    """Whether a measure of left and right shows nearly the same."""
    (a, b), (c, d) = (at_reps(seen.t, side[word], reps) for side in (seen.left, seen.right))
    gaps = [abs(float(np.nanmedian(x))) for x in (a - c, (b - a) - (d - c)) if np.isfinite(x).any()]
    return len(gaps) < 2 or (gaps[0] < ROOM[word.unit] / 2 and gaps[1] < MOVE[word.unit] / 2)


def _companions(seen: Watched, plan: Plan, reps: Sequence[Rep]) -> Plan:
    """What else tells the movement from another: how it starts, and what moves or keeps still."""
    sides = (seen.left, seen.right)
    left_works = [True] * len(reps)
    if plan.moving:
        rises = [
            np.subtract(*at_reps(seen.t, -plan.sign * side[plan.word], reps)) for side in sides
        ]
        left_works = [bool(a >= b or b != b) for a, b in zip(*rises, strict=True)]
    kept = []
    for word in WORDS:
        if word.name not in KEPT or (plan.free and not word.from_anywhere):
            continue
        if plan.place == "foot" and word.unit == "deg":
            continue  # from there the picture shortens too much for angles
        if not plan.moving and word.sided and not _alike(seen, word, reps):
            continue  # nobody knows which side will work
        if plan.moving and word.sided:
            both = [at_reps(seen.t, side[word], reps) for side in sides]
            rests, tops = (np.where(left_works, both[0][i], both[1][i]) for i in (0, 1))
        else:
            rests, tops = at_reps(seen.t, seen.near[word], reps)
        known = np.isfinite(tops - rests)
        if known.mean() >= 0.6:
            kept.append((word, float(np.median(rests[known])),
                         float(np.median((tops - rests)[known]))))  # fmt: skip
    return replace(plan, kept=tuple(kept))


def _counting(
    name: str, plans: Sequence[Plan], seen: Watched, good: Sequence[Pose], reps: Sequence[Rep],
    what: str, hold: bool,
) -> tuple[SetResult, Plan, str]:  # fmt: skip
    """What the first plan that counts the clip it is from exactly, else the nearest, counts; the
    plan and its text.

    Raises:
        UsageError: none counts anything.
    """
    held_s = float(np.median([r.top_end_s - r.top_s for r in reps])) if hold else None
    best: tuple[SetResult, Plan, str] | None = None
    for plan in plans[:TRIED]:
        full = _companions(seen, replace(plan, reps=len(reps), clip=what, held_s=held_s), reps)
        text = drill_text(name, full)
        result = counted(loaded(text), good)
        n = number(result)
        if best is None or abs(n - len(reps)) < abs(number(best[0]) - len(reps)):
            best = result, full, text
        if n == len(reps):
            break
    if best is None or number(best[0]) == 0:
        raise UsageError(f"{what}: the best measure, {plans[0].word.name}, counts none of its "
                         f"{len(reps)}; film them again from another side")  # fmt: skip
    return best


def teach(
    name: str,
    good: Sequence[Pose],
    reps: Sequence[Rep] | None = None,
    *,
    hold: bool = False,
    faulty: Sequence[Pose] | None = None,
    cue: str = "",
    what: str = "the clip",
    faulty_what: str = "the faulty clip",
) -> Taught:
    """Learn a drill from the poses of a good clip.

    Args:
        name: of the drill.
        good: of somebody who does it well.
        reps: when, if a label says; None finds them.
        hold: they are holds, to be timed; a label must say when.
        faulty: of the same drill with a fault, or None.
        cue: what to say on that fault.
        what, faulty_what: the clips, in messages.

    Raises:
        UsageError: nobody, no repetitions, no measure that follows them, or a faulty clip on
            which the drill counts nothing.
    """
    seen = watched(good, what)
    reps = tuple(reps) if reps is not None else found_reps(seen, what)
    plans = _plans(seen, reps)
    if not plans:
        raise UsageError(f"{what}: no measure follows the repetitions; film them from the side "
                         "or the front, whole body in the picture")  # fmt: skip
    placed = [_place(seen, reps, plan) for plan in plans[: 2 * TRIED]]
    placed.sort(key=lambda p: -p.score * (ANYWHERE if p.free and p.rise >= FAR else 1.0))
    result, plan, text = _counting(name, placed, seen, good, reps, what, hold)
    spans = [(r.start_s, r.end_s) for r in result.reps if r.complete]
    spans += [(h.from_s, h.to_s) for h in result.holds]
    taught = Taught(text, len(reps), number(result), None, holds=hold, spans=tuple(spans))
    if faulty is None:
        return taught
    result = counted(loaded(text), faulty)
    bad = [Rep(r.start_s, r.peak_s, r.peak_s, r.end_s) for r in result.reps]
    bad += [Rep(h.from_s, h.from_s, h.to_s, h.to_s) for h in result.holds]
    if not bad:
        raise UsageError(f"{faulty_what}: expected the same drill with a fault, it counts no "
                         f"repetition of {name}; give another clip")  # fmt: skip
    kept = [word for word, _, _ in plan.kept]
    found = difference(seen, reps, watched(faulty, faulty_what), bad, kept, plan.moving)
    if found is None:
        said = f"{faulty_what}: cannot be told from the good one; no fault is written"
        return replace(taught, said=said)
    return replace(taught, text=drill_text(name, plan, found, cue), fault=found)
