"""The window's table of keys, without a display."""

from __future__ import annotations

import pytest

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
