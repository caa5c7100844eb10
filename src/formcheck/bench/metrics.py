"""What an answer is worth: one clip's result against its label, as plain facts, and their sums.

:func:`judge` compares a :class:`~formcheck.events.SetResult` with a
:class:`~formcheck.bench.labels.Label`; :func:`summarise` adds up any list of what it returns.

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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..events import FaultSpan, SetResult
from ..wording import amount
from .labels import VOCABULARY, Label, TrueRep
from .match import overlap, pair

__all__ = [
    "MIN_IOU",
    "Claim",
    "ClipScore",
    "Count",
    "HoldScore",
    "Miss",
    "RepScore",
    "Seen",
    "View",
    "judge",
    "misses",
    "percentile",
    "summarise",
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
    label: Label, result: SetResult, pairs: Mapping[int, int], vocabulary: frozenset[str]
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
            seen.append(
                Seen(
                    i + 1,
                    true.code,
                    true.magnitude,
                    true.unit,
                    true.visible,
                    span is not None,
                    None if span is None else span.magnitude,
                )
            )
    claims = []
    for (home, _), span in sorted(claimed.items(), key=lambda item: item[1].from_s):
        verdict: str | None = "stray"
        if home is not None:
            there = {f.code: f.visible for f in label.reps[home].faults}
            if there.get(span.code) == "not_visible":
                verdict = "not_visible"
            elif span.code in there:
                verdict = None  # true, or either answer is right
            else:
                verdict = "false_alarm" if label.reps[home].clean else "beside"
        if verdict is not None:
            claims.append(
                Claim(
                    None if home is None else home + 1,
                    span.code,
                    span.magnitude,
                    span.unit,
                    span.from_s,
                    verdict,
                    span.code in vocabulary,
                    span.certain,
                )
            )
    return tuple(seen), tuple(claims)


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _rep_scores(label: Label, result: SetResult, pairs: Mapping[int, int]) -> tuple[RepScore, ...]:
    scores = []
    for i, true in enumerate(label.reps):
        if i not in pairs:
            scores.append(RepScore(i + 1, true.start_s, true.end_s, true.complete, "missed"))
            continue
        rep = result.reps[pairs[i]]
        scores.append(
            RepScore(
                i + 1,
                true.start_s,
                true.end_s,
                true.complete,
                "complete" if rep.complete else "partial",
                _minus(rep.start_s, true.start_s),
                _minus(rep.peak_s, true.peak_s),
                _minus(rep.end_s, true.end_s),
                _minus(rep.hold_s, true.hold_s),
            )
        )
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
        hold = result.holds[pairs[i]] if i in pairs else None
        scores.append(
            HoldScore(
                i + 1,
                true.from_s,
                true.to_s,
                true.seconds,
                "touch" if goes_on else "down",
                None if hold is None else hold.seconds,
                None if hold is None else hold.seconds - true.seconds,
                None if hold is None else hold.ended_by,
                len(pieces),
            )
        )
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
    seen: tuple[Seen, ...] = ()
    claims: tuple[Claim, ...] = ()
    unchecked: dict[str, int] = {}
    if label.faults_known:
        vocabulary = VOCABULARY.get(label.drill, frozenset()) | {
            f.code for r in label.reps for f in r.faults
        }
        seen, claims = _faults(label, result, pairs, vocabulary)
    else:
        unchecked = dict(Counter(f.code for f in _spans(result)))
    count: Count | None = None
    reps: tuple[RepScore, ...] = ()
    holds: tuple[HoldScore, ...] = ()
    extra_reps = extra_holds = 0
    if label.kind == "reps":
        if label.count is not None:
            count = Count(*label.count, result.complete)
        if label.reps:
            reps = _rep_scores(label, result, pairs)
            used = set(pairs.values())
            extra_reps = sum(r.complete for j, r in enumerate(result.reps) if j not in used)
    if label.holds:
        holds, extra_holds = _hold_scores(label, result)
        if label.kind == "hold":
            count = Count(len(label.holds), len(label.holds), len(result.holds))
    return ClipScore(
        label.clip,
        label.drill,
        label.kind,
        label.source,
        label.short_view,
        view,
        model,
        side,
        count,
        reps,
        extra_reps,
        holds,
        extra_holds,
        sum(r.clean for r in label.reps) if label.faults_known else 0,
        seen,
        claims,
        unchecked,
    )


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


def misses(score: ClipScore) -> list[Miss]:
    """What is wrong in one clip's answer, in the order of time."""
    found: list[Miss] = []

    def add(
        what: str,
        truth: str,
        answer: str,
        rep: int | None = None,
        code: str | None = None,
        span: tuple[float | None, float | None] = (None, None),
    ) -> None:
        found.append(Miss(score.clip, score.drill, what, rep, code, truth, answer, *span))

    view, count = score.view_score, score.count
    if not view.ok:
        if not view.refused:
            add("view", "cannot be judged", "was judged")
        return found
    if view.working_s and view.refused_s > REFUSED_TOLERANCE * view.working_s:
        share = view.refused_s / view.working_s
        add("view", "can be judged", f"refused for {share:.0%} ({', '.join(view.reasons)})")
    if count is not None and count.error:
        right = f"{count.least}" if count.least == count.most else f"{count.least}-{count.most}"
        add("count", right, str(count.answer))
    nowhere = (None, None)
    spans = {r.n: (r.start_s, r.end_s) for r in score.reps}
    for r in score.reps:
        wrong = (
            r.answer == "complete"
            if r.complete is False
            else (r.answer == "missed" or (r.complete is True and r.answer == "partial"))
        )
        if wrong:
            right = {True: "complete", False: "not complete", None: "complete or partial"}[
                r.complete
            ]
            add("rep", right, r.answer, r.n, None, spans[r.n])
    if score.extra_reps:
        add("extra_rep", "none", str(score.extra_reps))
    for h in score.holds:
        if h.error is None:
            add("hold", f"{h.seconds:.1f} s", "missed", h.n, None, (h.from_s, h.to_s))
        elif abs(h.error) > HOLD_TOLERANCE_S:
            answer = f"{h.answer_s:.1f} s, {h.ended_by}, {h.pieces} piece(s)"
            add("hold", f"{h.seconds:.1f} s", answer, h.n, None, (h.from_s, h.to_s))
    if score.extra_holds:
        add("extra_hold", "none", str(score.extra_holds))
    for s in score.seen:
        if s.visible == "clear" and not s.claimed:
            size = "" if s.magnitude is None else f" {amount(s.magnitude, s.unit)}"
            add("fault", f"{s.code}{size}", "not flagged", s.rep, s.code, spans.get(s.rep, nowhere))
    for c in score.claims:
        if c.verdict != "beside":
            size = "" if c.magnitude is None else f" {amount(c.magnitude, c.unit)}"
            doubt = "" if c.certain else " (possible)"
            truth = "not visible" if c.verdict == "not_visible" else "no such fault"
            span = spans.get(c.rep or 0, (c.from_s, c.from_s + 1.0))
            add(c.verdict, truth, f"{c.code}{size}{doubt}", c.rep, c.code, span)
    return found


# -------------------------------------------------------------------------------- many clips


def percentile(values: Iterable[float | None], q: float) -> float | None:
    """The q-th percentile of the values that are there, None when none is."""
    there = [v for v in values if v is not None]
    return float(np.percentile(there, q)) if there else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _errors(reps: Sequence[RepScore], what: Callable[[RepScore], float | None]) -> dict[str, Any]:
    sizes = [abs(e) for r in reps if (e := what(r)) is not None]
    signed = [e for r in reps if (e := what(r)) is not None]
    return {
        "n": len(sizes),
        "median": percentile(sizes, 50),
        "p95": percentile(sizes, 95),
        "bias": percentile(signed, 50),
    }


def _counts(counts: Sequence[Count]) -> dict[str, Any]:
    off = [abs(c.error) for c in counts]
    return {
        "clips": len(off),
        "exact": _share(sum(e == 0 for e in off), len(off)),
        "off_by_one": _share(sum(e == 1 for e in off), len(off)),
        "worse": sum(e > 1 for e in off),
        "mean_abs_error": sum(off) / len(off) if off else None,
    }


def _endings(holds: Sequence[HoldScore], truly: str) -> dict[str, int]:
    return dict(Counter(h.ended_by for h in holds if h.truly_ended_by == truly and h.ended_by))


def _fault_sums(clips: Sequence[ClipScore]) -> dict[str, Any]:
    clean = sum(c.clean_reps for c in clips)
    seen = [s for c in clips for s in c.seen]
    claims = [(c.drill, x) for c in clips for x in c.claims]
    charged = [x for _, x in claims if x.verdict != "beside"]
    clear = [s for s in seen if s.visible == "clear"]
    codes: dict[str, dict[str, Any]] = {}
    keys = {(c.drill, s.code) for c in clips for s in c.seen} | {(d, x.code) for d, x in claims}
    for drill, code in sorted(keys):
        mine = [s for c in clips if c.drill == drill for s in c.seen if s.code == code]
        cases = [s for s in mine if s.visible == "clear"]
        against = [x for d, x in claims if d == drill and x.code == code]
        reps = sum(c.clean_reps for c in clips if c.drill == drill)
        alarms = sum(x.verdict != "beside" for x in against)
        codes[f"{drill}.{code}"] = {
            "clear": len(cases),
            "recall": _share(sum(s.claimed for s in cases), len(cases)),
            "borderline": sum(s.visible == "borderline" for s in mine),
            "borderline_claimed": sum(s.claimed for s in mine if s.visible == "borderline"),
            "not_visible": sum(s.visible == "not_visible" for s in mine),
            "not_visible_claimed": sum(x.verdict == "not_visible" for x in against),
            "false_alarms": alarms,
            "false_alarms_per_100": None if not reps else 100 * alarms / reps,
            "beside": sum(x.verdict == "beside" for x in against),
            "labelled": any(x.labelled for x in against) if against else True,
        }
    return {
        "clean_reps": clean,
        "clear": len(clear),
        "recall": _share(sum(s.claimed for s in clear), len(clear)),
        "false_alarms": len(charged),
        "false_alarms_per_100": None if not clean else 100 * len(charged) / clean,
        "false_alarms_outside_labels": sum(not x.labelled for x in charged),
        "false_alarms_only_possible": sum(not x.certain for x in charged),
        "stray": sum(x.verdict == "stray" for x in charged),
        "not_visible_claimed": sum(x.verdict == "not_visible" for x in charged),
        "beside": len(claims) - len(charged),
        "unchecked": sum(sum(c.unchecked.values()) for c in clips),
        "codes": codes,
    }


def summarise(clips: Sequence[ClipScore]) -> dict[str, Any]:
    """The sums of any group of clips; shares are 0..1, None where there is no case."""
    good = [c for c in clips if c.view_score.ok]
    bad = [c for c in clips if not c.view_score.ok]
    timed = [c for c in good if c.reps]
    reps = [r for c in timed for r in c.reps]
    must = [r for r in reps if r.complete is not False]
    holds = [h for c in good for h in c.holds]
    pairs = [h.error for h in holds if h.error is not None]
    working = sum(c.view_score.working_s for c in good)
    refused = sum(c.view_score.refused_s for c in good)
    sided = [c.side for c in good if None not in c.side]
    return {
        "clips": len(clips),
        "counts": _counts([c.count for c in good if c.count is not None]),
        "rep_counts": _counts([c.count for c in good if c.count and c.kind == "reps"]),
        "hold_counts": _counts([c.count for c in good if c.count and c.kind == "hold"]),
        "reps": {
            "true": len(must),
            # a repetition that must count and was called partial is no match
            "matched": _share(
                sum(
                    r.answer == "complete" or (r.complete is None and r.answer == "partial")
                    for r in must
                ),
                len(must),
            ),
            "extra": sum(c.extra_reps for c in timed),
            "start": _errors(reps, lambda r: r.start_error),
            "peak": _errors(reps, lambda r: r.peak_error),
            "end": _errors(reps, lambda r: r.end_error),
            "hold": _errors(reps, lambda r: r.hold_error),
        },
        "holds": {
            "true": len(holds),
            "found": _share(len(pairs), len(holds)),
            "extra": sum(c.extra_holds for c in good),
            "cut": sum(h.pieces > 1 for h in holds),
            "median": percentile(map(abs, pairs), 50),
            "p95": percentile(map(abs, pairs), 95),
            "bias": percentile(pairs, 50),
            "ended_by": {truly: _endings(holds, truly) for truly in ("down", "touch")},
        },
        "faults": _fault_sums(good),
        "view": {
            "unsuitable": len(bad),
            "unsuitable_refused": _share(sum(c.view_score.refused for c in bad), len(bad)),
            "working_s": working,
            "refused_share": refused / working if working else None,
            "reasons": dict(
                Counter(x for c in good if c.view_score.refused_s > 0 for x in c.view_score.reasons)
            ),
        },
        "side": {"clips": len(sided), "right": _share(sum(a == b for a, b in sided), len(sided))},
    }
