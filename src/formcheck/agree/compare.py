"""Two raters of the same clips, compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..bench.match import pair
from .ratings import Part, Rating
from .stats import Estimate, Limits, bland_altman, bootstrap, icc, kappa, share

__all__ = ["SCHEMA", "Agreement", "FaultAgreement", "Times", "compare"]

SCHEMA = "formcheck.agreement/1"
#: Two intervals are one and the same movement when they share this much of what they cover.
SAME = 0.5


@dataclass(frozen=True)
class Times:
    """Pairs of seconds and their agreement; ``icc`` for what is long or short, not for moments."""

    a: tuple[float, ...]
    b: tuple[float, ...]
    limits: Limits | None
    icc: Estimate | None = None


@dataclass(frozen=True)
class FaultAgreement:
    """One fault of one drill over paired repetitions or holds."""

    drill: str
    code: str
    n: int
    a: int
    b: int
    both: int
    kappa: Estimate
    weighted: Estimate

    @property
    def prevalence(self) -> float:
        """The mean of both raters' shares."""
        return (self.a + self.b) / (2 * self.n)


@dataclass(frozen=True)
class Agreement:
    """All figures. ``refused`` counts the clips that both, only the first, only the second and
    neither could not judge; the other figures are of clips that both judged."""

    names: tuple[str, str]
    clips: int
    people: int
    only: tuple[tuple[str, ...], tuple[str, ...]]
    refused: Mapping[str, int]
    counted: int = 0
    exact: Estimate = field(default_factory=lambda: Estimate(float("nan")))
    within_one: Estimate = field(default_factory=lambda: Estimate(float("nan")))
    counts: Times | None = None
    unpaired: tuple[int, int] = (0, 0)
    starts: Times | None = None
    ends: Times | None = None
    holds: Times | None = None
    faults: tuple[FaultAgreement, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; what cannot be told is null."""
        return {"schema": SCHEMA, **_plain(asdict(self))}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if value == value else None
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def compare(a: Mapping[str, Rating], b: Mapping[str, Rating], names: tuple[str, str]) -> Agreement:
    """Compare the ratings of the clips that both rated (by the clip's name)."""
    shared = [clip for clip in a if clip in b]
    refused = {"both": 0, "only_a": 0, "only_b": 0, "neither": 0}
    judged = []
    for clip in shared:
        one, two = a[clip].refused, b[clip].refused
        key = "both" if one and two else "only_a" if one else "only_b" if two else "neither"
        refused[key] += 1
        if key == "neither":
            judged.append((a[clip], b[clip]))
    counted = [(x.count, y.count) for x, y in judged if x.count is not None and y.count is not None]
    reps, left, right = _paired(judged, "reps")
    holds, _, _ = _paired(judged, "holds")
    timed = [(x, y) for _, x, y in reps if x.from_s is not None and y.from_s is not None]
    held = [(x.seconds, y.seconds) for _, x, y in holds
            if x.seconds is not None and y.seconds is not None]  # fmt: skip
    return Agreement(
        names=names,
        clips=len(shared),
        people=len({a[clip].person for clip in shared}),
        only=(tuple(c for c in a if c not in b), tuple(c for c in b if c not in a)),
        refused=refused,
        counted=len(counted),
        exact=share(sum(x == y for x, y in counted), len(counted)),
        within_one=share(sum(abs(x - y) <= 1 for x, y in counted), len(counted)),
        counts=_times(counted),
        unpaired=(left, right),
        starts=_times([(x.from_s, y.from_s) for x, y in timed], moments=True),
        ends=_times([(x.to_s, y.to_s) for x, y in timed], moments=True),
        holds=_times(held),
        faults=tuple(_faults([*reps, *holds])),
    )


Pair = tuple[Rating, Part, Part]


def _times(pairs: Sequence[tuple[Any, Any]], moments: bool = False) -> Times | None:
    if not pairs:
        return None
    a, b = (tuple(float(p[i]) for p in pairs) for i in (0, 1))
    ratings = list(zip(a, b, strict=True))
    return Times(a, b, bland_altman(a, b), None if moments else icc(ratings))


def _paired(judged: Sequence[tuple[Rating, Rating]], what: str) -> tuple[list[Pair], int, int]:
    """Movements that both saw: by time, else by order where both saw as many."""
    found: list[Pair] = []
    left = right = 0
    for x, y in judged:
        one, two = getattr(x, what), getattr(y, what)
        times = all(p.from_s is not None and p.to_s is not None for p in (*one, *two))
        if times:
            spans = [[(p.from_s, p.to_s) for p in parts] for parts in (one, two)]
            pairs = pair(spans[0], spans[1], SAME)
        else:
            pairs = {i: i for i in range(len(one))} if len(one) == len(two) else {}
        found += [(x, one[i], two[j]) for i, j in sorted(pairs.items())]
        left, right = left + len(one) - len(pairs), right + len(two) - len(pairs)
    return found, left, right


def _faults(pairs: Sequence[Pair]) -> list[FaultAgreement]:
    found = []
    for drill in dict.fromkeys(rating.drill for rating, _, _ in pairs):
        mine = [p for p in pairs if p[0].drill == drill]
        for code in sorted({c for _, x, y in mine for c in (*x.faults, *y.faults)}):
            found.append(_fault(drill, code, mine))
    return found


def _fault(drill: str, code: str, pairs: Sequence[Pair]) -> FaultAgreement:
    a = [x.faults.get(code, 0) for _, x, _ in pairs]
    b = [y.faults.get(code, 0) for _, _, y in pairs]
    people = [rating.person for rating, _, _ in pairs]

    def figure(cases: list[int], weighted: bool) -> float:
        one, two = [a[i] for i in cases], [b[i] for i in cases]
        if not weighted:
            one, two = [int(g > 0) for g in one], [int(g > 0) for g in two]
        return kappa(one, two, weighted)

    return FaultAgreement(
        drill,
        code,
        len(pairs),
        sum(g > 0 for g in a),
        sum(g > 0 for g in b),
        sum(x > 0 and y > 0 for x, y in zip(a, b, strict=True)),
        bootstrap(people, lambda cases: figure(cases, False)),
        bootstrap(people, lambda cases: figure(cases, True)),
    )
