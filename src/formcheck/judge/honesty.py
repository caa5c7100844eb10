"""What a result says about what was not judged: the spans of each fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..events import NotJudgedSpan

__all__ = ["joined", "stretches"]

#: Two stretches of one fault belong together unless a movement stood this long between them in
#: which it was judged, seconds (EC: shorter than any repetition).
APART_S = 0.5

Times = tuple[float, float]


def stretches(times: Sequence[float], yes: Iterable[object], least_s: float) -> list[Times]:
    """Where ``yes`` stands, as [from, to) of at least ``least_s``; a sample stands until the
    next, the last one for no time."""
    found: list[Times] = []
    since: float | None = None
    for t, here in zip(times, yes, strict=True):
        if here and since is None:
            since = t
        elif not here and since is not None:
            found.append((since, t))
            since = None
    if since is not None:
        found.append((since, times[-1]))
    return [(a, b) for a, b in found if b - a >= least_s]


def joined(spans: Iterable[NotJudgedSpan], movements: Sequence[Times]) -> tuple[NotJudgedSpan, ...]:
    """Neighbouring spans of one fault and reason as one, in order of time.

    Two are neighbours when no movement of ``movements`` lies between them in which the fault was
    judged.
    """
    last: dict[tuple[str, str], NotJudgedSpan] = {}
    done: list[NotJudgedSpan] = []
    for span in sorted(spans, key=lambda s: (s.from_s, s.to_s)):
        key = span.fault, str(span.reason)
        before = last.get(key)
        if before is not None:
            gap = before.to_s, span.from_s
            if sum(_shared(gap, each) for each in movements) < APART_S:
                last[key] = replace(before, to_s=max(before.to_s, span.to_s))
                continue
            done.append(before)
        last[key] = span
    return tuple(sorted([*done, *last.values()], key=lambda s: (s.from_s, s.fault)))


def _shared(a: Times, b: Times) -> float:
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
