"""What came of a set: its repetitions, holds and spans, and the result made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

from ..body.pose import Side
from ..drill import Dose, Drill, Facts
from ..events import (
    CannotJudgeSpan,
    FaultSpan,
    Hold,
    HoldDone,
    NotJudgedSpan,
    Reason,
    Rep,
    RepDone,
    SetResult,
    covered_s,
)
from .holds import HoldShape
from .honesty import joined
from .lane import Lane
from .reps import RepShape
from .scoring import done_of, form_of, score_hold, score_rep, score_set

__all__ = ["Record"]

#: Why a movement that ended was none.
_NO_REPS = (Reason.WRONG_EXERCISE, Reason.CAMERA_MOVING)


class Record:
    """Written by the judge as the set goes on.

    Args:
        drill: what is judged.
        dose: what was asked for.
        given: the working side, if it was given.
    """

    def __init__(self, drill: Drill, dose: Dose, given: Side | None) -> None:
        self._drill, self._dose, self._given = drill, dose, given
        self.frames = self.frames_seen = 0
        self.reps: list[Rep] = []
        self.holds: list[Hold] = []
        self.refused: list[CannotJudgeSpan] = []
        self.not_judged: list[NotJudgedSpan] = []
        self._askew: list[tuple[float, float]] = []  # when it counted and could not be judged
        self._askew_since: float | None = None

    @property
    def complete(self) -> int:
        """Whole repetitions."""
        return sum(r.complete for r in self.reps)

    @property
    def partial(self) -> int:
        return len(self.reps) - self.complete

    def refuse(self, from_s: float, to_s: float, why: Reason) -> None:
        """Nothing was judged in this time."""
        self.refused.append(CannotJudgeSpan(from_s, to_s, why))

    def seen_square(self, t: float, square: bool) -> None:
        """Whether faults can be judged from here, too, or movements only be counted."""
        if square and self._askew_since is not None:
            self._askew.append((self._askew_since, t))
            self._askew_since = None
        elif not square and self._askew_since is None:
            self._askew_since = t

    def knows(self, shape: RepShape) -> bool:
        """Whether something has been said of the time of this movement."""
        spans = [(r.start_s, r.end_s) for r in self.reps]
        spans += [(s.from_s, s.to_s) for s in self.refused if s.reason in _NO_REPS]
        return any(a < shape.end_s and b > shape.start_s for a, b in spans)

    def add(
        self, t: float, lane: Lane, shape: RepShape | HoldShape, facts: Facts
    ) -> RepDone | HoldDone:
        """A movement or hold of this lane is over."""
        if isinstance(shape, RepShape):
            rep = self._rep(lane, shape, facts)
            self.reps.append(rep)
            return RepDone(t, replace(rep, score=score_rep(rep, self._drill, self._dose)))
        hold = Hold(
            n=len(self.holds) + 1,
            side=lane.side,
            from_s=shape.from_s,
            to_s=shape.to_s,
            seconds=shape.seconds,
            target_s=self._dose.hold_s,
            ended_by=shape.ended_by,
            faults=_overlapping(lane.spans, shape.from_s, shape.to_s),
        )
        self.holds.append(hold)
        return HoldDone(t, replace(hold, score=score_hold(hold, self._drill, self._dose)))

    def _rep(self, lane: Lane, shape: RepShape, facts: Facts) -> Rep:
        return Rep(
            n=len(self.reps) + 1,
            side=lane.side,
            start_s=shape.start_s,
            peak_s=shape.peak_s,
            hold_end_s=shape.hold_end_s,
            end_s=shape.end_s,
            hold_s=shape.hold_s,
            peak=shape.peak,
            complete=shape.complete,
            rise=shape.peak - shape.rest,
            bumps=facts.bumps,
            faults=_overlapping(lane.spans, shape.start_s, shape.end_s),
            partial_because=None if shape.complete else "ended" if shape.cut else "range",
        )

    def result(
        self, t0: float | None, t: float, side: Side | None, spans: Iterable[FaultSpan]
    ) -> SetResult:
        """The record as a result.

        Args:
            t0, t: times of the first and the latest frame; ``t0`` is None where there was none.
            side: the working side as found so far.
            spans: of all faults.
        """
        faults = tuple(sorted(spans, key=lambda s: s.from_s))
        reps = [replace(r, faults=_overlapping(faults, r.start_s, r.end_s)) for r in self.reps]
        holds = [replace(h, faults=_overlapping(faults, h.from_s, h.to_s)) for h in self.holds]
        sides = {r.side for r in reps} | {h.side for h in holds}
        movements = [(r.start_s, r.end_s) for r in reps] + [(h.from_s, h.to_s) for h in holds]
        drill, dose = self._drill, self._dose
        found = SetResult(
            drill=drill.name,
            side=self._given or (sides.pop() if len(sides) == 1 else side if not sides else None),
            side_source="given" if self._given else "auto",
            seconds=0.0 if t0 is None else t - t0,
            frames=self.frames,
            frames_with_pose=self.frames_seen,
            reps=tuple(replace(r, score=score_rep(r, drill, dose)) for r in reps),
            holds=tuple(replace(h, score=score_hold(h, drill, dose)) for h in holds),
            cannot_judge=tuple(self.refused),
            faults=faults,
            not_judged_spans=joined(self.not_judged, movements),
            parameters=_parameters(drill, dose),
            seconds_counted_only=self._counted_only_s(t),
        )
        return replace(
            found,
            score=score_set(found, drill, dose),
            form=form_of(found),
            done=done_of(found, dose),
        )

    def _counted_only_s(self, t: float) -> float:
        askew = list(self._askew)
        if self._askew_since is not None:
            askew.append((self._askew_since, t))
        refused = [(s.from_s, s.to_s) for s in self.refused]
        return covered_s([*askew, *refused]) - covered_s(refused)


def _overlapping(spans: Iterable[FaultSpan], from_s: float, to_s: float) -> tuple[FaultSpan, ...]:
    return tuple(s for s in spans if s.from_s < to_s and s.to_s > from_s)


def _parameters(drill: Drill, dose: Dose) -> dict[str, object]:
    """The numbers a result was made with, so that it can be understood years later."""
    return {
        "measure": {"name": drill.main.name, "unit": drill.main.unit},
        "motion": asdict(drill.motion),
        "faults": {f.code: {"warn": f.warn, "strong": f.strong} for f in drill.faults},
        "dose": {k: v for k, v in asdict(dose).items() if v is not None},
    }
