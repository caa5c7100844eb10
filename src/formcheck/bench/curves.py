"""Detection curves: how large a fault must be before it is flagged.

A logistic curve through (magnitude, flagged or not), with a weak prior on its slope: graded
clips are often perfectly separated, and there a plain fit has no finite answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any

import numpy as np

from ..wording import amount
from .metrics import ClipScore

__all__ = ["FALLING", "Case", "Curve", "curves", "fit"]

#: Codes whose magnitude is worse when smaller (seconds of a rise or fall).
FALLING = frozenset({"too_fast"})


@dataclass(frozen=True)
class Case:
    """One repetition: true magnitude, whether the fault was flagged, how visible it is
    (``none`` for a repetition without the fault)."""

    magnitude: float
    flagged: bool
    visible: str


@dataclass(frozen=True)
class Curve:
    """A fault's detection curve.

    ``at50`` and ``at90`` are the magnitudes flagged half and nine tenths of the time, None where
    the cases cannot tell (``note`` says why). P(flagged) = 1 / (1 + exp(-(a + b * magnitude))).
    """

    drill: str
    code: str
    unit: str
    falling: bool
    cases: tuple[Case, ...]
    a: float | None
    b: float | None
    at50: float | None
    at90: float | None
    note: str

    def probability(self, magnitude: float) -> float | None:
        if self.a is None or self.b is None:
            return None
        return float(1 / (1 + np.exp(-np.clip(self.a + self.b * magnitude, -60, 60))))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def fit(magnitudes: Sequence[float], flagged: Sequence[bool]) -> tuple[float, float] | None:
    """(a, b) of the logistic curve, None when all or none is flagged or nothing varies.

    Newton steps on the likelihood with a normal prior of sd 10 on the slope per standard
    deviation of the magnitudes: it bends no curve that the data determine.
    """
    x, y = np.asarray(magnitudes, float), np.asarray(flagged, float)
    if len(x) < 3 or y.min() == y.max() or np.ptp(x) < 1e-9:
        return None
    centre, scale = x.mean(), x.std()
    design = np.column_stack([np.ones_like(x), (x - centre) / scale])
    prior = np.array([1e-6, 1 / 10**2])
    beta = np.zeros(2)
    for _ in range(200):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -60, 60)))
        gradient = design.T @ (y - p) - prior * beta
        hessian = (design * (p * (1 - p))[:, None]).T @ design + np.diag(prior)
        step = np.linalg.solve(hessian, gradient)
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))  # separated data overshoot
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    b = beta[1] / scale
    return float(beta[0] - b * centre), float(b)


def _curve(drill: str, code: str, unit: str, cases: Sequence[Case]) -> Curve:
    falling = code in FALLING
    fitted = fit([c.magnitude for c in cases], [c.flagged for c in cases])
    real = [c for c in cases if c.visible != "none"]
    a = b = at50 = at90 = None
    hits = sum(c.flagged for c in real)
    low, high = min(c.magnitude for c in real), max(c.magnitude for c in real)
    if fitted is None:
        if hits == len(real) and real:
            note = f"all {hits} flagged, from {low:g} to {amount(high, unit)}"
        else:
            note = f"none of {len(real)} flagged, from {low:g} to {amount(high, unit)}"
    else:
        a, b = fitted
        if b == 0 or (b < 0) != falling:
            note = f"{hits} of {len(real)} flagged, without a relation to the magnitude"
            a = b = None
        else:
            at50, at90 = -a / b, (log(9) - a) / b
            note = f"{hits} of {len(real)} flagged"
            top = low if falling else high
            if (at90 < top) if falling else (at90 > top):
                note += f"; the 90 % point lies outside what was shown (to {amount(top, unit)})"
    return Curve(drill, code, unit, falling, tuple(cases), a, b, at50, at90, note)


def curves(clips: Iterable[ClipScore]) -> list[Curve]:
    """One curve for each (drill, fault) that has magnitudes, sorted by name.

    Repetitions without the fault stand at magnitude 0, except where small is worse: there
    nobody knows their magnitude.
    """
    clips = [c for c in clips if c.view_score.ok and (c.seen or c.clean_reps)]
    keys: dict[tuple[str, str], str] = {}
    for c in clips:
        for s in c.seen:
            if s.magnitude is not None:
                keys.setdefault((c.drill, s.code), s.unit)
    made = []
    for (drill, code), unit in sorted(keys.items()):
        cases: list[Case] = []
        for c in clips:
            if c.drill != drill:
                continue
            cases += [
                Case(s.magnitude, s.claimed, s.visible)
                for s in c.seen
                if s.code == code and s.magnitude is not None
            ]
            if code not in FALLING:
                alarms = sum(x.code == code and x.verdict == "false_alarm" for x in c.claims)
                cases += [Case(0.0, True, "none")] * alarms
                cases += [Case(0.0, False, "none")] * max(0, _without(c, code) - alarms)
        made.append(_curve(drill, code, unit, cases))
    return made


def _without(clip: ClipScore, code: str) -> int:
    """Clean repetitions of a clip that do not have this fault at all."""
    having = {s.rep for s in clip.seen if s.code == code and s.visible != "clear"}
    return clip.clean_reps - len(having & _clean(clip))


def _clean(clip: ClipScore) -> set[int]:
    faulty = {s.rep for s in clip.seen if s.visible == "clear"}
    return {s.rep for s in clip.seen} - faulty
