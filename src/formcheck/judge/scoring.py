"""Scores of a repetition, a hold and a set, from the record alone (drills.md 3.2).

Pure and repeatable: a stored result can be scored again. A score describes form on camera, never
health; where less than 80 % of a set could be judged there is none.
"""

from __future__ import annotations

from math import isfinite

from ..drill import WEIGHTS, Dose, Drill
from ..drill.rules import RepRule
from ..events import FaultSpan, Hold, Reason, Rep, SetResult

__all__ = ["band", "score_hold", "score_rep", "score_set", "shown"]

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


def score_rep(rep: Rep, drill: Drill, dose: Dose) -> int | None:
    """0..100 of one repetition, None where the drill is not scored.

    The hold weighs in only when one was asked for; range is the share of the way from the
    least that counts (the top level less 10 deg, or less 20 %) to the full mark.
    """
    rule = drill.motion
    if not isinstance(rule, RepRule):
        return None
    parts = {
        "range": _range(rep, rule, drill),
        "control": _control(rep),
        "form": _form(rep.faults, drill, rep.start_s, rep.end_s),
    }
    if dose.hold_s:
        parts["hold"] = min(1.0, rep.hold_s / dose.hold_s)
    return _weighted(parts, drill)


def score_hold(hold: Hold, drill: Drill, dose: Dose) -> int | None:
    """0..100 of one timed hold, None where the drill is not scored."""
    parts = {"form": _form(hold.faults, drill, hold.from_s, hold.to_s)}
    if dose.hold_s:
        parts["hold"] = min(1.0, hold.seconds / dose.hold_s)
    return _weighted(parts, drill)


def score_set(result: SetResult, drill: Drill, dose: Dose) -> int | None:
    """The mean of the repetitions or holds, scaled by how much of the dose was done.

    None when nothing was done, something had to stop it (a fault of severity 3), or less than 80 %
    of the working time could be judged.
    """
    if any(fault.severity >= STOP for fault in result.faults):
        return None
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
    mean: float = sum(scores) / len(scores)
    share = min(1.0, len(scores) / dose.reps) if dose.reps else 1.0
    return round(mean * (0.5 + 0.5 * share))


def _weighted(parts: dict[str, float], drill: Drill) -> int | None:
    weights = dict(zip(("range", "hold", "control", "form"), WEIGHTS[drill.weights], strict=True))
    total = sum(weights[k] for k in parts)
    if total <= 0:
        return None
    return round(100 * sum(weights[k] * v for k, v in parts.items()) / total)


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
