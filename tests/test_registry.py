"""Drills are found by being there: built in, installed, or in the user's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck import drills
from formcheck.catalogue import registry
from formcheck.catalogue.registry import all_drills, drill_names, get_drill, load_drill_file
from formcheck.drill import Drill, at_top, measure, of, throughout
from formcheck.errors import UnknownDrill, UsageError

MINE = """
from dataclasses import replace
from formcheck.catalogue.registry import get_drill
DRILL = replace(get_drill("clamshell"), name={name!r}, title="Mine")
"""


@pytest.fixture
def fresh() -> Iterator[None]:
    registry._built_in.cache_clear()
    yield
    registry._built_in.cache_clear()


def test_every_file_in_drills_is_a_drill_of_its_name() -> None:
    files = {p.stem for p in Path(drills.__path__[0]).glob("*.py")} - {"__init__"}
    assert files <= set(drill_names())
    assert drill_names() == tuple(sorted(drill_names()))
    for name, drill in all_drills().items():
        assert drill.name == name


def test_an_unknown_name_is_told_its_nearest() -> None:
    with pytest.raises(UnknownDrill) as caught:
        get_drill("clamshel")
    message = str(caught.value)
    assert message.startswith("no drill is called 'clamshel'; did you mean 'clamshell'?")
    assert "hip_bridge" in message
    assert "\n" not in message
    assert caught.value.exit_code == 2
    with pytest.raises(UnknownDrill) as caught:
        get_drill("zzz")
    assert "did you mean" not in str(caught.value)


def test_a_drill_of_the_users_own_goes_first(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MINE.format(name="my_clam"))
    (tmp_path / "b.py").write_text(MINE.format(name="clamshell"))
    assert get_drill("my_clam", tmp_path).title == "Mine"
    assert get_drill("clamshell", tmp_path).title == "Mine"
    assert get_drill("clamshell").title != "Mine"
    assert "my_clam" not in drill_names()
    assert drill_names(tmp_path / "nowhere") == drill_names()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("x = (", "SyntaxError"),
        ("x = 1", "DRILL"),
        ("DRILL = 3", "expected a formcheck Drill, got int"),
    ],
)
def test_a_file_that_is_no_drill_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_drill_file(path)
    assert "broken.py" in str(caught.value)
    assert says in str(caught.value)
    with pytest.raises(UsageError):
        all_drills(tmp_path)


def test_installed_drills_are_found(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name = "theirs"

        def __init__(self, thing: object) -> None:
            self.thing = thing

        def load(self) -> object:
            return self.thing

    def installed(thing: object) -> None:
        registry._built_in.cache_clear()
        monkeypatch.setattr(registry, "entry_points", lambda group: [Point(thing)])

    installed(replace(get_drill("clamshell"), name="their_clam"))
    assert "their_clam" in drill_names()
    installed(42)
    with pytest.raises(UsageError, match="entry point 'theirs': expected a formcheck Drill"):
        drill_names()


# -- a declaration that cannot be right is refused where it stands --------------------------------


def changed(**changes: object) -> Drill:
    return replace(get_drill("hip_bridge"), **changes)  # type: ignore[arg-type]


def test_a_drill_is_checked_at_birth() -> None:
    bridge = get_drill("hip_bridge")
    low = bridge.fault("low_hips")
    with pytest.raises(ValueError, match="must be an identifier, got 'hip bridge'"):
        changed(name="hip bridge")
    with pytest.raises(ValueError, match="two measures have one name"):
        changed(measures=(*bridge.measures, bridge.main))
    with pytest.raises(ValueError, match="two faults have one code"):
        changed(faults=(low, low))
    nothing = measure("nothing", "T", of.height("hips", above="knees"))
    declared = "neither counted nor among its measures: body_line, hip_rise"
    for when in (at_top(nothing).above(1, strong=2), throughout(nothing).above(1, strong=2)):
        with pytest.raises(ValueError, match=f"fault low_hips reads nothing, .*{declared}"):
            changed(faults=(replace(low, when=when),))
    with pytest.raises(ValueError, match="unless names 'low_hips', no fault that is watched"):
        changed(faults=(low, replace(bridge.fault("feet_far"), unless="low_hips")))
    with pytest.raises(ValueError, match="weights must be one of"):
        changed(weights="luck")
    with pytest.raises(ValueError, match="side_of goes with"):
        changed(side_of=lambda b: None)
    with pytest.raises(KeyError, match="has no fault 'nothing'"):
        bridge.fault("nothing")


def test_a_fault_is_checked_at_birth() -> None:
    low = get_drill("hip_bridge").fault("low_hips")
    with pytest.raises(ValueError, match=r"threshold, as at_top.* got OfEachRep"):
        replace(low, when=at_top(get_drill("hip_bridge").main))
    with pytest.raises(ValueError, match="at most 8 words"):
        replace(low, cue="one two three four five six seven eight nine")
    with pytest.raises(ValueError, match="severity 0-3"):
        replace(low, severity=4)
    with pytest.raises(ValueError, match="needs a source"):
        replace(low, source="")
