"""Whom to look for in the picture, said in what the room that finds people understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..body.pose import Pose
from ..body.steady import Stabiliser
from ..vision.people import Wanted, person_named

if TYPE_CHECKING:
    from ..drill import Drill

__all__ = ["whom"]


def whom(
    drill: Drill | None = None, person: str = "", near: tuple[float, float] | None = None
) -> Wanted:
    """Who exercises: the person in the posture of ``drill``, or the one that ``person`` names.

    Args:
        drill: what is about to be done; None where that is not known.
        person: ``left``, ``right``, a number from the left, or ``auto``.
        near: where the one to begin with has the hips, as shares of the picture, once known.

    Raises:
        UsageError: ``person`` is none of these.
    """
    named = person_named(person)
    if drill is None or named:
        return Wanted(named, None, named)
    posture, side_of = drill.view.posture, drill.side_of

    def fits(pose: Pose) -> bool:
        body = Stabiliser().body(pose)
        if body is None or not abs(body.trunk.axis) > 1.0:
            return False
        body.torso = abs(body.trunk.axis)
        if side_of is not None:
            body.side = side_of(body)
        return bool(posture(body))

    return Wanted(drill.name, fits, moves=drill.kind == "reps", near=near)
