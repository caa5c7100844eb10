"""What a drill is: data and small functions, as a clinician's card.

Where to lie or stand and where the camera goes, one main measure and the rule that counts it, the
faults with their cues and sources, what cannot be seen. Everything else (gating, drawing, cards,
the read-back, contract tests) is made from this declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..body.measures import Body
from ..body.pose import Pose, Side
from .counting import Counts
from .facts import Facts
from .faults import Fault
from .measures import Measure, words_of
from .rules import HoldRule, RepRule
from .thresholds import Judged, Watched
from .views import View

__all__ = ["WEIGHTS", "Dose", "Drill", "Sides"]

#: What each kind of drill weighs in a score (drills.md 3.2, EC): range, hold, control, form.
WEIGHTS: Mapping[str, tuple[float, float, float, float]] = {
    "strength": (0.30, 0.10, 0.20, 0.40),
    "hold": (0.10, 0.40, 0.05, 0.45),
    "small_lift": (0.15, 0.35, 0.10, 0.40),
    "stretch": (0.0, 0.60, 0.0, 0.40),
    "posture": (0.0, 0.60, 0.0, 0.40),
    "minutes": (0.0, 0.0, 0.0, 0.0),
}


class Sides(Enum):
    """How a drill knows its working side."""

    NONE = "none"  # both legs do the same
    MOVING = "moving"  # whichever limb moves is the working one, rep by rep
    POSTURE = "posture"  # the start position tells (the top leg of a side-lying body)


@dataclass(frozen=True)
class Dose:
    """What is asked for. None means it was not."""

    reps: int | None = None
    hold_s: float | None = None
    sets: int | None = None
    rest_s: float | None = None


@dataclass(frozen=True)
class Drill:
    """One exercise. See the files in ``drills/`` for what it looks like.

    Attributes:
        name, title, card: identifier, name for people, card of drills.md.
        summary, setup: what it is, how to lie or stand, in words for the person.
        view: camera and posture.
        counts: what is counted (``reps(…)``) or timed (``holds(…)``), of the main measure.
        measures: the other measures, by which faults are judged.
        faults: what is watched.
        variants: which ways of doing it count, and which do not, in words; empty: the one of
            ``summary``.
        cannot_see: what this camera cannot tell, in words.
        dose: what is prescribed by default.
        sides, side_of: how the working side is known.
        relatives: drills that are truly the same movement.
        weights: the row of ``WEIGHTS`` that scores it.
        cautions: what a person should know before (drills.md section 4).
        sources: of the card.

    Raises:
        ValueError: a declaration that cannot be right, in one line.
    """

    name: str
    title: str
    card: str
    summary: str
    setup: str
    view: View
    counts: Counts
    faults: tuple[Fault, ...]
    dose: Dose
    weights: str
    measures: tuple[Measure, ...] = ()
    variants: str = ""
    cannot_see: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    sides: Sides = Sides.NONE
    side_of: Callable[[Body], Side | None] | None = None
    relatives: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(f"drill {self.name}: {problem}")

    @property
    def kind(self) -> str:
        """``reps`` when it counts, ``hold`` when it times."""
        return "reps" if isinstance(self.motion, RepRule) else "hold"

    @property
    def main(self) -> Measure:
        """The measure that is counted or timed."""
        return self.counts.main

    @property
    def motion(self) -> RepRule | HoldRule:
        """The rule that counts or times it."""
        return self.counts.rule

    @property
    def all_measures(self) -> tuple[Measure, ...]:
        """The main measure first."""
        return (self.main, *self.measures)

    @property
    def camera(self) -> str:
        return self.view.camera

    def fault(self, code: str) -> Fault:
        """The fault with this code (KeyError if there is none)."""
        for fault in self.faults:
            if fault.code == code:
                return fault
        raise KeyError(f"drill {self.name} has no fault {code!r}")

    # -- what cannot be right --------------------------------------------------------------------
    def _problems(self) -> Iterator[str]:
        if not self.name.isidentifier():
            yield f"a drill's name must be an identifier, got {self.name!r}"
        names = [m.name for m in self.all_measures]
        if len(set(names)) != len(names):
            yield f"two measures have one name: {', '.join(names)}"
        codes = [f.code for f in self.faults]
        if len(set(codes)) != len(codes):
            yield f"two faults have one code: {', '.join(codes)}"
        if (self.sides is Sides.POSTURE) != (self.side_of is not None):
            yield "side_of goes with Sides.POSTURE"
        if self.weights not in WEIGHTS:
            yield f"weights must be one of {', '.join(sorted(WEIGHTS))}, got {self.weights!r}"
        for fault in self.faults:
            if fault.unless is not None and not self._watches(fault.unless):
                yield f"fault {fault.code}: unless names {fault.unless!r}, no fault that is watched"
            for m in _reads(fault):
                if m not in self.all_measures:
                    yield (f"fault {fault.code} reads {m.name}, which is neither counted nor among "
                           f"its measures: {', '.join(names)}")  # fmt: skip
        yield from self._failing()

    def _watches(self, code: str) -> bool:
        return any(f.code == code and isinstance(f.when, Watched) for f in self.faults)

    def _failing(self) -> Iterator[str]:
        """Functions that fail on somebody who is not seen: a slip of the pen, or a measure that
        the drill does not declare."""
        nobody = Body(Pose.missing(0.0, (640, 480)), 150.0, Side.LEFT, Side.LEFT)
        still = Facts.of_rest(self.all_measures, {})
        asked: list[tuple[str, Callable[[Any], object], object]] = [
            (f"measure {m.name}", m.of, nobody) for m in self.all_measures
        ]
        asked += [("its posture", self.view.posture, nobody), ("its view", self.view.fits, nobody)]
        asked += [
            (f"fault {f.code}", f.when.of, still) for f in self.faults if isinstance(f.when, Judged)
        ]
        asked += [(f"fault {f.code}, seen", f.seen.fits, still) for f in self.faults if f.seen.fits]
        for name, told in (("only_if", self.counts.only_if), ("or_if", self.counts.or_if)):
            if told is not None:
                words_of(told)
                asked.append((name, told, still))
        for what, function, of in asked:
            try:
                function(of)
            except KeyError as error:
                yield f"{what} reads {error}, which is not among its measures"
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                yield f"{what} fails where nothing is seen ({type(error).__name__}: {error})"


def _reads(fault: Fault) -> tuple[Measure, ...]:
    return (fault.when.measure,) if isinstance(fault.when, Watched) else fault.when.measures
