"""Which drill is this? All candidates judge the same poses; the one that explains most wins.

Every analyzer refuses what is not its own: over 1,700 (clip, other drill) pairs 0.2 % counted
anything (measured). So what an analyzer counted is evidence, and its share of the time is how
much. A posture drill (nothing to see but stillness) is believed only where no other counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..body.pose import Pose, Side
from ..body.steady import Stabiliser
from ..drill import Dose, Drill
from ..events import CannotJudgeSpan, Reason, SetResult, Step
from .analyzer import Analyzer

__all__ = ["AUTO", "Recogniser", "Recognition"]

#: In place of a drill's name: find out which one it is.
AUTO = "auto"

#: Explaining less of the time than this is no answer (EC; measured: the right drill explains
#: 0.3 and more of a clip, wrong ones 0.1 at most).
LEAST = 0.15
#: A posture drill that explains everything counts for as much as movement that explains this.
POSTURE_WEIGHT = 0.25


@dataclass(frozen=True)
class Recognition:
    """``drill`` is None when it is none of the candidates; ``certainty`` is 0..1."""

    drill: Drill | None
    certainty: float

    def __str__(self) -> str:
        if self.drill is None:
            return "not one of mine"
        return f"{self.drill.title.lower()} ({100 * self.certainty:.0f} % certain)"


class Recogniser:
    """Judges one set without knowing its drill; used in place of an ``Analyzer``.

    Args:
        drills: the candidates.
        side, dose: as for ``Analyzer``; without a dose each drill is judged without one.

    ``update`` returns the step of the drill that leads, ``result`` the result of the one that
    explains most, or a result with no drill's name where none explains enough.
    """

    def __init__(
        self, drills: Iterable[Drill], *, side: Side | None = None, dose: Dose | None = None
    ) -> None:
        steady = Stabiliser()  # shared: 21 of them took half of the time
        self._all = [Analyzer(d, side=side, dose=dose, stabiliser=steady) for d in drills]
        self._leader = self._all[0]

    @property
    def drill(self) -> Drill:
        """The drill that leads at this moment."""
        return self._leader.drill

    def update(self, pose: Pose) -> Step:
        steps = [(each, each.update(pose)) for each in self._all]
        for each, step in steps:
            counted = any(event.kind in ("rep_done", "hold_done") for event in step.events)
            if counted and _explained(each) > _explained(self._leader):
                self._leader = each
        return next(step for each, step in steps if each is self._leader)

    def finish(self) -> Step:
        steps = {id(each): each.finish() for each in self._all}
        self._leader = max(self._all, key=lambda each: _explained(each))
        return steps[id(self._leader)]

    def recognised(self) -> Recognition:
        """The verdict so far: the best share of the time, against the next best that is not a
        relative."""
        shares = sorted(
            ((_explained(each), each.drill) for each in self._all),
            key=lambda pair: -pair[0],
        )
        best, drill = shares[0]
        if best < LEAST:
            return Recognition(None, 1 - best / LEAST)
        rival = next((s for s, d in shares[1:] if d.name not in drill.relatives and s < best), 0.0)
        return Recognition(drill, best / (best + rival))

    def result(self) -> SetResult:
        found = self.recognised()
        result = self._leader.result()
        note = f"recognised: {found}"
        if found.drill is not None:
            return replace(result, notes=(*result.notes, note))
        whole = CannotJudgeSpan(0.0, result.seconds, Reason.WRONG_EXERCISE)
        return replace(
            result,
            drill="",
            side=None,
            reps=(),
            holds=(),
            faults=(),
            cannot_judge=(whole,),
            score=None,
            form=None,
            done=None,
            notes=(note,),
            parameters={},
        )


def _explained(analyzer: Analyzer) -> float:
    """The share of the clip that whole repetitions and holds of this drill make up, 0..1."""
    result = analyzer.result()
    if result.seconds <= 0:
        return 0.0
    spans = [(r.start_s, r.end_s) for r in result.reps if r.complete]
    spans += [(h.from_s, h.to_s) for h in result.holds]
    share = min(1.0, sum(b - a for a, b in spans) / result.seconds)
    return share * (POSTURE_WEIGHT if analyzer.drill.weights == "posture" else 1.0)
