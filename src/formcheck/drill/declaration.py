"""What a drill is: the one module a drill's author imports.

A drill is data and small functions: where to lie or stand and where the camera goes, one main
signal and the rule that counts it, the faults with their cues and sources, what cannot be seen.
Everything else (gating, drawing, cards, contract tests) is made from this declaration.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite, nan
from statistics import median

from ..body import postures
from ..body.measures import Body
from ..body.pose import Side
from ..events import Reason
from .measure import Signal
from .rules import HoldRule, RepRule

__all__ = [
    "Body",
    "Dose",
    "Drill",
    "Facts",
    "Fault",
    "HoldRule",
    "Reason",
    "RepRule",
    "Side",
    "Sides",
    "Signal",
    "View",
    "near_fall",
    "postures",
    "tilting",
]

Phase = str

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
class View:
    """Where the camera stands and what it must see.

    Attributes:
        name: ``front``, ``side``, ``foot`` …
        camera: where to put it, in words for the person.
        fits: body -> whether the camera sees the body from there.
        posture: body -> whether the body is in the drill's posture (all through the movement,
            not at rest only).
        needs: body parts that must be seen, of the working side; with ``needs_other`` of the
            other side too.
    """

    name: str
    camera: str
    fits: Callable[[Body], bool]
    posture: Callable[[Body], bool]
    needs: tuple[str, ...] = ("shoulder", "hip", "knee", "ankle")
    needs_other: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What one repetition or hold was like, for the faults that are judged when it is over.

    ``rest(name)`` and ``top(name)`` are medians of a signal before it and at its top (for a hold:
    all through it), ``largest`` and ``smallest`` its extremes; NaN when too little was seen.
    ``earlier`` are the facts of the same side's earlier repetitions in this set, oldest first:
    the person's own reference.
    """

    side: Side | None
    start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    hold_target_s: float | None
    peak: float
    rise: float
    complete: bool
    whole_rise: bool
    whole_fall: bool
    bumps: int
    rests: Mapping[str, float]
    times: Sequence[float]
    samples: Mapping[str, Sequence[float]]
    earlier: tuple[Facts, ...] = ()

    @property
    def hold_s(self) -> float:
        return self.hold_end_s - self.peak_s

    @property
    def rise_s(self) -> float:
        """Seconds from rest to the top; NaN when the beginning was not seen."""
        return self.peak_s - self.start_s if self.whole_rise else nan

    @property
    def fall_s(self) -> float:
        """Seconds from the top to rest; NaN when the end was not seen."""
        return self.end_s - self.hold_end_s if self.whole_fall else nan

    @property
    def quicker_s(self) -> float:
        """Seconds of the faster of rise and fall, the tempo that is judged (drills.md 3.3)."""
        return min(self.rise_s, self.fall_s)

    def rest(self, name: str) -> float:
        """Before the movement; what came after it when the beginning was not seen."""
        return self.rests[name] if name in self.rests else self.last(name)

    def _between(self, name: str, from_s: float, to_s: float) -> list[float]:
        lo, hi = bisect_left(self.times, from_s), bisect_left(self.times, to_s)
        return [v for v in self.samples[name][lo:hi] if isfinite(v)]

    def top(self, name: str) -> float:
        """The median at the top, over at least 0.4 s around it."""
        middle = (self.peak_s + self.hold_end_s) / 2
        half = max(self.hold_s / 2, 0.2)
        seen = self._between(name, middle - half, middle + half + 1e-6)
        return median(seen) if seen else nan

    def change(self, name: str) -> float:
        """Top minus rest."""
        return self.top(name) - self.rest(name)

    def last(self, name: str) -> float:
        """The latest value seen of the movement."""
        return next((v for v in reversed(self.samples[name]) if isfinite(v)), nan)

    def largest(self, name: str) -> float:
        return max(self._between(name, self.start_s, self.end_s), default=nan)

    def largest_landing(self, name: str) -> float:
        """The largest value within half a second of the end; NaN when the end was not seen."""
        seen = self._between(name, self.end_s - 0.5, self.end_s + 0.5) if self.whole_fall else ()
        return max(seen, default=nan)

    def smallest(self, name: str) -> float:
        return min(self._between(name, self.start_s, self.end_s), default=nan)

    def spread(self, name: str) -> float:
        """The middle 80 % of a signal's values, from low to high."""
        seen = sorted(self._between(name, self.peak_s, self.hold_end_s))
        if len(seen) < 5:
            return nan
        return seen[int(0.9 * (len(seen) - 1))] - seen[int(0.1 * (len(seen) - 1))]


@dataclass(frozen=True)
class Fault:
    """A form fault: what is measured, when it counts, and the one thing to say.

    Either ``signal`` (judged all the time, must persist) or ``judge`` (judged when a repetition
    or hold is over) is given.

    Attributes:
        code: as results name it.
        cue: at most eight words, an outside goal where one exists [Wulf10].
        severity: 0 note, 1 polish, 2 mend now, 3 stop (:func:`near_fall` only).
        unit: of the magnitude.
        warn, strong: magnitudes at which it is flagged and at which it is strong; the release
            threshold is 70 % of ``warn`` (drills.md 1.0).
        source: where the thresholds come from: [tag] of drills.md, EC, or "measured".
        what: what the camera saw, as a plain sentence.
        signal: the signal that is watched; with ``change`` its change from rest.
        sign: +1 a larger value is the fault, -1 a smaller one, 0 either way.
        judge: facts -> magnitude (NaN: cannot tell).
        phases: where a watched signal counts.
        persist_s: how long it must stay.
        confidence: A reliable, B only large errors (drills.md).
        can_see: facts -> whether the camera can see this fault at all, else ``unseen`` is why.
        below: True when a smaller magnitude is the worse one (seconds of a fast rise).
        certain: False for a fault that is only reported as possible.
        unless: the code of a watched fault that explains this one away while it stands.
    """

    code: str
    cue: str
    severity: int
    unit: str
    warn: float
    strong: float
    source: str
    what: str
    signal: str | None = None
    change: bool = True
    sign: int = 1
    judge: Callable[[Facts], float] | None = None
    phases: tuple[Phase, ...] = ("rise", "top", "fall", "hold")
    persist_s: float = 0.5
    confidence: str = "A"
    can_see: Callable[[Facts], bool] | None = None
    unseen: Reason = Reason.WRONG_VIEW
    below: bool = False
    certain: bool = True
    unless: str | None = None

    def __post_init__(self) -> None:
        where = f"fault {self.code!r}"
        if (self.signal is None) == (self.judge is None):
            raise ValueError(f"{where} needs either a signal or a judge, not both or none")
        if len(self.cue.split()) > 8:
            raise ValueError(f"{where}: a cue has at most 8 words, got {self.cue!r}")
        if (self.strong < self.warn) != self.below and self.strong != self.warn:
            raise ValueError(f"{where}: strong ({self.strong}) lies on the wrong side of warn")
        if self.severity not in (0, 1, 2, 3) or self.confidence not in ("A", "B"):
            raise ValueError(f"{where}: severity 0-3 and confidence A or B are expected")
        if not self.source or not self.what:
            raise ValueError(f"{where} needs a source and a sentence of what was seen")

    def exceeded(self, magnitude: float) -> bool:
        """Whether a magnitude is over the warning threshold; NaN never is."""
        return magnitude <= self.warn if self.below else magnitude >= self.warn

    def released(self, magnitude: float) -> bool:
        """Whether a magnitude has fallen back from the threshold by 30 % of it."""
        ease = 0.3 * abs(self.warn)
        return magnitude > self.warn + ease if self.below else magnitude < self.warn - ease

    def strength(self, magnitude: float) -> float:
        """How strong, 0 at ``warn`` to 1 at ``strong`` (drills.md 3.2, at least 0.3)."""
        span = self.strong - self.warn
        share = (magnitude - self.warn) / span if span else 1.0
        return min(1.0, max(0.3, share))


#: The code of a near-fall and the time over which a tilt is measured, s (EC: three frames of a
#: slow camera).
NEAR_FALL, TILT_S = "near_fall", 0.25


def tilting(tilt: Callable[[Body], float]) -> Signal:
    """The measure that :func:`near_fall` needs: how far the trunk tilted in the last moment."""
    return Signal("tilting", "deg", tilt, kind="swing", over_s=TILT_S)


def near_fall() -> Fault:
    """For drills on one leg: the trunk tilts quickly as the foot lands. The one fault that is a
    stop; a session ends with the second (drills.md 1.0 and 4.3.9)."""
    return Fault(
        code=NEAR_FALL,
        cue="Steady. Hold on to something firm",
        severity=3,
        unit="deg/s",
        warn=60,
        strong=120,
        judge=lambda f: f.largest_landing("tilting") / TILT_S,
        source="drills.md 1.0: trunk tilt rate > 60 deg/s with a foot landing; measured: strong "
        "sways reach 33",
        what="Your trunk tipped quickly as your foot came down.",
    )


@dataclass(frozen=True)
class Drill:
    """One exercise. See the files in ``drills/`` for what it looks like.

    Attributes:
        name, title, card: identifier, name for people, card of drills.md.
        summary, setup: what it is, how to lie or stand, in words for the person.
        view: camera and posture.
        motion: the rule that counts (``RepRule``) or times (``HoldRule``).
        signal: the main signal; ``measures`` the others, by which faults are judged.
        faults: what is watched.
        cannot_see: what this camera cannot tell, in words.
        dose: what is prescribed by default.
        sides, side_of: how the working side is known.
        confirm: facts -> whether the movement was this drill's; a movement that was not is
            neither counted nor flagged, and reported as ``wrong_exercise``.
        relatives: drills that are truly the same movement.
        weights: the row of ``WEIGHTS`` that scores it.
        cautions: what a person should know before (drills.md section 4).
        sources: of the card.
    """

    name: str
    title: str
    card: str
    summary: str
    setup: str
    view: View
    signal: Signal
    motion: RepRule | HoldRule
    faults: tuple[Fault, ...]
    dose: Dose
    weights: str
    measures: tuple[Signal, ...] = ()
    cannot_see: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    sides: Sides = Sides.NONE
    side_of: Callable[[Body], Side | None] | None = None
    confirm: Callable[[Facts], bool] | None = None
    relatives: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    _by_name: Mapping[str, Signal] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"a drill's name must be an identifier, got {self.name!r}")
        names = [s.name for s in self.signals]
        if len(set(names)) != len(names):
            raise ValueError(f"drill {self.name}: two signals have one name: {names}")
        codes = [f.code for f in self.faults]
        if len(set(codes)) != len(codes):
            raise ValueError(f"drill {self.name}: two faults have one code: {codes}")
        for fault in self.faults:
            if fault.signal is not None and fault.signal not in names:
                raise ValueError(
                    f"drill {self.name}, fault {fault.code}: no signal is called "
                    f"{fault.signal!r}; there are {', '.join(names)}"
                )
        if (self.sides is Sides.POSTURE) != (self.side_of is not None):
            raise ValueError(f"drill {self.name}: side_of goes with Sides.POSTURE")
        if self.weights not in WEIGHTS:
            raise ValueError(f"drill {self.name}: weights must be one of {sorted(WEIGHTS)}")
        object.__setattr__(self, "_by_name", {s.name: s for s in self.signals})

    @property
    def kind(self) -> str:
        """``reps`` when it counts, ``hold`` when it times."""
        return "reps" if isinstance(self.motion, RepRule) else "hold"

    @property
    def signals(self) -> tuple[Signal, ...]:
        return (self.signal, *self.measures)

    @property
    def camera(self) -> str:
        return self.view.camera

    def fault(self, code: str) -> Fault:
        """The fault with this code (KeyError if there is none)."""
        for fault in self.faults:
            if fault.code == code:
                return fault
        raise KeyError(f"drill {self.name} has no fault {code!r}")
