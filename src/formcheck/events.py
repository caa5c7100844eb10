"""What an analyzer says: frozen events, the step of one frame, and the result of a set.

Times are seconds from the first frame of the stream; intervals are [from, to). Sinks,
coach, journal, report and bench read these and nothing else of the analysis.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from .body.pose import Joint, Side

__all__ = [
    "EVENT_SCHEMA",
    "RESULT_SCHEMA",
    "CannotJudge",
    "CannotJudgeSpan",
    "Event",
    "FaultCleared",
    "FaultNotJudged",
    "FaultRaised",
    "FaultSpan",
    "Hold",
    "HoldDone",
    "HoldStarted",
    "HoldTick",
    "JudgingResumed",
    "NotJudgedSpan",
    "Phase",
    "PhaseChanged",
    "PoseFound",
    "PoseLost",
    "Reason",
    "Rep",
    "RepDone",
    "SetDone",
    "SetResult",
    "SideChosen",
    "Step",
    "covered_s",
    "reasons_of",
]

RESULT_SCHEMA = "formcheck.result/1"
EVENT_SCHEMA = "formcheck.event/1"


class Phase(str, Enum):
    """Where the person is in the drill."""

    SETUP = "setup"  # not in the start position yet
    REST = "rest"  # in position, between repetitions or holds
    RISE = "rise"
    TOP = "top"
    FALL = "fall"
    HOLD = "hold"  # a timed hold is running
    PAUSED = "paused"  # cannot judge

    def __str__(self) -> str:
        return self.value


class Reason(str, Enum):
    """Why nothing can be judged at this moment."""

    NO_PERSON = "no_person"
    WRONG_VIEW = "wrong_view"
    CAMERA_TOO_LOW = "camera_too_low"
    JOINTS_HIDDEN = "joints_hidden"
    NOT_IN_START_POSITION = "not_in_start_position"
    SEVERAL_PEOPLE = "several_people"
    WRONG_EXERCISE = "wrong_exercise"
    TOO_NEAR = "too_near"
    TOO_FAR = "too_far"
    TILTED = "tilted"
    TOO_DARK = "too_dark"
    TOO_NOISY = "too_noisy"
    BLURRED = "blurred"
    BACKLIT = "backlit"
    CAMERA_MOVING = "camera_moving"
    STUTTERING = "stuttering"
    FROZEN = "frozen"
    PICTURE_CHANGED = "picture_changed"

    def __str__(self) -> str:
        return self.value


def _plain(value: Any) -> Any:
    """JSON-ready copy: enums by value, seconds and magnitudes rounded, NaN as None."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return value


class _Record:
    """Dataclasses that write themselves as JSON-ready dicts, in the order of their fields."""

    def to_dict(self) -> dict[str, Any]:
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True)
class FaultSpan(_Record):
    """One fault from when it crossed its threshold until it fell back.

    ``magnitude`` is the worst value in ``unit`` (change from the person's own reference where
    the drill says so). ``severity`` 0 note, 1 polish, 2 fix now, 3 stop. ``certain`` is False
    for a fault the camera can only suspect.
    """

    code: str
    from_s: float
    to_s: float
    magnitude: float
    unit: str
    severity: int
    cue: str
    certain: bool = True


@dataclass(frozen=True)
class Rep(_Record):
    """One counted (``complete``) or partial repetition.

    ``hold_s`` is the time at the top, ``peak`` the value of the drill's main signal there and
    ``rise`` its change from rest, both in the signal's unit; ``bumps`` counts extra stops and
    starts on the way. ``score`` is None until scored. ``partial_because`` says why it did not
    count: ``range`` (it did not go as far as a whole one) or ``ended`` (the recording ended first).
    """

    n: int
    side: Side | None
    start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    hold_s: float
    peak: float
    complete: bool
    rise: float = math.nan
    bumps: int = 0
    score: int | None = None
    faults: tuple[FaultSpan, ...] = ()
    partial_because: str | None = None


@dataclass(frozen=True)
class Hold(_Record):
    """One timed hold. ``seconds`` counts only time in position (pauses left out)."""

    n: int
    side: Side | None
    from_s: float
    to_s: float
    seconds: float
    target_s: float | None
    ended_by: str
    score: int | None = None
    faults: tuple[FaultSpan, ...] = ()


@dataclass(frozen=True)
class CannotJudgeSpan(_Record):
    """An interval in which nothing was counted or flagged, and why."""

    from_s: float
    to_s: float
    reason: Reason


@dataclass(frozen=True)
class NotJudgedSpan(_Record):
    """An interval of movements in which this fault could not be judged, though they counted."""

    fault: str
    from_s: float
    to_s: float
    reason: Reason


def covered_s(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that lie in any of these [from, to), those in several of them once."""
    total, until = 0.0, -math.inf
    for from_s, to_s in sorted(spans):
        total += max(0.0, to_s - max(from_s, until))
        until = max(until, to_s)
    return total


def reasons_of(not_judged: Any) -> dict[str, str]:
    """Fault -> why it was first not judged, of a stored result: a list of spans, or the mapping
    that results and diaries held before there were spans."""
    if isinstance(not_judged, Mapping):
        return {str(code): str(why) for code, why in not_judged.items()}
    reasons: dict[str, str] = {}
    for span in not_judged:
        reasons.setdefault(str(span["fault"]), str(span["reason"]))
    return reasons


@dataclass(frozen=True)
class Event(_Record):
    """Something that happened at ``t`` seconds."""

    t: float

    @property
    def kind(self) -> str:
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")

    def to_dict(self) -> dict[str, Any]:
        return {"schema": EVENT_SCHEMA, "event": self.kind} | super().to_dict()


@dataclass(frozen=True)
class PhaseChanged(Event):
    phase: Phase


@dataclass(frozen=True)
class SideChosen(Event):
    """The working side was settled; ``source`` is ``auto`` or ``given``."""

    side: Side
    source: str


@dataclass(frozen=True)
class RepDone(Event):
    """A repetition ended, whole or partial. Its times lie before ``t``."""

    rep: Rep


@dataclass(frozen=True)
class HoldStarted(Event):
    n: int
    from_s: float


@dataclass(frozen=True)
class HoldTick(Event):
    """A whole second of the running hold was reached."""

    n: int
    seconds: int


@dataclass(frozen=True)
class HoldDone(Event):
    hold: Hold


@dataclass(frozen=True)
class FaultRaised(Event):
    code: str
    magnitude: float
    unit: str
    severity: int
    cue: str
    certain: bool = True


@dataclass(frozen=True)
class FaultCleared(Event):
    code: str


@dataclass(frozen=True)
class FaultNotJudged(Event):
    """This fault cannot be seen from here, though the drill itself can be judged."""

    code: str
    reason: Reason


@dataclass(frozen=True)
class PoseLost(Event):
    pass


@dataclass(frozen=True)
class PoseFound(Event):
    pass


@dataclass(frozen=True)
class CannotJudge(Event):
    reason: Reason


@dataclass(frozen=True)
class JudgingResumed(Event):
    pass


@dataclass(frozen=True)
class SetDone(Event):
    """The stream ended or the set was stopped; the last event of a set."""

    reps: int
    partial: int
    holds: int


@dataclass(frozen=True)
class Step:
    """What one frame brought: everything a window, a voice or a log may want to show.

    Attributes:
        t: seconds.
        phase: where the person is.
        signals: every measured signal by name, NaN where it could not be measured.
        main: the name of the drill's main signal; ``progress`` is its share of the way from
            rest (0) to the full mark (1), NaN when unknown.
        reps, partial, holds: how many are done so far.
        hold_s: the running hold clock (holds, or time at the top), NaN when none runs.
        target_reps, target_hold_s: the dose asked for, None when none was.
        side: the working side, once known.
        faults: the faults that stand at this moment, worst first.
        cannot_judge: why nothing is judged now, or None.
        judged: the joints the drill looks at, to be picked out in a drawing.
        events: what happened in this frame, in order.
        counted_only: the movement counts, but the camera does not stand where the drill's faults
            can be judged.
    """

    t: float
    phase: Phase
    signals: Mapping[str, float]
    main: str
    progress: float
    reps: int
    partial: int
    holds: int
    hold_s: float
    target_reps: int | None
    target_hold_s: float | None
    side: Side | None
    faults: tuple[FaultSpan, ...]
    cannot_judge: Reason | None
    judged: tuple[Joint, ...]
    events: tuple[Event, ...]
    counted_only: bool = False


@dataclass(frozen=True)
class SetResult:
    """The record of one set, as ``formcheck.result/1`` writes it.

    ``seconds`` are the sum of ``seconds_judged``, ``seconds_counted_only`` (it counted, but the
    camera did not stand where the drill's faults can be judged) and ``seconds_refused`` (those
    of ``cannot_judge``). ``form`` is the mean score of what was done, 0..100, ``done`` the share of
    what was asked for, 0..1 (None: nothing was), ``score`` both in one.
    """

    drill: str
    side: Side | None
    side_source: str
    seconds: float
    frames: int
    frames_with_pose: int
    reps: tuple[Rep, ...]
    holds: tuple[Hold, ...]
    cannot_judge: tuple[CannotJudgeSpan, ...]
    faults: tuple[FaultSpan, ...] = ()
    not_judged_spans: tuple[NotJudgedSpan, ...] = ()
    score: int | None = None
    form: int | None = None
    done: float | None = None
    notes: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seconds_counted_only: float = 0.0

    @property
    def seconds_refused(self) -> float:
        """Seconds in which nothing was counted or flagged; those with two reasons once."""
        return covered_s((span.from_s, span.to_s) for span in self.cannot_judge)

    @property
    def seconds_judged(self) -> float:
        """The rest of ``seconds``."""
        return max(0.0, self.seconds - self.seconds_counted_only - self.seconds_refused)

    @property
    def not_judged(self) -> dict[str, Reason]:
        """Fault -> why it could not be judged in some of the movements, the first reason."""
        reasons: dict[str, Reason] = {}
        for span in self.not_judged_spans:
            reasons.setdefault(span.fault, span.reason)
        return reasons

    @property
    def complete(self) -> int:
        return sum(r.complete for r in self.reps)

    @property
    def partial(self) -> int:
        return sum(not r.complete for r in self.reps)

    def to_dict(self, clip: str, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON document of ``formats.md``; ``parameters`` go into the provenance."""
        return {
            "schema": RESULT_SCHEMA,
            "clip": clip,
            "drill": self.drill or None,
            "side": _plain(self.side),
            "side_source": self.side_source,
            "seconds": _plain(self.seconds),
            "frames": self.frames,
            "frames_with_pose": self.frames_with_pose,
            "reps": _plain(self.reps),
            "counts": {"reps": self.complete, "partial": self.partial},
            "holds": _plain(self.holds),
            "faults": _plain(self.faults),
            "not_judged": _plain(self.not_judged_spans),
            "cannot_judge": _plain(self.cannot_judge),
            "judged_s": _plain(self.seconds_judged),
            "counted_only_s": _plain(self.seconds_counted_only),
            "refused_s": _plain(self.seconds_refused),
            "score": self.score,
            "form": self.form,
            "done": _plain(self.done),
            "notes": list(self.notes),
            "provenance": dict(provenance) | {"parameters": _plain(self.parameters)},
        }
