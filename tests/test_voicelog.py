"""The reader of voice logs finds each kind of bad coaching, and has nothing against good."""

from __future__ import annotations

import pytest
from voicelog import complaints

GOOD = [
    (0.0, "intro", "Hip bridge"),
    (2.0, "coach", "Three"),
    (3.0, "coach", "two"),
    (4.0, "coach", "one"),
    (5.0, "coach", "and go"),
    (8.0, "hold", "Hold"),
    (10.0, "hold", "three"),
    (11.0, "hold", "two"),
    (12.0, "hold", "one"),
    (13.0, "hold", "And lower"),
    (15.0, "count", "one"),
    (16.0, "cue", "Lower slowly, count two"),
    (20.0, "count", "two"),
    (24.0, "count", "three"),
    (25.0, "praise", "That's it"),
    (27.0, "end", "Set done. Well done"),
    (30.0, "rest", "Rest for thirty seconds"),
    (60.0, "count", "one"),
]


def log(*lines: tuple[float, str, str]) -> list[dict[str, object]]:
    return [{"t": t, "kind": kind, "said": said} for t, kind, said in lines]


def test_a_good_coach_is_left_in_peace() -> None:
    assert complaints(log(*GOOD)) == []


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([(0, "cue", "one two three four five six seven eight nine")], "more than 8 words"),
        ([(0, "end", "That heals your back")], "never say 'heal'"),
        ([(0, "cue", "Tilt it by five degrees")], "never say 'degrees'"),
        ([(0, "cue", " ")], "nothing is said"),
        ([(0, "intro", "A rather long sentence to begin with"), (1, "count", "one")], "over"),
        ([(3, "intro", "Plank"), (2, "intro", "Bridge")], "clock went back"),
        ([(0, "cue", "Long leg"), (7.9, "cue", "Long leg")], "again after 7.9 s"),
        ([(0, "setup", "Move back"), (7.9, "setup", "Move back")], "again after 7.9 s"),
        (
            [(0, "count", "one"), (2, "cue", "Long leg"), (9, "count", "two"),
             (11, "cue", "Long leg")], "and 1 reps"
        ),
        ([(0, "count", "two"), (3, "count", "two")], "'two' after 2"),
        ([(0, "count", "one"), (3, "count", "four")], "'four' after 1"),
        ([(0, "hold", "three"), (1.5, "hold", "two"), (2.5, "hold", "one")], "hold's 'three'"),
        ([(0, "hold", "three"), (1.0, "cue", "Long leg")], "'Long leg' after the hold's"),
        ([(0, "hold", "one"), (1.0, "hold", "two")], "'two' after the hold's 'one'"),
    ],
)  # fmt: skip
def test_each_fault_is_found(lines: list[tuple[float, str, str]], what: str) -> None:
    assert any(what in found for found in complaints(log(*lines))), complaints(log(*lines))
