"""A telephone's pictures as a stream like any other: the newest one, stamped when it was taken.

The server's loop puts pictures in, the capture thread of a :class:`Telephone` takes them out. What
nobody took in time is replaced and counted; no picture is kept. A telephone that is gone is a
camera that is gone, and goes on when it is back.
"""

from __future__ import annotations

import math
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from ..errors import InputError
from ..vision.camera import Camera, Shot
from ..vision.frames import Image, to_bgr

__all__ = ["HEAD", "PHONE", "Feed", "Telephone", "jpeg_size"]

#: The name of this source among the cameras.
PHONE = "phone"
#: Before each JPEG: its number, the telephone's clock in seconds, and how many pictures its camera
#: gave since the last one that were not sent.
HEAD = struct.Struct(">IdH")
#: Bytes of a message, and pixels of a picture's longer side; what is larger is refused unread.
MOST_BYTES, MOST_PIXELS = 1 << 20, 2048
#: Seconds that a telephone may take to switch its camera on, and may then be silent.
STARTS_S, SILENT_S = 10.0, 2.0
#: A picture that is so much later than the quickest, seconds: the telephone's clock has been set,
#: or stood still while it slept, and counts anew.
CLOCK_S = 2.0


class Feed:
    """What one telephone sends; safe to use from any thread.

    Args:
        clock: seconds, as ``time.monotonic``.

    Attributes:
        wanted: told whether pictures are wanted, from any thread; the telephone's camera is on only
            while they are.
        turn: clockwise degrees that turn its picture upright: 0, 90, 180 or 270.
        dropped: pictures that were replaced before anybody took them, or never sent.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.wanted: Callable[[bool], None] = lambda on: None
        self.turn = 0
        self.dropped = 0
        self._clock = clock
        self._news = threading.Condition()
        self._here = False
        self._slot: tuple[bytes, float, int] | None = None
        self._missed = 0
        self._lag: float | None = None
        self._reader: _Reader | None = None

    @property
    def here(self) -> bool:
        """Whether a telephone stands ready to send."""
        return self._here

    @property
    def on(self) -> bool:
        """Whether its pictures are wanted."""
        return self._reader is not None

    def came(self) -> None:
        """A telephone is ready; its clock is a new one."""
        with self._news:
            self._here, self._lag, self._slot = True, None, None
            on = self.on
        self.wanted(on)

    def gone(self) -> None:
        """It is away."""
        with self._news:
            self._here, self._slot = False, None
            self._news.notify_all()

    def put(self, message: bytes) -> int | None:
        """Take a picture; gives its number, None where it is none or too large."""
        if not HEAD.size < len(message) <= MOST_BYTES:
            return None
        number, sent, skipped = HEAD.unpack_from(message)
        size = jpeg_size(message[HEAD.size :])
        if size is None or not 16 <= min(size) <= max(size) <= MOST_PIXELS:
            return None
        with self._news:
            missed = skipped + (self._slot is not None)
            self._missed += missed
            self.dropped += missed
            self._slot = message[HEAD.size :], self._stamp(sent), self.turn
            self._news.notify_all()
        return int(number)

    def _stamp(self, sent: float) -> float:
        """The telephone's time by our clock, taking its quickest picture as one that came at once:
        times then do not shake with the network."""
        now = self._clock()
        lag = now - sent
        if not math.isfinite(lag):
            return now
        if self._lag is None or abs(lag - self._lag) > CLOCK_S:
            self._lag = lag
        self._lag = min(self._lag, lag)
        return sent + self._lag

    # -- taken out -------------------------------------------------------------------------------

    def camera(self, **patience: float) -> Telephone:
        """The stream of its pictures.

        Args:
            patience: as for :class:`Camera`.

        Raises:
            InputError: no telephone is ready, or it sends nothing.
        """
        return Telephone(self, **patience)

    def reader(self, fit: Callable[[Image], Image]) -> _Reader:
        """Something to read from, in the place of any before; pictures are wanted until it is
        released.

        Raises:
            InputError: no telephone is ready.
        """
        made = _Reader(self, fit)
        with self._news:
            if not self._here:
                raise InputError("no telephone is ready")
            self._reader = made
            self._slot, self._missed = None, 0
            self._news.notify_all()
        self.wanted(True)
        return made

    def release(self, reader: _Reader | None = None) -> None:
        """No more pictures are wanted by this one, or by anybody."""
        with self._news:
            over = self.on and reader in (None, self._reader)
            if over:
                self._reader = None
            self._news.notify_all()
        if over:
            self.wanted(False)

    def take(self, reader: _Reader, patience_s: float) -> tuple[bytes, float, int, int] | None:
        """The newest JPEG, its time, its turn, and how many were lost before it; None once the
        telephone is gone, silent for so long, or the reader not the newest."""
        until = self._clock() + patience_s
        with self._news:
            while self._here and reader is self._reader and self._clock() < until:
                if self._slot is not None:
                    (jpeg, t, turn), self._slot = self._slot, None
                    missed, self._missed = self._missed, 0
                    return jpeg, t, turn, missed
                self._news.wait(0.25)
        return None


class _Reader:
    """A device of :class:`~formcheck.vision.camera.Camera`.

    Args:
        fit: gives every picture one size.
    """

    finite = False

    def __init__(self, feed: Feed, fit: Callable[[Image], Image]) -> None:
        self._feed, self._fit = feed, fit
        self._patience = STARTS_S

    def read(self) -> Shot | None:
        while (taken := self._feed.take(self, self._patience)) is not None:
            self._patience = SILENT_S
            jpeg, t, turn, missed = taken
            image = to_bgr(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), turn)
            if image is not None:
                return Shot(t, self._fit(image), t, missed)
        return None

    def release(self) -> None:
        self._feed.release(self)


class Telephone(Camera):
    """The telephone as a camera. All its pictures have the size of the first: it sends smaller ones
    over a slow network, and joints are in pixels."""

    ADVICE = "open formcheck on the telephone, see that it says Ready, and begin again"
    BACK_OFF_S = (0.2, 0.5)
    silence = "Waiting for the telephone"

    def __init__(self, feed: Feed, **patience: float) -> None:
        self._feed = feed
        self._first: tuple[int, int] | None = None
        self._shut = False
        # As long as a session waits for its page.
        said: dict[str, Any] = {"open_s": 15.0, "give_up_s": 120.0, **patience}
        super().__init__("telephone", open_device=self._opened, **said)

    def _opened(self) -> _Reader:
        reader = self._feed.reader(self.fit)
        if self._shut:  # meanwhile, in another thread: its camera must not stay on
            self._feed.release(reader)
            raise InputError("it is closed")
        return reader

    def fit(self, image: Image) -> Image:
        """``image`` in the size of the first one; of another shape, with dark edges."""
        height, width = image.shape[:2]
        if self._first is None:
            self._first = width, height
        across, down = self._first
        if (width, height) == self._first:
            return image
        scale = min(across / width, down / height)
        w, h = min(across, round(width * scale)), min(down, round(height * scale))
        small = cv2.resize(image, (w, h))
        if abs(w - across) <= 2 and abs(h - down) <= 2:  # rounded: the same shape
            return cv2.resize(image, self._first)  # type: ignore[return-value]
        left, top = (across - w) // 2, (down - h) // 2
        edges = (top, down - h - top, left, across - w - left)
        return cv2.copyMakeBorder(small, *edges, cv2.BORDER_CONSTANT)  # type: ignore[return-value]

    def close(self) -> None:
        self._shut = True
        self._feed.release()
        super().close()


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a JPEG names before its pixels; None for what is no JPEG.

    A few bytes can name a picture of any size, so this is asked before anything is decoded.
    """
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        kind = data[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return int(width), int(height)
        if kind == 0xFF:
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
