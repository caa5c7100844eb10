"""A named measure of the body: what is measured, in which unit, and what the number means."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, nan
from statistics import median
from typing import Any

from ..body.measures import Body

__all__ = ["Measure", "measure", "words_of"]


def words_of(function: Callable[..., Any]) -> str:
    """The first sentence of a function's docstring, on one line and without its full stop.

    Raises:
        ValueError: it has none, so nobody could read what it means.
    """
    name = getattr(function, "__name__", "it")
    paragraph = " ".join((function.__doc__ or "").strip().split("\n\n")[0].split())
    if not paragraph or name == "<lambda>":
        raise ValueError(f"{name}: expected a named function with a docstring that says in its "
                         "first sentence what it means")  # fmt: skip
    return paragraph.split(". ")[0].removesuffix(".")


@dataclass(frozen=True)
class Measure:
    """One named measure of the body; authors make it with :func:`measure`.

    Attributes:
        name: as results and drawings call it.
        unit: ``deg``, ``T`` (torsos), ``T/s``, ``ratio`` …
        of: body -> value, NaN where a joint it needs is hidden; a complex value is a place.
        what: a noun phrase, then after a semicolon what the number means.
        kind: ``value`` as measured; ``speed`` the mean way travelled a second, ``swing`` the
            largest difference, ``still`` minus the farthest place from the present one, all over
            the last ``over_s`` seconds (NaN until half of them have been seen); ``shift`` the
            difference from the median of the last ``over_s`` seconds (NaN until one is seen).
    """

    name: str
    unit: str
    of: Callable[[Body], float | complex]
    what: str = ""
    kind: str = "value"
    over_s: float = 1.0

    @property
    def phrase(self) -> str:
        """``what`` as part of a sentence: what the number means stands in brackets."""
        said, _, meaning = self.what.partition(";")
        said = f"{said} ({meaning.strip()})" if meaning else said
        seconds = f"{self.over_s:g} s"
        return (
            said
            + {
                "value": "",
                "speed": f": how fast it travels, mean of {seconds}",
                "swing": f": how far it swings within {seconds}",
                "still": f": how still it is within {seconds} (0 still, less when moving)",
                "shift": f": how far it is from its median of the last {seconds}",
            }[self.kind]
        )

    def follower(self) -> Callable[[float, Body], float]:
        """A function (t, body) -> value that keeps what ``kind`` needs of the past."""
        of, over_s = self.of, self.over_s
        if self.kind == "value":
            return lambda _t, body: of(body).real
        past: deque[tuple[float, complex]] = deque()

        def follow(t: float, body: Body) -> float:
            now = complex(of(body))
            if not isfinite(now.real) or (past and t - past[-1][0] > over_s):
                past.clear()
                return nan
            past.append((t, now))
            while t - past[0][0] > over_s:
                past.popleft()
            seen_s = t - past[0][0]
            if seen_s < (1.0 if self.kind == "shift" else over_s / 2):
                return nan
            places = [p for _, p in past]
            if self.kind == "still":
                return -max(abs(p - now) for p in places)
            if self.kind == "shift":
                return now.real - median(p.real for p in places)
            if self.kind == "swing":
                return max(p.real for p in places) - min(p.real for p in places)
            way = sum(abs(b - a) for a, b in pairwise(places))
            return way / seen_s

        return follow


def measure(
    name: str,
    unit: str,
    of: Callable[[Body], float | complex],
    what: str = "",
    *,
    speed_over_s: float | None = None,
    swing_over_s: float | None = None,
    still_over_s: float | None = None,
    shift_over_s: float | None = None,
) -> Measure:
    """A measure of the body, with its unit and what the number means.

    Args:
        name: as results call it.
        unit: ``deg``, ``T`` (torsos: shoulder middle to hip middle), ``ratio`` …
        of: what is measured: a word of ``formcheck.drill.of``, or a function of your own.
        what: in words; without it the words of ``of`` (the first sentence of its docstring).
        speed_over_s: how fast it travels over so many seconds, instead of the value itself.
        swing_over_s: how far it swings within so many seconds.
        still_over_s: how still it is over so many seconds: 0 still, less when moving.
        shift_over_s: how far it is from its median of so many seconds.

    Raises:
        ValueError: nothing says what the number means, or more than one time is given.
    """
    times = {"speed": speed_over_s, "swing": swing_over_s,
             "still": still_over_s, "shift": shift_over_s}  # fmt: skip
    given = [(kind, over_s) for kind, over_s in times.items() if over_s is not None]
    if len(given) > 1:
        kinds = " and ".join(f"{kind}_over_s" for kind, _ in given)
        raise ValueError(f"measure {name!r}: expected one of {kinds}; leave one")
    kind, over_s = given[0] if given else ("value", 1.0)
    try:
        what = what or words_of(of)
    except ValueError as error:
        raise ValueError(f"measure {name!r}: {error}") from error
    return Measure(name, unit, of, what, kind, over_s)
