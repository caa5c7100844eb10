"""What an author of drills imports: the declaration of one exercise, as a clinician's card.

A drill is data and small functions. Read ``drills/hip_bridge.py`` first, then ``declaration`` (the
drill), ``of`` (what can be measured of a body), ``quantities`` (what is judged), ``faults``
and ``presets``. ``explain`` reads a declaration back in plain English. May import ``body``,
``geometry`` and ``events``.
"""

from __future__ import annotations

from ..body import postures
from ..body.measures import Body, Limb
from ..body.pose import Side
from ..geometry import ratio
from . import of
from .counting import holds, reps
from .declaration import WEIGHTS, Dose, Drill, Sides
from .facts import Facts
from .faults import ANYWHERE, Fault, Seen, from_the_front, from_the_side, lens_above, square_on
from .measures import Measure, measure
from .presets import (
    NEAR_FALL,
    bouncing,
    head_drops,
    head_lift,
    near_fall,
    short_hold,
    tilting,
    too_fast,
    trunk_lean,
    wobble,
)
from .quantities import (
    at_rest,
    at_top,
    beyond_own_best,
    change,
    decrease,
    each_rep,
    fall_s,
    movement,
    quicker_s,
    range_of,
    rise_s,
    since_the_last_s,
    smallest,
    throughout,
    unsteadiness,
)
from .views import View, beside_the_mat, beside_you, in_front

fault = Fault
"""How an author writes a :class:`Fault`: ``fault(code, cue, saw, when, source=…)``."""

__all__ = [
    "ANYWHERE",
    "NEAR_FALL",
    "WEIGHTS",
    "Body",
    "Dose",
    "Drill",
    "Facts",
    "Fault",
    "Limb",
    "Measure",
    "Seen",
    "Side",
    "Sides",
    "View",
    "at_rest",
    "at_top",
    "beside_the_mat",
    "beside_you",
    "beyond_own_best",
    "bouncing",
    "change",
    "decrease",
    "each_rep",
    "fall_s",
    "fault",
    "from_the_front",
    "from_the_side",
    "head_drops",
    "head_lift",
    "holds",
    "in_front",
    "lens_above",
    "measure",
    "movement",
    "near_fall",
    "of",
    "postures",
    "quicker_s",
    "range_of",
    "ratio",
    "reps",
    "rise_s",
    "short_hold",
    "since_the_last_s",
    "smallest",
    "square_on",
    "throughout",
    "tilting",
    "too_fast",
    "trunk_lean",
    "unsteadiness",
    "wobble",
]
