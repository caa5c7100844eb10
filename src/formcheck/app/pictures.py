"""From the session's frames to pictures for a page: the newest only, as fast as the page draws.

A page says how many pictures it has drawn. While too many are on the way, newer ones take the
place of those that wait, and the replaced ones are counted: a slow page is late, never behind.
"""

from __future__ import annotations

import json
import math
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..vision.frames import Frame

__all__ = ["Pictures", "packed"]

#: Pictures that may be on the way to a page: one that is drawn and one that travels.
ON_THE_WAY = 2
#: A page that has not answered for so long, seconds, has lost what was sent.
LOST_S = 2.0
#: JPEG quality, and the narrowest and the widest picture that is sent, in pixels: the skeleton is
#: drawn by the page at its own resolution, and without a graphics card a browser scales slowly.
QUALITY, NARROWEST, WIDEST = 75, 320, 960


def packed(head: Mapping[str, Any], jpeg: bytes) -> bytes:
    """A message: the length of its JSON head (4 bytes, big-endian), the head, a JPEG or nothing."""
    text = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    return struct.pack(">I", len(text)) + text + jpeg


class Pictures:
    """Makes pictures in a thread of its own and hands them to ``send``.

    Args:
        clock: for the age of a picture; not for anything that is judged.
        pixels: whether the picture itself goes along; a telephone has its own.
        also: gets the same.

    Attributes:
        dropped: pictures that were replaced before they were sent.
        wide: the width in pixels that the page draws; what is sent is no wider.
        ages: seconds from capture until the page said it had drawn, of the last pictures.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        pixels: bool = True,
        also: Pictures | None = None,
    ) -> None:
        self.dropped = self.sent = 0
        self._wide = WIDEST
        self.ages: deque[float] = deque(maxlen=600)
        self._clock, self._pixels, self._also = clock, pixels, also
        self._news = threading.Condition()
        self._waiting: tuple[Frame | None, Mapping[str, Any]] | None = None
        self._send: Callable[[bytes], None] | None = None
        self._under_way: dict[int, tuple[float, float]] = {}  # number -> (sent, captured)
        self._over = False
        self._thread = threading.Thread(target=self._work, name="pictures", daemon=True)
        self._thread.start()

    def to(self, send: Callable[[bytes], None] | None) -> None:
        """Who gets them from now on; None for nobody."""
        with self._news:
            self._send, self._waiting, self._wide = send, None, WIDEST
            self._under_way.clear()
            self._news.notify()

    @property
    def wide(self) -> int:
        return self._wide

    @wide.setter
    def wide(self, pixels: int) -> None:
        self._wide = min(WIDEST, max(NARROWEST, pixels))

    def put(self, frame: Frame | None, head: Mapping[str, Any]) -> None:
        """Show this next. Never waits."""
        if self._also is not None:
            self._also.put(frame, head)
        with self._news:
            if self._send is None:
                return
            self.dropped += self._waiting is not None
            self._waiting = frame, head
            self._news.notify()

    def drawn(self, number: int) -> None:
        """The page has drawn this picture, and so needs none before it."""
        with self._news:
            found = self._under_way.get(number)
            if found is not None and math.isfinite(found[1]):
                self.ages.append(self._clock() - found[1])
            for older in [n for n in self._under_way if n <= number]:
                del self._under_way[older]
            self._news.notify()

    def age_at(self, percent: float) -> float:
        """A percentile of :attr:`ages`, in seconds; NaN without any."""
        return float(np.percentile(self.ages, percent)) if self.ages else math.nan

    def close(self) -> None:
        with self._news:
            self._over = True
            self._news.notify()
        self._thread.join(2.0)

    # -- the thread ----------------------------------------------------------------------------

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            frame, head, send = taken
            with self._news:
                self.sent += 1
                number = self.sent
                captured = math.nan if frame is None else frame.captured
                self._under_way[number] = self._clock(), captured
            if frame is None:
                send(packed({**head, "n": number}, b""))
                continue
            size = [frame.image.shape[1], frame.image.shape[0]]
            jpeg = _jpeg(frame.image, self._wide) if self._pixels else b""
            send(packed({**head, "n": number, "size": size}, jpeg))

    def _take(self) -> tuple[Frame | None, Mapping[str, Any], Callable[[bytes], None]] | None:
        with self._news:
            while not self._over:
                now = self._clock()
                for number, (sent, _) in list(self._under_way.items()):
                    if now - sent > LOST_S:
                        del self._under_way[number]
                room = len(self._under_way) < ON_THE_WAY
                if self._waiting is not None and self._send is not None and room:
                    (frame, head), self._waiting = self._waiting, None
                    return frame, head, self._send
                self._news.wait(LOST_S / 2)
        return None


def _jpeg(image: Any, wide: int) -> bytes:
    import cv2

    height, width = image.shape[:2]
    if width > wide:
        image = cv2.resize(image, (wide, max(1, round(wide * height / width))))
    ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return data.tobytes() if ok else b""
