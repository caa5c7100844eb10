"""The stream a user means: a camera, a clip or a pose track."""

from __future__ import annotations

from .camera import Camera
from .clip import VideoFile
from .playback import RealtimeFile
from .track import PoseTrack

__all__ = ["Source", "open_source"]

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

    A number or ``/dev/video…`` or a URL is a camera, ``….npz`` a pose track, anything else a clip,
    which ``realtime`` plays through the camera path.

    Raises:
        InputError: it cannot be opened.
    """
    if text.isdecimal() and len(text) < 4:
        return Camera(int(text), size, fps, rotate=rotate)
    if text.startswith("/dev/video") or "://" in text:
        return Camera(text, size, fps, rotate=rotate)
    if text.lower().endswith(".npz"):
        return PoseTrack(text, start_s, end_s)
    if realtime:
        return RealtimeFile(text, start_s, end_s, rotate=rotate)
    return VideoFile(text, start_s, end_s, rotate=rotate)
