"""When a measure makes a repetition or a hold: the rules that a drill declares.

``judge.reps`` and ``judge.holds`` keep them. Times are seconds, levels have the measure's unit.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOST_S", "MAX_GAP_S", "MOMENT_S", "HoldRule", "RepRule"]

#: Unseen for longer than this, a repetition is given up and a hold's clock stops (drills.md 2.2).
MAX_GAP_S = 1.0

#: Unseen for longer than this, a hold is over (EC).
LOST_S = 3.0

#: The median of so long tells where somebody is. A pose jumps for less, and what walks in front of
#: a person is drawn for less into what is seen of them (EC).
MOMENT_S = 0.3


@dataclass(frozen=True)
class RepRule:
    """When a signal makes a repetition. Levels are changes from the person's own rest.

    Attributes:
        start: the rise above rest that begins a repetition.
        end: below this rise it is over (hysteresis: less than ``start``).
        top: the rise that makes it whole; a peak between ``start`` and ``top`` is a partial.
        full: the rise of the drill's full mark (for the score and the progress bar).
        top_at: an absolute level the peak must reach too, or None.
        dwell_s: how long ``start`` and ``end`` must hold (drills.md 1.0: 0.15 s).
        min_s: rise and fall together take at least this long (drills.md 1.0: 0.8 s).
        refractory_s: after one ends, the next cannot begin for this long (drills.md 1.0).
        back: a fall by this share of the rise, followed by a new rise of ``start``, also ends
            a repetition: people who hurry do not come all the way back (EC).
    """

    start: float
    end: float
    top: float
    full: float
    top_at: float | None = None
    dwell_s: float = 0.15
    min_s: float = 0.8
    refractory_s: float = 0.3
    back: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.end < self.start < self.top <= self.full:
            raise ValueError(
                "a RepRule needs 0 < end < start < top <= full, got "
                f"end={self.end}, start={self.start}, top={self.top}, full={self.full}"
            )


@dataclass(frozen=True)
class HoldRule:
    """When a posture is held (drills.md section 2).

    Attributes:
        enter: the value at which the hold is on.
        end: below this the posture is lost for good (foot down, knee down).
        ended_by: what to call that end.
        start_s: how long ``enter`` must hold before the clock starts (it is back-dated).
        end_s: how long ``end`` must hold.
        wobble_s: out of ``enter`` for this long keeps the clock running.
        pause_s: longer pauses it, until this; longer still ends the hold.
        least_s: a shorter one was not a hold.
        within: the hold lasts while the signal is at its own level, so that the way into a deep
            position and out of it is no part of it; None: while it is above ``enter``. Where the
            way ends is found from when it passed ``enter`` and came within this of the hold's
            middle. It is told when the hold is over; the clock meanwhile runs from ``enter``.
    """

    enter: float
    end: float
    ended_by: str
    start_s: float = 0.5
    end_s: float = 0.15
    wobble_s: float = 0.5
    pause_s: float = 1.5
    least_s: float = 1.0
    within: float | None = None

    def __post_init__(self) -> None:
        if not self.end < self.enter:
            raise ValueError(f"a HoldRule needs end < enter, got {self.end} and {self.enter}")
