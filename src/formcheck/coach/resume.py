"""What is left of a session that was cut off: pure, from its sets and what was done of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from ..body.pose import Side
from .session import Item, credit

__all__ = ["Earlier", "left_to_do"]


@dataclass(frozen=True)
class Earlier:
    """One set as the journal has it; ``holds`` are their seconds."""

    drill: str
    status: str
    reps: int = 0
    holds: tuple[float, ...] = ()
    side: Side | None = None


def left_to_do(
    items: Sequence[Item], earlier: Iterable[Earlier]
) -> tuple[list[Item], dict[int, Side]]:
    """The sets that are still to be done, and the side that each part began with.

    A set that was cut off continues with what is left of it; a drill that was stopped with
    "ouch" is not.
    """
    sets = list(earlier)
    ouch = {each.drill for each in sets if each.status == "ouch"}
    left: list[Item] = []
    sides: dict[int, Side] = {}
    for item in items:
        if item.drill.name in ouch:
            continue
        to_do: float = item.dose.reps or 1
        while to_do > 0:
            done = next((each for each in sets if each.drill == item.drill.name), None)
            if done is None:
                break
            sets.remove(done)
            if item.turn == "first" and done.side is not None:
                sides[item.part] = done.side
            whole = done.status in ("done", "stopped")
            to_do = 0 if whole else to_do - _share(item, done)
        if to_do > 0:
            reps = item.dose.reps and ceil(to_do)
            left.append(replace(item, dose=replace(item.dose, reps=reps)))
    return left, sides


def _share(item: Item, done: Earlier) -> float:
    """How much of what is asked was done: repetitions, or whole and half holds."""
    if item.drill.kind == "reps":
        return done.reps
    return sum(credit(seconds, item.dose.hold_s) for seconds in done.holds)
