"""Clips to results in a few lines of Python, for scripts and notebooks.

``score`` judges one clip, ``score_many`` a stream of them; both give a ``ClipResult``. They read
no settings file: what is not said has the default of the command line.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import fields
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from .body.pose import Side
from .catalogue.registry import get_drill
from .drill import Dose
from .errors import FormcheckError, UsageError
from .events import (
    RESULT_SCHEMA,
    CannotJudgeSpan,
    FaultSpan,
    Hold,
    NotJudgedSpan,
    Reason,
    Rep,
    reasons_of,
)
from .judge.recognise import AUTO
from .run.pool import Local, spread
from .run.task import Scored, Task, fetched, score_here, score_task
from .sinks import BaseSink
from .wording import because

__all__ = ["ClipResult", "score", "score_many"]

T = TypeVar("T")
#: A clip or pose track by its path, or a URL that fsspec knows.
Clip = str | os.PathLike[str]
#: Told how much is done and of how much, None where that is not known.
Progress = Callable[[float, float | None], object]


class ClipResult:
    """What was seen in one clip: a ``formcheck.result/1`` document with names.

    Times are seconds from the first frame of the clip, intervals are [from, to). A value that is
    not known is NaN where a number is promised, else None.

    Args:
        document: of :meth:`to_dict`, or read from a file of ``formcheck score --json``.
        warnings: about the clip, one line each.

    Raises:
        UsageError: the document is not a result.
    """

    def __init__(self, document: Mapping[str, Any], warnings: Sequence[str] = ()) -> None:
        if document.get("schema") != RESULT_SCHEMA:
            came = document.get("schema", "no schema")
            raise UsageError(
                f"expected a result of schema {RESULT_SCHEMA}, got {came}; "
                "make one with formcheck score CLIP --json FILE"
            )
        self._document = dict(document)
        self.warnings = tuple(warnings)
        self.clip: str = document["clip"]
        #: None when ``auto`` recognised no drill.
        self.drill: str | None = document["drill"]
        self.side = Side(document["side"]) if document["side"] else None
        self.seconds: float = document["seconds"]
        self.reps: tuple[Rep, ...] = _records(Rep, document["reps"])
        self.holds: tuple[Hold, ...] = _records(Hold, document["holds"])
        #: Every fault of the clip; a repetition or hold has those that overlap it.
        self.faults: tuple[FaultSpan, ...] = _records(FaultSpan, document.get("faults", ()))
        self.cannot_judge = _records(CannotJudgeSpan, document["cannot_judge"])
        unseen = document.get("not_judged", ())
        #: Faults that could not be seen in some of the movements, and why.
        self.not_judged = {c: Reason(r) for c, r in reasons_of(unseen).items()}
        #: When: none in results written before there were such spans.
        self.not_judged_spans: tuple[NotJudgedSpan, ...] = (
            () if isinstance(unseen, Mapping) else _records(NotJudgedSpan, unseen)
        )
        #: ``seconds`` in three parts: form judged, movements counted only because the camera did
        #: not stand where form can be judged, nothing judged. NaN in older results.
        self.seconds_judged: float = document.get("judged_s", math.nan)
        self.seconds_counted_only: float = document.get("counted_only_s", math.nan)
        self.seconds_refused: float = document.get("refused_s", math.nan)
        #: 0 to 100; None where too little of the clip could be judged.
        self.score: int | None = document["score"]
        #: The two sides of it: form (the mean of what was done, 0 to 100), and how much was done
        #: of what was asked for (0 to 1; None: nothing was asked for). None in older results.
        self.form: int | None = document.get("form")
        self.done: float | None = document.get("done")
        #: Among them what ``auto`` recognised, and how surely.
        self.notes: tuple[str, ...] = tuple(document.get("notes", ()))

    @property
    def complete(self) -> int:
        """How many repetitions count."""
        return sum(rep.complete for rep in self.reps)

    @property
    def partial(self) -> int:
        """How many repetitions were begun and not completed."""
        return len(self.reps) - self.complete

    def to_dict(self) -> dict[str, Any]:
        """The JSON document that ``formcheck score --json`` writes."""
        return dict(self._document)

    def to_frame(self) -> Any:
        """A pandas DataFrame (polars where there is no pandas), one row a repetition or hold.

        The columns are those of ``formcheck score --csv`` without ``set``; ``faults`` holds their
        codes, joined by semicolons.

        Raises:
            UsageError: neither is installed.
        """
        for name in ("pandas", "polars"):
            try:
                return import_module(name).DataFrame(self._columns())
            except ModuleNotFoundError as error:
                if error.name != name:  # it is here, and broken
                    raise
        raise UsageError("to_frame needs pandas or polars, found neither; pip install pandas")

    def _columns(self) -> dict[str, list[Any]]:
        rows = [
            (self.clip, self.drill, "rep", r.n, _text(r.side), r.start_s, r.peak_s, r.end_s,
             r.hold_s, math.nan, r.peak, r.complete, r.score, _codes(r))
            for r in self.reps
        ] + [
            (self.clip, self.drill, "hold", h.n, _text(h.side), h.from_s, math.nan, h.to_s,
             h.seconds, math.nan if h.target_s is None else h.target_s, math.nan,
             h.target_s is None or h.seconds >= h.target_s, h.score, _codes(h))
            for h in self.holds
        ]  # fmt: skip
        names = (
            "clip", "drill", "type", "n", "side", "start_s", "peak_s", "end_s", "hold_s",
            "target_s", "peak", "complete", "score", "faults",
        )  # fmt: skip
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClipResult) and self._document == other._document

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "\n  ".join(self._lines())

    def _lines(self) -> list[str]:
        """What was done, then what to work on first and what could not be judged."""
        did = [f"{self.complete} reps", f"{self.partial} partial" if self.partial else ""]
        held = ", ".join(f"{hold.seconds:.1f} s" for hold in self.holds)
        parts = [
            f"{self.drill or 'no drill recognised'}{f', {self.side} side' if self.side else ''}",
            *(did if self.reps or not self.holds else ()),
            f"held {held}" if held else "",
            "" if self.form is None else f"form {self.form} of 100",
            "" if self.done is None else f"{100 * self.done:.0f} % of what was asked for",
        ]
        lines = [f"{self.clip}: {', '.join(part for part in parts if part)}"]
        done: list[Rep | Hold] = [*self.reps, *self.holds]
        times = Counter(code for part in done for code in {f.code for f in part.faults})
        seen = [fault for part in done for fault in part.faults]
        worst = {f.code: f for f in sorted(seen, key=lambda f: f.severity)}
        for code, n in sorted(times.items(), key=lambda c: (-worst[c[0]].severity, -c[1]))[:3]:
            lines.append(f"{code}, {n} of {len(done)}: {worst[code].cue}")
        lost = Counter[str]()
        for span in self.cannot_judge:
            lost[str(span.reason)] += span.to_s - span.from_s  # type: ignore[assignment]
        most = [(because(why), s) for why, s in lost.most_common(1)]
        lines += [f"not judged {s:.1f} s: {why}" for why, s in most if s >= 1]
        return lines

    def _repr_html_(self) -> str:
        """For notebooks: the lines and the table, whole in itself and without a script."""
        columns = {k: v for k, v in self._columns().items() if k not in ("clip", "drill")}
        head = "".join(f"<th>{escape(name)}</th>" for name in columns)
        rows = [
            "".join(f"<td>{escape(_cell(value))}</td>" for value in row)
            for row in zip(*columns.values(), strict=True)
        ]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        first, *more = (escape(line) for line in self._lines())
        said = "".join(f"<br>{line}" for line in more)
        return f"<div><p><b>{first}</b>{said}</p>{table if rows else ''}</div>"


def score(
    clip: Clip,
    drill: str = AUTO,
    *,
    side: Side | str | None = None,
    reps: int | None = None,
    hold: float | None = None,
    model: str | Path = "full",
    start: float | None = None,
    end: float | None = None,
    stride: str = "all",
    drills_folder: Clip | None = None,
    progress: Progress | None = None,
) -> ClipResult:
    """Judge one clip.

    Args:
        clip: a video, or a pose track (``.npz``), which needs no model.
        drill: its name, see :func:`drill_names`; ``auto`` recognises it.
        side: the working side, ``left`` or ``right``; None finds it.
        reps: how many were asked for.
        hold: seconds that were asked for, else those of the label file beside the clip; holds
            are judged against them.
        model: ``lite``, ``full``, ``heavy``, or the path of a ``.task`` file.
        start: judge from here, seconds.
        end: judge up to here, seconds.
        stride: ``all`` frames, or ``auto``: ten a second.
        drills_folder: drill files of your own.
        progress: told the seconds done and the length of the clip (None where it is not known)
            after every frame. One that raises is left out from there on, see ``warnings``.

    Raises:
        InputError: the clip cannot be read, or broke off.
        UsageError: there is no such drill, or an argument is out of range.
        ModelError: the pose model is missing or damaged.
    """
    base = _base(drill, side, reps, hold, model, start, end, stride, drills_folder)
    text = os.fspath(clip)
    with fetched(text) as path:
        told = () if progress is None else (_Told(progress),)
        scored = score_here(base.of(text, Path(text).name), path, told)
    return ClipResult(scored.document, scored.warnings)


def score_many(
    clips: Iterable[Clip],
    drill: str = AUTO,
    *,
    side: Side | str | None = None,
    reps: int | None = None,
    hold: float | None = None,
    model: str | Path = "full",
    start: float | None = None,
    end: float | None = None,
    stride: str = "all",
    drills_folder: Clip | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Iterator[tuple[Clip, ClipResult | FormcheckError]]:
    """Judge clips, and give each with its result as soon as it is ready.

    A clip that cannot be judged comes with the error in place of a result, and the others go on::

        for clip, result in formcheck.score_many(clips, "clamshell"):
            if isinstance(result, formcheck.FormcheckError):
                print("failed:", result)

    Clips are taken from ``clips`` only as fast as they are judged. Several jobs are processes that
    begin by importing the main script, which therefore needs ``if __name__ == "__main__":``; a
    clip that crashes one of them fails alone. With one job all happens here, in order.

    Args:
        clips: as for :func:`score`, as all the arguments not named here.
        jobs: clips at a time; each keeps up to two cores busy.
        progress: told how many clips are done and of how many (None where ``clips`` does not
            say).

    Raises:
        UsageError: at once, when there is no such drill or an argument is out of range.
    """
    base = _base(drill, side, reps, hold, model, start, end, stride, drills_folder)
    if jobs < 1:
        raise UsageError(f"jobs: expected 1 or more, got {jobs}")
    total = len(clips) if isinstance(clips, Sized) else None

    def results() -> Iterator[tuple[Clip, ClipResult | FormcheckError]]:
        for done, pair in enumerate(_each(clips, base, jobs), 1):
            if progress is not None:
                progress(done, total)
            yield pair

    return results()


def _each(
    clips: Iterable[Clip], base: Task, jobs: int
) -> Iterator[tuple[Clip, ClipResult | FormcheckError]]:
    given: dict[str, Clip] = {}
    failed: list[tuple[Clip, FormcheckError]] = []

    def tasks() -> Iterator[Task]:
        for clip in clips:
            text = os.fspath(clip)
            given[text] = clip
            try:
                yield base.of(text, Path(text).name)
            except FormcheckError as error:
                failed.append((clip, error))

    for task, answer in _answers(tasks(), jobs):
        yield from failed
        failed.clear()
        if isinstance(answer, Scored):
            yield given[task.clip], ClipResult(answer.document, answer.warnings)
        else:
            yield given[task.clip], FormcheckError(answer.why)
    yield from failed


def _answers(tasks: Iterator[Task], jobs: int) -> Iterator[tuple[Task, Any]]:
    if jobs == 1:
        yield from ((task, score_task(task)) for task in tasks)
        return
    with Local(jobs) as pool:
        yield from spread(tasks, pool)


def _base(
    drill: str,
    side: Side | str | None,
    reps: int | None,
    hold: float | None,
    model: str | Path,
    start: float | None,
    end: float | None,
    stride: str,
    drills_folder: Clip | None,
) -> Task:
    """What all clips share, checked before any work."""
    folder = None if drills_folder is None else Path(drills_folder)
    if drill != AUTO:
        get_drill(drill, folder)
    if side not in (None, "auto", *Side):
        raise UsageError(f"side: expected left, right or None, got {side!r}")
    for name, value in (("reps", reps), ("hold", hold)):
        if value is not None and not value > 0:
            raise UsageError(f"{name}: expected more than 0, got {value}")
    if stride not in ("all", "auto"):
        raise UsageError(f"stride: expected all or auto, got {stride!r}")
    return Task(
        clip="",
        name="",
        drill=drill,
        side=None if side in (None, "auto") else Side(side),
        dose=Dose(reps=reps, hold_s=hold),
        model=os.fspath(model),
        start_s=start,
        end_s=end,
        stride=stride,
        drills_folder=None if folder is None else str(folder),
    )


class _Told(BaseSink):
    """Calls a person's function with the seconds that are done."""

    name = "progress"

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._total: float | None = None

    def start(self, info: Any) -> None:
        self._total = info.seconds

    def write(self, frame: Any, pose: Any, step: Any) -> None:
        self._progress(pose.t, self._total)


def _records(kind: type[T], said: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    """Records of a document as dataclasses; keys that later versions add are left out."""
    return tuple(_record(kind, each) for each in said)


def _record(kind: type[T], said: Mapping[str, Any]) -> T:
    values: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        value = said.get(each.name)
        if each.name not in said:
            continue
        if each.name == "faults":
            value = _records(FaultSpan, value or ())
        elif each.name == "side" and value:
            value = Side(value)
        elif each.name == "reason":
            value = Reason(value)
        elif each.type == "float" and value is None:
            value = math.nan
        values[each.name] = value
    return kind(**values)


def _text(side: Side | None) -> str | None:
    return None if side is None else str(side)


def _codes(part: Rep | Hold) -> str:
    return "; ".join(fault.code for fault in part.faults)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
