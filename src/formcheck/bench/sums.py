"""The sums of any group of judged clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .metrics import Claim, ClipScore, Count, HoldScore, RepScore

__all__ = ["percentile", "summarise"]


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


def _code_sums(
    clips: Sequence[ClipScore], claims: Sequence[tuple[str, Claim]]
) -> dict[str, dict[str, Any]]:
    """The sums of each ``drill.code``."""
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
    return codes


def _fault_sums(clips: Sequence[ClipScore]) -> dict[str, Any]:
    clean = sum(c.clean_reps for c in clips)
    claims = [(c.drill, x) for c in clips for x in c.claims]
    charged = [x for _, x in claims if x.verdict != "beside"]
    clear = [s for c in clips for s in c.seen if s.visible == "clear"]
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
        "codes": _code_sums(clips, claims),
    }


def _rep_sums(clips: Sequence[ClipScore]) -> dict[str, Any]:
    reps = [r for c in clips for r in c.reps]
    must = [r for r in reps if r.complete is not False]
    return {
        "true": len(must),
        # a repetition that must count and was called partial is no match
        "matched": _share(sum(not r.wrong for r in must), len(must)),
        "extra": sum(c.extra_reps for c in clips if c.reps),
        "start": _errors(reps, lambda r: r.start_error),
        "peak": _errors(reps, lambda r: r.peak_error),
        "end": _errors(reps, lambda r: r.end_error),
        "hold": _errors(reps, lambda r: r.hold_error),
    }


def _hold_sums(clips: Sequence[ClipScore]) -> dict[str, Any]:
    holds = [h for c in clips for h in c.holds]
    errors = [h.error for h in holds if h.error is not None]
    return {
        "true": len(holds),
        "found": _share(len(errors), len(holds)),
        "extra": sum(c.extra_holds for c in clips),
        "cut": sum(h.pieces > 1 for h in holds),
        "median": percentile(map(abs, errors), 50),
        "p95": percentile(map(abs, errors), 95),
        "bias": percentile(errors, 50),
        "ended_by": {truly: _endings(holds, truly) for truly in ("down", "touch")},
    }


def summarise(clips: Sequence[ClipScore]) -> dict[str, Any]:
    """The sums of any group of clips; shares are 0..1, None where there is no case."""
    good = [c for c in clips if c.view_score.ok]
    bad = [c for c in clips if not c.view_score.ok]
    working = sum(c.view_score.working_s for c in good)
    refused = sum(c.view_score.refused_s for c in good)
    reasons = [x for c in good if c.view_score.refused_s > 0 for x in c.view_score.reasons]
    sided = [c.side for c in good if None not in c.side]
    return {
        "clips": len(clips),
        "counts": _counts([c.count for c in good if c.count is not None]),
        "rep_counts": _counts([c.count for c in good if c.count and c.kind == "reps"]),
        "hold_counts": _counts([c.count for c in good if c.count and c.kind == "hold"]),
        "reps": _rep_sums(good),
        "holds": _hold_sums(good),
        "faults": _fault_sums(good),
        "view": {
            "unsuitable": len(bad),
            "unsuitable_refused": _share(sum(c.view_score.refused for c in bad), len(bad)),
            "working_s": working,
            "refused_share": refused / working if working else None,
            "reasons": dict(Counter(reasons)),
        },
        "side": {"clips": len(sided), "right": _share(sum(a == b for a, b in sided), len(sided))},
    }
