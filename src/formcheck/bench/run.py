"""The bench itself: labels in, everything that was measured out.

Two phases, each spread over processes: clips become pose tracks (unless their landmarks are
kept already), then every track goes through the analyzers. A clip that breaks an analyzer is
reported and does not stop the others.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..body.pose import Pose, Side
from ..drill import Dose
from ..errors import FormcheckError, InputError, ModelError
from ..events import SetResult
from ..vision import kept as cache
from .answers import Answers
from .labels import Label
from .metrics import ClipScore, judge
from .misses import Miss, misses
from .replays import REPLAYS, ReplayScore, compare, seed_of

__all__ = ["ClipRun", "Outcome", "Plan", "Wrong", "analyse", "load_poses", "run_bench"]

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        source: ``poses`` uses landmarks that are kept and makes those that are missing,
            ``video`` makes all of them afresh (and the command then measures speed).
        model: name or path of the pose model.
        drills: only these (all when empty).
        tracks: folder with STEM.npz tracks that are used instead of the clips.
        cache: folder where landmarks are kept; answers are kept beside it.
        side: ``auto`` lets the analyzer find the side, ``given`` tells it the label's.
        wrong, replays, signals: whether to run the wrong exercises, the replays, and to keep
            the signals around each miss.
        jobs: processes.
    """

    source: str = "poses"
    model: str = "full"
    drills: tuple[str, ...] = ()
    tracks: Path | None = None
    cache: Path = field(default_factory=cache.default_folder)
    side: str = "auto"
    wrong: bool = True
    replays: bool = True
    signals: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Wrong:
    """What another drill's analyzer answered on a clip.

    ``declared``: the label itself says that this drill must count nothing (``not_drills``).
    ``relative``: the two drills say they are the same movement.
    """

    clip: str
    drill: str
    analyzer: str
    reps: int
    holds: int
    hold_s: float
    declared: bool
    relative: bool


@dataclass(frozen=True)
class ClipRun:
    """Everything one clip gave. ``error`` is the one line of an analyzer that broke."""

    label: Label
    frames: int
    score: ClipScore | None = None
    misses: tuple[tuple[Miss, dict[str, tuple[float, float, float]]], ...] = ()
    replays: tuple[ReplayScore, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    errors: tuple[str, ...] = ()
    model: str | None = None


@dataclass(frozen=True)
class Outcome:
    """A whole bench run. ``skipped`` says one line for each label that was left out."""

    runs: tuple[ClipRun, ...]
    skipped: tuple[str, ...]
    landmarked: int

    @property
    def scores(self) -> list[ClipScore]:
        return [r.score for r in self.runs if r.score is not None]


# -------------------------------------------------------------------------------- one track


def load_poses(path: Path) -> tuple[list[Pose], dict[str, Any]]:
    """The poses of a track and what it says of itself."""
    from ..vision.track import PoseTrack

    with PoseTrack(path) as track:
        return list(track), dict(track.meta)


Trace = tuple[list[float], list[Any]]


def analyse(
    poses: Iterable[Pose],
    drill: str,
    side: Side | None = None,
    dose: Dose | None = None,
    trace: Trace | None = None,
) -> SetResult:
    """The answer of a fresh analyzer; ``trace`` is filled with times and signals."""
    from ..catalogue.registry import get_drill
    from ..judge.analyzer import Analyzer

    analyzer = Analyzer(get_drill(drill), side=side, dose=dose)
    for pose in poses:
        step = analyzer.update(pose)
        if trace is not None:
            trace[0].append(pose.t)
            trace[1].append(dict(step.signals))
    analyzer.finish()
    return analyzer.result()


def _around(miss: Miss, trace: Trace) -> dict[str, tuple[float, float, float]]:
    """Of each signal: its median in the second before the miss, its smallest and largest in it."""
    if miss.from_s is None or miss.to_s is None or not trace[0]:
        return {}
    t = np.array(trace[0])
    inside = np.flatnonzero((t >= miss.from_s) & (t < miss.to_s))
    before = np.flatnonzero((t >= miss.from_s - 1) & (t < miss.from_s))
    values = {}
    for name in trace[1][0]:
        series = np.array([row.get(name, np.nan) for row in trace[1]], float)
        there, rest = series[inside], series[before]
        there, rest = there[np.isfinite(there)], rest[np.isfinite(rest)]
        if there.size:
            values[name] = (
                float(np.median(rest)) if rest.size else float("nan"),
                float(there.min()),
                float(there.max()),
            )
    return values


def _others(label: Label, plan: Plan) -> Iterator[tuple[str, bool, bool]]:
    """The other drills whose analyzers are tried on a clip: name, declared, relative."""
    from ..catalogue.registry import all_drills

    known = all_drills()
    own = known.get(label.drill or "")
    for name, drill in known.items():
        declared = name in label.not_drills
        # Of a real clip only what its label denies is known to be wrong.
        if name == label.drill or (label.source == "real" and not declared):
            continue
        if plan.drills and name not in plan.drills and label.drill not in plan.drills:
            continue
        relative = (own is not None and name in own.relatives) or label.drill in drill.relatives
        yield name, declared, relative and not declared


def _one(task: tuple[Label, Path, Plan]) -> ClipRun:
    """Everything that is asked of one track."""
    label, path, plan = task
    poses, meta = load_poses(path)
    model = str(meta.get("model") or "unknown").removeprefix("pose_landmarker_")
    errors: list[str] = []

    def attempt(drill: str, track: Sequence[Pose], what: str, **more: Any) -> SetResult | None:
        try:
            return analyse(track, drill, **more)
        except Exception as error:  # noqa: BLE001  a drill's bug is a finding, not the bench's end
            errors.append(f"{label.clip}, {what}: {type(error).__name__}: {error}")
            return None

    scored = _scored(label, poses, model, plan, attempt)
    wrong = []
    for name, declared, relative in _others(label, plan) if plan.wrong else ():
        result = attempt(name, poses, f"as {name}")
        if result is not None:
            hold_s = sum(h.seconds for h in result.holds)
            counted = (name, result.complete, len(result.holds), hold_s)
            wrong.append(Wrong(label.clip, label.drill or "none", *counted, declared, relative))
    return ClipRun(label, len(poses), *scored, tuple(wrong), tuple(errors), model)


def _scored(
    label: Label,
    poses: Sequence[Pose],
    model: str,
    plan: Plan,
    attempt: Callable[..., SetResult | None],
) -> tuple[
    ClipScore | None,
    tuple[tuple[Miss, dict[str, tuple[float, float, float]]], ...],
    tuple[ReplayScore, ...],
]:
    """The label's own drill: its score, what is wrong in it, and the track changed and replayed."""
    from ..catalogue.registry import all_drills

    drill = label.drill
    if drill is None or drill not in all_drills() or (plan.drills and drill not in plan.drills):
        return None, (), ()
    side = Side(label.side) if plan.side == "given" and label.side else None
    dose = None if label.dose_hold_s is None else Dose(hold_s=label.dose_hold_s)
    trace: Trace | None = ([], []) if plan.signals else None
    base = attempt(drill, poses, drill, side=side, dose=dose, trace=trace)
    if base is None:
        return None, (), ()
    score = judge(label, base, model)
    replayed = []
    for name, replay in REPLAYS.items() if plan.replays and label.view_ok else ():
        track = replay(poses, seed_of(label.stem, name), base)
        way = side.other if side and name == "mirrored" else side
        other = attempt(drill, track, name, side=way, dose=dose)
        if other is not None:
            replayed.append(compare(label.clip, drill, name, base, other))
    missed = tuple((m, _around(m, trace) if trace else {}) for m in misses(score))
    return score, missed, tuple(replayed)


# ------------------------------------------------------------------------------- many tracks


def _landmark(task: tuple[Path, Path, str]) -> None:
    """Make the pose track of one clip."""
    from ..run.provenance import provenance
    from ..vision.clip import VideoFile
    from ..vision.landmarker import Landmarker
    from ..vision.models import find_model
    from ..vision.picture import PictureWatch
    from ..vision.pipeline import Seen, looked_at
    from ..vision.track import write_track

    clip, target, name = task
    model = find_model(name)
    with VideoFile(clip) as video, Landmarker(model) as landmarker:
        with looked_at(video, landmarker, watch=PictureWatch()) as stream:
            poses = [seen.pose for seen in stream if isinstance(seen, Seen)]
        meta = {"fps": video.fps, "clip": clip.name, **provenance(landmarker)}
    write_track(target, poses, meta)


def _end_on_ctrl_c() -> None:
    """Ctrl-C reaches every process of the terminal: this one should end quietly."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _spread(
    work: Callable[[T], R], tasks: Sequence[T], jobs: int, progress: Progress, what: str
) -> list[R]:
    """``work`` over all tasks in their order, in processes when there is more than one."""
    progress(what, 0, len(tasks))
    if jobs <= 1 or len(tasks) <= 1:
        done = []
        for task in tasks:
            done.append(work(task))
            progress(what, len(done), len(tasks))
        return done
    # spawn: a fork would copy whatever threads the model or OpenCV run here
    context = multiprocessing.get_context("spawn")
    results: dict[int, R] = {}
    workers = min(jobs, len(tasks))
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_on_ctrl_c) as pool:
        futures = {pool.submit(work, task): i for i, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                progress(what, len(results), len(tasks))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [results[i] for i in range(len(tasks))]


def clip_path(label: Label) -> Path:
    """The clip or track a label belongs to: beside it, by the name it gives; that of a rater's
    label (``labels/RATER/``) beside ``labels``."""
    beside = label.path.with_name(label.clip)
    if label.path.absolute().parent.parent.name == "labels" and not beside.exists():
        return label.path.absolute().parents[2] / label.clip
    return beside


def find_model_sha256(name: str) -> str:
    """Of the model with this name or path.

    Raises:
        ModelError: there is none.
    """
    from ..vision.models import find_model

    return str(find_model(name).sha256)


def _model_sha256(name: str, folder: Path) -> str:
    """Of the model, also when it is no longer there but its landmarks are kept."""
    note = folder / f"model-{Path(name).name}.sha256"
    try:
        sha256 = find_model_sha256(name)
    except ModelError:
        if note.exists():
            return note.read_text(encoding="utf-8").strip()
        raise
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(sha256 + "\n", encoding="utf-8")
    return sha256


def _tracks(
    labels: Sequence[Label], plan: Plan, skipped: list[str]
) -> tuple[list[tuple[Label, Path]], list[tuple[Path, Path, str]]]:
    """Each label with its track, and which tracks have to be made first."""
    ready: list[tuple[Label, Path]] = []
    missing: list[tuple[Path, Path, str]] = []
    sha256: str | None = None
    for label in labels:
        clip = clip_path(label)
        own = plan.tracks / f"{label.stem}.npz" if plan.tracks else None
        if own is not None and own.exists():
            ready.append((label, own))
        elif not clip.exists():
            skipped.append(f"{label.clip}: not beside its label {label.path.name}; left out")
        elif clip.suffix.lower() == ".npz":
            ready.append((label, clip))
        else:
            sha256 = sha256 or _model_sha256(plan.model, plan.cache)
            target = cache.track_path(plan.cache, clip, sha256)
            ready.append((label, target))
            if plan.source == "video" or not target.exists():
                missing.append((clip, target, plan.model))
    return ready, missing


def _wanted(label: Label, plan: Plan) -> bool:
    from ..catalogue.registry import all_drills

    if plan.wrong:
        return True  # also a clip of no drill, or of one without analyzer, is another's wrong one
    return label.drill in all_drills() and (not plan.drills or label.drill in plan.drills)


def run_bench(
    labels: Sequence[Label], plan: Plan, progress: Progress = lambda what, done, of: None
) -> Outcome:
    """Measure every label.

    Raises:
        InputError: nothing is left to measure.
        ModelError: landmarks have to be made and there is no model.
    """
    skipped: list[str] = []
    wanted = [label for label in labels if _wanted(label, plan)]
    away = len(labels) - len(wanted)
    if away and not plan.drills:
        skipped.append(f"{away} clips that show no drill, or one without an analyzer")
    ready, missing = _tracks(wanted, plan, skipped)
    if not ready:
        raise InputError(
            f"nothing to measure: of {len(labels)} labels none has a clip or pose track and an "
            "analyzer; check --drill and that the clips lie beside their labels"
        )
    plan.cache.mkdir(parents=True, exist_ok=True)
    _spread(_landmark, missing, plan.jobs, progress, "landmarks")
    runs = _answered(ready, plan, progress)
    skipped += [run for run in runs if isinstance(run, str)]
    return Outcome(tuple(r for r in runs if isinstance(r, ClipRun)), tuple(skipped), len(missing))


def _answered(
    ready: Sequence[tuple[Label, Path]], plan: Plan, progress: Progress
) -> list[ClipRun | str]:
    """What each track gives: from an earlier run of the same code, or by analysis."""
    kept = Answers(plan.cache.parent / "answers")
    asked = (plan.drills, plan.side, plan.wrong, plan.replays, plan.signals)
    places = [kept.path(label.path, track, asked) for label, track in ready]
    runs: list[ClipRun | str | None] = [kept.load(place) for place in places]
    todo = [i for i, run in enumerate(runs) if run is None]
    tasks = [(*ready[i], plan) for i in todo]
    for i, answered in zip(
        todo, _spread(_guarded, tasks, plan.jobs, progress, "analysis"), strict=True
    ):
        runs[i] = answered
    kept.save(
        (places[i], run) for i in todo if isinstance(run := runs[i], ClipRun) and not run.errors
    )
    # where a label lies is not part of what was kept
    return [
        replace(run, label=label) if isinstance(run, ClipRun) else str(run)
        for (label, _), run in zip(ready, runs, strict=True)
    ]


def _guarded(task: tuple[Label, Path, Plan]) -> ClipRun | str:
    try:
        return _one(task)
    except FormcheckError as error:
        return str(error)
