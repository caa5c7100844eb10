"""What was answered wrongly in a clip, one by one, and when to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..wording import amount
from .metrics import Claim, ClipScore, Seen

__all__ = ["Miss", "misses"]


@dataclass(frozen=True)
class Miss:
    """One thing that was answered wrongly, and when to look.

    ``what`` names the kind: count, rep, extra_rep, hold, extra_hold, fault, false_alarm,
    not_visible, stray, view.
    """

    clip: str
    drill: str
    what: str
    rep: int | None
    code: str | None
    truth: str
    answer: str
    from_s: float | None = None
    to_s: float | None = None

    @property
    def key(self) -> str:
        """The same for the same miss in another run."""
        return f"{self.clip} {self.what} {self.rep or '-'} {self.code or '-'}"


#: A hold that is further off than this is listed as a miss, in s.
HOLD_TOLERANCE_S = 0.7
#: A good view that is refused for more of its working time is listed as a miss.
REFUSED_TOLERANCE = 0.03


_Span = tuple[float | None, float | None]


def misses(score: ClipScore) -> list[Miss]:
    """What is wrong in one clip's answer, in the order of time."""

    def miss(
        what: str,
        truth: str,
        answer: str,
        rep: int | None = None,
        code: str | None = None,
        span: _Span = (None, None),
    ) -> Miss:
        return Miss(score.clip, score.drill, what, rep, code, truth, answer, *span)

    if not score.view_score.ok:
        return [] if score.view_score.refused else [miss("view", "cannot be judged", "was judged")]
    return [miss(*m) for part in (_clip, _reps, _holds, _faults) for m in part(score)]


def _clip(score: ClipScore) -> Iterator[tuple[Any, ...]]:
    view, count = score.view_score, score.count
    if view.working_s and view.refused_s > REFUSED_TOLERANCE * view.working_s:
        share = view.refused_s / view.working_s
        yield "view", "can be judged", f"refused for {share:.0%} ({', '.join(view.reasons)})"
    if count is not None and count.error:
        right = f"{count.least}" if count.least == count.most else f"{count.least}-{count.most}"
        yield "count", right, str(count.answer)


def _reps(score: ClipScore) -> Iterator[tuple[Any, ...]]:
    right = {True: "complete", False: "not complete", None: "complete or partial"}
    for r in score.reps:
        if r.wrong:
            yield "rep", right[r.complete], r.answer, r.n, None, (r.start_s, r.end_s)
    if score.extra_reps:
        yield "extra_rep", "none", str(score.extra_reps)


def _holds(score: ClipScore) -> Iterator[tuple[Any, ...]]:
    for h in score.holds:
        answer = "missed"
        if h.error is not None:
            answer = f"{h.answer_s:.1f} s, {h.ended_by}, {h.pieces} piece(s)"
        if h.error is None or abs(h.error) > HOLD_TOLERANCE_S:
            yield "hold", f"{h.seconds:.1f} s", answer, h.n, None, (h.from_s, h.to_s)
    if score.extra_holds:
        yield "extra_hold", "none", str(score.extra_holds)


def _faults(score: ClipScore) -> Iterator[tuple[Any, ...]]:
    spans = {r.n: (r.start_s, r.end_s) for r in score.reps}
    for s in score.seen:
        if s.visible == "clear" and not s.claimed:
            span: _Span = spans.get(s.rep, (None, None))
            yield "fault", f"{s.code}{_size(s)}", "not flagged", s.rep, s.code, span
    for c in score.claims:
        if c.verdict != "beside":
            said = f"{c.code}{_size(c)}{'' if c.certain else ' (possible)'}"
            truth = "not visible" if c.verdict == "not_visible" else "no such fault"
            span = spans.get(c.rep or 0, (c.from_s, c.from_s + 1.0))
            yield c.verdict, truth, said, c.rep, c.code, span


def _size(fault: Seen | Claim) -> str:
    return "" if fault.magnitude is None else f" {amount(fault.magnitude, fault.unit)}"
