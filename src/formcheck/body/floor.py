"""The line of the floor between two feet, as a camera that stands askew sees it.

From askew one foot of somebody who stands on both is nearer to the camera than the other, so it
appears lower: 0.1 T at 25 degrees (measured on truth projected from there), more than the lift
that counts as a raised foot.
"""

from __future__ import annotations

import cmath
from collections import deque
from math import degrees, isfinite, nan

from .measures import Body
from .pose import Joint

__all__ = ["FloorLine"]

#: The line must keep its slope so long, s, within so much, to be believed (EC).
STEADY_S, STEADY = 0.25, 0.04
#: Feet nearer to each other than this, T, say little of the slope; a steeper one is a lifted foot.
NEAREST, STEEPEST = 0.15, 0.6
#: Somebody stands on both feet while the hips are within this share of the middle between them;
#: on one leg they are 0.3-0.5 away (measured).
BETWEEN = 0.2
#: A camera that is itself tilted turns trunk, hips and shoulders alike: within so much of each
#: other, deg, and by no more than this; the mean over so many seconds (EC).
AS_ONE, MOST_ROLL, ROLL_S = 4.0, 12.0, 8.0


class FloorLine:
    """Learns the slope from moments in which both feet carry; 0 until there was one."""

    def __init__(self) -> None:
        self.slope = 0.0
        self._roll, self._rolled_s, self._t = 0.0, 0.0, nan
        self._seen: deque[tuple[float, float]] = deque()

    def update(self, body: Body) -> float:
        """The slope so far, up per right in the picture; frames that say nothing change nothing."""
        left, right = body.as_seen(Joint.LEFT_ANKLE), body.as_seen(Joint.RIGHT_ANKLE)
        way = left - right
        slope = way.imag / way.real if abs(way.real) > NEAREST * body.torso else nan
        upright = cmath.exp(-1j * self._steady_roll(body))  # turns the person upright
        span = way * upright
        aside = (body.trunk.hip - (left + right) / 2) * upright
        steep = abs(span.imag / span.real) if isfinite(slope) and span.real else nan
        off = abs(aside.real / span.real) if isfinite(slope) and span.real else nan
        if not (steep < STEEPEST and off < BETWEEN):
            self._seen.clear()
            return self.slope
        t = body.pose.t
        self._seen.append((t, slope))
        while t - self._seen[0][0] > 2 * STEADY_S:
            self._seen.popleft()
        slopes = [s for _, s in self._seen]
        if t - self._seen[0][0] >= STEADY_S and max(slopes) - min(slopes) < STEADY:
            self.slope = sum(slopes) / len(slopes)
        return self.slope

    def _steady_roll(self, body: Body) -> float:
        """The camera keeps still and the body does not, so the roll is a slow mean, rad."""
        now, dt = roll(body), body.pose.t - self._t
        if isfinite(now):
            step = min(dt, STEADY_S) if dt > 0 else 0.0
            self._rolled_s = min(self._rolled_s + step, ROLL_S)
            self._roll += step / self._rolled_s * (now - self._roll) if self._rolled_s else now
        self._t = body.pose.t
        return self._roll


def roll(body: Body) -> float:
    """How far the picture is turned, rad, counter-clockwise; NaN where the body does not say.

    A tilted camera turns the trunk, the line of the hips and that of the shoulders by the same
    angle. A trunk that leans over the standing leg or a pelvis that drops turns one of them.
    """
    across = [body.between(part) for part in ("hip", "shoulder")]
    if not all(abs(line.real) > NEAREST * body.torso for line in across):
        return nan
    turns = [
        cmath.phase(body.trunk.axis / 1j),
        *(cmath.phase(line if line.real > 0 else -line) for line in across),
    ]
    middle = sum(turns) / len(turns)
    as_one = degrees(max(turns) - min(turns)) < AS_ONE
    return middle if as_one and degrees(abs(middle)) < MOST_ROLL else nan
