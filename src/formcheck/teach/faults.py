"""What differs in a faulty clip, where it is large against the good repetitions' spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .watch import Array, Rep, Watched, at_reps
from .words import Word

__all__ = ["Difference", "difference"]

#: A smaller difference is what two bodies or cameras differ by anyway (EC).
LEAST = {"deg": 8.0, "T": 0.10}
#: The difference is at least so many spreads of the good ones (EC).
SPREADS = 3.0


@dataclass(frozen=True)
class Difference:
    """A measure whose change from rest to top differs: medians of good and faulty."""

    word: Word
    good: float
    faulty: float
    spread: float


def changes(seen: Watched, word: Word, reps: Sequence[Rep]) -> Array:
    """Top minus rest of each repetition, of the near side; NaN left out."""
    rests, tops = at_reps(seen.t, seen.near[word], reps)
    both = tops - rests
    return both[np.isfinite(both)]


def difference(
    good: Watched,
    reps: Sequence[Rep],
    faulty: Watched,
    bad: Sequence[Rep],
    words: Iterable[Word],
    moving: bool,
) -> Difference | None:
    """The clearest difference, or None where none of ``words`` stands out."""
    found = []
    for word in words:
        if moving and word.sided:
            continue  # the two clips may work with different sides
        a, b = changes(good, word, reps), changes(faulty, word, bad)
        if len(a) < 2 or not len(b):
            continue
        usual, spread = float(np.median(a)), float(np.std(a))
        # Not every repetition of a faulty clip shows the fault.
        out = b[np.abs(b - usual) > max(LEAST[word.unit], SPREADS * spread)]
        if len(out) < max(1, len(b) / 3) or np.ptp(np.sign(out - usual)):
            continue
        shown = float(np.median(out))
        clear = abs(shown - usual) / (spread + 0.5 * LEAST[word.unit])
        found.append((clear, Difference(word, usual, shown, spread)))
    return max(found, key=lambda pair: pair[0])[1] if found else None
