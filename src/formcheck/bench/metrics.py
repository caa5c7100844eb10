"""What an answer is worth: one clip's result against its label, as plain facts, and their sums.

:func:`judge` compares a :class:`~formcheck.events.SetResult` with a
:class:`~formcheck.bench.labels.Label`; ``sums`` adds up any list of what it returns, ``misses``
lists what is wrong.

The rules of counting, in one place:

* A count is exact when it lies between the repetitions that must count and those that may.
* An answered repetition belongs to the true one it shares most time with (IoU >= 0.5).
* A repetition is *clean* unless a ``clear`` fault is in it. What is claimed on a clean
  repetition is a false alarm, except the repetition's own ``borderline`` faults; a claim of its
  ``not_visible`` fault is a false alarm and is also counted apart. So is a claim that lies in no
  true repetition at all. Other claims beside a clear fault are listed, not charged.
* In timed drills faults belong to the attempt they overlap most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..events import FaultSpan, SetResult
from .labels import VOCABULARY, Label, TrueRep
from .match import overlap, pair

__all__ = [
    "MIN_IOU",
    "Claim",
    "ClipScore",
    "Count",
    "HoldScore",
    "RepScore",
    "Seen",
    "View",
    "judge",
]

#: Shared over covered time from which an answered repetition is the true one.
MIN_IOU = 0.5


@dataclass(frozen=True)
class Count:
    """Complete repetitions (or holds): a right answer lies in least..most."""

    least: int
    most: int
    answer: int

    @property
    def error(self) -> int:
        """0 when right, else how many too many (+) or too few (-)."""
        return self.answer - min(max(self.answer, self.least), self.most)


@dataclass(frozen=True)
class RepScore:
    """A true repetition and what was answered for it. Errors are answer minus truth, in s,
    None where there is no pair or no truth."""

    n: int
    start_s: float
    end_s: float
    complete: bool | None
    answer: str  # complete, partial, missed
    start_error: float | None = None
    peak_error: float | None = None
    end_error: float | None = None
    hold_error: float | None = None

    @property
    def wrong(self) -> bool:
        """Whether the answer may not stand; for a ``complete`` of None only a miss is wrong."""
        if self.complete is False:
            return self.answer == "complete"
        return self.answer == "missed" or (self.complete is True and self.answer == "partial")


@dataclass(frozen=True)
class HoldScore:
    """A true hold and the answered one that overlaps it most."""

    n: int
    from_s: float
    to_s: float
    seconds: float
    truly_ended_by: str  # down, touch (the attempt goes on after it)
    answer_s: float | None = None
    error: float | None = None
    ended_by: str | None = None
    pieces: int = 0


@dataclass(frozen=True)
class Seen:
    """A fault that is in the picture, and whether it was claimed.

    ``answer`` is the magnitude that was claimed for it.
    """

    rep: int
    code: str
    magnitude: float | None
    unit: str
    visible: str
    claimed: bool
    answer: float | None


@dataclass(frozen=True)
class Claim:
    """A fault that was claimed and is not there.

    ``verdict``: ``false_alarm`` (on a clean repetition), ``not_visible`` (there, but nobody
    could see it), ``stray`` (in no repetition), ``beside`` (next to a clear fault; not charged).
    ``labelled``: whether labels of this drill use the code at all.
    """

    rep: int | None
    code: str
    magnitude: float | None
    unit: str
    from_s: float
    verdict: str
    labelled: bool
    certain: bool


@dataclass(frozen=True)
class View:
    """Whether the clip was refused when it must be, and not when it must not.

    ``refused``: cannot_judge was said, nothing was counted and no fault claimed.
    ``working_s``, ``refused_s``: of a good view, the time from the first to the last repetition
    and how much of it was called impossible to judge.
    """

    ok: bool
    refused: bool
    working_s: float = 0.0
    refused_s: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClipScore:
    """Everything there is to say of one clip; all sums are made from these."""

    clip: str
    drill: str
    kind: str
    source: str
    view: str
    view_score: View
    model: str | None = None
    side: tuple[str | None, str | None] = (None, None)
    count: Count | None = None
    reps: tuple[RepScore, ...] = ()
    extra_reps: int = 0
    holds: tuple[HoldScore, ...] = ()
    extra_holds: int = 0
    clean_reps: int = 0
    seen: tuple[Seen, ...] = ()
    claims: tuple[Claim, ...] = ()
    unchecked: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = asdict(self)
        if self.count is not None:
            data["count"]["error"] = self.count.error
        return data


# ------------------------------------------------------------------------------- one clip


def _spans(result: SetResult) -> list[FaultSpan]:
    """Every claimed fault once, whether it stands in a rep, a hold or the set."""
    groups = [r.faults for r in result.reps] + [h.faults for h in result.holds] + [result.faults]
    once: dict[tuple[str, float, float], FaultSpan] = {}
    for group in groups:
        for f in group:
            once.setdefault((f.code, f.from_s, f.to_s), f)
    return list(once.values())


def _home(span: FaultSpan, reps: Sequence[TrueRep]) -> int | None:
    """Index of the true repetition in which a claim lies, by most shared time."""
    shares = [
        overlap((span.from_s, span.to_s), (r.start_s, r.end_s))
        + (1e-9 if r.start_s <= span.from_s < r.end_s else 0.0)  # a claim of no length is a point
        for r in reps
    ]
    best = max(range(len(reps)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] > 0 else None


def _attribute(
    label: Label, result: SetResult, pairs: Mapping[int, int]
) -> list[tuple[int | None, FaultSpan]]:
    """Each claim with the index of its true repetition, or None."""
    if label.kind == "hold":
        return [(_home(f, label.reps), f) for f in _spans(result)]
    claims: list[tuple[int | None, FaultSpan]] = []
    owned: set[tuple[str, float, float]] = set()
    owner = {j: i for i, j in pairs.items()}
    for j, rep in enumerate(result.reps):
        for f in rep.faults:
            # a repetition's own list is what the user is told of it, so it decides
            if j in owner:
                claims.append((owner[j], f))
                owned.add((f.code, f.from_s, f.to_s))
    claims += [
        (_home(f, label.reps), f) for f in _spans(result) if (f.code, f.from_s, f.to_s) not in owned
    ]
    return claims


def _faults(
    label: Label, result: SetResult, pairs: Mapping[int, int]
) -> tuple[tuple[Seen, ...], tuple[Claim, ...]]:
    claimed: dict[tuple[int | None, str], FaultSpan] = {}
    for i, f in _attribute(label, result, pairs):
        # one claim a code and repetition, the largest; strays stay apart
        key = (i, f.code) if i is not None else (None, f"{f.code}@{f.from_s}")
        if key not in claimed or abs(f.magnitude) > abs(claimed[key].magnitude):
            claimed[key] = f
    seen = []
    for i, rep in enumerate(label.reps):
        for true in rep.faults:
            span = claimed.get((i, true.code))
            answer = None if span is None else span.magnitude
            there = (true.code, true.magnitude, true.unit, true.visible)
            seen.append(Seen(i + 1, *there, span is not None, answer))
    known = VOCABULARY.get(label.drill or "", frozenset())
    known |= {f.code for r in label.reps for f in r.faults}
    claims = []
    for (home, _), f in sorted(claimed.items(), key=lambda item: item[1].from_s):
        verdict, n = _verdict(label, home, f.code), None if home is None else home + 1
        if verdict is not None:
            said = (f.code, f.magnitude, f.unit, f.from_s)
            claims.append(Claim(n, *said, verdict, f.code in known, f.certain))
    return tuple(seen), tuple(claims)


def _verdict(label: Label, home: int | None, code: str) -> str | None:
    """What is wrong with a claim; None when it is true, or either answer is right."""
    if home is None:
        return "stray"
    there = {f.code: f.visible for f in label.reps[home].faults}
    if code in there:
        return "not_visible" if there[code] == "not_visible" else None
    return "false_alarm" if label.reps[home].clean else "beside"


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


_TIMES = ("start_s", "peak_s", "end_s", "hold_s")


def _rep_scores(label: Label, result: SetResult, pairs: Mapping[int, int]) -> tuple[RepScore, ...]:
    scores = []
    for i, true in enumerate(label.reps):
        if i not in pairs:
            scores.append(RepScore(i + 1, true.start_s, true.end_s, true.complete, "missed"))
            continue
        rep = result.reps[pairs[i]]
        answer = "complete" if rep.complete else "partial"
        errors = (_minus(getattr(rep, name), getattr(true, name)) for name in _TIMES)
        scores.append(RepScore(i + 1, true.start_s, true.end_s, true.complete, answer, *errors))
    return tuple(scores)


def _hold_scores(label: Label, result: SetResult) -> tuple[tuple[HoldScore, ...], int]:
    spans = [(h.from_s, h.to_s) for h in result.holds]
    pairs = pair([(h.from_s, h.to_s) for h in label.holds], spans, 0.0, overlap)
    scores = []
    touching: set[int] = set()
    for i, true in enumerate(label.holds):
        goes_on = any(
            r.start_s <= true.from_s < later.from_s < r.end_s
            for r in label.reps
            for later in label.holds[i + 1 :]
        )
        pieces = [j for j, s in enumerate(spans) if overlap(s, (true.from_s, true.to_s)) > 0]
        touching.update(pieces)
        score = HoldScore(
            i + 1, true.from_s, true.to_s, true.seconds, "touch" if goes_on else "down",
            pieces=len(pieces),
        )  # fmt: skip
        if i in pairs:
            hold = result.holds[pairs[i]]
            off = hold.seconds - true.seconds
            score = replace(score, answer_s=hold.seconds, error=off, ended_by=hold.ended_by)
        scores.append(score)
    # a piece of a hold that was cut in two is not one more hold
    return tuple(scores), len(spans) - len(touching)


def _view(label: Label, result: SetResult) -> View:
    refused = (
        bool(result.cannot_judge)
        and result.complete == 0
        and not result.holds
        and not _spans(result)
    )
    reasons = tuple(sorted({str(c.reason) for c in result.cannot_judge}))
    work = label.working
    if not label.view_ok or work is None:
        return View(label.view_ok, refused, reasons=reasons)
    lost = sum(overlap((c.from_s, c.to_s), work) for c in result.cannot_judge)
    return View(True, refused, work[1] - work[0], lost, reasons)


def judge(label: Label, result: SetResult, model: str | None = None) -> ClipScore:
    """Compare one answer with the truth of its clip.

    Raises:
        ValueError: the label names no drill (only ``not_drills`` can be asked of it).
    """
    if label.drill is None:
        raise ValueError(f"{label.clip}: its label names no drill, there is nothing to compare")
    side = (label.side, str(result.side) if result.side else None)
    view = _view(label, result)
    base = ClipScore(
        label.clip, label.drill, label.kind, label.source, label.short_view, view, model, side
    )
    if not label.view_ok:
        return base  # refusing it is all that is asked
    pairs = pair(
        [(r.start_s, r.end_s) for r in label.reps],
        [(r.start_s, r.end_s) for r in result.reps],
        MIN_IOU,
    )
    if label.faults_known:
        seen, claims = _faults(label, result, pairs)
        clean = sum(r.clean for r in label.reps)
        base = replace(base, clean_reps=clean, seen=seen, claims=claims)
    else:
        base = replace(base, unchecked=dict(Counter(f.code for f in _spans(result))))
    if label.kind == "reps" and label.count is not None:
        # A drill that times holds makes no repetitions: what was counted by eye are its holds.
        answer = result.complete or len(result.holds)
        base = replace(base, count=Count(*label.count, answer))
    if label.kind == "reps" and label.reps:
        used = set(pairs.values())
        extra = sum(r.complete for j, r in enumerate(result.reps) if j not in used)
        base = replace(base, reps=_rep_scores(label, result, pairs), extra_reps=extra)
    if label.holds:
        holds, extra = _hold_scores(label, result)
        base = replace(base, holds=holds, extra_holds=extra)
        if label.kind == "hold":
            true = len(label.holds)
            base = replace(base, count=Count(true, true, len(result.holds)))
    return base
