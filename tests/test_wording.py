"""Words to a person: every reason, unit and place has them, and there is one place for them."""

from __future__ import annotations

import re
from dataclasses import astuple
from math import nan
from pathlib import Path

import pytest

from formcheck.catalogue.registry import drill_names, get_drill
from formcheck.events import Reason
from formcheck.sinks.overlay import PHASE_WORDS
from formcheck.wording import PLACES, REASONS, SETUP, UNITS, amount, because, camera_advice

SRC = Path(__file__).parent.parent / "src" / "formcheck"
FORMS = [text for words in REASONS.values() for text in astuple(words) if isinstance(text, str)]


def test_every_reason_has_all_its_words() -> None:
    assert set(REASONS) == set(Reason)
    assert all(FORMS)
    for words in REASONS.values():
        assert words.because[0].islower() and not words.because.endswith(".")
        assert len(words.short) <= 32  # the window's first line, readable from a mat


def test_the_words_promise_nothing() -> None:
    places = [text for place in PLACES.values() for text in astuple(place)]
    said = " ".join([*FORMS, *SETUP.values(), *PHASE_WORDS.values(), *places]).lower()
    for never in ("normal", "safe", "risk", "injur", "pain", "heal", "disc", "weak"):
        assert never not in said


def test_a_reason_of_a_newer_version_is_named_all_the_same() -> None:
    assert because("no_person") == "nobody was in view"
    assert because("lens_covered") == "lens covered"


@pytest.mark.parametrize("name", drill_names())
def test_every_drill_has_units_and_a_camera_place_in_words(name: str) -> None:
    drill = get_drill(name)
    units = {m.unit for m in drill.all_measures} | {f.unit for f in drill.faults}
    assert units <= set(UNITS)
    assert camera_advice(drill.view.name)["wrong_view"].startswith("Put the camera ")


def test_a_view_with_no_words_leaves_the_general_sentence() -> None:
    assert camera_advice("from_the_moon") == {}


@pytest.mark.parametrize(
    ("value", "unit", "form", "said"),
    [(8.5, "deg", ".3g", "8.5°"), (0.25, "T", ".3g", "0.25 T"), (1.24, "s", ".1f", "1.2 s"),
     (0.9, "ratio", ".3g", "0.9"), (3.0, "parsec", ".3g", "3 parsec"), (nan, "deg", ".3g", "–")],
)  # fmt: skip
def test_an_amount_is_printed_with_its_unit(value, unit, form, said) -> None:
    assert amount(value, unit, form) == said


def test_no_other_file_words_a_reason_or_a_place() -> None:
    """A second copy of a sentence drifts away from the first."""
    sentences = [*FORMS, *SETUP.values(), *(place.turn for place in PLACES.values())]
    doubles = [
        (path.relative_to(SRC).as_posix(), text)
        for path in SRC.rglob("*.py")
        if path.name != "wording.py" and path.parent.name != "drills"
        for text in sentences
        if re.search(f'"{re.escape(text)}[".]', path.read_text(encoding="utf-8"))
    ]
    assert doubles == []
