"""The line of the floor between two feet, as a camera that stands askew sees it.

From askew one foot of somebody who stands on both is nearer to the camera than the other, so it
appears lower: 0.1 T at 25 degrees (measured on truth projected from there), more than the lift
that counts as a raised foot.
"""

from __future__ import annotations

from collections import deque
from math import isfinite, nan

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


class FloorLine:
    """Learns the slope from moments in which both feet carry; 0 until there was one."""

    def __init__(self) -> None:
        self.slope = 0.0
        self._seen: deque[tuple[float, float]] = deque()

    def update(self, body: Body) -> float:
        """The slope so far, up per right in the picture; frames that say nothing change nothing."""
        left, right = body.as_seen(Joint.LEFT_ANKLE), body.as_seen(Joint.RIGHT_ANKLE)
        way = left - right
        slope = way.imag / way.real if abs(way.real) > NEAREST * body.torso else nan
        off = (body.trunk.hip - (left + right) / 2).real / way.real if isfinite(slope) else nan
        if not (abs(slope) < STEEPEST and abs(off) < BETWEEN):
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
