"""A live camera: the newest frame, stamped when it was taken; it may drop out and come back."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import cv2

from ..errors import InputError
from .frames import Frame, Image, Stream, check_rotate, seconds32, to_bgr
from .standstill import Standstill

__all__ = ["Camera", "Device", "Shot"]


@dataclass(frozen=True, eq=False)
class Shot:
    """What a device hands out: the picture, its stamp (s, any zero), ``time.monotonic()``, how many
    pictures the device lost before this one, and ``still`` as of a frame."""

    stamp: float
    image: Image
    captured: float
    missed: int = 0
    still: bool = False


class Device(Protocol):
    """Something that delivers pictures one by one; used by one thread only.

    ``finite``: the end of it is the end of the stream, not a fault to recover from.
    """

    finite: bool

    def read(self) -> Shot | None:
        """Wait for the next picture; None when there is none (any more)."""

    def release(self) -> None: ...


class _Webcam:
    """A camera or network stream of OpenCV."""

    finite = False

    def __init__(self, source: int | str, size: tuple[int, int], fps: float, degrees: int) -> None:
        self._turn = degrees
        if isinstance(source, str) and "://" in source:
            # A network stream that hangs must come back to us, so that it can be reopened.
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 8000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 5000]
            self._capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
        else:
            self._capture = cv2.VideoCapture(source)
            # MJPG first: over USB most webcams reach 30 frames at 1280x720 in no other format.
            self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
            self._capture.set(cv2.CAP_PROP_FPS, fps)
            self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not self._capture.isOpened():
            self._capture.release()
            raise InputError("it does not open")

    def read(self) -> Shot | None:
        while self._capture.grab():
            now = time.monotonic()  # between grab and decode: nearest to the exposure
            ok, raw = self._capture.retrieve()
            image = to_bgr(raw, self._turn) if ok else None
            if image is not None:
                return Shot(now, image, now)
        return None

    def release(self) -> None:
        self._capture.release()


class _Grabber:
    """One device, opened, read and released in a thread of its own, into a slot for one frame.

    A device that hangs in its driver takes only this thread with it: it is left behind, and
    being a daemon does not keep the program from ending.
    """

    def __init__(
        self, open_device: Callable[[], Device], standstill: Standstill | None = None
    ) -> None:
        self._open_device, self._standstill = open_device, standstill or Standstill()
        self._standstill.begin()
        self._news = threading.Condition()
        self._slot: Shot | None = None
        self._missed = 0
        self._stop = False
        self._ended = False
        self.finite = False
        self.delivered = False
        self.reason = "it delivers no picture"
        self.heard = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        device: Device | None = None
        try:
            device = self._open_device()
            while not self._stop:
                shot = device.read()
                if shot is None:
                    break
                if self._standstill(shot.stamp, shot.image):
                    shot = replace(shot, still=True)
                with self._news:
                    self._missed += (self._slot is not None) + shot.missed
                    self._slot = shot
                    self.heard = time.monotonic()
                    self.delivered = True
                    self._news.notify()
        except (InputError, OSError, RuntimeError, cv2.error) as error:
            self.reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        finally:
            if device is not None:
                self.finite = device.finite
                device.release()
            with self._news:
                self._ended = True
                self._news.notify()

    @property
    def over(self) -> bool:
        """Whether the device is done and its last frame was taken."""
        with self._news:
            return self._ended and self._slot is None

    @property
    def waits(self) -> bool:
        """Whether a frame is there that was not taken yet."""
        with self._news:
            return self._slot is not None

    def take(self, timeout: float) -> tuple[Shot, int] | None:
        """The newest frame and how many were overwritten before it; None if none came."""
        with self._news:
            if self._slot is None and not self._ended:
                self._news.wait(timeout)
            if self._slot is None:
                return None
            shot, missed = self._slot, self._missed
            self._slot, self._missed = None, 0
            return shot, missed

    def stop(self, timeout: float) -> None:
        self._stop = True
        self._thread.join(timeout)


class Camera(Stream):
    """A webcam or network stream: always the newest frame, stamped when it was taken.

    A source that stops sending is opened again with growing pauses. The first frame after that
    carries ``gap_s``, and a warning says when it was. One that sends the very same picture for
    over a second stands still: its frames say so. When it stays away the stream ends, with a
    warning, so that what was done until then can be saved.

    Args:
        source: camera number, device path or URL.
        size: (width, height) to ask for; the camera may give another one.
        fps: the rate to ask for.
        rotate: clockwise degrees (0, 90, 180, 270) that turn a sideways camera upright.
        open_device: opens the device instead of OpenCV; the seam for tests.
        open_s: how long the first frame may take, s.
        stall_s: silence after which the source counts as gone, s.
        give_up_s: how long it may stay gone, s.

    Raises:
        InputError: no frame came within ``open_s``.
    """

    live = True
    ADVICE = (
        "check that it is plugged in, allowed and not in use elsewhere, or choose another one "
        "(--source)"
    )
    #: The first and the longest pause between attempts to reopen, s.
    BACK_OFF_S = (0.5, 4.0)

    def __init__(
        self,
        source: int | str = 0,
        size: tuple[int, int] = (1280, 720),
        fps: float = 30.0,
        *,
        rotate: int = 0,
        open_device: Callable[[], Device] | None = None,
        open_s: float = 12.0,
        stall_s: float = 2.0,
        give_up_s: float = 30.0,
    ) -> None:
        super().__init__(f"camera {source}" if isinstance(source, int) else str(source))
        degrees = check_rotate(rotate)
        self.fps = fps
        self.dropped = 0
        self.ended = False
        self._stall_s, self._give_up_s, self._open_s = stall_s, give_up_s, open_s
        self._open_device = open_device or (lambda: _Webcam(source, size, fps, degrees))
        self._zero: float | None = None
        self._last = -math.inf
        self._lost_at: float | None = None
        self._retry_at = 0.0
        self._pause = self.BACK_OFF_S[0]
        self._standstill = Standstill()
        self._still = False  # whether the last frame was
        self._said_still: str | None = None
        self._grabber: _Grabber | None = _Grabber(self._open_device, self._standstill)
        self._ready = self._grabber.take(open_s)
        if self._ready is None:
            reason = self._grabber.reason
            self.close()
            raise InputError(f"{self.name}: no picture came ({reason}); {self.ADVICE}")
        height, width = self._ready[0].image.shape[:2]
        self.size = (width, height)

    @property
    def waiting(self) -> bool:
        """Whether the source is gone at the moment and is being reopened."""
        return self._lost_at is not None and not self.ended

    def read(self, timeout: float | None = None) -> Frame | None:
        """The newest frame that was not read yet, or None after ``timeout`` seconds without one.

        Without a timeout it waits as long as the source may come back; None then means the
        stream has ``ended``.
        """
        until = math.inf if timeout is None else time.monotonic() + timeout
        while not self.ended:
            got, self._ready = self._ready, None
            now = time.monotonic()
            if got is None and self._grabber is not None:
                got = self._grabber.take(min(0.1, max(0.0, until - now)))
            if got is not None:
                frame = self._frame(*got)
                if frame is not None:
                    return frame
            else:
                self._watch(min(0.1, max(0.0, until - now)))
            if time.monotonic() >= until:
                break
        return None

    def _note_still(self) -> None:
        """Keep the one warning that it stood still up to date."""
        line = self._standstill.line(self.name, self._zero or 0.0)
        if line is not None and line != self._said_still:
            if self._said_still in self.warnings:
                self.warnings.remove(self._said_still)
            self._said_still = line
            self.warnings.append(line)

    def _frame(self, shot: Shot, missed: int) -> Frame | None:
        if self._zero is None:
            self._zero = shot.stamp
        t = seconds32(shot.stamp - self._zero)
        if t <= self._last:
            return None
        gap = 0.0
        if self._lost_at is not None:
            gap = t - self._last
            self.warnings.append(f"{self.name}: nothing came for {gap:.1f} s until {t:.1f} s")
            self._lost_at, self._pause = None, self.BACK_OFF_S[0]
        self._last = t
        self.dropped += missed
        if self._still or shot.still:
            self._note_still()
        self._still = shot.still
        return Frame(t, shot.image, missed, gap, shot.captured, shot.still)

    def _watch(self, wait: float) -> None:
        """Notice a source that ended or fell silent, and open it again when the pause is over."""
        now = time.monotonic()
        grabber = self._grabber
        if grabber is not None:
            silence = now - grabber.heard
            allowed = self._stall_s if grabber.delivered else self._open_s
            # On a machine that stood still a frame may be waiting that is older than that.
            if grabber.waits or (not grabber.over and silence <= allowed):
                return
            if grabber.over and grabber.finite:
                self.ended = True
                return
            self._lost_at = now if self._lost_at is None else self._lost_at
            self._grabber = None
            grabber.stop(0.0)
            self._retry_at = now + self._pause
            self._pause = min(2 * self._pause, self.BACK_OFF_S[1])
        if self._lost_at is not None and now - self._lost_at > self._give_up_s:
            self.ended = True
            self.warnings.append(
                f"{self.name}: it stopped sending at {max(self._last, 0):.1f} s and did not come "
                f"back within {self._give_up_s:g} s; the set ends there"
            )
        elif now >= self._retry_at:
            self._grabber = _Grabber(self._open_device, self._standstill)
        else:
            time.sleep(min(wait, self._retry_at - now))

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self.read()) is not None:
            yield frame

    def poll(self, every_s: float = 0.1) -> Iterator[Frame | None]:
        """All frames, and None whenever ``every_s`` seconds brought no new one.

        For a loop with a window, which must stay awake while the source is gone.
        """
        while not self.ended:
            frame = self.read(every_s)
            if frame is not None or not self.ended:
                yield frame

    def close(self) -> None:
        """Stop the capture thread; one that hangs in its driver is left behind after 1 s."""
        self.ended = True
        grabber, self._grabber = self._grabber, None
        if grabber is not None:
            grabber.stop(1.0)
