"""A bench run as one JSON-ready document, and what can be asked of it: bars and comparisons."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from .. import __version__
from ..errors import InputError, UsageError
from .curves import curves
from .metrics import ClipScore
from .replays import BLACKOUTS, ReplayScore
from .run import ClipRun, Outcome, Wrong
from .sums import percentile, summarise

__all__ = [
    "MEASURES",
    "SCHEMA",
    "TARGETS",
    "Measure",
    "Verdict",
    "compare_documents",
    "document",
    "failures",
    "measured",
    "parse_bars",
    "verdicts",
]

SCHEMA = "formcheck.bench/1"

#: Codes with fewer clear cases say little by themselves and set no worst recall.
ENOUGH_CASES = 6


# ------------------------------------------------------------------------------- the document


def _wrong_sums(wrong: Sequence[Wrong]) -> dict[str, Any]:
    strict = [w for w in wrong if not w.relative]
    declared = [w for w in wrong if w.declared]
    counted = [w for w in strict if w.reps]
    held = [w for w in strict if w.holds]
    return {
        "pairs": len(strict),
        "relatives_left_out": len(wrong) - len(strict),
        "pairs_with_reps": len(counted),
        "share_with_reps": len(counted) / len(strict) if strict else None,
        "reps": sum(w.reps for w in counted),
        "pairs_with_holds": len(held),
        "share_with_holds": len(held) / len(strict) if strict else None,
        "hold_s": sum(w.hold_s for w in held),
        "declared_pairs": len(declared),
        "declared_with_reps": sum(w.reps > 0 for w in declared),
        "declared_with_holds": sum(w.holds > 0 for w in declared),
        "found": [
            {
                "clip": w.clip,
                "drill": w.drill,
                "analyzer": w.analyzer,
                "reps": w.reps,
                "holds": w.holds,
                "hold_s": w.hold_s,
                "declared": w.declared,
                "relative": w.relative,
            }
            for w in wrong
            if w.reps or w.holds
        ],
    }


def _replay_sums(replays: Sequence[ReplayScore]) -> dict[str, Any]:
    names = list(dict.fromkeys(r.replay for r in replays))
    sums: dict[str, Any] = {}
    for name in names:
        mine = [r for r in replays if r.replay == name]
        changes = [r.hold_change_s for r in mine]
        sums[name] = {
            "tracks": len(mine),
            "same_count": sum(r.same_count for r in mine) / len(mine),
            "same_faults": sum(r.same_faults for r in mine) / len(mine),
            "same_side": sum(r.same_side for r in mine) / len(mine),
            "hold_change_p95": percentile(changes, 95),
            "invented": sum(r.invented for r in mine),
            "lost": sum(r.lost for r in mine),
            "changed": [
                {"clip": r.clip, "count": list(r.count), "invented": r.invented, "lost": r.lost}
                for r in mine
                # what a blackout hides is lost by right
                if r.invented or r.lost or (name not in BLACKOUTS and not r.same_count)
            ],
            "faults_changed": [r.clip for r in mine if r.same_count and not r.same_faults],
        }
    return sums


def _groups(
    scores: Sequence[ClipScore], key: Callable[[ClipScore], str | None]
) -> dict[str, dict[str, Any]]:
    names = sorted({k for s in scores if (k := key(s)) is not None})
    return {name: summarise([s for s in scores if key(s) == name]) for name in names}


def _folder(run: ClipRun) -> str:
    """Data sets lie in folders: what thresholds were chosen on, and what they were not."""
    return run.label.path.absolute().parent.name


def versions() -> dict[str, Any]:
    """What this was measured with; absolute times belong to this machine."""

    def version(name: str) -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    return {
        "formcheck": __version__,
        "mediapipe": version("mediapipe"),
        "opencv": version("opencv-python"),
        "numpy": version("numpy"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


def document(
    outcome: Outcome, arguments: Mapping[str, Any], speed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Everything that was measured. Shares are 0..1, times seconds unless the name says ms."""
    scores = outcome.scores
    wrong = [w for r in outcome.runs for w in r.wrong]
    replays = [p for r in outcome.runs for p in r.replays]
    drills = sorted({s.drill for s in scores})
    misses = [(m, around) for r in outcome.runs for m, around in r.misses]
    return {
        "schema": SCHEMA,
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "arguments": dict(arguments),
        "data": {
            "clips": len(outcome.runs),
            "frames": sum(r.frames for r in outcome.runs),
            "landmarked": outcome.landmarked,
            "drills": drills,
            "sources": {
                source: sum(r.label.source == source for r in outcome.runs)
                for source in sorted({r.label.source for r in outcome.runs})
            },
            "models": sorted({r.model for r in outcome.runs if r.model}),
            "skipped": list(outcome.skipped),
            "errors": [e for r in outcome.runs for e in r.errors],
        },
        "overall": summarise(scores),
        "by_drill": _groups(scores, lambda s: s.drill),
        "by_view": _groups(scores, lambda s: s.view),
        "by_source": _groups(scores, lambda s: s.source),
        "by_folder": {
            name: summarise([r.score for r in outcome.runs if r.score and _folder(r) == name])
            for name in sorted({_folder(r) for r in outcome.runs if r.score})
        },
        "by_model": _groups(scores, lambda s: s.model),
        "wrong_exercise": _wrong_sums(wrong) if wrong else None,
        "wrong_by_clip_drill": {
            drill: _wrong_sums([w for w in wrong if w.drill == drill]) for drill in drills
        }
        if wrong
        else None,
        "wrong_by_analyzer": {
            name: _wrong_sums([w for w in wrong if w.analyzer == name])
            for name in sorted({w.analyzer for w in wrong})
        }
        if wrong
        else None,
        "robustness": _replay_sums(replays) if replays else None,
        "robustness_by_drill": {
            drill: _replay_sums([p for p in replays if p.drill == drill]) for drill in drills
        }
        if replays
        else None,
        "curves": [c.to_dict() for c in curves(scores)],
        "speed": dict(speed) if speed else None,
        "misses": [
            {
                "key": m.key,
                "clip": m.clip,
                "drill": m.drill,
                "what": m.what,
                "rep": m.rep,
                "code": m.code,
                "truth": m.truth,
                "answer": m.answer,
                "from_s": m.from_s,
                "to_s": m.to_s,
                "signals": {
                    # JSON knows no NaN
                    name: [v if isfinite(v) else None for v in values]
                    for name, values in around.items()
                },
            }
            for m, around in misses
        ],
        "clips": [s.to_dict() for s in scores],
    }


# ------------------------------------------------------------------------------------- bars


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
