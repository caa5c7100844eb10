"""What can be measured of a body, by the names a physiotherapist uses.

Each word gives a function from a body to a number (NaN where a joint it needs is hidden); its
docstring says what the number means, so that ``--explain`` can. Points are named as in ``points``.
Lengths are torsos (shoulder middle to hip middle), angles degrees.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import geometry
from ..body.measures import Body
from ..body.pose import Side
from .points import one_side, point, said

__all__ = [
    "abduction",
    "bend",
    "body_line",
    "feet_aside",
    "fppa",
    "gap",
    "hands_from_shoulders",
    "height",
    "hip_bend",
    "incline",
    "joint_angle",
    "knee_angle",
    "knee_bend",
    "lean",
    "lean_towards",
    "lifted",
    "long_leg_out",
    "off_the_floor",
    "outward",
    "pelvic_hike",
    "place",
    "prone_line",
    "room_beside",
    "shift",
    "shoulder_tilt",
    "shoulder_width",
    "spread",
    "thigh_forward",
    "trunk_forward",
]

Length = Callable[[Body], float]
Angle = Callable[[Body], float]


def _worded(function: Callable[[Body], float], words: str) -> Callable[[Body], float]:
    function.__doc__ = words
    function.__name__ = words
    return function


# -- lengths and places ----------------------------------------------------------------------


def height(a: str, above: str) -> Length:
    """How much higher ``a`` is than ``above`` in the picture."""
    p, q = point(a), point(above)
    return _worded(
        lambda body: body.height(p(body), q(body)), f"height of {said(a)} above {said(above)}"
    )


def off_the_floor(a: str, above: str) -> Length:
    """How much higher ``a`` is than ``above``, of two feet on a floor that looks aslant."""
    p, q = point(a), point(above)
    words = f"height of {said(a)} above {said(above)}, less the slant of the floor in the picture"
    return _worded(lambda body: body.off_the_floor(p(body), q(body)), words)


def gap(a: str, b: str) -> Length:
    """The distance between two points."""
    p, q = point(a), point(b)
    return _worded(lambda body: body.gap(p(body), q(body)), f"distance from {said(a)} to {said(b)}")


def shift(a: str, past: str) -> Length:
    """How far ``a`` is to the right of ``past`` in the picture."""
    p, q = point(a), point(past)
    words = f"sideways from {said(past)} to {said(a)}; to the right in the picture is positive"
    return _worded(lambda body: body.shift(p(body), q(body)), words)


def outward(a: str, past: str, side: str = "working") -> Length:
    """How far ``a`` is outside of ``past``, seen from the front or the back."""
    p, q, of_body = point(a), point(past), one_side(side)
    words = f"sideways from {said(past)} to {said(a)}; outward of the {side} side is positive"
    return _worded(lambda body: body.shift(p(body), q(body)) * body.outward(of_body(body)), words)


def room_beside(a: str, b: str, while_under: float) -> Length:
    """Sideways room between two points while ``a`` is less than ``while_under`` higher; else 1."""
    p, q = point(a), point(b)
    words = f"sideways room between {said(a)} and {said(b)}; 1 once {while_under:g} T higher"

    def room(body: Body) -> float:
        a, b = p(body), q(body)
        return abs(body.shift(a, b)) if body.height(a, b) < while_under else 1.0

    return _worded(room, words)


def lifted(a: str, off: str) -> Length:
    """How far ``a`` is from ``off`` at right angles to the trunk, away from the floor."""
    p, q = point(a), point(off)
    words = f"from {said(off)} to {said(a)} across the trunk; away from the floor is positive"
    return _worded(lambda body: body.across_up(p(body) - q(body)), words)


def spread(part: str) -> Length:
    """How wide ``hips`` or ``shoulders`` are across the trunk, in % of a torso, chest to camera."""
    words = f"how wide the {part} are across the trunk; wider as the body rolls back"
    if part == "hips":
        return _worded(lambda body: -100 * body.hip_separation, words)
    return _worded(lambda body: -100 * body.shoulder_separation, words)


def place(a: str) -> Callable[[Body], complex]:
    """Where a point is in the picture, for telling whether it moved."""
    p = point(a)

    def find(body: Body) -> complex:
        return body.place(p(body))

    find.__doc__ = f"place of {said(a)} in the picture"
    return find


def shoulder_width(body: Body) -> float:
    """width of the shoulders across the trunk; the wider, the more from the front or the back"""
    return abs(body.shoulder_separation)


def hands_from_shoulders(body: Body) -> complex:
    """place of both hands, each from its shoulder"""
    work, other = body.work, body.other
    return body.place(work.wrist - work.shoulder + other.wrist - other.shoulder)


def feet_aside(body: Body) -> float:
    """how far both feet point to one side of the picture, mean of heel to toe; 0 is square to it"""
    feet = (body.drawn(side) for side in Side)
    return sum(body.shift(foot.toe, foot.heel) for foot in feet) / 2


# -- angles ----------------------------------------------------------------------------------


def joint_angle(a: str, at: str, b: str) -> Angle:
    """The angle at ``at`` between ``a`` and ``b``: 180 is straight."""
    p, q, r = point(a), point(at), point(b)
    words = f"angle at {said(at)} between {said(a)} and {said(b)}; 180 is straight"
    return _worded(lambda body: geometry.angle(p(body), q(body), r(body)), words)


def bend(a: str, at: str, b: str) -> Angle:
    """How far the angle at ``at`` is from straight: 0 is straight."""
    p, q, r = point(a), point(at), point(b)
    words = f"bend at {said(at)} between {said(a)} and {said(b)}; 0 is straight"
    return _worded(lambda body: 180 - geometry.angle(p(body), q(body), r(body)), words)


def knee_angle(side: str) -> Angle:
    """The knee of a side (``near``, ``drawn working`` …): 180 is straight."""
    found = joint_angle(f"{side} hip", f"{side} knee", f"{side} ankle")
    return _worded(found, f"{said(side + ' knee')}; 180 is straight")


def knee_bend(side: str) -> Angle:
    """How far a knee is bent: 0 is straight."""
    found = bend(f"{side} hip", f"{side} knee", f"{side} ankle")
    return _worded(found, f"bend of {said(side + ' knee')}; 0 is straight")


def hip_bend(side: str) -> Angle:
    """Hip flexion, from shoulder, hip and knee: 0 is straight."""
    found = bend(f"{side} shoulder", f"{side} hip", f"{side} knee")
    return _worded(found, f"flexion of {said(side + ' hip')}, shoulder-hip-knee; 0 is straight")


def incline(a: str, to: str) -> Angle:
    """How steeply the line from ``a`` to ``to`` rises above the horizontal, -90 to 90."""
    p, q = point(a), point(to)
    words = f"line from {said(a)} to {said(to)}; 0 is level, rising is positive"
    return _worded(lambda body: geometry.bearing(p(body), q(body)), words)


def lean(a: str, to: str) -> Angle:
    """How far the line from ``a`` to ``to`` leans from straight up; picture right is positive."""
    p, q = point(a), point(to)
    words = f"line from {said(a)} to {said(to)}; 0 is upright, to the right in the picture positive"
    return _worded(lambda body: geometry.lean(p(body), q(body)), words)


def body_line(side: str) -> Angle:
    """Shoulder-hip-knee on the back: 180 is straight, above: the hips are past the line."""
    limb, knee = one_side(side), point(f"{side} knee")
    words = f"{side} shoulder-hip-knee; 180 is straight, above it the hips are past the line"
    return _worded(lambda body: body.body_line(body.limb(limb(body)), knee(body)), words)


def prone_line(side: str) -> Angle:
    """Shoulder-hip-knee, belly to the floor: above 180 the hips sag or the leg is past level."""
    limb, knee = one_side(side), point(f"{side} knee")
    words = f"{side} shoulder-hip-knee; 180 is straight, above it the thigh is past the trunk"
    return _worded(lambda body: body.prone_line(body.limb(limb(body)), knee(body)), words)


def trunk_forward(body: Body) -> float:
    """trunk from upright, seen from the side; forward is positive"""
    return body.trunk_forward


def thigh_forward(side: str) -> Angle:
    """The thigh from straight down, seen from the side, as drawn; forward is positive."""
    of_body = one_side(side)
    words = f"{side} thigh from straight down; forward is positive"
    return _worded(lambda body: body.thigh_forward(body.drawn(of_body(body))), words)


def lean_towards(side: str) -> Angle:
    """The trunk from upright, seen from the front; towards that side is positive."""
    of_body = one_side(side)
    words = f"lean of the trunk from upright; towards the {side} side is positive"
    return _worded(lambda body: body.lean_towards(of_body(body)), words)


def shoulder_tilt(side: str) -> Angle:
    """The shoulder line from level; that side's shoulder being the lower one is positive."""
    of_body = one_side(side)
    words = f"shoulder line from level; the {side} shoulder lower is positive"
    return _worded(lambda body: body.shoulder_tilt(of_body(body)), words)


def pelvic_hike(side: str) -> Angle:
    """Pelvic obliquity; that side's hip being the higher one is positive."""
    of_body = one_side(side)
    words = f"pelvic obliquity; the {side} hip higher is positive"
    return _worded(lambda body: body.hike(of_body(body)), words)


def fppa(side: str) -> Angle:
    """Frontal plane projection angle of the knee; inward is positive."""
    of_body = one_side(side)
    words = f"{side} knee, frontal plane projection angle; inward is positive"
    return _worded(lambda body: body.fppa(of_body(body)), words)


def abduction(side: str) -> Angle:
    """The leg out from the pelvis, seen from the front; outward is positive, a hike is none."""
    of_body = one_side(side)
    words = f"{side} leg out from the pelvis; 0 is straight down, outward is positive"
    return _worded(lambda body: body.abduction(of_body(body)), words)


def long_leg_out(side: str) -> Angle:
    """How far a leg is swung out to the side while it is long, not bent up in front; else 0."""
    of_body = one_side(side)

    def out(body: Body) -> float:
        free = body.limb(of_body(body))
        stands = body.limb(free.side.other)
        long = abs(free.ankle - free.hip) > 0.8 * abs(stands.ankle - stands.hip)
        return body.abduction(free.side) + body.hike(free.side) if long else 0.0

    return _worded(out, f"{side} leg out to the side while it is long; 0 while bent up in front")
