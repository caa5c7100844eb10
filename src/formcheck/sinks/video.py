"""Videos: the annotated one, and the raw frames of a live set.

H.264 by PyAV where it is installed (``formcheck[video]``), which every browser plays, with
each frame at its true time. Without it OpenCV writes MPEG-4 part 2 at a constant rate, frames
repeated or left out so that it keeps time.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import FormcheckError, UsageError
from ..files import Part, is_stream
from . import BaseSink, check_output, for_set, say
from .overlay import Overlay, View

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from ..vision.frames import Frame
    from .info import RunInfo

__all__ = ["AnnotatedVideo", "Recorder", "VideoWriter"]

Image = NDArray[np.uint8]

#: Ticks a second of the H.264 file: fine enough for every frame rate.
TICKS = 90_000


class _Encoder(Protocol):
    def write(self, image: Image, t: float) -> None: ...

    def close(self) -> None: ...


class _H264:
    """PyAV's libx264."""

    def __init__(self, av: Any, path: Path, size: tuple[int, int], fps: float) -> None:
        self._av = av
        self._file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = self._file.add_stream("libx264", rate=max(1, round(fps)))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, TICKS)
        # One thread of x264 keeps up with the model, which needs the other core itself; more of
        # them take a third more processor time for the same file (measured).
        self._stream.options = {"preset": "veryfast", "crf": "23", "threads": "1"}
        self._last = -1

    def write(self, image: Image, t: float) -> None:
        frame = self._av.VideoFrame.from_ndarray(image, format="bgr24")
        self._last = frame.pts = max(self._last + 1, round(t * TICKS))
        frame.time_base = Fraction(1, TICKS)
        self._file.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._file.mux(self._stream.encode(None))
        self._file.close()


class _Mp4v:
    """OpenCV's MPEG-4 part 2, at a constant rate."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        self._file = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
        if not self._file.isOpened():
            raise FormcheckError("OpenCV cannot write mp4 here; install formcheck[video]")
        self._fps = fps
        self._written = 0
        self._image: Image | None = None

    def write(self, image: Image, t: float) -> None:
        # The picture before this one was shown until now.
        self._fill(round(t * self._fps))
        self._image = image

    def _fill(self, until: int) -> None:
        while self._image is not None and self._written < until:
            self._file.write(self._image)
            self._written += 1

    def close(self) -> None:
        self._fill(self._written + 1)
        self._file.release()


class VideoWriter:
    """Frames with their times into an mp4 that appears when it is complete.

    Args:
        path: ends in ``.mp4``, or is a device or a FIFO.
        fps: the nominal rate; only a hint for H.264.
        warn: takes one line when the video will not play everywhere.
    """

    def __init__(self, path: Path, fps: float | None, warn: Callable[[str], None] = say) -> None:
        self.path = path
        self._part: Part | None = None
        self._fps = min(120.0, fps) if fps else 30.0
        self._warn = warn
        self._encoder: _Encoder | None = None
        self._size = (0, 0)
        self._from: float | None = None

    def write(self, image: Image, t: float) -> None:
        """Add a frame taken at ``t`` seconds; the first one is the video's zero.

        Odd sizes get one more row or column: the codec wants even ones.
        """
        h, w = image.shape[:2]
        if h % 2 or w % 2:
            image = np.pad(image, ((0, h % 2), (0, w % 2), (0, 0)), mode="edge")
            h, w = image.shape[:2]
        if self._encoder is None:
            self._size = (w, h)
            self._from = t
            self._part = Part(self.path, ".mp4")
            self._encoder = self._open(self._part.path)
        if (w, h) != self._size:  # a camera that came back with another picture size
            image = cv2.resize(image, self._size).astype(np.uint8)
        self._encoder.write(image, t - (self._from or 0.0))

    def _open(self, part: Path) -> _Encoder:
        try:
            import av
        except ImportError:
            av = None  # type: ignore[assignment]
        if av is not None and "libx264" in av.codecs_available:
            return _H264(av, part, self._size, self._fps)
        self._warn(
            f"{self.path.name} is written as MPEG-4, which browsers do not play; "
            'for H.264 install it with: pip install "formcheck[video]"'
        )
        return _Mp4v(part, self._size, self._fps)

    def close(self, keep: bool = True) -> None:
        """Finish the file and move it into place, or drop it. May be called twice."""
        encoder, self._encoder = self._encoder, None
        part, self._part = self._part, None
        if part is None:
            return
        with part:
            if encoder is not None:
                encoder.close()
            if encoder is not None and keep:
                part.keep()


class _VideoSink(BaseSink):
    """What both video sinks share: one file a set."""

    slow = True  # drawing and encoding take longer than all the analysis

    def __init__(self, path: Path | Callable[[RunInfo], Path]) -> None:
        if isinstance(path, Path):
            check_mp4(path)
            check_output(path, "the video")
        self._path = path
        self._writer: VideoWriter | None = None
        self._info: RunInfo | None = None

    def start(self, info: RunInfo) -> None:
        self._drop()
        self._info = info
        path = self._path(info) if callable(self._path) else for_set(self._path, info.set)
        self._writer = VideoWriter(path, info.fps)

    def close(self, result: SetResult | None) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close(keep=result is not None)

    def _drop(self) -> None:
        self.close(None)

    def __exit__(self, *error: object) -> None:
        self._drop()


class AnnotatedVideo(_VideoSink):
    """The same picture as the window's, never mirrored. A pose track is drawn on plain ground.

    Args:
        path: the ``.mp4``, or a function that names it for a set.

    Raises:
        UsageError: it cannot be written.
    """

    name = "video"

    def start(self, info: RunInfo) -> None:
        super().start(info)
        self._overlay = Overlay()
        self._view = View(title=info.title, kind=info.kind, advice=info.advice)

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        if self._writer is not None:
            image = None if frame is None else frame.image
            self._writer.write(self._overlay.draw(image, pose, step, self._view), pose.t)


class Recorder(_VideoSink):
    """The frames as they came, to be scored again later."""

    name = "record"

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        if self._writer is not None and frame is not None:
            self._writer.write(frame.image, pose.t)


def check_mp4(path: Path) -> None:
    """Raise UsageError unless the name ends in .mp4 (a device or a FIFO may have any)."""
    if not is_stream(path) and path.suffix.lower() != ".mp4":
        raise UsageError(f"{path}: expected a video name that ends in .mp4, got {path.suffix!r}")
