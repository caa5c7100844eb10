"""The judge of one set: poses in, steps and a result out. Pure: no clock, no I/O.

    pose -> steady pose -> can it be judged? -> signals -> machine -> faults -> Step
                                  |no
                                  v
                            CannotJudge(reason)

One *lane* follows one working side. A drill whose side is whichever limb moves has two lanes,
and the one that moves first leads until its movement is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from math import isfinite, nan

from ..body.floor import FloorLine
from ..body.measures import STILL_VISIBLE, VISIBLE, Body
from ..body.pose import Joint, Pose, Side
from ..body.postures import from_the_feet
from ..body.steady import Stabiliser
from ..drill import Dose, Drill, Facts, Sides
from ..drill.rules import MAX_GAP_S
from ..events import (
    CannotJudge,
    CannotJudgeSpan,
    Event,
    FaultSpan,
    Hold,
    HoldDone,
    HoldStarted,
    HoldTick,
    JudgingResumed,
    NotJudgedSpan,
    Phase,
    PhaseChanged,
    PoseFound,
    PoseLost,
    Reason,
    Rep,
    RepDone,
    SetDone,
    SetResult,
    SideChosen,
    Step,
    covered_s,
)
from .holds import HoldShape
from .honesty import joined
from .lane import Lane
from .picture import PictureReasons
from .reps import RepShape
from .scoring import done_of, form_of, score_hold, score_rep, score_set

__all__ = ["Analyzer"]

#: A reason must stand this long before judging stops, and be gone this long before it goes on
#: (EC): shorter than any repetition, longer than a flicker of the model.
STOP_S, RESUME_S = 0.5, 0.3
#: In the middle of a movement a posture or view that no longer fits must stand longer (EC): strong
#: faults look like another posture for a moment.
STOP_BUSY_S = 1.5
_OUT_OF_PLACE = (Reason.NOT_IN_START_POSITION, Reason.WRONG_VIEW)
_BLIND = (Reason.FROZEN, Reason.STUTTERING)
_UNSEEN = (Reason.NO_PERSON, Reason.JOINTS_HIDDEN, Reason.FROZEN)
#: Why a movement that ended was none.
_NO_REPS = (Reason.WRONG_EXERCISE, Reason.CAMERA_MOVING)
#: The torso's length follows the image this slowly, seconds (EC): soon when it is longer than
#: before, late when it is shorter, for a trunk that leans to or from the camera only ever looks
#: shorter (measured: a squat from the front, 20 % for two seconds).
TORSO_GROWS_S, TORSO_SHRINKS_S = 3.0, 15.0


class Analyzer:
    """Judges one set of one drill.

    Args:
        drill: what to judge.
        side: the working side if it is known; None finds it. A drill without sides has none.
        dose: what was asked for; holds are judged against ``dose.hold_s`` and not at all
            without it.
        stabiliser: shared by the judges of one stream; None makes its own.

    Raises:
        ValueError: from ``update``, when a pose does not come later than the one before.
    """

    def __init__(
        self,
        drill: Drill,
        *,
        side: Side | None = None,
        dose: Dose | None = None,
        stabiliser: Stabiliser | None = None,
    ) -> None:
        if drill.sides is Sides.NONE:
            side = None
        self.drill = drill
        self.dose = dose or Dose()
        self._given = side
        self._stabiliser = stabiliser or Stabiliser()
        self._side = side
        sides: tuple[Side | None, ...] = (side,)
        if drill.sides is Sides.MOVING and side is None:
            sides = (Side.LEFT, Side.RIGHT)
        self._lanes = {s: Lane(drill, s, self.dose) for s in sides}
        self._lane = next(iter(self._lanes.values()))
        self._side_reported = False
        self._t0: float | None = None
        self._t = nan
        self._floor = FloorLine()
        self._picture = PictureReasons()
        self._out_of_place = False  # whether the present reason lies in posture or view
        self._torso = self._torso_t = nan
        self._frames = self._frames_seen = 0
        self._seen_s = nan
        self._body_s = nan  # when shoulders and hips were seen: without them there is no body
        self._lost = False
        self._place = complex(nan, nan), complex(nan, nan)  # hips and trunk when last seen
        self._elsewhere = False  # whether they were somewhere else after the last gap
        self._reason: Reason | None = Reason.NOT_IN_START_POSITION
        self._since: float | None = None  # since when the judging should change
        self._reason_since = 0.0
        self._begun = False
        self._last_phase = Phase.SETUP
        self._unjudged: list[CannotJudgeSpan] = []
        self._unseen: list[NotJudgedSpan] = []
        self._askew: list[tuple[float, float]] = []  # when it counted and could not be judged
        self._askew_since: float | None = None
        self._reps: list[Rep] = []
        self._holds: list[Hold] = []
        self._ticked = 0
        self._judged = _judged_joints(drill)
        self._finished = False

    # -- the way through -------------------------------------------------------------------------
    def update(self, pose: Pose) -> Step:
        """Judge one pose."""
        if self._finished:
            raise ValueError("this set is finished; make a new Analyzer for the next one")
        if pose.t <= self._t:
            raise ValueError(f"poses must come in rising time: {pose.t} s came after {self._t} s")
        if self._t0 is None:
            self._t0 = self._reason_since = pose.t
        events: list[Event] = []
        self._t = t = pose.t
        self._frames += 1
        self._frames_seen += pose.seen
        events += self._note_pose(pose)
        body = self._body(pose)
        self._picture.note(pose, body)
        if pose.picture == Reason.PICTURE_CHANGED.value and self._frames > 1:
            return self._step(events + self._another_picture(t))
        if body is not None:
            self._body_s = t
        elif t - self._body_s <= MAX_GAP_S and pose.picture != Reason.FROZEN.value:
            # A short loss changes nothing: clocks run on, machines wait (drills.md 2.2).
            return self._step(events)
        own = self._why_not(pose, body)
        reason = self._picture.of(own, pose)
        # Whatever it is called: a body that is cut off is out of place for a moment, too.
        self._out_of_place = own in _OUT_OF_PLACE and reason not in _BLIND
        events += self._decide(t, reason, body is None)
        judged = reason is None or (self._out_of_place and self._patient)
        if self._reason is None and body is not None and judged:
            events += self._judge(t, body)
        else:
            for lane in self._lanes.values():
                lost = lane.unseen(t)
                if lost is not None:
                    events += lane.drop_all(t) + self._ended(t, lane, lost)
        return self._step(events)

    def finish(self) -> Step:
        """The stream has ended: close what is open. Calling it again changes nothing."""
        events: list[Event] = []
        t = self._t
        if not self._finished:
            self._finished = True
            for lane in self._lanes.values():
                ended = (lane.reps or lane.holds).finish()  # type: ignore[union-attr]
                if ended is not None:
                    events += self._ended(t, lane, ended)
                events += lane.drop_all(t)
            if self._reason is not None and self._t0 is not None:
                self._unjudged.append(self._cannot_span(t))
            events.append(
                SetDone(t, self._complete, len(self._reps) - self._complete, len(self._holds))
            )
        return self._step(events)

    def result(self) -> SetResult:
        """The record of the set so far (of the whole set after ``finish``)."""
        t0 = self._t0 or 0.0
        spans = tuple(
            sorted((s for lane in self._lanes.values() for s in lane.spans), key=lambda s: s.from_s)
        )
        reps = tuple(replace(r, faults=_overlapping(spans, r.start_s, r.end_s)) for r in self._reps)
        holds = tuple(replace(h, faults=_overlapping(spans, h.from_s, h.to_s)) for h in self._holds)
        sides = {r.side for r in reps} | {h.side for h in holds}
        side = self._given or (
            sides.pop() if len(sides) == 1 else self._side if not sides else None
        )
        result = SetResult(
            drill=self.drill.name,
            side=side,
            side_source="given" if self._given else "auto",
            seconds=self._t - t0 if self._t0 is not None else 0.0,
            frames=self._frames,
            frames_with_pose=self._frames_seen,
            reps=tuple(replace(r, score=score_rep(r, self.drill, self.dose)) for r in reps),
            holds=tuple(replace(h, score=score_hold(h, self.drill, self.dose)) for h in holds),
            cannot_judge=tuple(self._unjudged),
            faults=spans,
            not_judged_spans=joined(
                self._unseen,
                [(r.start_s, r.end_s) for r in reps] + [(h.from_s, h.to_s) for h in holds],
            ),
            parameters=_parameters(self.drill, self.dose),
            seconds_counted_only=self._counted_only_s(),
        )
        return replace(
            result,
            score=score_set(result, self.drill, self.dose),
            form=form_of(result),
            done=done_of(result, self.dose),
        )

    # -- can it be judged? -----------------------------------------------------------------------
    def _note_pose(self, pose: Pose) -> list[Event]:
        if pose.seen:
            events = self._cut_off(pose.t) if pose.t - self._seen_s > MAX_GAP_S else []
            self._seen_s = pose.t
            if self._lost:
                self._lost = False
                events.append(PoseFound(pose.t))
            return events
        elif not self._lost:
            self._lost = True
            return [PoseLost(pose.t)]
        return []

    def _body(self, pose: Pose) -> Body | None:
        steady = self._stabiliser.body(pose)
        if steady is None:
            return None
        body = steady.worked_by(self._side, STILL_VISIBLE if self._busy else VISIBLE)
        now = abs(body.trunk.axis)
        if not now > 1.0:
            return None
        if pose.t - self._body_s > MAX_GAP_S:
            self._elsewhere = not _same_place(self._place, (body.trunk.hip, body.trunk.axis))
        self._place = body.trunk.hip, body.trunk.axis
        dt = pose.t - self._torso_t
        # Somebody getting into position, or seen from another distance, is as long as they look;
        # not while a movement is under way: a trunk that falls towards the camera looks short.
        elsewhere = self._reason is not None or not (
            0.7 < now / self._torso < 1.4 or (self._busy and now < self._torso)
        )
        follows_s = TORSO_GROWS_S if now > self._torso else TORSO_SHRINKS_S
        if elsewhere:
            follows_s = 0.2
        self._torso = _towards(self._torso, now, dt / follows_s)
        self._torso_t = pose.t
        body.torso = self._torso
        body.floor_slope = self._floor.update(body)
        if self.drill.side_of is not None and self._given is None:
            body.side = self.drill.side_of(body)
            if not self._lane.busy:
                self._side = self._lane.side = body.side
        return body

    @property
    def _busy(self) -> bool:
        return any(lane.busy for lane in self._lanes.values())

    @property
    def _patient(self) -> bool:
        """Whether a posture that no longer fits may be a fault of the movement under way; a hold
        out of its posture is no hold."""
        return self._busy and self.drill.kind == "reps"

    def _why_not(self, pose: Pose, body: Body | None) -> Reason | None:
        if body is None:
            return Reason.JOINTS_HIDDEN if pose.seen else Reason.NO_PERSON
        if pose.people > 1:
            return Reason.SEVERAL_PEOPLE
        view = self.drill.view
        if view.name != "foot" and from_the_feet(body):
            return Reason.WRONG_VIEW
        if not view.posture(body):
            return Reason.NOT_IN_START_POSITION
        if not view.fits(body):
            return Reason.WRONG_VIEW
        sides = [body.side or body.near_side] if view.needs else []
        hidden = any(
            body.point(s.joint(part)) != body.point(s.joint(part))
            for s in sides
            for part in view.needs
        ) or any(
            body.point(s.other.joint(part)) != body.point(s.other.joint(part))
            for s in sides
            for part in view.needs_other
        )
        return Reason.JOINTS_HIDDEN if hidden else None

    def _decide(self, t: float, reason: Reason | None, gone: bool) -> list[Event]:
        """Change between judging and not judging, slowly enough to ignore a flicker."""
        if self._frames == 1:
            self._reason = reason or Reason.NOT_IN_START_POSITION
            return [CannotJudge(t, reason)] if reason else self._resume(t, t, at_once=True)
        if reason is self._reason:
            self._since = None
            return []
        if self._since is None:
            self._since = t
        stood = t - self._since
        if reason is None:
            return self._resume(t, self._since) if stood >= RESUME_S else []
        # What is gone has been missing for MAX_GAP_S already.
        patience_s = STOP_BUSY_S if self._out_of_place and self._patient else STOP_S
        return self._stop(t, self._since, reason, gone) if gone or stood >= patience_s else []

    def _stop(self, t: float, since: float, reason: Reason, gone: bool) -> list[Event]:
        events: list[Event] = [CannotJudge(t, reason)]
        if self._reason is None:
            events += self._cut_off(t, counts=reason in _UNSEEN)
            if gone and isfinite(self._body_s):
                since = self._body_s
        elif since > self._reason_since:
            self._unjudged.append(self._cannot_span(since))
        self._reason, self._reason_since, self._since = reason, since, None
        return events

    def _another_picture(self, t: float) -> list[Event]:
        """The next picture shows something else: what was under way is given up, and nothing that
        was known of the person holds."""
        events: list[Event] = []
        for lane in self._lanes.values():
            held = lane.holds.abandon() if lane.holds is not None else None
            if held is not None:
                events += lane.drop_all(t) + self._ended(t, lane, held)
        events += self._stop(t, t, Reason.PICTURE_CHANGED, gone=False)
        self._elsewhere, self._torso, self._body_s = True, nan, nan
        self._floor = FloorLine()
        return events

    def _cut_off(self, t: float, counts: bool = True) -> list[Event]:
        """Nothing can be judged any more: where the picture was lost, a repetition that was done
        but for its end counts."""
        events: list[Event] = []
        for lane in self._lanes.values():
            events += lane.drop_all(t)
            shape = lane.pause()
            if counts and shape is not None and shape.complete:
                events += self._ended(t, lane, shape)
        return events

    def _resume(self, t: float, since: float, at_once: bool = False) -> list[Event]:
        if (
            self._reason is Reason.PICTURE_CHANGED
        ):  # it lasted for one picture: this is what it cost
            since = t
        elif self._reason is Reason.NO_PERSON:  # nobody was found who, found now, is cut off
            self._reason = self._picture.framed(self._reason)
        if since > self._reason_since:
            self._unjudged.append(self._cannot_span(since))
        # Out of sight for a while is not out of position: what was known of rest still holds.
        only_unseen = (
            self._begun
            and self._reason in _UNSEEN
            and since - self._reason_since < 10.0
            and not self._elsewhere
        )
        for lane in self._lanes.values():
            if not only_unseen:
                lane.new_position(t, settle=not at_once)
        self._reason, self._since, self._begun, self._elsewhere = None, None, True, False
        return [JudgingResumed(t)]

    def _cannot_span(self, to_s: float) -> CannotJudgeSpan:
        assert self._reason is not None
        return CannotJudgeSpan(self._reason_since, to_s, self._reason)

    # -- judging ---------------------------------------------------------------------------------
    def _judge(self, t: float, body: Body) -> list[Event]:
        events: list[Event] = []
        holder = next((lane for lane in self._lanes.values() if lane.busy), None)
        for lane in self._lanes.values():
            lane.measure(body)
            if holder is not None and lane is not holder:
                lane.wait(t)
                continue
            was_busy = lane.busy
            ended = lane.advance(t)
            if was_busy and not lane.busy and ended is None:
                # A false start: the model drew the wrong leg first. The other one has rested.
                for other in self._lanes.values():
                    other.keep_rest()
            if ended is not None:
                events += lane.drop_all(t)
                events += self._ended(t, lane, ended)
            if lane.busy:
                events += self._leads(t, lane)
                events += lane.watch(t)
                if holder is None:
                    holder = lane
        self._note_askew(t)
        return events

    def _note_askew(self, t: float) -> None:
        since = self._askew_since
        if self._lane.square and since is not None:
            self._askew.append((since, t))
            self._askew_since = None
        elif not self._lane.square and since is None:
            self._askew_since = t

    def _counted_only_s(self) -> float:
        askew = list(self._askew)
        if self._askew_since is not None:
            askew.append((self._askew_since, self._t))
        refused = [(s.from_s, s.to_s) for s in self._unjudged]
        return covered_s([*askew, *refused]) - covered_s(refused)

    def _leads(self, t: float, lane: Lane) -> list[Event]:
        events: list[Event] = []
        if lane is not self._lane:
            self._lane = lane
            other = next((o for o in self._lanes.values() if o is not lane), None)
            if other is not None:
                other.pause()
        if lane.side is not None and (lane.side is not self._side or not self._side_reported):
            self._side, self._side_reported = lane.side, True
            events.append(SideChosen(t, lane.side, "given" if self._given else "auto"))
        if lane.holds is not None:
            seconds = lane.holds.seconds(t)
            n = len(self._holds) + 1
            if self._last_phase is not Phase.HOLD:
                events.append(HoldStarted(t, n, lane.holds.from_s))
                self._ticked = 0
            if seconds >= self._ticked + 1:
                self._ticked = int(seconds)
                events.append(HoldTick(t, n, self._ticked))
        return events

    def _ended(self, t: float, lane: Lane, shape: RepShape | HoldShape) -> list[Event]:
        facts = lane.facts(shape)
        if isinstance(shape, RepShape):
            lane.forget_movement(t)
        only_if = self.drill.counts.only_if
        cut = isinstance(shape, RepShape) and shape.cut  # half a movement: nothing to judge it by
        if not cut and only_if is not None and not only_if(facts):
            lane.spans = [s for s in lane.spans if s.to_s <= facts.start_s]
            why = Reason.CAMERA_MOVING if self._picture.moves else Reason.WRONG_EXERCISE
            self._unjudged.append(CannotJudgeSpan(facts.start_s, facts.end_s, why))
            # A stop is a stop, whatever the movement was.
            stops = lane.judge(t, facts, self._unseen, least=3)
            return [*stops, CannotJudge(t, why)]
        events: list[Event] = []
        if isinstance(shape, RepShape) and shape.complete:
            for before, seen in lane.look_back(shape, facts.rests):
                if not self._known(before) and (only_if is None or only_if(seen)):
                    events += self._counted(t, lane, before, seen)
        return events + self._counted(t, lane, shape, facts)

    def _known(self, shape: RepShape) -> bool:
        """Whether something has been said of the time of this movement."""
        spans = [(r.start_s, r.end_s) for r in self._reps]
        spans += [(s.from_s, s.to_s) for s in self._unjudged if s.reason in _NO_REPS]
        return any(a < shape.end_s and b > shape.start_s for a, b in spans)

    def _counted(
        self, t: float, lane: Lane, shape: RepShape | HoldShape, facts: Facts
    ) -> list[Event]:
        cut = isinstance(shape, RepShape) and shape.cut
        events = [] if cut else lane.judge(t, facts, self._unseen)
        if not cut:
            lane.earlier.append(facts)
        spans = tuple(lane.spans)
        if isinstance(shape, RepShape):
            rep = Rep(
                n=len(self._reps) + 1,
                side=lane.side,
                start_s=shape.start_s,
                peak_s=shape.peak_s,
                hold_end_s=shape.hold_end_s,
                end_s=shape.end_s,
                hold_s=shape.hold_s,
                peak=shape.peak,
                complete=shape.complete,
                rise=shape.peak - shape.rest,
                bumps=facts.bumps,
                faults=_overlapping(spans, shape.start_s, shape.end_s),
                partial_because=None if shape.complete else "ended" if cut else "range",
            )
            self._reps.append(rep)
            return [*events, RepDone(t, replace(rep, score=score_rep(rep, self.drill, self.dose)))]
        hold = Hold(
            n=len(self._holds) + 1,
            side=lane.side,
            from_s=shape.from_s,
            to_s=shape.to_s,
            seconds=shape.seconds,
            target_s=self.dose.hold_s,
            ended_by=shape.ended_by,
            faults=_overlapping(spans, shape.from_s, shape.to_s),
        )
        self._holds.append(hold)
        return [*events, HoldDone(t, replace(hold, score=score_hold(hold, self.drill, self.dose)))]

    # -- saying it -------------------------------------------------------------------------------
    @property
    def _complete(self) -> int:
        return sum(r.complete for r in self._reps)

    @property
    def _phase(self) -> Phase:
        if self._reason is not None:
            return Phase.PAUSED if self._begun else Phase.SETUP
        return self._lane.phase

    def _step(self, events: list[Event]) -> Step:
        t, lane = self._t, self._lane
        phase = self._phase
        if phase is not self._last_phase:
            events.append(PhaseChanged(t, phase))
            self._last_phase = phase
        faults = [f for each in self._lanes.values() for f in each.standing(t)]
        faults.sort(key=lambda f: (-f.severity, f.from_s))
        judging = self._reason is None
        return Step(
            t=t,
            phase=phase,
            signals=dict(lane.values) if judging else {},
            main=self.drill.main.name,
            progress=lane.progress if judging and lane.values else nan,
            reps=self._complete,
            partial=len(self._reps) - self._complete,
            holds=len(self._holds),
            hold_s=lane.hold_clock(t) if judging else nan,
            target_reps=self.dose.reps,
            target_hold_s=self.dose.hold_s,
            side=self._side,
            faults=tuple(faults) if judging else (),
            cannot_judge=self._reason,
            judged=self._joints(),
            events=tuple(events),
            counted_only=judging and not lane.square,
        )

    def _joints(self) -> tuple[Joint, ...]:
        side = self._side or self._stabiliser.near
        return self._judged[side] if side is not None else ()


def _overlapping(spans: tuple[FaultSpan, ...], from_s: float, to_s: float) -> tuple[FaultSpan, ...]:
    return tuple(s for s in spans if s.from_s < to_s and s.to_s > from_s)


def _same_place(before: tuple[complex, complex], now: tuple[complex, complex]) -> bool:
    """Whether hips and trunk can be those of the same movement, seen by the same camera (EC)."""
    (hip, axis), (later_hip, later_axis) = before, now
    way = abs(later_hip - hip) / abs(axis)
    turn = later_axis / axis
    return way < 1 and 0.7 < abs(turn) < 1.4 and turn.real > 0.7 * abs(turn)


def _judged_joints(drill: Drill) -> Mapping[Side, tuple[Joint, ...]]:
    view = drill.view
    return {
        side: tuple(side.joint(p) for p in view.needs)
        + tuple(side.other.joint(p) for p in view.needs_other)
        for side in Side
    }


def _parameters(drill: Drill, dose: Dose) -> dict[str, object]:
    """The numbers a result was made with, so that it can be understood years later."""
    return {
        "measure": {"name": drill.main.name, "unit": drill.main.unit},
        "motion": asdict(drill.motion),
        "faults": {f.code: {"warn": f.warn, "strong": f.strong} for f in drill.faults},
        "dose": {k: v for k, v in asdict(dose).items() if v is not None},
    }


def _towards(now: float, target: float, share: float) -> float:
    """A step towards a target; all the way when there was nothing before."""
    return now + (target - now) * min(1.0, share) if isfinite(now) and isfinite(share) else target
