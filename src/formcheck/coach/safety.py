"""What is asked before anyone moves, and which drills wait for which answers (drills.md 4.1, 4.2).

Answers are never graded, scored or named as a condition, and never stored one by one: the
journal learns only that the questions were asked and whether all answers were no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = [
    "ADVICE",
    "DISCLAIMER",
    "EVERY",
    "FACTS",
    "QUESTIONS",
    "Gate",
    "RedFlag",
    "advice",
    "facts_for",
    "gate",
    "questions_due",
]

DISCLAIMER = (
    "This is a form checker for general exercise. It is not a medical device and does not "
    "diagnose or treat."
)

#: The questions come back after this long, or when the person says that something changed.
EVERY = timedelta(weeks=4)


@dataclass(frozen=True)
class RedFlag:
    """One yes/no question; a yes means no session. ``urgency`` is ``now`` or ``doctor``."""

    name: str
    text: str
    urgency: str


QUESTIONS: tuple[RedFlag, ...] = (
    RedFlag("both_legs", "Pain, tingling or numbness down both legs?", "now"),
    RedFlag(
        "leg_weakness_severe",
        "Weakness or numbness in both legs that is severe or getting worse?",
        "now",
    ),
    RedFlag("saddle", "Numbness around your genitals or back passage?", "now"),
    RedFlag(
        "bladder_bowel",
        "New trouble starting, holding or feeling when you pee, or losing control or feeling of "
        "your bowels?",
        "now",
    ),
    RedFlag(
        "weak_leg", "A leg that is weak, trips over things or does not climb stairs?", "doctor"
    ),
    RedFlag("accident", "Pain that began with a fall or an accident?", "doctor"),
    RedFlag("unwell", "Feeling unwell, a fever, or losing weight without trying?", "doctor"),
    RedFlag(
        "history",
        "Have you ever had cancer, osteoporosis, or taken steroids for a long time?",
        "doctor",
    ),
    RedFlag("surgery", "An operation in the last three months?", "doctor"),
    RedFlag("pregnant", "Are you pregnant? (Ask your midwife first.)", "doctor"),
    RedFlag("chest", "Chest pain or dizziness when you exercise?", "doctor"),
    RedFlag(
        "severe",
        "Severe pain, or pain that gets worse or is no better after a few weeks?",
        "doctor",
    ),
)

ADVICE: Mapping[str, str] = {
    "now": (
        "Please do not exercise now. Go to A&E or call 999 (your local emergency number) now: "
        "these need to be looked at today."
    ),
    "doctor": (
        "Please do not start yet. See a GP or physiotherapist first and ask whether these "
        "exercises suit you. Come back when they say so."
    ),
}


def advice(answers: Mapping[str, bool]) -> str | None:
    """What to tell the person, None when every answer was no and a session may begin.

    Args:
        answers: question name -> yes. A question that was not answered counts as yes: nobody starts
            with a question skipped.
    """
    yes = [q for q in QUESTIONS if answers.get(q.name, True)]
    if not yes:
        return None
    return ADVICE["now"] if any(q.urgency == "now" for q in yes) else ADVICE["doctor"]


def questions_due(
    last: tuple[date, bool] | None, today: date, *, last_red: date | None = None
) -> bool:
    """Whether the safety questions are asked before this session.

    Args:
        last: the day they were last asked and whether every answer was no.
        today: the local date.
        last_red: the day of the last red light, after which they are asked again.
    """
    if last is None or not last[1]:
        return True
    return today - last[0] >= EVERY or (last_red is not None and last_red >= last[0])


# -- drill gates ---------------------------------------------------------------------------------

#: What a person can say about themselves that locks a drill, and how it is asked.
FACTS: Mapping[str, str] = {
    "leg_pain_6w": ("Pain, tingling or shooting below the buttock, now or in the last six weeks?"),
    "falls": "A fall in the last year, or dizzy spells?",
    "cannot_stand": "Standing on one leg for five seconds with a hand on a chair: too hard?",
    "rolls_hurt": "Do knee rolls or hugging a knee bring on pain in a leg?",
    "kneeling_hurts": "Does kneeling hurt, even on a cushion?",
    "cannot_lie_prone": "Is lying face down uncomfortable?",
}


@dataclass(frozen=True)
class Gate:
    """A locked drill: ``why`` in words for the person, and drills that may stand in."""

    why: str
    instead: tuple[str, ...]


_PRONE = ("stomach_tone", "buttock_tone", "prone_leg_raise", "prone_arm_raise")

#: drill -> (facts that lock it, why, what instead), in the order they are looked at.
_GATES: tuple[tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]], ...] = (
    (
        ("hamstring_stretch",),
        ("leg_pain_6w",),
        "this stretch may pull on a leg that is already sore",
        ("knee_to_chest", "pelvic_tilt"),
    ),
    (
        ("single_leg_stance", "monster_walk", "single_leg_bridge"),
        ("falls", "cannot_stand"),
        "first get steady with both feet down, or with a hand on a chair",
        ("hip_bridge",),
    ),
    (
        ("knee_rolls", "knee_to_chest"),
        ("rolls_hurt",),
        "you said this movement brings on leg pain",
        ("stomach_tone", "pelvic_tilt"),
    ),
    (
        ("deep_lunge", "deep_stomach_tone", "back_stabiliser"),
        ("kneeling_hurts",),
        "you said kneeling hurts",
        ("one_leg_stand", "stomach_tone"),
    ),
    (_PRONE, ("cannot_lie_prone",), "you said lying face down is uncomfortable",
     ("pelvic_tilt", "hip_bridge")),
)  # fmt: skip

#: (drill, variant) that opens after its entry variant was green on this many sessions.
_ENTRY: Mapping[tuple[str, str | None], tuple[str, str | None]] = {
    ("plank", "full"): ("plank", "knees"),
    ("back_stabiliser", "leg"): ("back_stabiliser", "arm"),
    ("single_leg_bridge", None): ("hip_bridge", None),
}
_ENTRY_GREENS = 2


def gate(
    drill: str,
    facts: Mapping[str, bool],
    greens: Mapping[tuple[str, str | None], int] | None = None,
    variant: str | None = None,
) -> Gate | None:
    """Whether a drill is locked for this person, None when it is open.

    Args:
        drill: its name; ``variant`` the form that is meant.
        facts: what the person said; a fact that was never asked locks nothing.
        greens: (drill, variant) -> green sessions so far, for drills that build on an easier one.
    """
    from ..wording import in_words  # here, for the questions must load without numpy

    for drills, locks, why, instead in _GATES:
        if drill in drills and any(facts.get(fact, False) for fact in locks):
            return Gate(why, _open(instead, facts))
    entry = _ENTRY.get((drill, variant))
    if entry is not None and (greens or {}).get(entry, 0) < _ENTRY_GREENS:
        first = in_words(entry[0]) + (f" ({entry[1]})" if entry[1] else "")
        return Gate(f"it opens after two good days with {first}", (entry[0],))
    return None


def facts_for(drills: Iterable[str]) -> list[str]:
    """The facts worth asking before these drills, in the order of :data:`FACTS`."""
    drills = set(drills)
    wanted = {f for names, locks, _, _ in _GATES if drills & set(names) for f in locks}
    return [fact for fact in FACTS if fact in wanted]


def _open(drills: Iterable[str], facts: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(d for d in drills if gate(d, facts) is None)
