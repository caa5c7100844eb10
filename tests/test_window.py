"""The window's table of keys, without a display."""

from __future__ import annotations

import pytest

from formcheck.catalogue.registry import get_drill
from formcheck.run.loop import Control
from formcheck.sinks.info import RunInfo
from formcheck.sinks.window import Key, Window


def test_every_key_is_in_the_help_once() -> None:
    pressed: list[str] = []
    own = (
        Key("o", "ouch", lambda: pressed.append("o")),
        Key("ns", "next", lambda: pressed.append("n")),
    )
    control = Control()
    window = Window(control, keys=own)
    labels = [label for label, _ in window.help]
    assert labels == ["o", "n, s", "space", "r", "m", "h", "q, Esc"]
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
