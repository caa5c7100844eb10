"""What is asked around a session, in which order, and what is done with the answers.

Each function is a generator: it yields a :class:`Tell` or an :class:`Ask`, is sent the checked
answer of an Ask, and returns what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from ..coach.safety import DISCLAIMER, QUESTIONS, advice, facts_for, questions_due
from ..journal import Journal
from ..journal.past import last_check, past_sessions, unanswered
from ..journal.times import local
from . import questions
from .advice import last_red
from .questions import Question

__all__ = ["Ask", "Script", "Tell", "answered"]

T = TypeVar("T")


@dataclass(frozen=True)
class Ask:
    """Nothing goes on until ``question`` is answered."""

    question: Question


@dataclass(frozen=True)
class Tell:
    """Lines to read, and what they are about."""

    about: Literal[
        "cut_off", "next_day", "safety", "facts", "not_now", "today", "before", "ease_off"
    ]
    lines: tuple[str, ...]


Script = Generator[Any, Any, T]


def answered(
    script: Script[T], ask: Callable[[Question], object], tell: Callable[[Tell], None]
) -> T:
    """Go through a script with a function that answers; gives what it returns."""
    answer: object = None
    while True:
        try:
            move = script.send(answer)
        except StopIteration as end:
            found: T = end.value
            return found
        answer = None
        if isinstance(move, Ask):
            answer = move.question.check(ask(move.question))
        else:
            tell(move)


def cut_off(journal: Journal, plan: str | None, ask: bool = True) -> Script[int | None]:
    """Sessions that a crash or a flat battery cut off: resume today's of this plan (of single
    drills: None), or close it. Gives the session to resume; ``ask`` says whether
    there is somebody to ask."""
    found = None
    for row in journal.left_open():
        today = row["day"] == journal.now().date().isoformat()
        if today and plan is None and row["plan"] is not None:
            continue  # it is asked about when that plan is started
        sets = len(journal.children("sets", row["id"]))
        began = local(row["started_at"], row["offset_min"])
        what = f"The session of {began:%Y-%m-%d %H:%M} was cut off"
        same = ask and today and row["plan"] == plan and found is None and sets
        if same and (yield Ask(questions.go_on(what, sets))) and journal.resume_session(row["id"]):
            found = row["id"]
        else:
            journal.end_session(row["id"], "interrupted")
            yield Tell("cut_off", (f"{what}; what was done is kept",))
    return found


def next_day(journal: Journal) -> Script[None]:
    """Yesterday's questions, where they are due."""
    for session in unanswered(journal, journal.now()):
        yield Tell("next_day", (f"About {session['day']}: how is it now?",))
        answers = []
        for question in questions.NEXT_DAY:
            answers.append((yield Ask(question)))
        level, stiff, leg = answers
        journal.add_pain(session["id"], "next_day", level, stiff=stiff, leg_symptoms=leg)


def safety(journal: Journal) -> Script[bool]:
    """The safety questions, where they are due; False when an answer says not now."""
    red = last_red(past_sessions(journal))
    if not questions_due(last_check(journal), journal.now().date(), last_red=red):
        return True
    yield Tell("safety", (DISCLAIMER, "Your answers are not kept."))
    answers: dict[str, bool] = {}
    for flag, question in zip(QUESTIONS, questions.SAFETY, strict=True):
        answers[flag.name] = yield Ask(question)
        if answers[flag.name] and flag.urgency == "now":
            break  # a person with these answers should not read on through a list
    said = advice(answers)
    journal.add_check(clear=said is None)
    if said is not None:
        yield Tell("not_now", (said,))
    return said is None


def facts(journal: Journal, drills: Iterable[str]) -> Script[None]:
    """What these drills depend on and the person was never asked."""
    known = journal.facts()
    new = [fact for fact in facts_for(drills) if fact not in known]
    if new:
        yield Tell("facts", ("These answers are kept, to choose the drills for you.",))
    for fact in new:
        journal.set_fact(fact, (yield Ask(questions.ABOUT_YOU[fact])))


def pain_before(journal: Journal, session: int) -> Script[None]:
    journal.add_pain(session, "before", (yield Ask(questions.BEFORE)))


def pain_after(journal: Journal, session: int) -> Script[None]:
    """Both answers, or none is kept."""
    answers = []
    for question in questions.AFTER:
        answers.append((yield Ask(question)))
        if answers[-1] is None:
            return
    level, leg = answers
    journal.add_pain(session, "after", level, leg_symptoms=leg)
    if level >= 6 or leg:
        yield Tell("ease_off", ("Ease off and check with a physiotherapist or GP.",))
