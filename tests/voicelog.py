"""Reads a voice log as a strict coach would: what in it is against the rules of drills.md?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from formcheck.coach.cues import (
    CUE_WORDS,
    PRAISE,
    SAME_CUE_REPS,
    SAME_CUE_S,
    count_word,
    speaking_s,
)

#: Never said to a person (drills.md 4.4).
FORBIDDEN = re.compile(
    r"sciatica|\bdis[ck]\b|\bnerve|trendelenburg|\bweak|\brisk|\binjur|\bheal|\breliev|\bprevent"
    r"|\bcure|\bsafe\b|\b(?:ab)?normal\b|push through|\bdegrees?\b|patients?\b",
    re.IGNORECASE,
)
NUMBERS = {count_word(n): n for n in range(1, 100)}
LAST_SECONDS = ("three", "two", "one")
#: What belongs to a second may come again with the next set; all else is guarded.
TIMED = {"count", "hold"}
#: A log's times are rounded to hundredths, and lines start with a frame.
SLACK_S = 0.12


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def complaints(log: Sequence[Mapping[str, Any]]) -> list[str]:
    """One sentence for each rule that a line breaks; an empty list for a good coach."""
    return [*_words(log), *_one_at_a_time(log), *_nagging(log), *_counting(log), *_holds(log)]


def _words(log: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for line in log:
        text = line["said"]
        if not text.strip():
            yield f"{line['t']}: nothing is said"
        if line["kind"] in ("cue", "hint", "offer", "praise") and len(text.split()) > CUE_WORDS:
            yield f"{line['t']}: more than {CUE_WORDS} words: {text}"
        if found := FORBIDDEN.search(text):
            yield f"{line['t']}: never say {found[0]!r}: {text}"


def _one_at_a_time(log: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    for before, line in pairwise(log):
        if line["t"] < before["t"]:
            yield f"{line['t']}: the clock went back"
        free = before["t"] + speaking_s(before["said"]) - SLACK_S
        if line["t"] < free and line["kind"] not in ("stop", "pause"):
            yield f"{line['t']}: {line['said']!r} over {before['said']!r}"


def _nagging(log: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    said: dict[str, tuple[float, int]] = {}
    reps = 0
    for line in log:
        text, t = line["said"], line["t"]
        reps += line["kind"] == "count"
        if line["kind"] in TIMED or text in PRAISE:
            continue
        if text in said:
            at, then = said[text]
            enough_reps = line["kind"] != "cue" or not reps or reps - then >= SAME_CUE_REPS
            if t - at < SAME_CUE_S or not enough_reps:
                yield f"{t}: again after {t - at:.1f} s and {reps - then} reps: {text}"
        said[text] = t, reps


def _counting(log: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    last = 0
    for line in log:
        if line["kind"] == "end":
            last = 0
        if line["kind"] != "count":
            continue
        number = NUMBERS.get(line["said"].split(",")[0], 0)
        # A number that could not be said in time is left out, never said late or twice.
        if not last < number <= last + 2:
            yield f"{line['t']}: {line['said']!r} after {last}"
        last = number


def _holds(log: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    before: Mapping[str, Any] | None = None
    for line in log:
        counts = line["kind"] == "hold" and line["said"] in LAST_SECONDS
        if before is not None and line["kind"] not in ("stop", "setup", "end", "resume"):
            place = LAST_SECONDS.index(before["said"])
            due = [*LAST_SECONDS, "And relax", "And lower"][place + 1 :][:1]
            due = ["And relax", "And lower"] if place == 2 else due
            late = abs(line["t"] - before["t"] - 1) > 0.3
            if line["said"] not in due or late:
                yield f"{line['t']}: {line['said']!r} after the hold's {before['said']!r}"
        before = line if counts else None
