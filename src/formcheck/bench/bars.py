"""What can be asked of a bench document: the measures, their bars, and a comparison of two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, UsageError
from .document import SCHEMA
from .replays import BLACKOUTS

__all__ = [
    "MEASURES",
    "TARGETS",
    "Measure",
    "Verdict",
    "compare_documents",
    "failures",
    "measured",
    "parse_bars",
    "verdicts",
]

#: Codes with fewer clear cases say little by themselves and set no worst recall.
ENOUGH_CASES = 6


@dataclass(frozen=True)
class Measure:
    """One number of a document that a bar can be set for."""

    what: str
    find: Callable[[Mapping[str, Any]], float | None]
    more_is_better: bool
    form: str = "{:.3g}"


def _at(*path: str) -> Callable[[Mapping[str, Any]], float | None]:
    def find(data: Mapping[str, Any]) -> float | None:
        value: Any = data
        for key in path:
            if not isinstance(value, Mapping) or value.get(key) is None:
                return None
            value = value[key]
        return float(value)

    return find


def _worst_recall(data: Mapping[str, Any]) -> float | None:
    codes = data["sums"]["faults"]["codes"].values()
    recalls = [c["recall"] for c in codes if c["clear"] >= ENOUGH_CASES]
    return min(recalls, default=None)


def _alarms(data: Mapping[str, Any]) -> float | None:
    rate = data["sums"]["faults"]["false_alarms_per_100"]
    return None if rate is None else rate / 100


def _same(*names: str) -> Callable[[Mapping[str, Any]], float | None]:
    def find(data: Mapping[str, Any]) -> float | None:
        there = [data["robustness"][n] for n in names if n in (data["robustness"] or {})]
        tracks = sum(r["tracks"] for r in there)
        return sum(r["same_count"] * r["tracks"] for r in there) / tracks if there else None

    return find


def _invented(data: Mapping[str, Any]) -> float | None:
    there = [r["invented"] for n, r in (data["robustness"] or {}).items() if n in BLACKOUTS]
    return float(sum(there)) if there else None


_PERCENT, _SECONDS, _NUMBER = "{:.1%}", "{:.2f} s", "{:.0f}"

#: What ``--fail-under`` knows. Also with a drill before it: ``hip_bridge.count_exact``.
MEASURES: Mapping[str, Measure] = {
    "count_exact": Measure(
        "clips with the exact count", _at("sums", "counts", "exact"), True, _PERCENT
    ),
    "count_far_off": Measure(
        "clips off by more than one", _at("sums", "counts", "worse"), False, _NUMBER
    ),
    "reps_matched": Measure(
        "repetitions matched in time (IoU 0.5)", _at("sums", "reps", "matched"), True, _PERCENT
    ),
    "start_error": Measure(
        "start error, median", _at("sums", "reps", "start", "median"), False, _SECONDS
    ),
    "end_error": Measure(
        "end error, median", _at("sums", "reps", "end", "median"), False, _SECONDS
    ),
    "hold_error": Measure("hold error, median", _at("sums", "holds", "median"), False, _SECONDS),
    "hold_error_p95": Measure(
        "hold error, 95th percentile", _at("sums", "holds", "p95"), False, _SECONDS
    ),
    "fault_recall": Measure(
        "recall of clear faults", _at("sums", "faults", "recall"), True, _PERCENT
    ),
    "fault_recall_worst": Measure(
        f"recall of the worst code with {ENOUGH_CASES} clear cases or more",
        _worst_recall,
        True,
        _PERCENT,
    ),
    "false_alarms": Measure("false alarms per clean repetition", _alarms, False, "{:.3f}"),
    "not_visible_claims": Measure(
        "claims of faults nobody can see",
        _at("sums", "faults", "not_visible_claimed"),
        False,
        _NUMBER,
    ),
    "bad_view_refused": Measure(
        "unsuitable views refused", _at("sums", "view", "unsuitable_refused"), True, _PERCENT
    ),
    "good_view_refused": Measure(
        "working time of good views refused",
        _at("sums", "view", "refused_share"),
        False,
        _PERCENT,
    ),
    "wrong_exercise": Measure(
        "(clip, other drill) pairs with complete repetitions",
        _at("wrong", "share_with_reps"),
        False,
        _PERCENT,
    ),
    "wrong_declared": Measure(
        "clips counted by a drill their label excludes",
        _at("wrong", "declared_with_reps"),
        False,
        _NUMBER,
    ),
    "mirrored": Measure("same count when mirrored", _same("mirrored"), True, _PERCENT),
    "slowed": Measure(
        "same count at 10 and 15 frames a second", _same("at_10_fps", "at_15_fps"), True, _PERCENT
    ),
    "dropped": Measure("same count with 10 % of frames lost", _same("dropped_10"), True, _PERCENT),
    "noisy": Measure("same count with real noise", _same("noisy"), True, _PERCENT),
    "invented": Measure("repetitions invented across a blackout", _invented, False, _NUMBER),
    "errors": Measure("analyzers that broke", _at("errors"), False, _NUMBER),
    "analysis_ms": Measure(
        "analysis of a frame, median", _at("speed", "stages", "analyse", "p50"), False, "{:.3f} ms"
    ),
    "analysis_share": Measure(
        "analysis against landmarking", _at("speed", "analyse_to_landmark"), False, _PERCENT
    ),
    "speed_ratio": Measure(
        "whole pipeline against the bare loop", _at("speed", "ratio"), True, _PERCENT
    ),
}

#: The project's own targets, overall.
TARGETS: Mapping[str, float] = {
    "count_exact": 0.97,
    "count_far_off": 0,
    "reps_matched": 0.95,
    "start_error": 0.25,
    "end_error": 0.25,
    "hold_error": 0.3,
    "hold_error_p95": 0.7,
    "fault_recall_worst": 0.9,
    "false_alarms": 1 / 40,
    "not_visible_claims": 0,
    "bad_view_refused": 1.0,
    "good_view_refused": 0.03,
    "wrong_exercise": 0.03,
    "wrong_declared": 0,
    "mirrored": 0.98,
    "slowed": 0.95,
    "dropped": 0.95,
    "noisy": 0.95,
    "invented": 0,
    "analysis_ms": 0.3,
    "analysis_share": 0.02,
    "speed_ratio": 0.95,
}


@dataclass(frozen=True)
class Verdict:
    """A bar and what was measured; ``met`` is None when nothing was."""

    name: str
    what: str
    bar: float
    value: float | None
    more_is_better: bool
    form: str

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        slack = 1e-9
        if self.more_is_better:
            return self.value >= self.bar - slack
        return self.value <= self.bar + slack

    @property
    def line(self) -> str:
        sign = ">=" if self.more_is_better else "<="
        came = "not measured" if self.value is None else self.form.format(self.value)
        return f"{self.name}: {came}, bar {sign} {self.form.format(self.bar)}"


def measured(data: Mapping[str, Any], drill: str | None = None) -> dict[str, float | None]:
    """Every measure of a document, or of one drill in it."""
    wrong, robust = "wrong_by_clip_drill", "robustness_by_drill"
    source: dict[str, Any] = {
        "sums": data["overall"] if drill is None else data["by_drill"].get(drill),
        "wrong": data["wrong_exercise"] if drill is None else (data[wrong] or {}).get(drill),
        "robustness": data["robustness"] if drill is None else (data[robust] or {}).get(drill),
        "speed": data["speed"],
        "errors": len(data["data"]["errors"]),
    }
    if source["sums"] is None:
        return dict.fromkeys(MEASURES)
    return {name: measure.find(source) for name, measure in MEASURES.items()}


def parse_bars(texts: Iterable[str]) -> dict[str, float]:
    """``key=value`` bars of ``--fail-under``.

    Raises:
        UsageError: an unknown key or no number.
    """
    bars: dict[str, float] = {}
    for text in (part for item in texts for part in item.split(",") if part):
        key, _, value = text.partition("=")
        name = key.strip().rpartition(".")[2]
        if name not in MEASURES:
            raise UsageError(
                f"--fail-under: no measure is called {name!r}; there are {', '.join(MEASURES)}"
            )
        try:
            bars[key.strip()] = float(value)
        except ValueError as error:
            raise UsageError(
                f"--fail-under: expected {name}=NUMBER, got {text!r}; e.g. count_exact=0.95"
            ) from error
    return bars


def verdicts(data: Mapping[str, Any], bars: Mapping[str, float]) -> list[Verdict]:
    """Each bar with what was measured."""
    made = []
    for key, bar in bars.items():
        drill, _, name = key.rpartition(".")
        measure = MEASURES[name]
        value = measured(data, drill or None)[name]
        made.append(Verdict(key, measure.what, bar, value, measure.more_is_better, measure.form))
    return made


def failures(data: Mapping[str, Any], bars: Mapping[str, float]) -> list[str]:
    """One line for each bar that is not met; what was asked for and not measured is not met."""
    return [v.line for v in verdicts(data, bars) if not v.met]


# -------------------------------------------------------------------------------- comparison


def compare_documents(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What got better or worse: every measure, and the misses clip by clip.

    Clips that only one of the two has are named and left out of the misses.

    Raises:
        InputError: ``old`` is no bench document.
    """
    if old.get("schema") != SCHEMA:
        raise InputError(
            f"--compare: expected a bench document ({SCHEMA}), got {old.get('schema')!r}; "
            "write one with --json"
        )
    before, after = measured(old), measured(new)
    had = {m["key"]: m for m in old["misses"]}
    has = {m["key"]: m for m in new["misses"]}
    clips = {c["clip"] for c in old["clips"]}, {c["clip"] for c in new["clips"]}
    both = clips[0] & clips[1]
    return {
        "measures": {
            name: {
                "old": before[name],
                "new": after[name],
                "better": _better(measure, before[name], after[name]),
            }
            for name, measure in MEASURES.items()
            if before[name] is not None or after[name] is not None
        },
        "fixed": [m for k, m in had.items() if k not in has and m["clip"] in both],
        "broken": [m for k, m in has.items() if k not in had and m["clip"] in both],
        "changed": [
            m | {"was": had[k]["answer"]}
            for k, m in has.items()
            if k in had and had[k]["answer"] != m["answer"]
        ],
        "only_old": sorted(clips[0] - clips[1]),
        "only_new": sorted(clips[1] - clips[0]),
    }


def _better(measure: Measure, old: float | None, new: float | None) -> bool | None:
    if old is None or new is None or abs(new - old) < 1e-9:
        return None
    return (new > old) == measure.more_is_better
