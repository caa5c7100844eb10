"""What counts: repetitions or holds of the main measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .facts import Facts
from .measures import Measure
from .rules import HoldRule, RepRule

__all__ = ["Counts", "holds", "reps"]


@dataclass(frozen=True)
class Counts:
    """The main measure, the rule that counts or times it, and what else must be true.

    Attributes:
        only_if: facts -> whether the movement was this drill's; a movement that was not is
            neither counted nor flagged, and reported as ``wrong_exercise``.
        or_if: facts -> whether a repetition that fell short in the main measure was whole.
    """

    main: Measure
    rule: RepRule | HoldRule
    only_if: Callable[[Facts], bool] | None = None
    or_if: Callable[[Facts], bool] | None = None


def reps(
    main: Measure,
    *,
    begins: float,
    ends: float,
    whole: float,
    full: float,
    whole_at: float | None = None,
    or_if: Callable[[Facts], bool] | None = None,
    only_if: Callable[[Facts], bool] | None = None,
    min_s: float = 0.8,
    pause_s: float = 0.3,
) -> Counts:
    """Counts repetitions. Levels are changes from the person's own rest, in the measure's unit.

    Args:
        main: what is counted; it must rise with the movement.
        begins: the rise that begins a repetition.
        ends: below this rise it is over (hysteresis: less than ``begins``).
        whole: the rise that makes it whole; less is a partial one.
        full: the rise of the full mark (for the score and the progress bar).
        whole_at: a value that the peak must reach too, whatever the rise.
        or_if: facts -> whether it was whole although the main measure fell short of that.
        only_if: facts -> whether the movement was this drill's.
        min_s: rise and fall together take at least this long.
        pause_s: after one ends, the next cannot begin for this long.

    Raises:
        ValueError: levels in the wrong order.
    """
    if not 0 < ends < begins < whole <= full:
        raise ValueError(
            f"reps({main.name}): expected 0 < ends < begins < whole <= full, got "
            f"ends={ends:g}, begins={begins:g}, whole={whole:g}, full={full:g}"
        )
    rule = RepRule(begins, ends, whole, full, whole_at, min_s=min_s, refractory_s=pause_s)
    return Counts(main, rule, only_if, or_if)


def holds(
    main: Measure,
    *,
    on_above: float,
    off_below: float,
    ended_by: str,
    only_if: Callable[[Facts], bool] | None = None,
    on_for_s: float = 0.5,
    off_for_s: float = 0.15,
    wobble_s: float = 0.5,
    pause_s: float = 1.5,
    least_s: float = 1.0,
    within: float | None = None,
) -> Counts:
    """Times holds. Levels are values of the measure, in its unit.

    Args:
        main: what is timed; it must rise on the way into the position.
        on_above: the value from which the hold is on, after ``on_for_s`` seconds (back-dated).
        off_below: below this for ``off_for_s`` seconds the position is lost for good.
        ended_by: what results call that end: ``foot_down`` …
        only_if: facts -> whether the hold was this drill's.
        wobble_s: under ``on_above`` for this long keeps the clock running.
        pause_s: longer stops the clock until this; longer still ends the hold.
        least_s: a shorter one was not a hold.
        within: the hold lasts while the measure is this near its own level, so that the way into
            a deep position and out of it is no part of it (see ``HoldRule``).

    Raises:
        ValueError: levels in the wrong order.
    """
    if not off_below < on_above:
        raise ValueError(f"holds({main.name}): expected off_below < on_above, got "
                         f"off_below={off_below:g}, on_above={on_above:g}")  # fmt: skip
    rule = HoldRule(on_above, off_below, ended_by, on_for_s, off_for_s, wobble_s, pause_s, least_s,
                    within)  # fmt: skip
    return Counts(main, rule, only_if)
