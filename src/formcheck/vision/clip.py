"""A recorded clip, every frame in order, at the times its container says."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import cv2

from ..errors import InputError
from ..files import check_file
from .frames import (
    Frame,
    Image,
    Stream,
    check_rotate,
    check_window,
    seconds32,
    to_bgr,
    turn,
)
from .standstill import Standstill

__all__ = ["VideoFile"]

#: FFmpeg takes all cores; the model needs one to itself.
_DECODERS = [cv2.CAP_PROP_N_THREADS, max(1, (os.cpu_count() or 1) - 1)]


def _is_text(path: Path) -> bool:
    """Whether a file begins with a kilobyte of letters, which no video does."""
    with path.open("rb") as file:
        head = file.read(1024)
    return all(byte >= 32 or byte in b"\t\n\r" for byte in head) and not head.startswith(b"#EXTM3U")


class VideoFile(Stream):
    """A recorded clip, every frame in order.

    Args:
        path: the clip.
        start_s: judge no frame before this time, in seconds from the clip's first frame; ``t``
            keeps counting from that frame.
        end_s: judge no frame at or after this time.
        every_s: leave out frames so that on average one comes in so many seconds; 0 leaves out
            none. What is left out is decoded, but neither converted nor looked at.
        rotate: clockwise degrees (0, 90, 180, 270) that turn a sideways recording upright, on
            top of what the file's own rotation mark asks for, which is always obeyed.
        as_it_is: do not mark frames as ``still`` that repeat for over a second (see
            :mod:`~formcheck.vision.standstill`).

    Raises:
        InputError: not a file, not a video, or no frame can be decoded; when iterated, that the
            clip ends before ``start_s``.
        UsageError: the start does not lie before the end.
    """

    #: Beyond this start (s) the file is sought, not read up to. Short starts stay exact anyway.
    SEEK_FROM_S = 20.0
    #: How much wider than high the file's pixels are.
    _wide = 1.0

    def __init__(
        self,
        path: str | os.PathLike[str],
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        every_s: float = 0.0,
        rotate: int = 0,
        as_it_is: bool = False,
    ) -> None:
        self.path = Path(path)
        super().__init__(self.path.name)
        self._turn = check_rotate(rotate)
        self.every_s, self._standstill = every_s, None if as_it_is else Standstill()
        self.start_s, self.end_s = check_window(start_s, end_s)
        check_file(self.path, "a video")
        if _is_text(self.path):  # which FFmpeg would draw as the screen of an old terminal
            raise InputError(f"{self.path}: expected a video, this is a text; check the name")
        self._capture = self._open()
        self._read, self._zero = 0, 0.0
        first = self._next(-math.inf)
        if first is None:
            self._capture.release()
            raise InputError(
                f"{self.path}: the video opens but not one frame can be decoded; "
                "it may be damaged or of an unknown codec, convert it to H.264 mp4"
            )
        self._zero, image = first
        self._first: Image | None = image
        self.size = (image.shape[1], image.shape[0])
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = rate if 0.1 < rate <= 1000 else None
        count = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self.frames_expected = count if 0 < count < 10**9 else None
        if self.fps and self.frames_expected:
            self.duration_s = self.frames_expected / self.fps

    def _open(self) -> cv2.VideoCapture:
        # FFmpeg by name: other backends would open "shot_01.jpg" as a series of pictures.
        capture = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG, _DECODERS)
        if not capture.isOpened():
            capture.release()
            raise InputError(
                f"{self.path}: expected a video, found no picture track in it; it may be sound "
                "only, cut off before its index, or no video at all"
            )
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        across, down = capture.get(cv2.CAP_PROP_SAR_NUM), capture.get(cv2.CAP_PROP_SAR_DEN)
        wide = across / down if across > 0 and down > 0 else 1.0
        # What the file says of its pixels is said of the picture before it was turned upright.
        sideways = round(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 180 != 0
        self._wide = 1 / wide if sideways else wide
        return capture

    def _square(self, image: Image) -> Image:
        """The picture with square pixels, where the file says that they are not (anamorphic)."""
        if not 0.2 < self._wide < 5 or abs(self._wide - 1) < 0.01:
            return image
        height, width = image.shape[:2]
        size = (2 * round(width * self._wide / 2), height)
        if self._wide < 1:  # no picture loses lines
            size = width, 2 * round(height / self._wide / 2)
        return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]

    def _next(self, start: float) -> tuple[float, Image] | None:
        """The next decodable picture at or after ``start`` s, and its time; None at the end."""
        while self._capture.grab():
            self._read += 1
            # Asked after the grab it is the time of that frame, right for variable rates too.
            t = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 - self._zero
            if seconds32(t) < start:
                continue  # decoded, never converted
            ok, raw = self._capture.retrieve()
            image = to_bgr(raw, 0) if ok else None
            if image is not None:
                return t, turn(self._square(image), self._turn)
        return None

    def _seek(self) -> bool:
        """Go to somewhat before ``start_s`` without decoding all that lies before it.

        Returns:
            Whether it landed there; if not, the clip is rewound, to be read up to the start.
        """
        goal = self.start_s - 5.0  # a margin, as frames are found between key frames only
        self._capture.set(cv2.CAP_PROP_POS_MSEC, (self._zero + goal) * 1000.0)
        if self._capture.grab():
            t = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 - self._zero
            if goal - 5.0 <= t < self.start_s:
                return True
        self._capture.release()
        self._capture, self._read = self._open(), 0
        return False

    def __iter__(self) -> Iterator[Frame]:
        image, self._first = self._first, None
        if image is None:
            return  # read already, or closed
        sought = self.start_s > self.SEEK_FROM_S and self._seek()
        shot = self._next(self.start_s) if self.start_s > 0 else (0.0, image)
        repeated, last = 0, -math.inf
        due = self.start_s
        while shot is not None:
            t = seconds32(shot[0])
            if t >= self.end_s:
                return  # frames after the end are not missed
            if t > last:
                last = t
                still = self._standstill is not None and self._standstill(t, shot[1])
                yield Frame(t, shot[1], still=still)
            else:
                repeated += 1  # it claims the time of a frame before it
            due = max(due + self.every_s, t)
            # A millisecond's grace: times in a container are rounded.
            shot = self._next(due - 0.001 if self.every_s else self.start_s)
        if last == -math.inf:
            raise InputError(
                f"{self.path}: expected frames from {self.start_s:g} s on, the clip ends before; "
                "name an earlier --start"
            )
        self._account(repeated, sought)

    def times(self) -> Iterator[float]:
        """The times of all its frames, of which none is converted; instead of iterating it."""
        last = 0.0
        yield last
        while self._capture.grab():
            t = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 - self._zero
            if t > last:
                last = t
                yield t

    def _account(self, repeated: int, sought: bool) -> None:
        """Warn of frames the container promised and did not hold, and of broken times."""
        read, promised = self._read, self.frames_expected
        if promised and not sought and read < promised - max(2, 0.02 * promised):
            self.warnings.append(
                f"{self.name}: {read} of {promised} promised frames could be read; the file "
                "seems cut off and is judged as far as it goes"
            )
        still = self._standstill.line(self.name) if self._standstill else None
        if still is not None:
            self.warnings.append(still)
        if repeated:
            self.warnings.append(
                f"{self.name}: {repeated} frames without a time of their own were left out"
            )

    def close(self) -> None:
        self._first = None
        self._capture.release()
