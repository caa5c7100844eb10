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
from math import inf, isfinite, nan

from ..body.measures import Body
from ..body.pose import Joint, Pose, Side
from ..body.postures import from_the_feet
from ..body.steady import Stabiliser
from ..drill import Dose, Drill, Facts, Sides
from ..drill.rules import MAX_GAP_S
from ..events import (
    CannotJudge,
    Event,
    HoldStarted,
    HoldTick,
    JudgingResumed,
    Phase,
    PhaseChanged,
    PoseFound,
    PoseLost,
    Reason,
    SetDone,
    SetResult,
    SideChosen,
    Step,
)
from .follow import Follower
from .holds import HoldShape
from .lane import Lane
from .picture import PictureReasons
from .record import Record
from .reps import RepShape

__all__ = ["Analyzer"]

#: A reason must stand this long before judging stops, and be gone this long before it goes on
#: (EC): shorter than any repetition, longer than a flicker of the model.
STOP_S, RESUME_S = 0.5, 0.3
#: In the middle of a movement a posture or view that no longer fits must stand longer (EC): strong
#: faults look like another posture for a moment.
STOP_BUSY_S = 1.5
#: One side has moved clearly more than the other, as a ratio (EC).
CLEARLY = 1.25
_OUT_OF_PLACE = (Reason.NOT_IN_START_POSITION, Reason.WRONG_VIEW)
_BLIND = (Reason.FROZEN, Reason.STUTTERING)
_UNSEEN = (Reason.NO_PERSON, Reason.JOINTS_HIDDEN, Reason.FROZEN)


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
        self._given = self._side = side
        self._follower = Follower(stabiliser or Stabiliser())
        self._record = Record(drill, self.dose, side)
        sides: tuple[Side | None, ...] = (side,)
        if drill.sides is Sides.MOVING and side is None:
            sides = (Side.LEFT, Side.RIGHT)
        self._lanes = {s: Lane(drill, s, self.dose) for s in sides}
        self._lane = next(iter(self._lanes.values()))
        self._side_reported = False
        self._t0: float | None = None
        self._t = nan
        self._picture = PictureReasons()
        self._out_of_place = False  # whether the present reason lies in posture or view
        self._seen_s = nan
        self._lost = False
        self._reason: Reason | None = Reason.NOT_IN_START_POSITION
        self._since: float | None = None  # since when the judging should change
        self._reason_since = 0.0
        self._begun = False
        self._last_phase = Phase.SETUP
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
        self._record.frames += 1
        self._record.frames_seen += pose.seen
        events += self._note_pose(pose)
        body = self._body(pose)
        self._picture.note(pose, body)
        if pose.picture == Reason.PICTURE_CHANGED.value and self._record.frames > 1:
            return self._step(events + self._another_picture(t))
        short = t - self._follower.body_s <= MAX_GAP_S
        if body is None and short and pose.picture != Reason.FROZEN.value:
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
                ended = lane.finish()
                if ended is not None:
                    events += self._ended(t, lane, ended)
                events += lane.drop_all(t)
            record = self._record
            if self._reason is not None and self._t0 is not None:
                record.refuse(self._reason_since, t, self._reason)
            events.append(SetDone(t, record.complete, record.partial, len(record.holds)))
        return self._step(events)

    def result(self) -> SetResult:
        """The record of the set so far (of the whole set after ``finish``)."""
        spans = [span for lane in self._lanes.values() for span in lane.spans]
        return self._record.result(self._t0, self._t, self._side, spans)

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
        body = self._follower.body(pose, self._side, busy=self._busy, judging=self._reason is None)
        if body is not None and self.drill.side_of is not None and self._given is None:
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
        if self._record.frames == 1:
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
            if gone and isfinite(self._follower.body_s):
                since = self._follower.body_s
        else:
            self._refused_until(since)
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
        self._follower.forget()
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
        from_first = at_once or (not self._begun and self._reason is Reason.NO_PERSON)
        if self._reason is Reason.PICTURE_CHANGED:
            since = t  # it lasted for one picture: this is what it cost
        elif self._reason is Reason.NO_PERSON:
            # Nobody was found until now; where the picture cuts this body off, that is why.
            self._reason = self._picture.framed(self._reason)
        self._refused_until(since)
        # Out of sight for a while is not out of position: what was known of rest still holds.
        only_unseen = (
            self._begun
            and self._reason in _UNSEEN
            and since - self._reason_since < 10.0
            and not self._follower.elsewhere
        )
        for lane in self._lanes.values():
            if not only_unseen:
                lane.new_position(t, settle=not at_once, from_first=from_first)
        self._reason, self._since, self._begun = None, None, True
        self._follower.elsewhere = False
        return [JudgingResumed(t)]

    def _refused_until(self, to_s: float) -> None:
        assert self._reason is not None
        if to_s > self._reason_since:
            self._record.refuse(self._reason_since, to_s, self._reason)

    # -- judging ---------------------------------------------------------------------------------
    def _judge(self, t: float, body: Body) -> list[Event]:
        events: list[Event] = []
        holder = next((lane for lane in self._lanes.values() if lane.busy), None)
        for lane in self._lanes.values():
            lane.measure(body)
        for lane in sorted(self._lanes.values(), key=self._order):
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
        self._record.seen_square(t, self._lane.square)
        return events

    def _order(self, lane: Lane) -> float:
        """For sorting: of sides that begin at once the one that moved clearly more goes first, else
        the one that led before; one that is not seen last."""
        if not isfinite(lane.progress):
            return inf
        return -lane.progress * (CLEARLY if lane is self._lane else 1.0)

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
            n = len(self._record.holds) + 1
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
            self._record.refuse(facts.start_s, facts.end_s, why)
            # A stop is a stop, whatever the movement was.
            stops = lane.judge(t, facts, self._record.not_judged, least=3)
            return [*stops, CannotJudge(t, why)]
        events: list[Event] = []
        if isinstance(shape, RepShape) and shape.complete:
            for before, seen in lane.look_back(shape, facts.rests):
                if not self._record.knows(before) and (only_if is None or only_if(seen)):
                    events += self._counted(t, lane, before, seen)
        return events + self._counted(t, lane, shape, facts)

    def _counted(
        self, t: float, lane: Lane, shape: RepShape | HoldShape, facts: Facts
    ) -> list[Event]:
        events: list[Event] = []
        if not (isinstance(shape, RepShape) and shape.cut):
            events += lane.judge(t, facts, self._record.not_judged)
            lane.earlier.append(facts)
        return [*events, self._record.add(t, lane, shape, facts)]

    # -- saying it -------------------------------------------------------------------------------
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
            reps=self._record.complete,
            partial=self._record.partial,
            holds=len(self._record.holds),
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
        side = self._side or self._follower.near
        return self._judged[side] if side is not None else ()


def _judged_joints(drill: Drill) -> Mapping[Side, tuple[Joint, ...]]:
    view = drill.view
    return {
        side: tuple(side.joint(p) for p in view.needs)
        + tuple(side.other.joint(p) for p in view.needs_other)
        for side in Side
    }
