"""Who of the people in the picture exercises: chosen by what is seen of each, look after look.

A look gives all bodies of one picture. Each is followed as a :class:`Person` from look to look;
:meth:`People.update` says whom to keep to. Told apart in this order: who is in the drill's
posture, who moves where the drill is a movement, who is clearly the nearer, who moves. Of two who
do the drill side by side the one is kept to that was followed so far, and it is said which; where
they cover each other, nobody is told apart. Nothing here knows MediaPipe or reads a pixel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .detection import Detection, another_person

if TYPE_CHECKING:
    from ..body.pose import Pose

__all__ = ["HERE", "People", "Person", "Verdict", "Wanted", "person_named"]

Array = NDArray[np.float64]

#: As :attr:`Wanted.person`: the one that was pointed at, wherever that is.
HERE = "here"
#: One is clearly nearer when as much larger than the next (EC).
NEARER = 1.25
#: Somebody moves when a joint goes this far within :data:`RECENT` looks, in torsos. Measured at
#: looks every 0.5 s: a helper who keeps still jitters by 0.03-0.1, the drills move 0.3 and more.
MOVES = 0.25
RECENT = 6
#: Two bodies are one and its mirror image while their shapes, one flipped, differ by no more than
#: this on all but two joints, in torsos, look after look (EC; less than the drills move).
MIRRORED = 0.3
#: Two people cover each other when they share so much of the smaller one's box (EC).
COVERED = 0.3
#: Who is not seen for so long, s, has left the picture.
GONE_S = 1.6
#: So many looks must show another person who fits better, and none the contrary, before the held
#: one is left.
LOOKS_TO_CHANGE = 3
#: Below this share of looks in posture, lately, the held one is doubted (EC: 4 looks, 1-2 s).
DOUBT = 0.25
#: The one to begin with is waited for so long, s (EC: several looks).
AWAIT_S = 2.0


@dataclass(frozen=True)
class Wanted:
    """Whom to look for.

    Attributes:
        name: what tells this wish from others; kept landmarks are kept under it.
        fits: pose -> whether a person like this is in the drill's posture; None takes any.
        person: ``left``, ``right`` or a number from the left, 1 and up; :data:`HERE` is the one at
            ``near``; empty chooses by itself.
        moves: whether the drill is a movement: who moves then comes before who is nearer.
        near: (x, y) of the hips of the one to begin with, as shares of the picture; with
            :data:`HERE` of any part of the body.
    """

    name: str = ""
    fits: Callable[[Pose], bool] | None = None
    person: str = ""
    moves: bool = False
    near: tuple[float, float] | None = None


def person_named(text: str) -> str:
    """``text`` as :attr:`Wanted.person` takes it.

    Raises:
        UsageError: it is neither left, right, auto nor a number from 1 to 9.
    """
    said = text.strip().lower()
    if said in ("", "auto"):
        return ""
    if said in ("left", "right") or (said.isdecimal() and len(said) == 1 and said != "0"):
        return said
    raise UsageError(f"--person: expected left, right or a number from the left, got {text!r}")


@dataclass(eq=False)
class Person:
    """One body as looks have seen it; ``fitting`` is the share of looks in posture, lately."""

    body: Detection
    seen_s: float
    fitting: float
    shapes: deque[Array] = field(default_factory=lambda: deque(maxlen=RECENT))

    @property
    def size(self) -> float:
        """Pixels; of what is seen, and the same lying, kneeling and standing: torso and thigh."""
        return self.body.length

    def off(self, place: Array) -> float:
        """How far the hips are from a place, pixels."""
        return float(np.hypot(*(self.body.hips - place)))

    @property
    def moving(self) -> bool:
        if len(self.shapes) < 3:
            return False
        return bool((np.ptp(np.stack(self.shapes), axis=0).max(axis=1)).max() > MOVES)


@dataclass(frozen=True)
class Verdict:
    """Whom to keep to (None: whom it is kept to now), who else is there, and whether it cannot be
    told who of them exercises. ``why`` is a line to say, when more than one could be meant."""

    change_to: Detection | None
    others: tuple[Detection, ...]
    undecided: bool
    why: str = ""


class People:
    """Follows everybody in the picture from look to look, and keeps to one of them."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._held: Person | None = None
        self._others: list[Person] = []
        self._against = 0  # looks in a row that spoke for somebody else
        #: Whether the one to begin with has not been seen yet; who is held is somebody else.
        self.awaiting = wanted.near is not None
        self._since = nan  # the first look

    @property
    def doubtful(self) -> bool:
        """Whether somebody else might exercise: who is held has not been in posture lately, or is
        not the one to begin with."""
        held = self._held
        if held is None:
            return False
        return held.fitting < DOUBT or (self.awaiting and not self._wanted_one(held))

    def forget(self) -> None:
        """Nobody is held any more; who was pointed at is waited for at the same place."""
        if self._held is not None and self._wanted.person == HERE:
            x, y = self._held.body.hips / self._held.body.size
            self._wanted = replace(self._wanted, near=(float(x), float(y)))
            self.awaiting, self._since = True, nan
        self._held, self._others, self._against = None, [], 0

    def update(self, t: float, held: Detection, bodies: Sequence[Detection]) -> Verdict:
        """Take in a look.

        Args:
            t: of the picture, s.
            held: the body that was tracked in it.
            bodies: those that were found in it; the tracked one may be among them.
        """
        others = [body for body in bodies if another_person(body, held)]
        first = self._held is None
        self._held = self._follow(self._held, held, t)
        self._others = self._follow_others(others, t)
        everybody = [self._held, *self._others]
        self._since = t if isnan(self._since) else self._since
        meant = [p for p in everybody if self.awaiting and self._wanted_one(p)]
        begun = min(meant, key=lambda p: p.off(self._place(p)), default=None)
        if begun is not None:
            self.awaiting, self._against = False, 0
            self._others = [person for person in everybody if person is not begun]
            change = None if begun is self._held else begun.body
            self._held = begun
            return Verdict(change, self._bodies(), False)
        self.awaiting = self.awaiting and t - self._since < AWAIT_S
        if len(everybody) == 1:
            self._against = 0
            return Verdict(None, (), False)
        best, undecided, why = self._choose(everybody, held.size[0])
        now = best is not self._held and best.seen_s == t  # who is not in this look does not count
        self._against = 0 if best is self._held else self._against + now
        if now and (first or self._against >= LOOKS_TO_CHANGE):
            self._against = 0
            self._others = [person for person in everybody if person is not best]
            self._held = best
            return Verdict(best.body, self._bodies(), undecided, why)
        return Verdict(None, self._bodies(), undecided, why)

    def _wanted_one(self, person: Person) -> bool:
        """Whether this is the one to begin with, by the place of the hips, or of all of it."""
        place = self._place(person)
        box = person.body.box
        pointed = bool((place > box[:2]).all() and (place < box[2:]).all())
        return person.off(place) < person.body.torso or (self._wanted.person == HERE and pointed)

    def _place(self, person: Person) -> Array:
        """Where the one to begin with is, pixels."""
        return np.array(self._wanted.near or (0.0, 0.0)) * person.body.size

    def _bodies(self) -> tuple[Detection, ...]:
        return tuple(person.body for person in self._others)

    # ------------------------------------------------------------------------------ following

    def _follow(self, person: Person | None, body: Detection, t: float) -> Person:
        fits = self._fits(body, t)
        if person is None:
            person = Person(body, t, fits)
        else:
            person.body, person.seen_s = body, t
            person.fitting += 0.3 * (fits - person.fitting)
        person.shapes.append(body.shape)
        return person

    def _fits(self, body: Detection, t: float) -> float:
        if self._wanted.fits is None:
            return 1.0
        return float(self._wanted.fits(body.pose(t)))

    def _follow_others(self, bodies: list[Detection], t: float) -> list[Person]:
        left, people = list(self._others), []
        for body in bodies:
            near = [p for p in left if np.hypot(*(p.body.hips - body.hips)) < 1.2 * p.body.torso]
            before = min(near, key=lambda p: float(np.hypot(*(p.body.hips - body.hips))),
                         default=None)  # fmt: skip
            if before is not None:
                left.remove(before)
            people.append(self._follow(before, body, t))
        return people + [person for person in left if t - person.seen_s < GONE_S]

    # ------------------------------------------------------------------------------- choosing

    def _choose(self, people: list[Person], width: int) -> tuple[Person, bool, str]:
        """The one who exercises, whether that is a guess, and a line to say."""
        if self._wanted.person == HERE and self._held is not None:
            return self._held, False, ""
        if self._wanted.person:
            return _named(people, self._wanted.person), False, ""
        able = [p for p in people if p.fitting > 0.5]
        if not able:  # nobody is in posture yet
            return self._nearest(people, width), False, ""
        if len(able) == 1:
            return able[0], False, ""
        moving = [p for p in able if p.moving]
        if self._wanted.moves and len(moving) == 1:
            return moving[0], False, ""
        if self._wanted.moves and not moving and self._held in able:
            return self._held, False, ""  # the movement will tell
        able.sort(key=lambda p: -p.size)
        if able[0].size > NEARER * able[1].size:
            return able[0], False, "more than one person is in position; the nearer one is judged"
        able = [p for p in able if able[0].size <= NEARER * p.size]
        moving = [p for p in able if p.moving]
        if len(moving) == 1:
            return moving[0], False, ""
        same = self._held if self._held in able else self._nearest(able, width)
        assert same is not None
        if len(moving) < 2:
            return same, False, ""
        also = [p for p in moving if p is not same]
        if all(mirrored(same, p) for p in also):
            return same, False, "a mirror shows the same person again"
        covered = any(_shared(same, p) > COVERED for p in also)
        why = (
            f"more than one person does this; {_place_in_row(same, people)} is judged: "
            "--person left, right or a number takes another"
        )
        return same, covered, "" if covered else why

    def _nearest(self, people: list[Person], width: int) -> Person:
        """The largest; of those about as large, the held one or the one nearest to the middle."""
        largest = max(p.size for p in people)
        about = [p for p in people if p.size * NEARER >= largest]
        if self._held in about:
            return self._held
        return min(about, key=lambda p: abs(float(p.body.hips[0]) - width / 2))


def _row(people: list[Person]) -> list[Person]:
    """All people from the left."""
    return sorted(people, key=lambda p: float(p.body.hips[0]))


def _named(people: list[Person], person: str) -> Person:
    """The one at a place from the left."""
    row = _row(people)
    if person == "left":
        return row[0]
    if person == "right":
        return row[-1]
    return row[min(int(person), len(row)) - 1]


def _place_in_row(person: Person, people: list[Person]) -> str:
    """Where somebody is among all people, in words."""
    row = _row(people)
    at = row.index(person)
    ends = {0: "the one on the left", len(row) - 1: "the one on the right"}
    return ends.get(at, f"number {at + 1} from the left")


def _shared(a: Person, b: Person) -> float:
    """How much of the smaller body's box lies in the other's."""
    low = np.maximum(a.body.box[:2], b.body.box[:2])
    high = np.minimum(a.body.box[2:], b.body.box[2:])
    areas = [float(np.prod(p.body.box[2:] - p.body.box[:2])) for p in (a, b)]
    return float(np.prod(np.clip(high - low, 0, None))) / max(min(areas), 1.0)


def mirrored(a: Person, b: Person) -> bool:
    """Whether two people have been mirror images of each other through their latest looks."""
    looks = min(len(a.shapes), len(b.shapes))
    if looks < 3:
        return False
    apart = [
        float(np.sort(np.hypot(*(a.shapes[-i] - reflected(b.shapes[-i])).T))[-3])
        for i in range(1, looks + 1)
    ]
    return max(apart) < MIRRORED


def reflected(shape: Array) -> Array:
    """A shape as a mirror shows it: turned round, left for right."""
    half = len(shape) // 2
    return np.concatenate([shape[half:], shape[:half]]) * [-1.0, 1.0]
