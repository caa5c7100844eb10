"""One working side of a set: its machine, its measures over time, its faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from statistics import median

from ..body.measures import Body
from ..body.pose import Side
from ..drill import Dose, Drill, Facts, Fault
from ..drill.rules import HoldRule, RepRule
from ..drill.thresholds import Judged, Watched
from ..events import (
    Event,
    FaultCleared,
    FaultNotJudged,
    FaultRaised,
    FaultSpan,
    NotJudgedSpan,
    Phase,
)
from .holds import Holds, HoldShape
from .honesty import APART_S, stretches
from .reps import Reps, RepShape, RepState

__all__ = ["Lane"]

#: After getting into position, the signal must rest this long before anything can begin (EC).
SETTLE_S = 0.4
#: A fault judged at the end of a repetition is shown for this long (EC).
SHOWN_S = 4.0
#: How long the rest before a movement is looked at for reference (EC).
REST_WINDOW_S = 1.2
#: So far back movements before the first that counted are looked for, and they rise alike within
#: this share (EC).
LOOK_BACK_S, ALIKE = 20.0, 0.25
#: Of a movement that is over, this much is kept as the rest before the next (EC).
KEPT_S = 0.15

_PHASES = {
    RepState.REST: Phase.REST,
    RepState.RISE: Phase.RISE,
    RepState.TOP: Phase.TOP,
    RepState.FALL: Phase.FALL,
}


@dataclass
class _Standing:
    """A watched fault on its way to being raised, or raised."""

    since: float
    worst: float
    last: float
    raised: bool = False


class Lane:
    """Follows one side: ``measure`` a body, ``advance`` the machine, ``watch`` the faults.

    ``spans`` are the faults that are over, ``earlier`` the facts of what was done before.
    """

    def __init__(self, drill: Drill, side: Side | None, dose: Dose) -> None:
        self.drill, self.side, self.dose = drill, side, dose
        rule = drill.motion
        self.reps = Reps(rule) if isinstance(rule, RepRule) else None
        self.holds = Holds(rule) if isinstance(rule, HoldRule) else None
        self._own_end = rule.ended_by if isinstance(rule, HoldRule) else ""
        self.values: dict[str, float] = {}
        self.rests: dict[str, float] = {}
        self.square = True  # whether the camera stands where faults can be judged
        self._turned_over = False
        self.earlier: list[Facts] = []
        self.spans: list[FaultSpan] = []
        self._rows: deque[tuple[float, tuple[float, ...]]] = deque()
        self._names = tuple(m.name for m in drill.all_measures)
        self._followers = {m.name: m.follower() for m in drill.all_measures}
        self._faults = tuple((f, f.when) for f in drill.faults)
        self._watched: dict[str, _Standing] = {}
        self.shown: dict[str, tuple[FaultSpan, float]] = {}
        self.settle_from: float | None = None
        self._settle_values: deque[tuple[float, float]] = deque()
        self._early: deque[tuple[float, tuple[float, ...]]] | None = deque()
        self._from_first = True

    # -- state -----------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        if self.reps is not None:
            return self.reps.state is not RepState.REST
        return self.holds is not None and self.holds.running

    @property
    def main(self) -> float:
        return self.values.get(self.drill.main.name, nan)

    @property
    def phase(self) -> Phase:
        if self.reps is not None:
            return _PHASES[self.reps.state]
        return Phase.HOLD if self.busy else Phase.REST

    @property
    def progress(self) -> float:
        if self.reps is not None:
            return self.reps.progress(self.main)
        rule = self.drill.motion
        assert isinstance(rule, HoldRule)
        return self.main / rule.enter if rule.enter > 0 else nan

    def hold_clock(self, t: float) -> float:
        if self.holds is not None:
            return self.holds.seconds(t)
        assert self.reps is not None
        return t - self.reps.top_since if self.reps.top_since is not None else nan

    def pause(self) -> RepShape | None:
        """Nothing can be judged: a repetition under way is given up (returned if it was done but
        for its end), a hold's clock stops."""
        return self._whole(self.reps.lose()) if self.reps is not None else None

    def finish(self) -> RepShape | HoldShape | None:
        """The stream ended."""
        if self.reps is not None:
            return self._whole(self.reps.finish())
        assert self.holds is not None
        return self.holds.finish()

    def _whole(self, shape: RepShape | None) -> RepShape | None:
        """A movement that fell short, made whole where the drill tells so by other signs."""
        or_if = self.drill.counts.or_if
        if shape is None or shape.complete or shape.cut or or_if is None:
            return shape
        return replace(shape, complete=or_if(self.facts(shape)))

    def keep_rest(self) -> None:
        """After a pause that was none: what was seen of rest before it stands."""
        if self.reps is not None:
            self.reps.keep_rest()

    def unseen(self, t: float) -> HoldShape | None:
        """A frame that cannot be judged; returns a hold that has been out of sight too long."""
        return self.holds.update(t, nan) if self.holds is not None else None

    def new_position(self, t: float, settle: bool, from_first: bool) -> None:
        """The person has just got into position: rest is unknown and must first settle; or
        ``from_first`` they were there when they were first seen."""
        if self.busy:
            return
        if self.reps is not None:
            self.reps.reset()
        self.rests.clear()
        self._rows.clear()
        self.settle_from = t if settle else None
        self._settle_values.clear()
        self._early = deque()
        self._from_first = from_first

    # -- one frame -------------------------------------------------------------------------------
    def measure(self, body: Body) -> None:
        body = body.worked_by(self.side)
        t = body.pose.t
        self.values = {name: follow(t, body) for name, follow in self._followers.items()}
        judges = self.drill.view.judges
        # A trunk that was drawn turned over is drawn wrong for the rest of the movement.
        self._turned_over = body.turned_over or (self._turned_over and self.busy)
        self.square = not self._turned_over and (judges is None or judges(body))

    def wait(self, t: float) -> None:
        """The other side moves: what this one does meanwhile is its rest before the next."""
        row = self._row
        if self.reps is None or not self._ready(t, row):
            return
        self.reps.wait(t, self.main)
        self._rows.append((t, row))
        self._forget_before(t - Reps.MEMORY_S)

    @property
    def _row(self) -> tuple[float, ...]:
        return (*(self.values[n] for n in self._names), self.square)

    def _forget_before(self, from_s: float) -> None:
        while self._rows and self._rows[0][0] < from_s:
            self._rows.popleft()

    def advance(self, t: float) -> RepShape | HoldShape | None:
        """Feed the machine; returns a movement or hold that ended."""
        x, row = self.main, self._row
        if not self._ready(t, row):
            return None
        self._rows.append((t, row))
        was_busy = self.busy
        ended: RepShape | HoldShape | None
        if self.reps is not None:
            ended = self._whole(self.reps.update(t, x))
        else:
            assert self.holds is not None
            ended = self.holds.update(t, x)
        if self.busy and not was_busy:
            self._remember_rest(t)
        if not self.busy and ended is None:
            self._forget_before(t - Reps.MEMORY_S)
        return ended

    def _ready(self, t: float, row: tuple[float, ...]) -> bool:
        """Whether the person has come to rest since getting into position."""
        if self._early is not None and self.reps is not None:
            self._early.append((t, row))
            while t - self._early[0][0] > LOOK_BACK_S:
                self._early.popleft()
        return self.settle_from is None or self._settled(t, self.main, self.settle_from)

    def _settled(self, t: float, x: float, from_s: float) -> bool:
        rule = self.drill.motion
        band = rule.start / 2 if isinstance(rule, RepRule) else inf
        kept = self._settle_values
        kept.append((t, x))
        while kept and t - kept[0][0] > SETTLE_S:
            kept.popleft()
        seen = [v for _, v in kept if isfinite(v)]
        still = len(seen) >= 2 and max(seen) - min(seen) <= band
        if t - from_s >= SETTLE_S and still:
            self.settle_from = None
            return True
        return False

    def _remember_rest(self, t: float) -> None:
        """Medians of every measure over the rest before the movement that has just begun.

        When there was hardly a rest (a foot that only tapped the floor) the last one stands,
        unless the main measure shows that it was somewhere else.
        """
        main = self.drill.main.name
        if self.holds is not None:
            begun, level = self.holds.from_s, self.holds.rule.end
        else:
            assert self.reps is not None
            rule = self.reps.rule
            begun, level = t - rule.dwell_s, self.reps.rest + rule.start
            if abs(self.rests.get(main, self.reps.rest) - self.reps.rest) > rule.start:
                self.rests.clear()
        resting = [
            (s, row)
            for s, row in self._rows
            if begun - REST_WINDOW_S - 0.4 <= s < begun and row[0] < level
        ]
        # The very beginning of the movement is no rest, if there is enough without it.
        window = [row for s, row in resting if s < begun - 0.4] or [row for _, row in resting]
        if len(window) < 3 and self.rests:
            return
        self.rests.clear()
        for i, name in enumerate(self._names):
            seen = [row[i] for row in window if isfinite(row[i])]
            if seen:
                self.rests[name] = median(seen)

    def facts(self, shape: RepShape | HoldShape) -> Facts:
        return self._facts(shape, list(self._rows), dict(self.rests))

    def look_back(
        self, known: RepShape, rests: Mapping[str, float]
    ) -> list[tuple[RepShape, Facts]]:
        """The repetitions before the first one that was counted: now that its rest and its height
        are known, those that were under way when the person was first seen tell themselves."""
        early, self._early = list(self._early or ()), None
        if self.reps is None or not known.complete:
            return []
        machine = Reps(self.reps.rule)
        machine.rest = known.rest
        until = known.start_s + machine.rule.dwell_s
        ended = [machine.update(t, row[0]) for t, row in early if t < until]
        ended.append(machine.finish())
        return [
            (shape, self._facts(shape, early, rests))
            for shape in ended
            if shape is not None and self._alike(shape, known, early)
        ]

    def _alike(
        self, shape: RepShape, known: RepShape, rows: list[tuple[float, tuple[float, ...]]]
    ) -> bool:
        """Whether it is as high as one that is known; of the way up a third at least was seen, or
        the picture began with the person in position."""
        rise = shape.peak - shape.rest
        before = [row[0] for t, row in rows if shape.start_s <= t <= shape.peak_s]
        seen = shape.peak - min(before, default=shape.peak) >= rise / 3
        return (
            shape.complete
            and abs(rise / (known.peak - known.rest) - 1) < ALIKE
            and shape.end_s - shape.start_s >= self.reps.rule.min_s  # type: ignore[union-attr]
            and (shape.whole_rise or seen or self._from_first)
        )

    def _facts(
        self,
        shape: RepShape | HoldShape,
        rows: list[tuple[float, tuple[float, ...]]],
        rests: Mapping[str, float],
    ) -> Facts:
        rep = shape if isinstance(shape, RepShape) else None
        from_s = rep.start_s if rep else shape.from_s  # type: ignore[union-attr]
        to_s = rep.end_s if rep else shape.to_s  # type: ignore[union-attr]
        keep = [(s, row) for s, row in rows if from_s - 0.5 <= s <= to_s + 0.5]
        times = [s for s, _ in keep]
        samples = {n: [row[i] for _, row in keep] for i, n in enumerate(self._names)}
        facts = Facts(
            side=self.side,
            start_s=from_s,
            peak_s=rep.peak_s if rep else from_s,
            hold_end_s=rep.hold_end_s if rep else to_s,
            end_s=to_s,
            hold_target_s=self.dose.hold_s,
            peak=rep.peak if rep else nan,
            rise=rep.peak - rep.rest if rep else nan,
            complete=rep.complete if rep else True,
            whole_rise=rep.whole_rise if rep else True,
            whole_fall=rep.whole_fall if rep else shape.ended_by == self._own_end,  # type: ignore[union-attr]
            bumps=0,
            rests=rests,
            times=times,
            samples=samples,
            earlier=tuple(self.earlier),
            square=2 * sum(row[-1] for _, row in keep) >= len(keep),
            askew=tuple(stretches(*_not_square(keep, from_s, to_s), APART_S)),
        )
        return replace(facts, bumps=_bumps(facts, self.drill.main.name))

    def forget_movement(self, t: float) -> None:
        """Drop the samples of a movement that is over, keeping the rest after it."""
        self._forget_before(t - 2 * KEPT_S)
        if self.busy:  # the next one began without a rest: what comes after it is its reference
            self.rests.clear()

    # -- watched faults --------------------------------------------------------------------------
    def watch(self, t: float) -> list[Event]:
        """Raise and clear the watched faults of this moment."""
        events: list[Event] = []
        phase = self.phase.value
        for fault, when in self._faults:
            if not isinstance(when, Watched):
                continue
            value = when.magnitude(self.values, self.rests)
            standing = self._watched.get(fault.code)
            counts = (
                self.busy
                and (self.square or fault.seen.anywhere)
                and phase in when.during
                and fault.unless not in self._watched
            )
            if counts and when.exceeded(value):
                if standing is None:
                    standing = self._watched[fault.code] = _Standing(t, value, t)
                standing.worst = when.worse(standing.worst, value)
                standing.last = t
                if not standing.raised and t - standing.since >= when.for_s:
                    standing.raised = True
                    events.append(_raised(t, fault, standing.worst))
            elif standing is not None and not (
                standing.raised and counts and not when.released(value)
            ):
                events += self._drop(t, fault.code)
        return events

    def _drop(self, t: float, code: str) -> list[Event]:
        standing = self._watched.pop(code)
        if not standing.raised:
            return []
        fault = self.drill.fault(code)
        self.spans.append(_span(fault, standing.since, t, standing.worst))
        return [FaultCleared(t, code)]

    def drop_all(self, t: float) -> list[Event]:
        return [e for code in list(self._watched) for e in self._drop(t, code)]

    def standing(self, t: float) -> list[FaultSpan]:
        now = [
            _span(self.drill.fault(code), s.since, t, s.worst)
            for code, s in self._watched.items()
            if s.raised
        ]
        return now + [span for span, until in self.shown.values() if t < until]

    # -- faults of a whole movement ----------------------------------------------------------------
    def judge(
        self, t: float, facts: Facts, unseen: list[NotJudgedSpan], least: int = 0
    ) -> list[Event]:
        """Faults of at least this severity, judged now that the movement is over; those that
        the camera could not see go into ``unseen``."""
        events: list[Event] = []
        told = {span.fault for span in unseen}
        for fault, when in self._faults:
            if fault.severity < least:
                continue
            blind = fault.blind(facts)
            why = fault.seen.why(facts)
            unseen += [NotJudgedSpan(fault.code, a, b, why) for a, b in blind]
            if blind and fault.code not in told:
                events.append(FaultNotJudged(t, fault.code, why))
            if not isinstance(when, Judged) or not fault.sees(facts):
                continue
            magnitude = when.magnitude(facts)
            if when.exceeded(magnitude):
                span = _span(fault, facts.start_s, facts.end_s, magnitude)
                self.spans.append(span)
                self.shown[fault.code] = (span, t + SHOWN_S)
                events.append(_raised(t, fault, magnitude))
            elif self.shown.pop(fault.code, None) is not None:
                events.append(FaultCleared(t, fault.code))
        return events


def _not_square(
    rows: list[tuple[float, tuple[float, ...]]], from_s: float, to_s: float
) -> tuple[list[float], list[bool]]:
    inside = [(s, not row[-1]) for s, row in rows if from_s <= s <= to_s]
    return [s for s, _ in inside], [askew for _, askew in inside]


def _span(fault: Fault, from_s: float, to_s: float, magnitude: float) -> FaultSpan:
    return FaultSpan(
        fault.code, from_s, to_s, magnitude, fault.unit, fault.severity, fault.cue, fault.certain
    )


def _raised(t: float, fault: Fault, magnitude: float) -> FaultRaised:
    return FaultRaised(
        t, fault.code, magnitude, fault.unit, fault.severity, fault.cue, fault.certain
    )


def _bumps(facts: Facts, name: str) -> int:
    """Extra stops and starts on the way up and down: sub-movements (drills.md 3.2)."""
    extra = 0
    for from_s, to_s in ((facts.start_s, facts.peak_s), (facts.hold_end_s, facts.end_s)):
        way = facts.between(name, from_s, to_s)
        if len(way) < 4:
            continue
        span = max(way) - min(way)
        turns, last, direction = 0, way[0], 0
        for x in way[1:]:
            if abs(x - last) > 0.05 * span:
                now = 1 if x > last else -1
                turns += direction not in (0, now)
                direction, last = now, x
        extra += turns
    return extra
