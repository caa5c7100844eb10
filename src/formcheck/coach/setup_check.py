"""Is everything in place to begin? One instruction at a time, the most basic first.

:func:`problem` looks at one pose; :class:`SetupGuide` waits until an answer is steady, asks for
it to be said, and knows when the start position has been held long enough.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace
from math import exp, isfinite, nan
from typing import Any

from ..body.framing import cut_off, is_small, is_tilted
from ..body.measures import Body
from ..body.pose import Pose, Side
from ..body.postures import from_the_feet
from ..body.steady import Stabiliser
from ..drill import Drill, Facts, Seen, Sides
from ..events import Reason
from ..wording import PLACES, REASONS, SETUP

__all__ = ["CHECKS", "Problem", "SetupGuide", "checks", "problem"]

#: What lasts for one picture: nothing to put right before a set.
_PASSING = ("picture_changed",)


@dataclass(frozen=True)
class Problem:
    """What is in the way: ``code`` for the log, ``say`` for the person.

    ``hindering`` is False where the drill can be judged all the same, though not every fault of
    it: it is asked for, but it does not keep anybody from starting.
    """

    code: str
    say: str
    hindering: bool = True


def _amiss(code: str) -> Problem:
    return Problem(code, SETUP[code])


def problem(
    pose: Pose, body: Body | None, drill: Drill | None, side: Side | None = None
) -> Problem | None:
    """The first thing to put right before ``drill`` can be judged; None when all is well.

    Args:
        pose: as it was seen; ``body`` the same, steadied (None when nobody is there).
        drill: what is about to be done; None asks only what all drills need.
        side: the working side that is wanted, None for either.
    """
    fault = _of(Reason(pose.picture)) if pose.picture and pose.picture not in _PASSING else None
    if body is None:
        return fault or _of(Reason.NO_PERSON)
    if pose.people > 1:
        return Problem("two_people", REASONS[Reason.SEVERAL_PEOPLE].spoken)
    return (
        _cut_off(pose)
        or (_at_the_feet(body, drill) if drill else None)
        or (_of(Reason.TOO_FAR) if is_small(pose) else None)
        or (_view(body, drill) if drill else None)
        or (Problem("camera_tilted", REASONS[Reason.TILTED].spoken) if is_tilted(body) else None)
        or (_side(body, drill, side) or _too_low(body, drill) if drill else None)
        # Somebody is seen all the same: it is asked for, and hinders nobody.
        or (fault and replace(fault, hindering=False))
    )


def _of(reason: Reason) -> Problem:
    return Problem(reason.value, REASONS[reason].spoken)


def _cut_off(pose: Pose) -> Problem | None:
    part = cut_off(pose)
    if part in ("head", "feet"):
        return _amiss(f"{part}_cut")
    return Problem("too_close", REASONS[Reason.TOO_NEAR].spoken) if part else None


def _at_the_feet(body: Body, drill: Drill) -> Problem | None:
    """A body seen along its length looks small, crooked and turned: all for this one reason."""
    if drill.view.name == "foot" or not from_the_feet(body):
        return None
    where = PLACES["front" if drill.view.name == "front" else "side"].where
    return Problem("wrong_view", f"Put the camera {where}, not at your feet")


def _view(body: Body, drill: Drill) -> Problem | None:
    view = drill.view
    if not view.fits(body):
        place = PLACES.get(view.name)
        return Problem("wrong_view", place.turn if place else drill.camera)
    if not view.posture(body):
        return Problem("not_in_start_position", drill.setup)
    return None


def _too_low(body: Body, drill: Drill) -> Problem | None:
    """Whether a fault of this drill can only be seen from higher up. It is asked as the drill
    itself asks, of a person at rest."""
    asked = [f.seen for f in drill.faults if f.seen.reason is Reason.CAMERA_TOO_LOW]
    if not asked:
        return None
    rests = {m.name: v for m in drill.all_measures if isinstance(v := m.of(body), float)}
    still = Facts.of_rest(drill.all_measures, rests, body.side)

    def hidden(seen: Seen) -> bool:
        fits = seen.fits is not None and seen.fits(still)
        return not fits and seen.why(still) is Reason.CAMERA_TOO_LOW

    if all(map(hidden, asked)):
        return Problem("camera_too_low", REASONS[Reason.CAMERA_TOO_LOW].spoken, hindering=False)
    return None


def _side(body: Body, drill: Drill, side: Side | None) -> Problem | None:
    if side is not None:
        if drill.side_of is not None and drill.side_of(body) is not side:
            return _amiss("wrong_side")
        if drill.sides is Sides.MOVING and drill.view.name == "side" and body.near_side is not side:
            return Problem("wrong_side", SETUP["far_side"].format(side=side))
    limbs = [side or body.side or body.near_side] if drill.view.needs else []
    hidden = [part for limb in limbs for part in drill.view.needs
              if not isfinite(body.point(limb.joint(part)).real)]  # fmt: skip
    hidden += [part for limb in limbs for part in drill.view.needs_other
               if not isfinite(body.point(limb.other.joint(part)).real)]  # fmt: skip
    if hidden:
        return Problem("joints_hidden", REASONS[Reason.JOINTS_HIDDEN].spoken.format(part=hidden[0]))
    return None


#: What is checked, in the order in which they are shown: its name, and the problems that it
#: covers.
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Enough light", ("too_dark", "too_noisy", "backlit")),
    ("The picture is clear", ("blurred", "camera_moving", "stuttering", "frozen")),
    ("You are seen whole", ("no_person", "two_people", "head_cut", "feet_cut", "too_close")),
    ("The distance is right", ("too_far",)),
    (
        "The camera is in the right place",
        ("wrong_view", "camera_tilted", "far_side", "camera_too_low", "joints_hidden"),
    ),
    ("You are in the start position", ("not_in_start_position", "wrong_side")),
)


def checks(code: str | None, known: bool = True) -> list[dict[str, Any]]:
    """The checklist: ``ok``, ``no``, or None where nothing can be said before what is in the way
    is put right.

    Args:
        code: of the problem that stands, None where all is well.
        known: whether anything was seen yet.
    """
    at = next((n for n, (_, codes) in enumerate(CHECKS) if code in codes), len(CHECKS))
    states = ["ok" if n < at else "no" if n == at else None for n in range(len(CHECKS))]
    return [
        {"name": name, "state": state if known else None}
        for (name, _), state in zip(CHECKS, states, strict=True)
    ]


class SetupGuide:
    """Follows a person into the start position of ``drill``; without one, into the picture.

    Attributes:
        problem: what is in the way; None when all is well. It stands until something else has
            clearly taken its place.
        known: whether it says anything yet.
    """

    WINDOW_S = 1.5
    STEADY_S = 0.7
    CLEARLY = 0.6
    HOLD_S = 2.0
    #: The torso's length follows the picture this slowly (EC: what a tenth a frame was at 30).
    TORSO_FOLLOWS_S = 0.3
    #: One look counts for no longer than this, s: after a gap nothing is known of it.
    LOOK_S = 0.25
    AGAIN_S = 8.0
    OTHER_S = 5.0
    #: How often something that does not hinder is asked for.
    ASKED = 2

    def __init__(self, drill: Drill | None, side: Side | None = None) -> None:
        self.drill = drill
        self.side = None if drill is None or drill.sides is Sides.NONE else side
        self.problem: Problem | None = None
        self._stabiliser = Stabiliser()
        self._torso = self._torso_t = nan
        self._looks: deque[tuple[float, Problem | None, float]] = deque()
        self.known = False
        self._good_since = nan
        self._said: tuple[str, float] = ("", -1e9)
        self._asked: Counter[str] = Counter()

    def update(self, pose: Pose) -> str | None:
        """Look at one pose; give the instruction to say now, if any."""
        t = pose.t
        found = problem(pose, self._body(pose), self.drill, self.side)
        if found and (found.hindering or self._asked[found.code] < self.ASKED):
            self._good_since = nan
        elif not isfinite(self._good_since):
            self._good_since = t
        # What is seen may flicker where landmarks are poor: the majority decides, so that nobody
        # who follows an instruction gets another one for a flicker.
        stood = min(self.LOOK_S, t - self._looks[-1][0]) if self._looks else 0.0
        self._looks.append((t, found, stood))
        while self._looks[0][0] < t - self.WINDOW_S:
            self._looks.popleft()
        if t - self._looks[0][0] < self.STEADY_S:
            return None
        votes: dict[Problem | None, float] = {}
        for _, look, seconds in self._looks:
            votes[look] = votes.get(look, 0.0) + seconds
        best = max(votes, key=votes.__getitem__)
        if not self.known or votes[best] >= self.CLEARLY * sum(votes.values()):
            self.known, self.problem = True, best
        if self.problem is None:
            return None
        last, at = self._said
        if t - at < (self.AGAIN_S if last == self.problem.code else self.OTHER_S):
            return None
        self._said = self.problem.code, t
        self._asked[self.problem.code] += 1
        return self.problem.say

    def forget_said(self) -> None:
        """What :meth:`update` has given so far was not spoken."""
        self._said = ("", -1e9)
        self._asked.clear()

    def ready(self, t: float) -> bool:
        """Whether the start position has been held for two seconds at ``t``."""
        return t - self._good_since >= self.HOLD_S  # False while NaN

    def _body(self, pose: Pose) -> Body | None:
        steady = self._stabiliser.update(pose)
        near = self._stabiliser.near
        if not pose.seen or near is None:
            return None
        body = Body(steady, 1.0, near, self.side)
        torso = abs(body.trunk.axis)
        if not torso > 1.0:
            return None
        dt = pose.t - self._torso_t
        share = 1 - exp(-dt / self.TORSO_FOLLOWS_S) if isfinite(dt) else 1.0
        self._torso = torso if share == 1 else self._torso + share * (torso - self._torso)
        self._torso_t = pose.t
        body.torso = self._torso
        if self.drill is not None and self.drill.side_of is not None:
            body.side = self.drill.side_of(body)
        return body
