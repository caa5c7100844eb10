"""Where frames come from: a video file, a camera, a file played as a camera, a pose track.

Every stream is a context manager and can be iterated once. Times are seconds from the first
frame of the stream, rise strictly and are rounded to float32, as a pose track keeps them, so
that a track replays exactly like the clip it came from. No time is ever derived from a frame
number: a file stamps its container's time, a camera the moment of capture.

What goes wrong on the way and is survived (a cut-off file, a camera that dropped out) stands
in ``stream.warnings``; what cannot be survived is an :class:`~formcheck.errors.InputError`.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, UsageError
from .pose import JOINTS, Pose

# OpenCV and its FFmpeg print to stderr past Python; both read these once, at import.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2  # after its environment

__all__ = [
    "Camera",
    "Device",
    "Frame",
    "PoseTrack",
    "RealtimeFile",
    "Shot",
    "Source",
    "Stream",
    "TrackWriter",
    "VideoFile",
    "open_source",
    "quantise",
    "to_rgb",
    "turn",
    "write_track",
]

Image = NDArray[np.uint8]

#: Clockwise quarter turns, in degrees, and how OpenCV calls them.
_TURNS = {
    0: None,
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


#: FFmpeg takes all cores; the model needs one to itself.
_DECODERS = [cv2.CAP_PROP_N_THREADS, max(1, (os.cpu_count() or 1) - 1)]


def turn(image: Image, degrees: int) -> Image:
    """``image`` turned clockwise by 0, 90, 180 or 270 degrees."""
    code = _TURNS[degrees]
    return image if code is None else cv2.rotate(image, code)  # type: ignore[return-value]


def to_rgb(image: Any) -> Image | None:
    """A BGR picture in the model's colour order; None for what would end the model for good.

    A grey or an empty picture does; ``image[:, :, ::-1]`` would be read as wrong pixels.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.size == 0:
        return None
    if image.ndim != 3 or image.shape[2] != 3:
        return None
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture and when it was taken.

    Attributes:
        t: seconds from the first frame of the stream.
        image: (height, width, 3) uint8, BGR.
        dropped: frames that were thrown away since the frame before this one, because nobody
            took them in time (live only).
        gap_s: seconds for which the source was gone just before this frame, else 0.
        captured: ``time.monotonic()`` of the capture, NaN for a recording; for latency only.
    """

    t: float
    image: Image
    dropped: int = 0
    gap_s: float = 0.0
    captured: float = math.nan


class Stream:
    """What all sources share.

    Attributes:
        name: what to call the source in messages and results.
        size: (width, height) of the upright picture in pixels.
        fps: what the source says of its rate, or None; to show, never to compute with.
        duration_s: how long the source says it is, or None.
        frames_expected: how many frames the source promises, or None.
        live: whether frames that are not taken in time are lost.
        warnings: one line for each thing that went wrong and was survived, filled on the way.
    """

    live = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = (0, 0)
        self.fps: float | None = None
        self.duration_s: float | None = None
        self.frames_expected: int | None = None
        self.warnings: list[str] = []

    def close(self) -> None:
        """Give the source back; may be called twice."""

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _seconds32(t: float) -> float:
    return float(np.float32(t))


def _bgr(image: Any, degrees: int) -> Image | None:
    """The picture as upright (h, w, 3) uint8, or None for what is no picture at all.

    One channel or a fourth, and 16 bits a channel, do come out of some decoders and cameras;
    passed on, they would end the landmarker for good.
    """
    if image is None or image.size == 0 or image.ndim not in (2, 3):
        return None
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        return None
    if image.ndim == 2 or image.shape[2] == 1:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    elif image.shape[2] == 4:
        image = cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    return turn(image, degrees) if image.shape[2] == 3 else None


def _check_rotate(rotate: int) -> int:
    if rotate not in _TURNS:
        raise UsageError(f"rotate must be 0, 90, 180 or 270 degrees, got {rotate!r}")
    return rotate


# --------------------------------------------------------------------------- recorded video


def _check_file(path: Path, wanted: str) -> None:
    """Raise the one-line :class:`InputError` for what is not a readable file with bytes in it.

    Pipes and devices are refused too: opening one could wait for ever.
    """
    if path.is_dir():
        raise InputError(f"{path}: expected {wanted}, this is a folder; name a file in it")
    if not path.exists():
        raise InputError(f"{path}: no such file; check the name, expected {wanted}")
    if not path.is_file():
        raise InputError(f"{path}: expected {wanted}, this is not a regular file")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the rights") from error
    if empty:
        raise InputError(f"{path}: the file is empty (0 bytes); record or copy it again")


def _is_text(path: Path) -> bool:
    """Whether a file begins with a kilobyte of letters, which no video does."""
    with path.open("rb") as file:
        head = file.read(1024)
    return all(byte >= 32 or byte in b"\t\n\r" for byte in head) and not head.startswith(b"#EXTM3U")


class VideoFile(Stream):
    """A recorded clip, every frame in order.

    Args:
        path: the clip.
        start_s, end_s: judge only frames with ``start_s <= t < end_s``, in seconds from the
            clip's first frame; ``t`` keeps counting from that frame.
        every_s: leave out frames so that on average one comes in so many seconds; 0 leaves out
            none. What is left out is decoded, but neither converted nor looked at.
        rotate: clockwise degrees (0, 90, 180, 270) that turn a sideways recording upright, on
            top of what the file's own rotation mark asks for, which is always obeyed.

    Raises:
        InputError: not a file, not a video, or no frame can be decoded; when iterated, that the
            clip ends before ``start_s``.
        UsageError: the start does not lie before the end.
    """

    #: Beyond this start (s) the file is sought, not read up to. Short starts stay exact anyway.
    SEEK_FROM_S = 20.0

    def __init__(
        self,
        path: str | os.PathLike[str],
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        every_s: float = 0.0,
        rotate: int = 0,
    ) -> None:
        self.path = Path(path)
        super().__init__(self.path.name)
        self._turn = _check_rotate(rotate)
        self.every_s = every_s
        self.start_s, self.end_s = _check_window(start_s, end_s)
        _check_file(self.path, "a video")
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
        return capture

    def _next(self, start: float) -> tuple[float, Image] | None:
        """The next decodable picture at or after ``start`` s, and its time; None at the end."""
        while self._capture.grab():
            self._read += 1
            # Asked after the grab it is the time of that frame, right for variable rates too.
            t = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 - self._zero
            if _seconds32(t) < start:
                continue  # decoded, never converted
            ok, raw = self._capture.retrieve()
            image = _bgr(raw, self._turn) if ok else None
            if image is not None:
                return t, image
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
            t = _seconds32(shot[0])
            if t >= self.end_s:
                return  # what lies behind the end is nobody's loss
            if t > last:
                last = t
                yield Frame(t, shot[1])
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

    def _account(self, repeated: int, sought: bool) -> None:
        """Warn of frames the container promised and did not hold, and of broken times."""
        read, promised = self._read, self.frames_expected
        if promised and not sought and read < promised - max(2, 0.02 * promised):
            self.warnings.append(
                f"{self.name}: {read} of {promised} promised frames could be read; the file "
                "seems cut off and is judged as far as it goes"
            )
        if repeated:
            self.warnings.append(
                f"{self.name}: {repeated} frames without a time of their own were left out"
            )

    def close(self) -> None:
        self._first = None
        self._capture.release()


def _check_window(start_s: float | None, end_s: float | None) -> tuple[float, float]:
    start = 0.0 if start_s is None else float(start_s)
    end = math.inf if end_s is None else float(end_s)
    if not 0 <= start < end:
        raise UsageError(
            f"the start must lie before the end and not before 0, got {start:g} s to {end:g} s"
        )
    return _seconds32(start), _seconds32(end)  # as the times they are compared with


# --------------------------------------------------------------------------------- live video


@dataclass(frozen=True, eq=False)
class Shot:
    """What a device hands out: the picture, its stamp (s, any zero), ``time.monotonic()``."""

    stamp: float
    image: Image
    captured: float


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
            image = _bgr(raw, self._turn) if ok else None
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

    def __init__(self, open_device: Callable[[], Device]) -> None:
        self._open_device = open_device
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
                with self._news:
                    self._missed += self._slot is not None
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
    carries ``gap_s``, and a warning says when it was. When it stays away the stream ends, with
    a warning, so that what was done until then can be saved.

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
        "check that it is plugged in, allowed and not in use elsewhere, or name another --source"
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
        degrees = _check_rotate(rotate)
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
        self._grabber: _Grabber | None = _Grabber(self._open_device)
        self._ready = self._grabber.take(open_s)
        if self._ready is None:
            reason = self._grabber.reason
            self.close()
            raise InputError(f"{self.name}: no picture came ({reason}); {self.ADVICE}")
        height, width = self._ready[0].image.shape[:2]
        self.size = (width, height)

    @property
    def waiting(self) -> bool:
        """Whether the source is gone at the moment and being looked for."""
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

    def _frame(self, shot: Shot, missed: int) -> Frame | None:
        if self._zero is None:
            self._zero = shot.stamp
        t = _seconds32(shot.stamp - self._zero)
        if t <= self._last:
            return None
        gap = 0.0
        if self._lost_at is not None:
            gap = t - self._last
            self.warnings.append(f"{self.name}: nothing came for {gap:.1f} s until {t:.1f} s")
            self._lost_at, self._pause = None, self.BACK_OFF_S[0]
        self._last = t
        self.dropped += missed
        return Frame(t, shot.image, missed, gap, shot.captured)

    def _watch(self, wait: float) -> None:
        """Notice a source that ended or fell silent, and open it again when the pause is over."""
        now = time.monotonic()
        grabber = self._grabber
        if grabber is not None:
            silence = now - grabber.heard
            allowed = self._stall_s if grabber.delivered else self._open_s
            if not grabber.over and silence <= allowed:
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
            self._grabber = _Grabber(self._open_device)
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


class _Clock:
    """The time a played file has reached: stands at 0 until it is started."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.running = threading.Event()
        self._zero = 0.0

    def start(self) -> None:
        if not self.running.is_set():
            self._zero = time.monotonic()
            self.running.set()

    def now(self) -> float:
        return (time.monotonic() - self._zero) * self.speed if self.running.is_set() else 0.0


class _Player:
    """A file as a camera: hands each frame out when its time has come."""

    finite = True

    def __init__(self, file: VideoFile, clock: _Clock, outage: tuple[float, float] | None) -> None:
        self._outage, self._opened = outage, clock.now()
        if self._dead(self._opened):
            file.close()
            raise InputError("it does not open")
        self._file, self._clock = file, clock
        self._frames = iter(file)
        self._begun = False

    def _dead(self, t: float) -> bool:
        return self._outage is not None and self._outage[0] <= t < self._outage[1]

    def read(self) -> Shot | None:
        for frame in self._frames:
            # The first frame goes out at once; time runs on when somebody has taken it.
            due = frame.t - self._file.start_s
            if due < self._opened:
                continue  # opened again in mid-play: a camera does not show the past either
            if self._begun:
                self._clock.running.wait()
            self._begun = True
            if self._dead(due):
                self.finite = False
                return None
            time.sleep(max(0.0, due - self._clock.now()) / self._clock.speed)
            return Shot(frame.t, frame.image, time.monotonic())
        return None

    def release(self) -> None:
        self._file.close()


class RealtimeFile(Camera):
    """A recorded clip played in real time through the very path a camera takes.

    Frames that nobody takes in time are lost, as with a camera. The stamp of a frame is the
    file's own container time, not the wall clock: a dropped or late frame leaves a hole and
    never shifts the others, so that a played clip can be compared with the scored one.

    Args:
        path, start_s, end_s, rotate: as for :class:`VideoFile`.
        speed: how fast the file's clock runs.
        outage: (from, to) in played seconds during which the "camera" is dead; for tests.
        open_s, stall_s, give_up_s: as for :class:`Camera`.
    """

    ADVICE = "check that --start lies within the clip"

    def __init__(
        self,
        path: str | os.PathLike[str],
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        rotate: int = 0,
        speed: float = 1.0,
        outage: tuple[float, float] | None = None,
        open_s: float = 12.0,
        stall_s: float = 2.0,
        give_up_s: float = 30.0,
    ) -> None:
        def file() -> VideoFile:
            return VideoFile(path, start_s, end_s, rotate=rotate)

        self._clock = _Clock(speed)
        with file() as probe:  # its errors name what is wrong with the file
            told = probe.fps, probe.duration_s, probe.frames_expected, probe.name
        super().__init__(
            told[3],
            open_device=lambda: _Player(file(), self._clock, outage),
            open_s=open_s,
            stall_s=stall_s,
            give_up_s=give_up_s,
        )
        self.fps, self.duration_s, self.frames_expected, _ = told
        self._zero = 0.0  # times count from the clip's first frame, also after --start

    def read(self, timeout: float | None = None) -> Frame | None:
        self._clock.start()
        return super().read(timeout)

    def close(self) -> None:
        self._clock.start()  # a player that waits for its first frame to be taken can end
        super().close()


# -------------------------------------------------------------------------------- pose tracks


def quantise(pose: Pose) -> Pose:
    """``pose`` rounded to what a track keeps: float32 time and pixels, float16 for the rest."""
    return Pose(
        _seconds32(pose.t),
        pose.xy.astype(np.float32).astype(np.float64),
        pose.visibility.astype(np.float16).astype(np.float64),
        pose.world.astype(np.float16).astype(np.float64),
        pose.size,
        pose.people,
    )


class PoseTrack(Stream):
    """Poses of a clip that were kept in a ``.npz`` file; iterates :class:`Pose`, not frames.

    Keys: ``t`` (N,) s, ``xy`` (N, 33, 2) px, ``visibility`` (N, 33), ``world`` (N, 33, 3) m,
    ``meta`` JSON text with at least width and height, and, where kept, ``people`` (N,).

    Raises:
        InputError: not such a file, or times that do not rise.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        start_s: float | None = None,
        end_s: float | None = None,
    ) -> None:
        self.path = Path(path)
        super().__init__(self.path.name)
        start, end = _check_window(start_s, end_s)
        _check_file(self.path, "a pose track (.npz)")
        try:
            file = np.load(self.path, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise ValueError("a single array")
            with file:
                arrays = {key: file[key] for key in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
            raise self._wrong("it is broken or no .npz file") from error
        self.meta = self._meta(arrays)
        self._check(arrays)
        t = arrays["t"].astype(np.float32).astype(np.float64)
        keep = (t >= start) & (t < end)
        self._t = t[keep]
        self._xy = arrays["xy"][keep].astype(np.float64)
        self._visibility = arrays["visibility"][keep].astype(np.float64)
        self._world = arrays["world"][keep].astype(np.float64)
        people = arrays.get("people")
        self._people = None if people is None else people[keep]
        self.size = (int(self.meta["width"]), int(self.meta["height"]))
        rate = self.meta.get("fps")
        self.fps = float(rate) if isinstance(rate, (int, float)) and rate > 0 else None
        self.frames_expected = len(self._t)
        self.duration_s = float(self._t[-1]) if len(self._t) else 0.0

    def _wrong(self, what: str) -> InputError:
        return InputError(
            f"{self.path}: expected a pose track as `formcheck extract` writes it, but {what}; "
            "extract it again from its clip"
        )

    def _meta(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        try:
            meta = json.loads(str(arrays["meta"][()]))
            sane = isinstance(meta, dict) and all(
                0 < int(meta[key]) < 100_000 for key in ("width", "height")
            )
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise self._wrong("its meta (JSON with width and height) is missing") from error
        if not sane:
            raise self._wrong("its meta names no sane width and height")
        return meta  # type: ignore[no-any-return]

    def _check(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        n = len(arrays["t"]) if "t" in arrays and arrays["t"].ndim == 1 else 0
        if n == 0:
            raise self._wrong("it holds no times (t)")
        shapes: dict[str, tuple[int, ...]] = {
            "t": (n,),
            "xy": (n, JOINTS, 2),
            "visibility": (n, JOINTS),
            "world": (n, JOINTS, 3),
        }
        for key, shape in shapes.items():
            if key not in arrays:
                raise self._wrong(f"{key} is missing")
            if arrays[key].shape != shape:
                raise self._wrong(f"{key} has shape {arrays[key].shape} instead of {shape}")
            if not np.issubdtype(arrays[key].dtype, np.floating):
                raise self._wrong(f"{key} holds {arrays[key].dtype} instead of floats")
        people = arrays.get("people")
        if people is not None and (people.shape != (n,) or people.dtype.kind not in "iu"):
            raise self._wrong("people is not one whole number a frame")
        t = arrays["t"].astype(np.float32)  # also what falls together when rounded is wrong
        if not (np.isfinite(t).all() and (np.diff(t) > 0).all()):
            raise self._wrong("its times do not rise strictly")

    def __iter__(self) -> Iterator[Pose]:
        for i, t in enumerate(self._t):
            seen = bool(np.isfinite(self._xy[i, :, 0]).any())
            people = int(seen) if self._people is None else int(self._people[i])
            yield Pose(
                float(t), self._xy[i], self._visibility[i], self._world[i], self.size, people
            )


class TrackWriter:
    """Keeps poses and writes them as a track when closed: whole or not at all.

    Args:
        path: the ``.npz`` to write; its folder must exist.
        meta: what else to keep (fps, model, mediapipe); width, height and frames are added.

    Raises:
        UsageError: there is no such folder, or it cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str], meta: Mapping[str, Any] | None = None) -> None:
        self.path = Path(path)
        folder = self.path.parent
        if self.path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
            raise UsageError(
                f"{self.path}: cannot write a pose track there; name a file in an existing folder "
                "that you may write to"
            )
        self._meta = dict(meta or {})
        self._size: tuple[int, int] | None = None
        self._rows: list[tuple[float, NDArray[Any], NDArray[Any], NDArray[Any], int]] = []
        self._closed = False

    def write(self, pose: Pose) -> None:
        """Keep one pose.

        Raises:
            ValueError: its time does not rise.
        """
        t = _seconds32(pose.t)
        if self._rows and t <= self._rows[-1][0]:
            raise ValueError(f"poses must rise in time, got {t} s after {self._rows[-1][0]} s")
        self._size = self._size or pose.size
        self._rows.append(
            (
                t,
                pose.xy.astype(np.float32),
                pose.visibility.astype(np.float16),
                pose.world.astype(np.float16),
                min(pose.people, 127),
            )
        )

    def close(self) -> None:
        """Write the file under another name first, then move it into place.

        Without a single pose there is nothing to write, and no file.

        Raises:
            UsageError: the disk is full or the folder went away.
        """
        if self._closed or not self._rows:
            return
        self._closed = True
        assert self._size is not None
        t, xy, visibility, world, people = zip(*self._rows, strict=True)
        width, height = self._size
        meta = {"width": width, "height": height, "fps": None, **self._meta, "frames": len(t)}
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                np.savez_compressed(
                    file,
                    t=np.array(t, np.float32),
                    xy=np.stack(xy),
                    visibility=np.stack(visibility),
                    world=np.stack(world),
                    people=np.array(people, np.int8),
                    meta=np.array(json.dumps(meta)),
                )
            part.replace(self.path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise UsageError(f"{self.path}: cannot be written ({error.strerror})") from error

    def __enter__(self) -> TrackWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def write_track(
    path: str | os.PathLike[str], poses: Any, meta: Mapping[str, Any] | None = None
) -> None:
    """Write ``poses`` (iterable of :class:`Pose`) as a track; see :class:`TrackWriter`."""
    with TrackWriter(path, meta) as track:
        for pose in poses:
            track.write(pose)


# --------------------------------------------------------------------------------------------

Source = VideoFile | Camera | PoseTrack


def open_source(
    text: str,
    *,
    realtime: bool = False,
    start_s: float | None = None,
    end_s: float | None = None,
    rotate: int = 0,
    size: tuple[int, int] = (1280, 720),
    fps: float = 30.0,
) -> Source:
    """The stream a user means by ``text``.

    A number or ``/dev/video…`` or a URL is a camera, ``….npz`` a pose track, all else a clip,
    which ``realtime`` plays through the camera path.

    Raises:
        InputError: it cannot be opened.
    """
    if text.isdecimal():
        return Camera(int(text), size, fps, rotate=rotate)
    if text.startswith("/dev/video") or "://" in text:
        return Camera(text, size, fps, rotate=rotate)
    if text.lower().endswith(".npz"):
        return PoseTrack(text, start_s, end_s)
    if realtime:
        return RealtimeFile(text, start_s, end_s, rotate=rotate)
    return VideoFile(text, start_s, end_s, rotate=rotate)
