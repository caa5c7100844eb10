"""The window's table of keys, without a display."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.body.pose import Pose
from formcheck.catalogue.registry import get_drill
from formcheck.run.loop import Control
from formcheck.sinks.info import RunInfo
from formcheck.sinks.window import SMALL_SCREEN, Key, Window, fitted, screen_size


def test_every_key_is_in_the_help_once() -> None:
    pressed: list[str] = []
    own = (
        Key("o", "ouch", lambda: pressed.append("o")),
        Key("ns", "next", lambda: pressed.append("n")),
    )
    control = Control()
    window = Window(control, keys=own)
    labels = [label for label, _ in window.help]
    assert labels == ["o", "n, s", "space", "r", "m", "f", "h", "q, Esc"]
    for code in "ons":
        window.press(code)
    assert pressed == ["o", "n", "n"]
    assert control.end is None  # the taken-over s does not also change sides
    window.press("x")
    assert control.end is None


def test_the_windows_own_keys() -> None:
    control = Control()
    window = Window(control)
    assert ("s", "other side, a new set") in window.help
    for code, end in (
        ("r", "restart"),
        ("s", "switch"),
        ("q", "quit"),
        ("\x1b", "quit"),
        ("Q", "quit"),
    ):
        control.end = None
        window.press(code)
        assert control.end == end
    window.press(" ")
    assert control.paused
    window.press(" ")
    assert not control.paused


@pytest.mark.parametrize(("drill", "end"), [("hip_bridge", None), ("clamshell", "switch")])
def test_a_drill_without_sides_has_no_other_one(drill: str, end: str | None) -> None:
    control = Control()
    window = Window(control)
    window.start(RunInfo("clip", (640, 480)).of(get_drill(drill)))
    window.press("s")
    assert control.end == end
    assert ("s" in [label for label, _ in window.help]) is (end is not None)


@pytest.mark.parametrize(
    ("picture", "screen", "size"),
    [
        ((1280, 864), (1366, 768), (1001, 676)),  # a laptop shows the strip with the cue
        ((640, 576), (1920, 1080), (1000, 900)),  # a small picture grows
        ((480, 980), (1366, 768), (331, 676)),  # an upright one, too, is seen whole
        ((3840, 2592), (1280, 720), (939, 634)),
    ],
)
def test_the_window_fits_the_screen(picture, screen, size) -> None:
    assert fitted(picture, screen) == size


def test_a_screen_that_is_not_known_is_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for display in (None, ":7777"):
        if display is None:
            monkeypatch.delenv("DISPLAY", raising=False)
        else:
            monkeypatch.setenv("DISPLAY", display)
        assert screen_size() == SMALL_SCREEN


def test_f_fills_the_screen_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    asked: list[float] = []
    monkeypatch.setattr(cv2, "setWindowProperty", lambda title, what, how: asked.append(how))
    window = Window(Control())
    window.press("f")
    window._open = True
    window.press("f")
    window.press("f")
    assert asked == [cv2.WINDOW_NORMAL, cv2.WINDOW_FULLSCREEN]


@pytest.mark.parametrize(("mirror", "x"), [(False, 0.25), (True, 0.75)])
def test_a_click_points_at_a_person_where_the_picture_shows_one(mirror: bool, x: float) -> None:
    import cv2

    at: list[tuple[float, float]] = []
    window = Window(Control(), mirror)
    window.point_at = lambda x, y: at.append((x, y))
    window._mouse(cv2.EVENT_LBUTTONDOWN, 10, 10)  # nothing is shown yet
    window._last = None, Pose.missing(0.0, (640, 480)), None
    window._mouse(cv2.EVENT_MOUSEMOVE, 160, 120)
    window._mouse(cv2.EVENT_LBUTTONDOWN, 160, 500)  # the strip below
    assert at == []
    window._mouse(cv2.EVENT_LBUTTONDOWN, 160, 120)
    assert at == [(pytest.approx(x, abs=0.002), 0.25)]


#: Opens the window, makes it smaller, closes it and opens it again; prints each place and size.
OPENED_TWICE = """
import cv2, numpy as np
from formcheck.body.pose import Pose
from formcheck.run.loop import Control
from formcheck.sinks.info import RunInfo
from formcheck.sinks.window import Window
from formcheck.vision.frames import Frame

frame, nobody = Frame(0.0, np.full((720, 1280, 3), 90, np.uint8)), Pose.missing(0.0, (1280, 720))
for _ in range(2):
    window = Window(Control())
    window.start(RunInfo("clip", (1280, 720)))
    with window:
        for _ in range(3):
            window.watch(frame, nobody)
        print(*cv2.getWindowImageRect("formcheck"))
        cv2.resizeWindow("formcheck", 600, 405)
        for _ in range(3):
            window.watch(frame, nobody)
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb here")
def test_the_window_is_whole_on_a_laptop_and_remembers_its_size(tmp_path: Path) -> None:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            display = f":{told.readline().strip()}"
        env = os.environ | {"DISPLAY": display, "FORMCHECK_CACHE_DIR": str(tmp_path)}
        ran = subprocess.run(
            [sys.executable, "-c", OPENED_TWICE], env=env, capture_output=True, text=True,
            check=True, timeout=60,
        )  # fmt: skip
    finally:
        server.terminate()
        server.wait(10)
    first, second = ([int(n) for n in line.split()] for line in ran.stdout.splitlines())
    x, y, w, h = first
    assert x >= 0 and y >= 0 and x + w <= 1366 and y + h <= 768
    assert w > 900
    assert second[2:] == [600, 405]


@pytest.mark.parametrize("kept", ["", "[1]", '["a", "b"]', "[30, 20]", "{}", "[null, 3]"])
def test_a_size_that_cannot_be_is_not_taken(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from formcheck.sinks.window import _kept_size

    monkeypatch.setenv("FORMCHECK_CACHE_DIR", str(tmp_path))
    (tmp_path / "window.json").write_text(kept)
    assert _kept_size() is None
    (tmp_path / "window.json").write_text("[800, 540]")
    assert _kept_size() == (800, 540)
    assert fitted((1280, 864), (1366, 768), (9000, 9000)) == (1001, 676)


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (480, 640), (720, 1280)])
def test_no_cue_of_any_drill_is_cut_off(size: tuple[int, int]) -> None:
    from formcheck.catalogue.registry import all_drills
    from formcheck.sinks.overlay import _wrap
    from formcheck.sinks.shapes import extent

    u = min(size[1], 0.9 * size[0]) / 100
    room = round(size[0] - 21.5 * u)
    cues = {fault.cue for drill in all_drills().values() for fault in drill.faults}
    assert len(cues) > 30
    for cue in cues:
        lines, font = _wrap(cue, room, u)
        assert " ".join(lines) == cue
        assert font >= 3.5 * u, cue  # to be read from a mat
        assert max(extent(line, font, 700) for line in lines) <= room + u, cue
