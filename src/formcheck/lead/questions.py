"""Every question to the person, as data: a terminal prints it, a page draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..coach.safety import FACTS, QUESTIONS
from ..errors import UsageError

__all__ = ["LEVELS", "Question", "counted"]

#: What the ends of the scale of a ``level`` mean.
LEVELS = "0 none - 10 worst"


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        key: tells an answer which question it is to.
        kind: ``yes_no`` (True or False), ``level`` (0 to 10) or ``choice`` (one of ``choices``).
        why: why it is asked.
        urgency: what a yes means: ``now`` (help today) or ``doctor`` (see one first), else empty.
        optional: whether it may be left without an answer.
    """

    key: str
    text: str
    kind: Literal["yes_no", "level", "choice"] = "yes_no"
    choices: tuple[str, ...] = ()
    why: str = ""
    urgency: str = ""
    optional: bool = False

    @property
    def aloud(self) -> str:
        """As a voice asks it."""
        ask = self.text if self.text.endswith("?") else f"{self.text}?"
        return f"{ask} From zero, none, to ten" if self.kind == "level" else ask

    def check(self, answer: Any) -> bool | int | str | None:
        """The answer as this kind of question has it; None where it was left out.

        Raises:
            UsageError: the question cannot be answered with this.
        """
        if answer is None and self.optional:
            return None
        if self.kind == "level":
            text = str(answer).strip()
            if not isinstance(answer, bool) and text.isdecimal() and int(text) <= 10:
                return int(text)
            raise UsageError(f"expected a whole number from 0 to 10, got {answer!r}")
        if self.kind == "yes_no":
            if isinstance(answer, bool):
                return answer
            raise UsageError(f"expected yes or no, got {answer!r}")
        if answer in self.choices:
            return str(answer)
        raise UsageError(f"expected one of {', '.join(self.choices)}, got {answer!r}")


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 set``, ``2 sets``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def go_on(what: str, sets: int) -> Question:
    return Question(
        "go_on",
        f"{what} after {counted(sets, 'set')}. Go on with it?",
        why="What was done of it counts, and only the rest is left to do.",
    )


#: Asked first, where they are due; a yes ends it there.
SAFETY: tuple[Question, ...] = tuple(
    Question(
        f"safety.{flag.name}",
        flag.text,
        why="If yes, exercise has to wait until somebody has looked at it.",
        urgency=flag.urgency,
    )
    for flag in QUESTIONS
)

#: Asked once each, where a drill of the plan depends on them.
ABOUT_YOU: Mapping[str, Question] = {
    name: Question(f"fact.{name}", text, why="It decides which drills suit you.")
    for name, text in FACTS.items()
}

_SO_FAR = "Tomorrow's session depends on how this one felt."

BEFORE = Question("pain.before", "Pain now, before you start", "level", why=_SO_FAR)
AFTER: tuple[Question, ...] = (
    Question("pain.after", "Pain right now", "level", why=_SO_FAR, optional=True),
    Question(
        "pain.leg",
        "Any new pain, tingling or numbness in a leg?",
        why="If yes, the next session waits.",
        optional=True,
    ),
)

_YESTERDAY = "The next session depends on how the last one felt."
NEXT_DAY: tuple[Question, ...] = (
    Question("next_day.level", "Pain today", "level", why=_YESTERDAY),
    Question("next_day.stiff", "Newly stiff on getting up?", why=_YESTERDAY),
    Question(
        "next_day.leg",
        "New or worse pain, tingling or numbness in a leg?",
        why=_YESTERDAY,
    ),
)
