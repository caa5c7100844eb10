"""The main signal of a set, thinned out: enough to draw it, small enough to keep."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from ..events import SetResult, Step

__all__ = ["Trace"]


class Trace:
    """Collects (seconds, value) about ten times a second; None where it could not be measured."""

    EVERY_S = 0.1

    def __init__(self) -> None:
        self.signal = ""
        self.t: list[float] = []
        self.v: list[float | None] = []

    def add(self, step: Step) -> None:
        """Note this step's main signal, if the last one was noted long enough ago."""
        if self.t and step.t - self.t[-1] < self.EVERY_S - 1e-6:
            return
        value = step.signals.get(step.main, float("nan"))
        self.signal = step.main
        self.t.append(round(step.t, 2))
        self.v.append(round(float(value), 3) if isfinite(value) else None)

    def to_dict(self, result: SetResult | None = None) -> dict[str, Any]:
        """JSON-ready; ``target`` is the change from rest at which a repetition counts."""
        motion = dict(result.parameters).get("motion") if result is not None else None
        target = motion.get("top") if isinstance(motion, dict) else None
        return {"signal": self.signal, "target": target, "t": self.t, "v": self.v}

    def to_json(self, result: SetResult | None = None) -> str:
        return json.dumps(self.to_dict(result), separators=(",", ":"))
