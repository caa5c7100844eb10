"""Tiny clips made on the fly: each frame is one flat grey that tells its number."""

from __future__ import annotations

import struct
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STEP = 8  # grey levels between two frames; lossy codecs move a flat grey by less


def picture(number: int, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """Frame ``number``: flat, with its upper left quarter brighter, to see which way is up."""
    width, height = size
    image = np.full((height, width, 3), 8 + STEP * (number % 20), np.uint8)
    image[: height // 2, : width // 2] += 60
    return image


def number(image: NDArray[np.uint8]) -> int:
    """Which frame this is (modulo 20), read from its lower right quarter."""
    height, width = image.shape[:2]
    return round((float(image[height // 2 + 4 :, width // 2 + 4 :].mean()) - 8) / STEP)


def clip(path: Path, frames: int = 10, fps: float = 20.0, size: tuple[int, int] = (64, 48)) -> Path:
    """A clip at a constant rate; the codec follows the name (.mp4 mp4v, .avi MJPG)."""
    import cv2

    code = {".mp4": "mp4v", ".avi": "MJPG"}[path.suffix]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), fps, size)
    assert writer.isOpened()
    for i in range(frames):
        writer.write(picture(i, size))
    writer.release()
    return path


def uneven_clip(path: Path, milliseconds: Sequence[int]) -> Path:
    """A clip whose frames come at the given times: a phone's variable frame rate."""
    from fractions import Fraction

    import av

    with av.open(str(path), "w") as box:
        stream = box.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for i, ms in enumerate(milliseconds):
            frame = av.VideoFrame.from_ndarray(picture(i), format="bgr24")
            frame.pts, frame.time_base = ms, Fraction(1, 1000)
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode(None):
            box.mux(packet)
    return path


def mark_rotated(path: Path) -> Path:
    """Write the mark "show me turned by 90 degrees clockwise" into an mp4, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes of header fields
    one = 1 << 16
    data[at : at + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 48 * one, 0, 1 << 30)
    path.write_bytes(data)
    return path


def sound(path: Path) -> Path:
    """Half a second of silence as a wave file, whatever the name says."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    return path


def track(path: Path, n: int = 5, **changes: object) -> Path:
    """A pose track of ``n`` frames by hand, with some arrays changed (None leaves one out)."""
    arrays: dict[str, object] = {
        "t": np.arange(n, dtype=np.float32) / 20,
        "xy": np.full((n, 33, 2), 7, np.float32),
        "visibility": np.full((n, 33), 0.9, np.float16),
        "world": np.zeros((n, 33, 3), np.float16),
        "meta": '{"width": 64, "height": 48, "fps": 20}',
    }
    arrays.update(changes)
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})  # type: ignore[arg-type]
    return path


def code(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture that tells its number and its turn to :func:`read_code`, exactly."""
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    image[0, 0] = 1, number % 256, number // 256
    return image


def read_code(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    """Number and clockwise turn of a :func:`code` picture that was converted to RGB."""
    corners = {0: (0, 0), 90: (0, -1), 180: (-1, -1), 270: (-1, 0)}
    for degrees, corner in corners.items():
        high, low, mark = (int(value) for value in rgb[corner])
        if mark == 1:
            return low + 256 * high, degrees
    raise AssertionError("no code picture")
