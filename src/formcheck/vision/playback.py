"""A recorded clip played in real time, through the path that a camera takes."""

from __future__ import annotations

import os
import threading
import time

from ..errors import InputError
from .camera import Camera, Shot
from .clip import VideoFile
from .frames import Frame

__all__ = ["RealtimeFile"]


class _Clock:
    """The time a played file has reached: stays at 0 until it is started."""

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
    """A recorded clip played in real time through the same path as a camera.

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
            return VideoFile(path, start_s, end_s, rotate=rotate, as_it_is=True)

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
