"""Scores of a repetition, a hold and a set, from the record alone (drills.md 3.2).

Pure and repeatable: a stored result can be scored again. A score describes form on camera, never
health; where less than 80 % of a set could be judged there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from ..drill import WEIGHTS, Dose, Drill
from ..drill.rules import RepRule
from ..events import FaultSpan, Hold, Reason, Rep, SetResult

__all__ = [
    "Part",
    "band",
    "done_of",
    "form_of",
    "mean_words",
    "parts_of",
    "score_hold",
    "score_rep",
    "score_set",
    "shown",
]

#: What one fault of each severity costs at full strength and share (drills.md 3.2).
_COST = {0: 0.0, 1: 0.10, 2: 0.30, 3: 0.60}
#: Tempo is right between these seconds and earns nothing outside the outer ones (drills.md 3.2).
_TOO_QUICK_S, _QUICK_S, _SLOW_S, _TOO_SLOW_S = 0.5, 1.5, 4.0, 8.0
#: A set with less usable time than this has no score (drills.md 3.2), nor one with a stop.
USABLE = 0.8
STOP = 3


def band(score: float) -> str:
    """The three bands a person is shown (drills.md 3.2)."""
    return "good form" if score >= 80 else "getting there" if score >= 60 else "let's adjust"


def shown(score: float) -> int:
    """A score as people see it: rounded to five, but never up into the next band."""
    near = 5 * round(score / 5)
    return near - 5 if band(near) != band(score) and near > score else near


def mean_words(scores: Sequence[float]) -> str:
    """A mean score as it is shown to a person: to the nearest 5, with its band."""
    mean = sum(scores) / len(scores)
    return f"{shown(mean)} ({band(mean)})"


@dataclass(frozen=True)
class Part:
    """One part of a score: ``range``, ``hold``, ``control`` or ``faults``.

    ``weight`` is its share of the score, ``value`` 0 (worst) to 1; a score is 100 times the sum of
    weight times value.
    """

    name: str
    weight: float
    value: float


def parts_of(done: Rep | Hold, drill: Drill, dose: Dose) -> tuple[Part, ...]:
    """What the score of a repetition or hold is made of; empty where the drill is not scored.

    The hold weighs in only when one was asked for; range is the share of the way from the
    least that counts (the top level less 10 deg, or less 20 %) to the full mark.
    """
    if isinstance(done, Hold):
        parts = {"faults": _form(done.faults, drill, done.from_s, done.to_s)}
        held_s = done.seconds
    else:
        rule = drill.motion
        if not isinstance(rule, RepRule):
            return ()
        parts = {
            "range": _range(done, rule, drill),
            "control": _control(done),
            "faults": _form(done.faults, drill, done.start_s, done.end_s),
        }
        held_s = done.hold_s
    if dose.hold_s:
        parts["hold"] = min(1.0, held_s / dose.hold_s)
    weights = dict(zip(("range", "hold", "control", "faults"), WEIGHTS[drill.weights], strict=True))
    total = sum(weights[name] for name in parts)
    if total <= 0:
        return ()
    return tuple(
        Part(name, weight / total, parts[name])
        for name, weight in weights.items()
        if name in parts and weight > 0
    )


def score_rep(rep: Rep, drill: Drill, dose: Dose) -> int | None:
    """0..100 of one repetition, None where the drill is not scored."""
    return _sum(parts_of(rep, drill, dose))


def score_hold(hold: Hold, drill: Drill, dose: Dose) -> int | None:
    """0..100 of one timed hold, None where the drill is not scored."""
    return _sum(parts_of(hold, drill, dose))


def form_of(result: SetResult) -> int | None:
    """Form of a set: the mean of its repetitions or holds, however many were done; None where
    the set has no score (see :func:`score_set`)."""
    mean = _mean(result)
    return None if mean is None else round(mean)


def done_of(result: SetResult, dose: Dose) -> float | None:
    """How much was done of what was asked for, 0..1; None where nothing was asked for.

    Whole repetitions or holds over their number; where only seconds were asked for, the
    longest hold over them.
    """
    if dose.reps:
        return min(1.0, (result.complete if result.reps else len(result.holds)) / dose.reps)
    if dose.hold_s and not result.reps:
        return min(1.0, max((h.seconds for h in result.holds), default=0.0) / dose.hold_s)
    return None


def score_set(result: SetResult, drill: Drill, dose: Dose) -> int | None:
    """The mean of the repetitions or holds, scaled by how much of the dose was done.

    People are shown its two sides instead, form and how much was done. None when nothing was done,
    something had to stop it (a fault of severity 3), less than 80 % of the working time could be
    judged, or more of it was counted only than judged.
    """
    mean = _mean(result)
    if mean is None:
        return None
    scored = sum(r.score is not None for r in result.reps)
    scored += sum(h.score is not None for h in result.holds)
    share = min(1.0, scored / dose.reps) if dose.reps else 1.0
    return round(mean * (0.5 + 0.5 * share))


def _mean(result: SetResult) -> float | None:
    if any(fault.severity >= STOP for fault in result.faults):
        return None
    if result.seconds_counted_only > result.seconds_judged:
        return None  # mostly counted only: what was not looked at has no form
    scores = [r.score for r in result.reps if r.score is not None]
    scores += [h.score for h in result.holds if h.score is not None]
    done = [(x.start_s, x.end_s) for x in result.reps] + [(h.from_s, h.to_s) for h in result.holds]
    if not scores or not done:
        return None
    from_s, to_s = min(a for a, _ in done), max(b for _, b in done)
    lost = sum(
        max(0.0, min(s.to_s, to_s) - max(s.from_s, from_s))
        for s in result.cannot_judge
        if s.reason is not Reason.WRONG_EXERCISE
    )
    if to_s <= from_s or 1 - lost / (to_s - from_s) < USABLE:
        return None
    return sum(scores) / len(scores)


def _sum(parts: tuple[Part, ...]) -> int | None:
    return round(100 * sum(p.weight * p.value for p in parts)) if parts else None


def _range(rep: Rep, rule: RepRule, drill: Drill) -> float:
    if not isfinite(rep.rise) or drill.weights == "stretch":
        return 1.0 if rep.complete else 0.0
    least = rule.top - 10 if drill.main.unit == "deg" else 0.8 * rule.top
    return min(1.0, max(0.0, (rep.rise - least) / (rule.full - least)))


def _tempo(seconds: float) -> float:
    if seconds < _QUICK_S:
        return max(0.0, (seconds - _TOO_QUICK_S) / (_QUICK_S - _TOO_QUICK_S))
    if seconds > _SLOW_S:
        return max(0.0, (_TOO_SLOW_S - seconds) / (_TOO_SLOW_S - _SLOW_S))
    return 1.0


def _control(rep: Rep) -> float:
    tempo = (_tempo(rep.peak_s - rep.start_s) + _tempo(rep.end_s - rep.hold_end_s)) / 2
    smooth = 1 - min(1.0, rep.bumps / 3)
    return 0.7 * tempo + 0.3 * smooth


def _form(faults: tuple[FaultSpan, ...], drill: Drill, from_s: float, to_s: float) -> float:
    form = 1.0
    for span in faults:
        fault = drill.fault(span.code)
        share = (min(span.to_s, to_s) - max(span.from_s, from_s)) / max(to_s - from_s, 1e-9)
        cost = _COST[fault.severity] * fault.when.strength(span.magnitude)
        cost *= min(1.0, max(0.0, share) / 0.4)
        form *= 1 - (cost / 2 if fault.confidence == "B" else cost)
    return form
