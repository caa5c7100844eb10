"""The figures of agreement; each is tested against a published example, the bootstrap against
scipy's on one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..sinks.tables import module_of_extra

__all__ = ["Estimate", "Limits", "bland_altman", "bootstrap", "icc", "kappa", "share"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % confidence interval; NaN where it cannot be told."""

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Limits:
    """Bland-Altman: mean difference and the limits of agreement, each with its interval."""

    n: int
    bias: Estimate
    sd: float
    lower: Estimate
    upper: Estimate


def _scipy() -> Any:
    return module_of_extra("scipy.stats", "agree", "agree")


def bland_altman(a: Sequence[float], b: Sequence[float], width: float = 1.96) -> Limits | None:
    """Limits of agreement of paired values, a minus b [Bland & Altman 1986]; None under 3 pairs.

    Intervals: t with n - 1 degrees of freedom, SE of the bias s/sqrt(n), of a limit sqrt(3/n) s.
    """
    d = np.asarray(a, float) - np.asarray(b, float)
    n = len(d)
    if n < 3:
        return None
    bias, sd = float(d.mean()), float(d.std(ddof=1))
    t = float(_scipy().t.ppf(0.975, n - 1))

    def around(value: float, se: float) -> Estimate:
        return Estimate(value, value - t * se, value + t * se)

    se = sd * math.sqrt(3 / n)
    return Limits(n, around(bias, sd / math.sqrt(n)), sd,
                  around(bias - width * sd, se), around(bias + width * sd, se))  # fmt: skip


def icc(ratings: Sequence[Sequence[float]]) -> Estimate:
    """ICC(2,1): two-way random effects, absolute agreement, one rater [Shrout & Fleiss 1979],
    with the interval of [McGraw & Wong 1996]. Rows are what was rated, columns the raters."""
    x = np.asarray(ratings, float)
    if x.ndim != 2 or min(x.shape) < 2 or len(x) < 3:
        return Estimate(math.nan)
    n, k = x.shape
    rows, columns, mean = x.mean(1), x.mean(0), x.mean()
    msr = k * ((rows - mean) ** 2).sum() / (n - 1)
    msc = n * ((columns - mean) ** 2).sum() / (k - 1)
    rest = x - rows[:, None] - columns[None, :] + mean
    mse = (rest**2).sum() / ((n - 1) * (k - 1))
    whole = msr + (k - 1) * mse + k * (msc - mse) / n
    if whole <= 0:
        return Estimate(math.nan)
    r = (msr - mse) / whole
    if mse == 0:
        return Estimate(float(r))
    f = msc / mse
    other = n * (1 + (k - 1) * r) - k * r
    v = ((k - 1) * (n - 1) * (k * r * f + other) ** 2
         / ((n - 1) * k**2 * r**2 * f**2 + other**2))  # fmt: skip
    up, down = _scipy().f.ppf(0.975, n - 1, v), _scipy().f.ppf(0.975, v, n - 1)
    both = k * msc + (k * n - k - n) * mse
    low = n * (msr - up * mse) / (up * both + n * msr)
    high = n * (down * msr - mse) / (both + n * down * msr)
    return Estimate(float(r), float(low), float(high))


def kappa(a: Sequence[int], b: Sequence[int], weighted: bool = False) -> float:
    """Cohen's kappa of two raters' grades, with linear weights if wanted; NaN where both gave one
    and the same grade throughout."""
    grades = sorted({*a, *b})
    if len(grades) < 2:
        return math.nan
    if weighted:
        grades = list(range(grades[0], grades[-1] + 1))
    table = np.zeros((len(grades), len(grades)))
    for i, j in zip(a, b, strict=True):
        table[grades.index(i), grades.index(j)] += 1
    rater = module_of_extra("statsmodels.stats.inter_rater", "agree", "agree")
    found = rater.cohens_kappa(table, wt="linear" if weighted else None, return_results=False)
    return float(found)


def share(part: int, whole: int) -> Estimate:
    """A share of cases, with Wilson's interval [Wilson 1927; Newcombe 1998]."""
    if not whole:
        return Estimate(math.nan)
    proportion = module_of_extra("statsmodels.stats.proportion", "agree", "agree")
    low, high = proportion.proportion_confint(part, whole, method="wilson")
    return Estimate(part / whole, float(low), float(high))


def bootstrap(
    people: Sequence[str], figure: Callable[[list[int]], float], times: int = 400
) -> Estimate:
    """A figure of some cases with a 95 % percentile interval, people drawn with replacement.

    Args:
        people: whose each case is; cases of one person stay together.
        figure: of the cases with these indices.
        times: how many draws; they are the same every time (fixed seed).
    """
    cases: dict[str, list[int]] = {}
    for i, person in enumerate(people):
        cases.setdefault(person, []).append(i)
    value, names = figure(list(range(len(people)))), list(cases)
    if len(names) < 3 or math.isnan(value):
        return Estimate(value)
    random = np.random.default_rng(16)
    drawn = []
    for _ in range(times):
        chosen = random.integers(0, len(names), len(names))
        drawn.append(figure([i for j in chosen for i in cases[names[j]]]))
    known = [x for x in drawn if not math.isnan(x)]
    if len(known) < times / 2:
        return Estimate(value)
    low, high = np.percentile(known, [2.5, 97.5])
    return Estimate(value, float(low), float(high))
