"""A form fault: what to say, what the camera saw, when it counts, and from where it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from math import inf

from ..events import Reason
from .facts import Facts
from .measures import Measure
from .thresholds import Judged, Watched

__all__ = ["Fault", "Seen", "from_the_front", "from_the_side", "lens_above", "square_on"]


@dataclass(frozen=True)
class Seen:
    """From where a fault is seen.

    Attributes:
        words: ``from the front``, …
        fits: facts -> whether the camera can see it; None: no more is asked than the drill's view.
        anywhere: from wherever the drill counts, also from where its other faults cannot be judged.
        reason: why not, where it cannot.
        askew: facts -> whether it cannot since the camera stands askew, which is the reason then.
    """

    words: str
    fits: Callable[[Facts], bool] | None = None
    reason: Reason = Reason.WRONG_VIEW
    anywhere: bool = False
    askew: Callable[[Facts], bool] | None = None

    def why(self, rep: Facts) -> Reason:
        """Why it cannot be seen, where ``fits`` denies it."""
        return Reason.WRONG_VIEW if self.askew is not None and self.askew(rep) else self.reason


WHERE_THE_CARD_SAYS = Seen("with the camera where the card says")
#: Tempo, holds and near-falls show from wherever the movement can be counted.
ANYWHERE = Seen("wherever the drill counts", anywhere=True)


def from_the_front(by: Measure, at_least: float) -> Seen:
    """From the front: ``by``, the width of the shoulders at rest, is at least this."""
    words = f"from the front ({by.name} at rest {at_least:g} or more)"
    return Seen(words, lambda rep: rep.rest(by) >= at_least)


def from_the_side(by: Measure, at_most: float) -> Seen:
    """From the side: ``by``, the width of shoulders or knees at rest, is at most this."""
    words = f"from the side ({by.name} at rest {at_most:g} or less)"
    return Seen(words, lambda rep: rep.rest(by) <= at_most)


def square_on(by: Measure, within: float = 0.10) -> Seen:
    """Square from the front or the back: ``by``, how far the feet point aside, is at most this at
    rest. Much finer than the width of the shoulders, which hardly shrinks in the first 25 degrees.

    0.10 T is about 13 degrees. From 25 a leg that goes out also goes to the lens or away from it,
    which shortens it and tilts the hip line: on 6 bodies from 7 turns and 3 heights good form was
    flagged 80 times, and never within 0.10 (measured).
    """
    words = f"square from the front ({by.name} at rest within {within:g})"
    return Seen(words, lambda rep: abs(rep.rest(by)) <= within)


def lens_above(by: Measure, at_least: float, at_most: float = inf) -> Seen:
    """From a lens well above the body: ``by``, which grows with its height, is at least this at
    rest. More than ``at_most`` is a camera that stands askew."""
    most = f" and {at_most:g} or less" if at_most < inf else ""
    words = f"from a lens well above the body ({by.name} at rest {at_least:g} or more{most})"
    return Seen(words, lambda rep: at_least <= rep.rest(by) <= at_most, Reason.CAMERA_TOO_LOW,
                askew=lambda rep: rep.rest(by) > at_most)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A form fault; authors write it as ``fault(code, cue, saw, when, source=…)``.

    Attributes:
        code: as results name it.
        cue: the one thing to say, at most eight words, an outside goal where one exists
            [Wulf10].
        saw: what the camera saw, as a plain sentence.
        when: a quantity and its threshold, such as ``at_top(body_line).below(178, strong=168)``.
        source: where the thresholds come from: [tag] of drills.md, EC, or "measured".
        severity: 0 note, 1 polish, 2 fix now, 3 stop (``near_fall`` only).
        seen: from where; not given, from where the drill's view can judge.
        confidence: A reliable, B only large errors (drills.md).
        certain: False for a fault that is only reported as possible.
        unless: the code of a watched fault that explains this one away while it stands.

    Raises:
        ValueError: a declaration that cannot be right, in one line.
    """

    code: str
    cue: str
    saw: str
    when: Judged | Watched
    _: KW_ONLY
    source: str
    severity: int = 1
    seen: Seen = WHERE_THE_CARD_SAYS
    confidence: str = "A"
    certain: bool = True
    unless: str | None = None

    def __post_init__(self) -> None:
        where = f"fault {self.code!r}"
        if not isinstance(self.when, (Judged, Watched)):
            raise ValueError(f"{where}: expected a quantity with a threshold, as "
                             "at_top(measure).above(10, strong=20), "
                             f"got {type(self.when).__name__}")  # fmt: skip
        if len(self.cue.split()) > 8:
            raise ValueError(f"{where}: a cue has at most 8 words, got {self.cue!r}")
        if self.severity not in (0, 1, 2, 3) or self.confidence not in ("A", "B"):
            raise ValueError(f"{where}: severity 0-3 and confidence A or B are expected")
        if not self.source or not self.saw:
            raise ValueError(f"{where} needs a source and a sentence of what was seen")
        if isinstance(self.when, Watched) and self.seen.fits is not None:
            raise ValueError(f"{where}: seen= is asked of a whole movement, so it goes with "
                             "at_top, change, each_rep …, not with throughout")  # fmt: skip

    def sees(self, rep: Facts) -> bool:
        """Whether the camera could see this fault in a repetition or hold."""
        if not (rep.square or self.seen.anywhere):
            return False
        return self.seen.fits is None or self.seen.fits(rep)

    def blind(self, rep: Facts) -> tuple[tuple[float, float], ...]:
        """The stretches of a repetition or hold in which the camera could not see this fault. A
        watched fault is judged moment by moment, so it may be blind to a part of it."""
        if isinstance(self.when, Watched):
            return () if self.seen.anywhere else rep.askew
        return () if self.sees(rep) else ((rep.start_s, rep.end_s),)

    @property
    def unit(self) -> str:
        return self.when.unit

    @property
    def warn(self) -> float:
        return self.when.warn

    @property
    def strong(self) -> float:
        return self.when.strong

    @property
    def below(self) -> bool:
        """Whether a smaller magnitude is the worse one."""
        return self.when.below
