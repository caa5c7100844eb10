"""What an author of drills imports: the declaration of one exercise, as a clinician's card.

A drill is data and small functions. Read ``declaration`` first: the drill, its faults and what a
repetition was like; ``rules`` says when something is a repetition or a hold, ``measure`` what is
measured of a body. May import ``body``, ``geometry`` and ``events``.
"""

from __future__ import annotations

from ..body import postures
from ..body.measures import Body, Limb
from ..body.pose import Side
from ..events import Reason
from .declaration import (
    NEAR_FALL,
    TILT_S,
    WEIGHTS,
    Dose,
    Drill,
    Facts,
    Fault,
    Sides,
    View,
    near_fall,
    tilting,
)
from .measure import Signal
from .rules import HoldRule, RepRule

__all__ = [
    "NEAR_FALL",
    "TILT_S",
    "WEIGHTS",
    "Body",
    "Dose",
    "Drill",
    "Facts",
    "Fault",
    "HoldRule",
    "Limb",
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
