"""Where the camera stands and what it must see, with the places that many drills share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..body import postures
from ..body.measures import Body

__all__ = ["View", "beside_the_mat", "beside_you", "in_front"]


@dataclass(frozen=True)
class View:
    """Where the camera stands and what it must see.

    Attributes:
        name: ``front``, ``side``, ``foot`` …
        camera: where to put it, in words for the person.
        fits: body -> whether the drill can be counted from where the camera is.
        posture: body -> whether the body is in the drill's posture (all through the movement,
            not at rest only).
        needs: body parts that must be seen, of the working side; with ``needs_other`` of the
            other side too.
        judges: body -> whether its faults can be judged from there as well; None: wherever it
            counts. A movement can be counted from far more places than a fault can be judged.
    """

    name: str
    camera: str
    fits: Callable[[Body], bool]
    posture: Callable[[Body], bool]
    needs: tuple[str, ...] = ("shoulder", "hip", "knee", "ankle")
    needs_other: tuple[str, ...] = ()
    judges: Callable[[Body], bool] | None = None


_STANDING = "lens at hip height, 2.2-3 m away, head and feet in the picture."


def beside_the_mat(
    posture: Callable[[Body], bool],
    needs: tuple[str, ...] = ("shoulder", "hip", "knee"),
    camera: str = "Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
    fits: Callable[[Body], bool] = postures.roughly_side_on,
    judges: Callable[[Body], bool] = postures.square_side_on,
) -> View:
    """Low beside somebody who lies or kneels."""
    return View("side", camera, fits, posture, needs, judges=judges)


def in_front(
    posture: Callable[[Body], bool],
    needs: tuple[str, ...] = ("shoulder", "hip", "knee", "ankle"),
    needs_other: tuple[str, ...] = (),
    camera: str = f"In front of you, {_STANDING}",
    fits: Callable[[Body], bool] = postures.facing_camera,
) -> View:
    """In front of somebody who stands."""
    return View("front", camera, fits, posture, needs, needs_other)


def beside_you(
    posture: Callable[[Body], bool],
    needs: tuple[str, ...] = (),
    camera: str = f"Beside you, {_STANDING}",
    fits: Callable[[Body], bool] = postures.side_on,
    judges: Callable[[Body], bool] | None = None,
) -> View:
    """Beside somebody who stands; the far leg is judged as drawn."""
    return View("side", camera, fits, posture, needs, judges=judges)
