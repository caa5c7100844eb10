"""A picture that stands still: a camera that hangs keeps sending its last one.

The sensor of a working camera is never quite still: noise changes some pixel of every picture,
whoever is in it. So the very same picture for over a second is not a still person but a camera
(or a recording of one) that stands still, and what it shows is not happening now.

Clips may repeat pictures all the same: a recorded screen shows a call of 2 pictures a second 15
times each. So a picture stands still only when it stands clearly longer than those before it.
"""

from __future__ import annotations

from collections import deque
from statistics import median

import numpy as np

from .frames import Image

__all__ = ["STILL_S", "Standstill"]

#: The same picture for longer than this is no picture of now, seconds (EC).
STILL_S = 1.0
#: And for so many times as long as pictures have mostly stood before.
TIMES = 3.0
#: Every so many pixels both ways are compared first: 10 kB of a 720p picture.
STEP = 16


class Standstill:
    """Tells whether a stream stands still, from its pictures in order. Pictures that come once a
    second or more often never do."""

    def __init__(self) -> None:
        self._sample: Image | None = None
        self._image: Image | None = None
        self._since = 0.0
        self._stood: deque[float] = deque(maxlen=9)
        self._spans: list[tuple[float, float]] = []

    def begin(self) -> None:
        """The source was opened again: its first picture is a new one."""
        self._sample = self._image = None

    def __call__(self, t: float, image: Image) -> bool:
        """Whether ``image`` (h, w, 3), seen at ``t`` s, is the one that has stood for too long."""
        sample = image[::STEP, ::STEP].copy()
        same = (
            self._sample is not None
            and self._image is not None
            and np.array_equal(sample, self._sample)
            and np.array_equal(image, self._image)  # only now: a movement may miss the sample
        )
        if not same:
            if self._sample is not None:
                self._stood.append(t - self._since)
            self._sample, self._image, self._since = sample, image, t
            return False
        usual = median(self._stood) if self._stood else 0.0
        if t - self._since <= max(STILL_S, TIMES * usual):
            return False
        if self._spans and self._spans[-1][0] == self._since:
            self._spans.pop()
        self._spans.append((self._since, t))
        return True

    def line(self, name: str, zero: float = 0.0) -> str | None:
        """One line that says when the stream, which began at ``zero``, stood still; None if it
        never did."""
        if not self._spans:
            return None
        from_s, to_s = (t - zero for t in self._spans[0])
        more = f" (and {len(self._spans) - 1} times more)" if len(self._spans) > 1 else ""
        return (
            f"{name}: the camera stands still from {from_s:.1f} s to {to_s:.1f} s{more}; "
            "nothing is judged there"
        )
