"""The live window and its keys."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError
from ..folders import cache_dir
from . import BaseSink

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..body.pose import Pose
    from ..coach.session import Notice
    from ..events import Step
    from ..run.loop import Control
    from ..vision.frames import Frame
    from .info import RunInfo
    from .overlay import Overlay

__all__ = ["Key", "Window", "check_display", "fitted", "screen_size"]


#: Shown while the person has paused the set.
_PAUSED = "Paused: space to go on"


@dataclass(frozen=True)
class Key:
    """What a key does. ``keys`` are the characters that do it; ``does`` says it in the help."""

    keys: str
    does: str
    act: Callable[[], None]

    @property
    def label(self) -> str:
        """As the help names it: ``q, Esc``."""
        return ", ".join({" ": "space", "\x1b": "Esc"}.get(key, key) for key in self.keys)


#: Opening a window without a display aborts the process, so another process tries first.
_TRY = "import cv2; cv2.namedWindow('a try'); cv2.destroyAllWindows()"


def check_display() -> None:
    """Make sure that a window can be shown.

    Raises:
        InputError: there is no display, or the window toolkit cannot use it.
    """
    if not sys.platform.startswith("linux"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise InputError(
            "a window needs a display, DISPLAY and WAYLAND_DISPLAY are not set; "
            "use --no-window, or start it from a desktop"
        )
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=False,
        )
        works = tried.returncode == 0
    except subprocess.TimeoutExpired:
        works = False
    if not works:
        display = os.environ.get("DISPLAY") or os.environ["WAYLAND_DISPLAY"]
        raise InputError(
            f"a window cannot be opened on display {display!r}; check that it is running and "
            "yours, or use --no-window"
        )


#: Taken of a screen whose size cannot be known: it fits every laptop's.
SMALL_SCREEN = (1280, 720)
#: What a window may take of a screen, across and down: the rest is for its frame and a panel.
ROOM = (0.97, 0.88)


def screen_size() -> tuple[int, int]:
    """Width and height of the screen, pixels; :data:`SMALL_SCREEN` where nobody says."""
    try:
        if sys.platform == "win32":
            user = ctypes.windll.user32
            return int(user.GetSystemMetrics(0)), int(user.GetSystemMetrics(1))
        if os.environ.get("DISPLAY") and (name := ctypes.util.find_library("X11")):
            return _x_screen(ctypes.CDLL(name))
    except (OSError, AttributeError):
        pass  # no such library, or not that function in it
    return SMALL_SCREEN


def _x_screen(x: ctypes.CDLL) -> tuple[int, int]:
    x.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x.XOpenDisplay(None))
    if not display:
        return SMALL_SCREEN
    try:
        return int(x.XDisplayWidth(display, 0)), int(x.XDisplayHeight(display, 0))
    finally:
        x.XCloseDisplay(display)


#: The least size that is remembered, pixels: a smaller window was put out of the way.
LEAST = 240


def fitted(
    picture: tuple[int, int], screen: tuple[int, int], kept: tuple[int, int] | None = None
) -> tuple[int, int]:
    """The window's size: as it was ``kept``, else 900 pixels high at least, as a small picture is
    hard to read from a mat; but whole on the screen, and in the picture's own shape."""
    (w, h), (across, down) = picture, screen
    wanted = max(1.0, 900 / h) if kept is None else min(kept[0] / w, kept[1] / h)
    scale = min(wanted, ROOM[0] * across / w, ROOM[1] * down / h)
    return round(w * scale), round(h * scale)


def _kept_size() -> tuple[int, int] | None:
    """The size that the person gave the window last time; None where there is none."""
    try:
        w, h = json.loads((cache_dir() / "window.json").read_text(encoding="utf-8"))
        return (int(w), int(h)) if w >= LEAST and h >= LEAST else None
    except (OSError, ValueError, TypeError):
        return None


def _keep_size(size: tuple[int, int]) -> None:
    with contextlib.suppress(OSError):  # it is only a comfort
        cache_dir().mkdir(parents=True, exist_ok=True)
        (cache_dir() / "window.json").write_text(json.dumps(size), encoding="utf-8")


class Window(BaseSink):
    """Shows each step over its frame and turns keys into requests to the control.

    ``q`` or Esc or closing the window ends the set, space pauses it, ``r`` begins it again,
    ``s`` goes on with the other side where there is one, ``m`` mirrors, ``f`` fills the screen,
    ``h`` shows the keys.

    Args:
        control: takes the requests.
        mirror: show the person as a mirror would; the analysis never sees that.
        title: of the window.
        keys: more keys, before the window's own; one that is there already is taken over.

    Attributes:
        notice: what a coach has to show besides the set; None is nothing.
        point_at: takes the place that was clicked at, as shares of the picture.
        silence: gives what to show while the source has nothing new.
    """

    name = "window"

    def __init__(
        self,
        control: Control,
        mirror: bool = True,
        title: str = "formcheck",
        keys: Sequence[Key] = (),
    ) -> None:
        self.notice: Notice | None = None
        self.point_at: Callable[[float, float], None] = lambda x, y: None
        self.silence: Callable[[], str] = lambda: "Waiting for the camera"
        self._control = control
        self._mirror = mirror
        self._title = title
        self._help = self._full = False
        self._open = False
        self._size: tuple[int, int] | None = None  # given it first, until the person changes it
        self._wanted: tuple[int, int] | None = None
        self._info: RunInfo | None = None
        self._overlay: Overlay | None = None
        self._last: tuple[NDArray[np.uint8] | None, Pose, Step | None] | None = None
        own = (
            Key(" ", "pause, go on", self._pause),
            Key("r", "begin the set again", lambda: self._end("restart")),
            Key("s", "other side, a new set", self._switch),
            Key("m", "mirror on or off", self._turn_mirror),
            Key("f", "full screen on or off", self._turn_full),
            Key("h", "this help", self._turn_help),
            Key("q\x1b", "end and save", lambda: self._end("quit")),
        )
        taken = "".join(key.keys for key in keys)
        self._table = (*keys, *(key for key in own if key.keys not in taken))

    def start(self, info: RunInfo) -> None:
        from .overlay import Overlay

        self._info = info
        self._overlay = Overlay()

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        image = None if frame is None else frame.image
        self._last = image, pose, step
        self._show(None)

    def watch(self, frame: Frame | None, pose: Pose) -> None:
        """A frame outside a set: :attr:`notice` says all there is to say."""
        self._last = None if frame is None else frame.image, pose, None
        self._show(None)

    def idle(self, frame: Frame | None) -> None:
        """Show the pause over the moving picture, or that the camera is silent."""
        if self._last is None:
            self._keys()
            return
        if frame is not None:
            from ..body.pose import Pose

            _, pose, step = self._last
            self._last = frame.image, Pose.missing(frame.t, pose.size), step
        if not self._control.paused:
            self._show(self.silence())
        else:  # outside a set the notice says how to go on
            self._show(_PAUSED if self._last[2] is not None else None)

    def _show(self, message: str | None) -> None:
        import cv2

        from .overlay import Dial, View

        assert self._last is not None
        assert self._overlay is not None
        info, meter = self._info, self._info.meter if self._info else None
        notice = self.notice
        view = View(
            title=info.title if info else "",
            kind=info.kind if info else "reps",
            mirror=self._mirror,
            fps=meter.fps if meter else math.nan,
            delay_s=meter.delay_s if meter else math.nan,
            message=message or (notice.text if notice else None) or None,
            heading=notice.heading if notice else "",
            dial=Dial(*notice.dial) if notice and notice.dial else None,
            help=self.help if self._help else (),
            advice=info.advice if info else {},
            outline=info.outline if info else {},
            placed=notice.placed if notice else None,
        )
        picture = self._overlay.draw(*self._last, view)
        if not self._open:
            # Qt complains of fonts that only its toolbar would use, which is left out here.
            os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
            plain = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
            cv2.namedWindow(self._title, plain)
            h, w = picture.shape[:2]
            self._size = fitted((w, h), screen_size(), _kept_size())
            cv2.resizeWindow(self._title, *self._size)
            cv2.setMouseCallback(self._title, self._mouse)
            self._open = True
        cv2.imshow(self._title, picture)
        self._keys()

    def _keys(self) -> None:
        if not self._open:
            return
        import cv2

        code = cv2.waitKey(1) & 0xFF
        try:
            closed = cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1
        except cv2.error:  # Qt, once its last window is gone
            closed = True
        if closed:
            self._open = False
            self._end("quit")
            return
        if not self._full:
            _, _, w, h = cv2.getWindowImageRect(self._title)  # once it is closed nobody knows
            self._wanted = int(w), int(h)
        if code != 0xFF:
            self.press(chr(code))

    def _mouse(self, event: int, x: int, y: int, *more: object) -> None:
        import cv2

        if event == cv2.EVENT_LBUTTONDOWN and self._last is not None:
            self.click(x, y)

    def click(self, x: int, y: int) -> None:
        """Choose the person at this pixel of what is shown; the strip below chooses nobody."""
        assert self._last is not None
        image, pose, _ = self._last
        w, h = pose.size if image is None else image.shape[1::-1]
        if 0 <= x < w and 0 <= y < h:
            self.point_at((w - 1 - x if self._mirror else x) / w, y / h)

    @property
    def help(self) -> tuple[tuple[str, str], ...]:
        """Every key and what it does here."""
        here = (key for key in self._table if key.act != self._switch or self._sided)
        return tuple((key.label, key.does) for key in here)

    def press(self, character: str) -> None:
        """Do what this key does, if anything."""
        for key in self._table:
            if character.lower() in key.keys:
                key.act()

    def _end(self, how: str) -> None:
        self._control.end = how

    @property
    def _sided(self) -> bool:
        return self._info is None or self._info.sided

    def _switch(self) -> None:
        if self._sided:
            self._end("switch")

    def _pause(self) -> None:
        self._control.paused = not self._control.paused

    def _turn_mirror(self) -> None:
        self._mirror = not self._mirror

    def _turn_full(self) -> None:
        self._full = not self._full
        if self._open:
            import cv2

            how = cv2.WINDOW_FULLSCREEN if self._full else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, how)

    def _turn_help(self) -> None:
        self._help = not self._help

    @staticmethod
    def _differs(one: tuple[int, int], other: tuple[int, int]) -> bool:
        """By more than the system's rounding."""
        return max(abs(one[0] - other[0]), abs(one[1] - other[1])) > 4

    def __exit__(self, *error: object) -> None:
        if self._wanted and self._size and self._differs(self._wanted, self._size):
            _keep_size(self._wanted)
        if self._open:
            import cv2

            self._open = False
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()
                cv2.waitKey(1)
