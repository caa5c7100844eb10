"""A bench run as one JSON-ready document."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from .. import __version__
from .curves import curves
from .metrics import ClipScore
from .misses import Miss
from .replays import BLACKOUTS, ReplayScore
from .run import ClipRun, Outcome, Wrong
from .sums import percentile, summarise

__all__ = ["SCHEMA", "document"]

SCHEMA = "formcheck.bench/1"


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
        "found": [asdict(w) for w in wrong if w.reps or w.holds],
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
    scored = [r for r in outcome.runs if r.score]
    drills = sorted({s.drill for s in scores})
    return {
        "schema": SCHEMA,
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "arguments": dict(arguments),
        "data": _data(outcome, drills),
        "overall": summarise(scores),
        "by_drill": _groups(scores, lambda s: s.drill),
        "by_view": _groups(scores, lambda s: s.view),
        "by_source": _groups(scores, lambda s: s.source),
        "by_folder": {
            name: summarise([r.score for r in scored if r.score and _folder(r) == name])
            for name in sorted(map(_folder, scored))
        },
        "by_model": _groups(scores, lambda s: s.model),
        "wrong_exercise": _wrong_sums(wrong) if wrong else None,
        "wrong_by_clip_drill": {
            drill: _wrong_sums([w for w in wrong if w.drill == drill])
            for drill in (drills if wrong else ())
        }
        or None,
        "wrong_by_analyzer": {
            name: _wrong_sums([w for w in wrong if w.analyzer == name])
            for name in sorted({w.analyzer for w in wrong})
        }
        or None,
        "robustness": _replay_sums(replays) if replays else None,
        "robustness_by_drill": {
            drill: _replay_sums([p for p in replays if p.drill == drill])
            for drill in (drills if replays else ())
        }
        or None,
        "curves": [c.to_dict() for c in curves(scores)],
        "speed": dict(speed) if speed else None,
        "misses": [_miss(m, around) for r in outcome.runs for m, around in r.misses],
        "clips": [s.to_dict() for s in scores],
    }


def _data(outcome: Outcome, drills: Sequence[str]) -> dict[str, Any]:
    """What was measured on."""
    runs = outcome.runs
    return {
        "clips": len(runs),
        "frames": sum(r.frames for r in runs),
        "landmarked": outcome.landmarked,
        "drills": drills,
        "sources": dict(sorted(Counter(r.label.source for r in runs).items())),
        "models": sorted({r.model for r in runs if r.model}),
        "skipped": list(outcome.skipped),
        "errors": [e for r in runs for e in r.errors],
    }


def _miss(miss: Miss, around: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    # JSON knows no NaN
    signals = {k: [v if isfinite(v) else None for v in values] for k, values in around.items()}
    return {"key": miss.key, **asdict(miss), "signals": signals}
