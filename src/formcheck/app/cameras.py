"""The cameras that can be chosen, each with a picture of what it sees."""

from __future__ import annotations

import base64
import glob
import re
import sys
from pathlib import Path

from .feed import PHONE

__all__ = ["cameras"]

#: Where the system does not list cameras, so many numbers are tried.
MOST = 4


def cameras(now: str, phone: bool = False) -> list[dict[str, str]]:
    """The cameras of this machine, and ``now``, the one in use, first; that one is not opened
    again. ``phone`` adds a telephone, which is not switched on for it."""
    found = [{"source": now, "name": _name(now), "jpeg": ""}]
    if phone and now != PHONE:
        found.append({"source": PHONE, "name": _name(PHONE), "jpeg": ""})
    for number in _numbers():
        if str(number) == now or f"/dev/video{number}" == now:
            continue
        jpeg = _look(number)
        if jpeg:
            found.append({"source": str(number), "name": _name(str(number)), "jpeg": jpeg})
    return found


def _numbers() -> list[int]:
    listed = sys.platform.startswith("linux")
    if listed:
        return sorted(int(re.sub(r"\D", "", Path(p).name)) for p in glob.glob("/dev/video[0-9]*"))
    return list(range(MOST))


def _name(source: str) -> str:
    if source == PHONE:
        return "The telephone"
    if source.isdecimal():
        file = Path(f"/sys/class/video4linux/video{source}/name")
        told = file.read_text(errors="replace").strip() if file.is_file() else ""
        return told or f"Camera {int(source) + 1}"
    return Path(source).name


def _look(number: int) -> str:
    """One small picture as an address; empty where the camera gives none."""
    import cv2

    capture = cv2.VideoCapture(number)
    try:
        ok, image = capture.read() if capture.isOpened() else (False, None)
        if not ok or image is None:
            return ""
        small = cv2.resize(image, (240, max(1, round(240 * image.shape[0] / image.shape[1]))))
        _, data = cv2.imencode(".jpg", small)
        return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()
    finally:
        capture.release()
