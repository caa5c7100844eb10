"""Pairing what was answered with what is true, by time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["Span", "iou", "overlap", "pair"]

Span = tuple[float, float]


def overlap(a: Span, b: Span) -> float:
    """Seconds that two intervals [from, to) share."""
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))


def iou(a: Span, b: Span) -> float:
    """Shared time over covered time, 0..1; 0 for two empty intervals."""
    shared = overlap(a, b)
    covered = (a[1] - a[0]) + (b[1] - b[0]) - shared
    return shared / covered if covered > 0 else 0.0


def pair(
    truth: Sequence[Span],
    answers: Sequence[Span],
    least: float,
    measure: Callable[[Span, Span], float] = iou,
) -> dict[int, int]:
    """Index of the answer for each true interval that has one, the best pairs first.

    No interval is used twice. ``least``: pairs below this measure, or at 0, are no pairs.
    """
    ranked = sorted(
        ((measure(t, a), i, j) for i, t in enumerate(truth) for j, a in enumerate(answers)),
        key=lambda x: (-x[0], x[1], x[2]),
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for value, i, j in ranked:
        if value >= least and value > 0 and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs
