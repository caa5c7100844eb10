"""Points of the body by plain names, looked up once when a drill is declared.

``hips``, ``shoulders``, ``knees``, ``ankles`` are middles; ``nose`` is the nose. All others are a
side and a part: ``near knee``, ``working ankle``. Sides: near and far (of the camera), working and
other, left and right, and lower and higher (in the picture). A hidden joint is NaN; with ``drawn``
in front (``drawn far hip``) it is where the model draws it, seen or not. Middles, lower and higher
are always as drawn.
"""

from __future__ import annotations

from collections.abc import Callable

from ..body.measures import Body
from ..body.pose import Joint, Side

__all__ = ["PARTS", "SIDES", "Point", "one_side", "point", "said"]

Point = Callable[[Body], complex]

_MIDDLES: dict[str, tuple[str, Point]] = {
    "hips": ("the hips", lambda body: body.trunk.hip),
    "shoulders": ("the shoulders", lambda body: body.trunk.shoulder),
    "knees": ("the knees", lambda body: body.knees),
    "ankles": ("the ankles", lambda body: body.ankles),
    "nose": ("the nose", lambda body: body.nose),
}
PARTS = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe")
SIDES = ("near", "far", "working", "other", "left", "right")


def one_side(name: str) -> Callable[[Body], Side]:
    """The side that ``near``, ``working``, … means of a body.

    Raises:
        ValueError: no side is called so.
    """
    sides: dict[str, Callable[[Body], Side]] = {
        "near": lambda body: body.near_side,
        "far": lambda body: body.near_side.other,
        "working": lambda body: body.side or body.near_side,
        "other": lambda body: (body.side or body.near_side).other,
        "left": lambda body: Side.LEFT,
        "right": lambda body: Side.RIGHT,
    }
    if name not in sides:
        raise ValueError(f"expected a side ({', '.join(SIDES)}), got {name!r}")
    return sides[name]


def point(name: str) -> Point:
    """The function that finds this point of a body.

    Raises:
        ValueError: no point is called so.
    """
    if name in _MIDDLES:
        return _MIDDLES[name][1]
    drawn = name.startswith("drawn ")
    side, _, part = name.removeprefix("drawn ").partition(" ")
    if part not in PARTS or side not in (*SIDES, "lower", "higher"):
        raise ValueError(
            f"expected a point of the body ({', '.join(_MIDDLES)}, or a side and a part as "
            f"'near knee'), got {name!r}"
        )
    part = "foot_index" if part == "toe" else part
    left, right = Side.LEFT.joint(part), Side.RIGHT.joint(part)
    if side in ("lower", "higher"):
        return _by_height(left, right, side == "lower")
    of_body = one_side(side)
    if drawn:
        return lambda body: body.as_seen(left if of_body(body) is Side.LEFT else right)
    if side == "near":  # the most frequent one by far, spared a call
        return lambda body: body.point(left if body.near_side is Side.LEFT else right)
    return lambda body: body.point(left if of_body(body) is Side.LEFT else right)


def _by_height(left: Joint, right: Joint, lower: bool) -> Point:
    def find(body: Body) -> complex:
        a, b = body.as_seen(left), body.as_seen(right)
        return a if (a.imag <= b.imag) is lower else b

    return find


def said(name: str) -> str:
    """A point in words: ``the near knee``."""
    if name in _MIDDLES:
        return _MIDDLES[name][0]
    drawn = ", as drawn" if name.startswith("drawn ") else ""
    return f"the {name.removeprefix('drawn ')}{drawn}"
