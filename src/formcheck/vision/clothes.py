"""Whether the body that is tracked is still the same person, told by clothes: somebody who walks
through in front of the one who exercises takes the tracker along."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from ..body.pose import Joint
from .detection import Detection
from .frames import Image

__all__ = ["SamePerson", "colours", "leap", "on_foot"]

Array = NDArray[np.float64]

#: All of a body, trunk and feet, has gone this far, torsos, within so many seconds: no drill moves
#: so. Measured: at most 0.04 on 65 of the 67 development clips, from 0.3 where somebody walks by.
LEAP, WITHIN_S = 0.2, 0.16
#: So long after a leap the clothes are compared, s.
LEAPT_S = 0.5
#: The colours of the trunk and of the thighs both differ by this much, grey levels. Between what is
#: measured: 20 development clips up to 35 (a leg behind the other), passers-by 40-64.
OTHER = 37.0
#: How quickly the remembered colours follow, s, and how often they are taken.
FOLLOWS_S, EVERY_S = 2.0, 0.25
#: After so long it is taken that the one who is tracked is meant, s (EC: people pass within two).
PASSES_S = 2.5

_PARTS = tuple(
    tuple((Joint[f"{side}_{a}"], Joint[f"{side}_{b}"]) for side in ("LEFT", "RIGHT"))
    for a, b in (("SHOULDER", "HIP"), ("HIP", "KNEE"))
)
_FEET = [Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]
#: Places along a bone where its colour is taken.
_ALONG = np.linspace(0.25, 0.75, 6)[:, None]


def colours(image: Image, body: Detection) -> Array:
    """(2, 3) mean colours of trunk and thighs; NaN for a part that is not in the picture."""
    height, width = image.shape[:2]
    found = np.full((2, 3), np.nan)
    for i, bones in enumerate(_PARTS):
        ends = [(body.xy[a], body.xy[b]) for a, b in bones]
        if i == 0:  # inside of the trunk, not along its edges
            middle = [(a + b) / 2 for a, b in zip(*ends, strict=True)]
            ends = [((end[0] + middle[0]) / 2, (end[1] + middle[1]) / 2) for end in ends]
        at = np.concatenate([a + (b - a) * _ALONG for a, b in ends]).round().astype(int)
        at = at[(at >= 0).all(axis=1) & (at < (width, height)).all(axis=1)]
        if len(at) >= 6:
            found[i] = image[at[:, 1], at[:, 0]].mean(axis=0)
    return found


def leap(before: Detection, now: Detection) -> float:
    """How far all of a body has moved, in torsos: the part of it that moved least."""
    return _leap(_ends(before), _ends(now))


def _ends(body: Detection) -> Array:
    """(4, 2) px: the middles of shoulders and hips, the ankles."""
    return np.stack([body.shoulders, body.hips, *body.xy[_FEET]])


def _leap(before: Array, now: Array) -> float:
    torso = max(float(np.hypot(*(ends[0] - ends[1]))) for ends in (before, now))
    return float(np.hypot(*(now - before).T).min()) / max(torso, 1.0)


def on_foot(body: Detection) -> bool:
    """Whether a body is upright in the picture, as somebody is who walks by."""
    feet = body.xy[_FEET, 1]
    trunk = body.hips[1] - body.shoulders[1]
    return bool(trunk > 0.8 * body.torso and (feet - body.hips[1] > 0.8 * body.torso).all())


class SamePerson:
    """Follows the tracked body of one stream, frame by frame.

    Attributes:
        own: where the person was last tracked, while somebody else is; else None.
    """

    def __init__(self) -> None:
        self.own: Detection | None = None
        self.forget()

    def forget(self) -> None:
        """Another person is meant from now on."""
        self.own, self._colours, self._t = None, np.full((2, 3), np.nan), -9.0
        self._recent: deque[tuple[float, Detection, Array]] = deque()
        self._leapt_s, self._lost_s = -9.0, 0.0

    def update(self, t: float, image: Image, body: Detection) -> bool:
        """Whether ``body``, tracked in ``image`` at ``t`` s, is the same person as before."""
        while self._recent and self._recent[0][0] < t - WITHIN_S:
            self._recent.popleft()
        ends = _ends(body)
        if self._recent and _leap(self._recent[0][2], ends) > LEAP:
            self._leapt_s = t
        leapt = t - self._leapt_s < LEAPT_S
        if leapt or self.own is not None or t - self._t >= EVERY_S:
            self._compare(t, colours(image, body), body, leapt)
        self._recent.append((t, body, ends))
        return self.own is None

    def _compare(self, t: float, seen: Array, body: Detection, leapt: bool) -> None:
        """Tell by the colours that are seen who it is, and remember those of the same person."""
        differs = np.nan_to_num(np.abs(seen - self._colours).max(axis=1))
        other = on_foot(body) and bool((differs > OTHER).all())
        if self.own is None and other and leapt and self._recent:
            self.own, self._lost_s = self._recent[0][1], t
        elif self.own is not None and (not other or t - self._lost_s > PASSES_S):
            self.forget()
        if self.own is None:
            gain = 1 - np.exp(-(t - self._t) / FOLLOWS_S)
            known = np.where(np.isnan(self._colours), seen, self._colours)
            self._colours, self._t = known + gain * np.nan_to_num(seen - known), t
