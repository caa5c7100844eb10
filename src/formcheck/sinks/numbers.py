"""Tables for statistics: every measure of every frame, and every movement of many clips."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from . import BaseSink
from .codebook import MOVEMENTS
from .tables import Table

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from .info import RunInfo

__all__ = ["Movements", "Signals", "movements"]

Row = Mapping[str, Any]

_NUMBERS = frozenset(column.name for column in MOVEMENTS if column.kind == "number")

#: The peak speed is that over this many seconds: a frame's jump is no speed (EC).
SPEED_S = 0.2


class Signals(BaseSink):
    """One row a frame and measure."""

    name = "signals"

    def __init__(self, table: Table) -> None:
        self._table = table
        self._info: RunInfo | None = None
        self._frames: list[tuple[Step, float]] = []

    def start(self, info: RunInfo) -> None:
        self._info, self._frames = info, []

    def write(self, frame: Any, pose: Pose, step: Step) -> None:
        sure = [float(pose.visibility[joint]) for joint in step.judged]
        self._frames.append((step, min(sure, default=math.nan)))

    def finish(self, step: Step) -> None:
        """The last step belongs to no frame."""

    def close(self, result: SetResult | None) -> None:
        frames, self._frames = self._frames, []
        if result is not None and self._info is not None:
            self._table.add(self._rows(frames, result, self._info))

    def _rows(
        self, frames: Sequence[tuple[Step, float]], result: SetResult, info: RunInfo
    ) -> Iterator[Row]:
        spans = [(r.start_s, r.end_s, r.n) for r in result.reps]
        spans += [(h.from_s, h.to_s, h.n) for h in result.holds]
        for step, sure in frames:
            n = next((n for a, b, n in spans if a <= step.t < b), None)
            for name, unit in info.measures:
                yield {
                    "clip": info.clip, "drill": info.drill, "set": info.set, "t_s": step.t,
                    "measure": name, "unit": unit, "value": step.signals.get(name, math.nan),
                    "counted": name == step.main, "visibility": sure,
                    "judged": step.cannot_judge is None,
                    "reason": None if step.cannot_judge is None else str(step.cannot_judge),
                    "form_judged": step.cannot_judge is None and not step.counted_only,
                    "phase": str(step.phase), "side": None if step.side is None else str(step.side),
                    "n": n,
                }  # fmt: skip


class Movements(BaseSink):
    """One row a clip, repetition, hold, fault and stretch that was refused."""

    name = "table"

    def __init__(self, table: Table) -> None:
        self._table = table
        self._info: RunInfo | None = None
        self._main: list[tuple[float, float]] = []

    def start(self, info: RunInfo) -> None:
        self._info, self._main = info, []

    def write(self, frame: Any, pose: Pose, step: Step) -> None:
        value = step.signals.get(step.main, math.nan)
        if math.isfinite(value):
            self._main.append((step.t, value))

    def finish(self, step: Step) -> None:
        """The last step belongs to no frame."""

    def close(self, result: SetResult | None) -> None:
        if result is not None and self._info is not None:
            document = result.to_dict(self._info.clip, {})
            self._table.add(movements(document, self._info.set, self._main))


def movements(
    document: Row, number: int = 1, main: Sequence[tuple[float, float]] = ()
) -> list[Row]:
    """The rows of one result document.

    Args:
        document: ``formcheck.result/1``.
        number: of the set.
        main: (seconds, value) of the main measure, for peak speeds.
    """
    made = (document.get("provenance") or {}).get("parameters") or {}
    measure = made.get("measure") or {}
    head = {"clip": document["clip"], "drill": document["drill"], "set": number,
            "measure": measure.get("name"), "unit": measure.get("unit")}  # fmt: skip
    rows = [head | _clip(document)]
    rows += [head | _rep(r, document["reps"], main) for r in document["reps"]]
    rows += [head | _hold(h) for h in document["holds"]]
    parts = [(r["start_s"], r["end_s"], r) for r in document["reps"]]
    parts += [(h["from_s"], h["to_s"], h) for h in document["holds"]]
    for f in document.get("faults") or ():
        inside = [p for a, b, p in parts if f["from_s"] < b and f["to_s"] > a]
        first: Row = inside[0] if inside else {}
        rows.append(
            head
            | _times("fault", first.get("n"), f["from_s"], f["to_s"])
            | {"side": first.get("side"), "fault": f["code"], "magnitude": f["magnitude"],
               "unit": f["unit"], "severity": f["severity"], "certain": f.get("certain", True)}
        )  # fmt: skip
    for s in document["cannot_judge"]:
        rows.append(
            head | _times("refused", None, s["from_s"], s["to_s"]) | {"reason": s["reason"]}
        )
    return [_typed(row) for row in rows]


def _times(kind: str, n: int | None, from_s: float, to_s: float) -> dict[str, Any]:
    return {"kind": kind, "n": n, "from_s": from_s, "to_s": to_s, "seconds": to_s - from_s}


def _clip(document: Row) -> dict[str, Any]:
    whole = document["counts"]["reps"] if document["reps"] else len(document["holds"])
    return _times("clip", whole, 0.0, document["seconds"]) | {
        "side": document["side"], "form": document.get("form"), "done": document.get("done"),
        "faults": len(document.get("faults") or ()), "judged_s": document.get("judged_s"),
        "counted_only_s": document.get("counted_only_s"), "refused_s": document.get("refused_s"),
    }  # fmt: skip


def _rep(r: Row, reps: Sequence[Row], main: Sequence[tuple[float, float]]) -> dict[str, Any]:
    top, left = r.get("peak_s"), r.get("hold_end_s")
    rise_s = None if top is None else top - r["start_s"]
    fall_s = None if left is None else r["end_s"] - left
    reach, peak = r.get("rise"), r.get("peak")
    return _times("rep", r["n"], r["start_s"], r["end_s"]) | {
        "side": r["side"], "complete": r["complete"], "peak": peak, "range": reach,
        "rest": None if reach is None or peak is None else peak - reach,
        "rise_s": rise_s, "top_s": r["hold_s"], "fall_s": fall_s,
        "rise_speed": _over(reach, rise_s), "fall_speed": _over(reach, fall_s),
        "peak_speed": _fastest(main, r["start_s"], r["end_s"]), "symmetry": _symmetry(r, reps),
        "form": r["score"], "faults": len({f["code"] for f in r["faults"]}),
    }  # fmt: skip


def _hold(h: Row) -> dict[str, Any]:
    target = h["target_s"]
    return _times("hold", h["n"], h["from_s"], h["to_s"]) | {
        "side": h["side"], "seconds": h["seconds"], "target_s": target, "ended_by": h["ended_by"],
        "complete": None if target is None else h["seconds"] >= target, "form": h["score"],
        "faults": len({f["code"] for f in h["faults"]}),
    }  # fmt: skip


def _over(way: float | None, seconds: float | None) -> float | None:
    return way / seconds if way is not None and seconds else None


def _symmetry(rep: Row, reps: Sequence[Row]) -> float | None:
    """The range over the mean range of the whole repetitions of the other side."""
    others = [
        r["rise"]
        for r in reps
        if r["complete"] and r.get("rise") and r["side"] not in (None, rep["side"])
    ]
    if rep["side"] is None or not others:
        return None
    return _over(rep.get("rise"), fmean(others))


def _fastest(main: Sequence[tuple[float, float]], from_s: float, to_s: float) -> float | None:
    lo, hi = (bisect_left(main, (at, -math.inf)) for at in (from_s, to_s))
    inside, best, first = main[lo:hi], None, 0
    for t, value in inside:
        while t - inside[first][0] > SPEED_S * 1.5:
            first += 1
        before, then = inside[first]
        if t - before >= SPEED_S / 2:
            best = max(best or 0.0, abs(value - then) / (t - before))
    return best


def _typed(row: dict[str, Any]) -> Row:
    """Whole seconds and sizes are numbers too."""
    return {
        name: float(value) if name in _NUMBERS and isinstance(value, int) else value
        for name, value in row.items()
    }
