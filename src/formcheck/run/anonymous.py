"""A copy of a clip for sharing: pictures only, faces coarse or an outline."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..sinks.anonymous import covered, outline, places
from ..sinks.video import VideoWriter
from ..vision.clip import VideoFile

__all__ = ["write_anonymous"]


def write_anonymous(
    clip: Path,
    target: Path,
    landmarker: Any,
    *,
    lines_only: bool = False,
    reach: Callable[[float], object] = lambda t: None,
    warn: Callable[[str], None] = lambda line: None,
) -> int:
    """Write an mp4 without sound and without what the clip's file says of itself.

    The clip is read twice: where the head is in later frames decides what earlier ones show.

    Args:
        landmarker: of :class:`formcheck.vision.landmarker.Landmarker`, fresh.
        lines_only: an outline in place of the picture.
        reach: told the seconds that were looked at.

    Returns:
        In how many frames somebody was found.

    Raises:
        InputError: the clip cannot be read.
    """
    with VideoFile(clip, as_it_is=True) as film:
        poses = []
        for frame in film:
            poses.append(landmarker.detect(frame))
            reach(frame.t)
        fps = film.fps
    with ExitStack() as stack:
        writer = VideoWriter(target, fps, warn)
        stack.callback(writer.close, keep=False)
        if lines_only:
            for pose in poses:
                writer.write(outline(pose), pose.t)
        else:
            film = stack.enter_context(VideoFile(clip, as_it_is=True))
            for frame, box in zip(film, places(poses), strict=True):
                writer.write(covered(frame.image, box), frame.t)
        writer.close()
    return sum(pose.seen for pose in poses)
