"""Faults that many drills share, their thresholds declared once."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

from ..body.measures import Body
from ..geometry import ratio
from .facts import Facts
from .faults import ANYWHERE, Fault
from .measures import Measure, measure
from .quantities import OfEachRep, each_rep, quicker_s, throughout

__all__ = [
    "NEAR_FALL",
    "bouncing",
    "head_drops",
    "head_lift",
    "near_fall",
    "short_hold",
    "tilting",
    "too_fast",
    "trunk_lean",
    "wobble",
]


def too_fast(
    cue: str,
    saw: str = "You went up or came down quickly.",
    *,
    of: OfEachRep | None = None,
    under_s: float = 0.85,
    strong_s: float = 0.5,
    source: str,
) -> Fault:
    """The movement took less than ``under_s`` seconds; ``of`` is the quicker of its two ways."""
    when = (of or quicker_s()).below(under_s, strong=strong_s)
    return Fault("too_fast", cue, saw, when, source=source, seen=ANYWHERE)


def hold_share(rep: Facts) -> float:
    """The hold at the top, as a share of the hold that was asked for."""
    return ratio(rep.hold_s, rep.hold_target_s or nan)


def short_hold(
    cue: str,
    saw: str,
    *,
    under: float,
    strong: float,
    source: str,
    of: Callable[[Facts], float] = hold_share,
    severity: int = 1,
) -> Fault:
    """Less than this share of the hold that was asked for; nothing where none was."""
    when = each_rep(of, "share").below(under, strong=strong)
    return Fault("short_hold", cue, saw, when, severity=severity, source=source, seen=ANYWHERE)


def head_lift(
    cue: str,
    head: Measure,
    *,
    above: float,
    strong: float,
    source: str,
    saw: str = "Your head came off the floor.",
    confidence: str = "A",
) -> Fault:
    """The head rose from where it rested, for a second."""
    when = throughout(head, from_rest=True).above(above, strong=strong, for_s=1.0)
    return Fault("head_lift", cue, saw, when, confidence=confidence, source=source)


def head_drops(cue: str, saw: str, neck: Measure, *, source: str) -> Fault:
    """The neck is bent by 40 degrees for a second and a half (ear-shoulder-hip under 140)."""
    when = throughout(neck).above(40, strong=55, for_s=1.5)
    return Fault("head_drops", cue, saw, when, confidence="B", source=source)


def trunk_lean(
    cue: str, saw: str, lean: Measure, *, for_s: float = 0.5, either_way: bool = False
) -> Fault:
    """Standing on one leg, the trunk leans further than at rest."""
    watched = throughout(lean, from_rest=True)
    found = watched.either_way if either_way else watched.above
    return Fault(
        "trunk_lean",
        cue,
        saw,
        found(6.5, strong=12, for_s=for_s),
        severity=2,
        source="[LSD], EC; measured: 8 deg reads 5, 12 reads 9.5, 16 reads 12",
    )


def wobble(
    cue: str,
    saw: str,
    speed: Measure,
    *,
    above: float,
    strong: float,
    for_s: float,
    source: str,
    code: str = "wobble",
    during: str | None = None,
    **more: Any,
) -> Fault:
    """The body travels to and fro faster than it should, for some time."""
    when = throughout(speed, during=during).above(above, strong=strong, for_s=for_s)
    return Fault(code, cue, saw, when, source=source, **more)


def bouncing(
    cue: str,
    saw: str,
    swing: Measure,
    *,
    above: float,
    strong: float,
    source: str,
    during: str | None = None,
) -> Fault:
    """A stretch that swings by more than this within a second, for two and a half seconds."""
    when = throughout(swing, during=during).above(above, strong=strong, for_s=2.5)
    return Fault("bouncing", cue, saw, when, severity=2, source=source)


# -- the one stop ----------------------------------------------------------------------------

#: The code of a near-fall and the time over which a tilt is measured, s (EC: three frames of a
#: slow camera).
NEAR_FALL, TILT_S = "near_fall", 0.25


def tilting(trunk: Callable[[Body], float | complex]) -> Measure:
    """The measure that :func:`near_fall` needs: how far the trunk tilted in the last moment."""
    return measure("tilting", "deg", trunk, swing_over_s=TILT_S)


def near_fall(tilt: Measure) -> Fault:
    """For drills on one leg: the trunk tilts quickly as the foot lands. The one fault that is a
    stop; a session ends with the second (drills.md 1.0 and 4.3.9)."""

    def rate(rep: Facts) -> float:
        """The fastest tilt of the trunk within half a second of the foot's landing."""
        return rep.largest_landing(tilt) / TILT_S

    return Fault(
        NEAR_FALL,
        "Steady. Hold on to something firm",
        "Your trunk tipped quickly as your foot came down.",
        each_rep(rate, "deg/s").above(60, strong=120),
        severity=3,
        seen=ANYWHERE,
        source="drills.md 1.0: trunk tilt rate > 60 deg/s with a foot landing; measured: strong "
        "sways reach 33",
    )
