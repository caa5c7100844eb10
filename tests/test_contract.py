"""What every registered drill promises; a new file in ``drills/`` is held to it by being there.

The first fault rule of the prototype could never fire: it waited for 188 degrees of an angle that
ends at 180. So each fault must fire within what its signals can read of a body, and must let a
near miss pass. What a signal can read is found by measuring a crowd of shaken stick people.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import isfinite, nan
from pathlib import Path
from random import Random

import numpy as np
import pytest
from stick import (
    SIZE,
    TRACKS,
    Figure,
    abducted,
    all_fours,
    leaning,
    load_track,
    mirrored,
    on_one_leg,
    on_the_back,
    on_the_front,
    on_the_side,
    pose,
    rep_at,
    standing,
    standing_side_on,
)

import formcheck.drills
from formcheck.body.measures import Body
from formcheck.body.pose import Pose, Side
from formcheck.catalogue.registry import all_drills
from formcheck.drill import NEAR_FALL, Dose, Drill, Facts, Fault, Measure, Sides
from formcheck.drill.rules import HoldRule, RepRule
from formcheck.drill.thresholds import EITHER_WAY, Judged, Watched
from formcheck.events import Event, FaultCleared, FaultNotJudged, FaultRaised, NotJudgedSpan
from formcheck.judge.lane import Lane

DRILLS = list(all_drills().values())
FAULTS = [(d, f) for d in DRILLS for f in d.faults]
WATCHED = [(d, f) for d, f in FAULTS if isinstance(f.when, Watched)]
JUDGED = [(d, f) for d, f in FAULTS if isinstance(f.when, Judged)]


def by_name(item: object) -> str | None:
    return item.name if isinstance(item, Drill) else item.code if isinstance(item, Fault) else None


every_drill = pytest.mark.parametrize("drill", DRILLS, ids=by_name)
every_fault = pytest.mark.parametrize(("drill", "fault"), FAULTS, ids=by_name)
every_watched = pytest.mark.parametrize(("drill", "fault"), WATCHED, ids=by_name)
every_judged = pytest.mark.parametrize(("drill", "fault"), JUDGED, ids=by_name)


# -- words ---------------------------------------------------------------------------------------

#: drills.md 4.4: a form checker names what the camera saw, never a finding, a risk or a promise.
NEVER = re.compile(
    r"sciatic|\bdis[ck]s?\b|\bnerve|diagnos|trendelenburg|\bweak|\brisk|\bheal|\bcure|reliev|"
    r"prevent|treat|safe for you|normal|push through|\bpatient|injur|therap|medical|\bpain-?free",
    re.IGNORECASE,
)


def words(drill: Drill) -> Iterable[str]:
    yield from (drill.title, drill.summary, drill.setup, drill.camera, drill.variants)
    for text in (*drill.cannot_see, *drill.cautions):  # may name what is not seen, or who stops
        yield re.sub("sciatica|nerve", "", text)
    for fault in drill.faults:
        yield from (fault.cue, fault.saw)
    yield from (m.what for m in drill.all_measures)


@every_drill
def test_words_that_never_appear(drill: Drill) -> None:
    for text in words(drill):
        assert not NEVER.search(text), text


def test_the_list_of_words_bites() -> None:
    for text in ("Eases sciatica", "a slipped disc", "weak glutes", "Lower risk of falls", "Heals"):
        assert NEVER.search(text)
    for text in ("Press your heels", "Tilt the pelvis", "abdominal muscles", "discover"):
        assert not NEVER.search(text)


@every_drill
def test_a_drill_says_what_a_person_needs(drill: Drill) -> None:
    for text in (drill.title, drill.card, drill.summary, drill.setup, drill.camera):
        assert text.strip()
    assert drill.summary.endswith(".")
    assert drill.setup.endswith(".")
    assert drill.sources
    assert drill.cannot_see, "every camera is blind to something: say so"
    if drill.kind == "reps":
        assert drill.dose.reps or drill.dose.hold_s or drill.weights == "minutes"
    else:
        assert drill.dose.hold_s


@every_fault
def test_a_fault_says_one_thing(drill: Drill, fault: Fault) -> None:
    assert 1 <= len(fault.cue.split()) <= 8
    assert not fault.cue.endswith(".")
    assert not re.search(r"\d", fault.cue + fault.saw), "no degrees in words to a person"
    assert fault.saw.endswith(".")
    assert fault.source.strip()
    assert fault.severity in (0, 1, 2) or fault.code == NEAR_FALL
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", fault.code)
    if fault.unless is not None:
        assert isinstance(drill.fault(fault.unless).when, Watched)


# -- what signals can read -----------------------------------------------------------------------


@cache
def crowd() -> tuple[Pose, ...]:
    """Stick people in every posture, either way round, shaken till nothing sits right."""
    rng = np.random.default_rng(0)
    figures: list[Figure] = [
        standing(), standing_side_on(), abducted(30), on_one_leg(0.4), leaning(standing(), 15),
        on_the_back(0.0), on_the_back(1.2), on_the_front(), all_fours(), on_the_side(0.3),
    ]  # fmt: skip
    people = []
    for figure in figures:
        for shake in (0.02, 0.05, 0.15, 0.3, 0.5):
            moved = {p: at + complex(*rng.normal(0, shake, 2)) for p, at in figure.items()}
            p = replace(pose(0.0, moved), visibility=rng.uniform(0.6, 1.0, 33))
            people += [p, mirrored(p)]
    return tuple(people)


def read(signal: Measure, p: Pose, side: Side | None, near: Side = Side.LEFT) -> complex:
    shoulders, hips = p.xy[[11, 12]].mean(axis=0), p.xy[[23, 24]].mean(axis=0)
    return complex(signal.of(Body(p, float(np.hypot(*(shoulders - hips))), near, side)))


@cache
def reach(drill_name: str) -> Mapping[str, tuple[float, float]]:
    """The least and the most that each signal of a drill reads of the crowd."""
    drill = all_drills()[drill_name]
    limits = {}
    for signal in drill.all_measures:
        seen = [
            v for p in crowd() for side in Side if isfinite(v := read(signal, p, side, side).real)
        ]
        low, high = min(seen), max(seen)
        wide = high - low
        limits[signal.name] = {
            "value": (low, high),
            "speed": (0.0, 4 * wide),
            "swing": (0.0, wide),
            "still": (-wide, 0.0),
            "shift": (-wide, wide),
        }[signal.kind]
    return limits


#: Judged by how much they change, whichever way.
TO_A_SIDE_OF_THE_PICTURE = {"feet_aside", "shoulder_line", "over_near_knee", "over_far_knee"}


@every_drill
def test_signals_are_the_same_in_a_mirror_from_afar_and_elsewhere(drill: Drill) -> None:
    bodies = crowd()[::3]
    sides: tuple[Side | None, ...] = (None,) if drill.sides is Sides.NONE else tuple(Side)

    def nearer_and_elsewhere(p: Pose) -> Pose:
        return replace(p, xy=p.xy * 1.7 + np.array([40.0, -25.0]))

    def of(signal: Measure, change: Callable[[Pose], Pose], flip: bool = False) -> list[float]:
        return [
            read(
                signal,
                change(p),
                side.other if flip and side else side,
                near.other if flip else near,
            ).real
            for p in bodies
            for side in sides
            for near in Side
        ]

    def alike(a: Iterable[float], b: Iterable[float]) -> bool:
        return np.allclose(list(a), list(b), rtol=1e-6, atol=1e-6, equal_nan=True)

    for signal in drill.all_measures:
        if signal.kind != "value" or signal.name.startswith(("left_", "right_")):
            continue  # told of places and their changes; named for a side
        here, flipped = of(signal, lambda p: p), of(signal, mirrored, flip=True)
        # What leans to a side of the picture turns round; all else must know the working side.
        sided = (
            drill.sides is Sides.NONE
            or signal.name.startswith("side_")
            or signal.name.endswith("_place")
            or signal.name in TO_A_SIDE_OF_THE_PICTURE
        )
        assert alike(here, flipped) or (sided and alike(here, (-v for v in flipped))), signal.name
        if not isinstance(signal.of(Body(bodies[0], 150.0, Side.LEFT, Side.LEFT)), complex):
            place = "place" in signal.name or "lift" in signal.name
            assert alike(here, of(signal, nearer_and_elsewhere)) or place, signal.name


@every_drill
def test_posture_view_and_side_are_the_same_in_a_mirror(drill: Drill) -> None:
    for p in crowd()[::3]:
        for near in Side:
            b, m = Body(p, 150.0, near, near), Body(mirrored(p), 150.0, near.other, near.other)
            assert bool(drill.view.posture(b)) == bool(drill.view.posture(m))
            assert bool(drill.view.fits(b)) == bool(drill.view.fits(m))
            if drill.side_of is not None:
                left, right = drill.side_of(b), drill.side_of(m)
                assert (left is None and right is None) or (left and left.other is right)


@every_drill
def test_a_body_that_is_not_seen_does_nothing(drill: Drill) -> None:
    for side in Side:
        nobody = Body(Pose.missing(0.0, SIZE), 150.0, side, side)
        assert not isfinite(complex(drill.main.of(nobody)).real)
        for signal in drill.all_measures:
            assert isinstance(signal.of(nobody), (float, complex))


@every_drill
def test_what_has_no_width_has_no_ratio(drill: Drill) -> None:
    """Joints drawn onto one point give NaN, never an error and nothing infinite."""
    parts = ("shoulder", "hip", "knee", "ankle", "foot_index", "heel")
    for body in crowd()[::5]:
        for part, other in [(p, p) for p in parts] + [("knee", "ankle"), ("ankle", "heel")]:
            xy = body.xy.copy()
            for side in Side:
                xy[side.joint(part)] = xy[Side.LEFT.joint(other)]
            for side in Side:
                seen = Body(replace(body, xy=xy), 150.0, side, side)
                for signal in drill.all_measures:
                    assert not np.isinf(signal.of(seen)), (signal.name, part)
                drill.view.fits(seen)
                drill.view.posture(seen)


def test_no_drill_divides_by_a_measure_by_itself() -> None:
    """``ratio`` is the one place where one measure is divided by another."""
    for path in Path(formcheck.drills.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Div, ast.Mod)):
                continue
            divisor = ast.unparse(node.right)
            sure = re.fullmatch(r"[\d.]+|[A-Z_ -]+|body\.torso", divisor)
            assert sure, f"{path.name}:{node.lineno}: divide by {divisor} with ratio()"


@every_drill
def test_the_main_signal_can_reach_its_marks(drill: Drill) -> None:
    low, high = reach(drill.name)[drill.main.name]
    rule = drill.motion
    if isinstance(rule, RepRule):
        assert high - low > rule.full
        assert rule.top_at is None or high > rule.top_at
    else:
        assert low < rule.end
        assert high >= rule.enter


# -- faults that are watched -----------------------------------------------------------------------

#: One scripted movement: start, top, end of the hold, end.
MOVE = (2.0, 3.2, 9.2, 10.4)
FAULT_FROM, FPS = 4.2, 25


def levels(drill: Drill) -> tuple[float, float]:
    """The main signal at rest and in the movement (or hold)."""
    rule = drill.motion
    if isinstance(rule, HoldRule):
        step = rule.enter - rule.end
        return rule.end - 2 * step, rule.enter + step / 2
    rest = 0.0 if rule.top_at is None else rule.top_at - rule.top
    return rest, rest + 1.05 * rule.full


def watched(
    drill: Drill,
    fault: Fault,
    magnitude: Callable[[float], float],
    move: tuple[float, float, float, float] = MOVE,
    window: tuple[float, float] = (FAULT_FROM, MOVE[2]),
) -> list[Event]:
    """A movement in which the watched signal reads so that its magnitude is as scripted in the
    window; the other signals are not seen."""
    when = fault.when
    lane = Lane(drill, Side.LEFT, Dose())
    main, (rest, up) = drill.main.name, levels(drill)
    sign, name = -1 if when.negated else 1, when.measure.name
    events: list[Event] = []
    for i in range(14 * FPS):
        t = i / FPS
        share = rep_at(t, *move)
        values = dict.fromkeys((s.name for s in drill.all_measures), nan)
        values[main] = rest + (up - rest) * share
        if window[0] <= t < window[1]:
            at_rest = rest if name == main else 0.0
            values[name] = (at_rest if when.from_rest else 0.0) + sign * magnitude(t)
        elif name != main:
            values[name] = sign * harmless(fault)
        lane.values = values
        if lane.advance(t) is not None:
            events += lane.drop_all(t)
        if lane.busy:
            events += lane.watch(t)
    assert not lane.busy
    return [e for e in events if getattr(e, "code", "") == fault.code]


def harmless(fault: Fault) -> float:
    told_from_0 = fault.when.from_rest or fault.when.way == EITHER_WAY
    return 0.0 if told_from_0 else over(fault, -2)


def over(fault: Fault, by: float = 0.12) -> float:
    return fault.warn + (-by if fault.below else by) * abs(fault.warn)


@every_watched
def test_a_watched_fault_fires_and_clears(drill: Drill, fault: Fault) -> None:
    when = fault.when
    low, high = reach(drill.name)[when.measure.name]
    if when.from_rest:
        assert high - low >= over(fault), "no body can read this"
    else:
        assert low <= (-1 if when.negated else 1) * over(fault) <= high, "no body can read this"
    raised, cleared = watched(drill, fault, lambda t: over(fault))
    assert isinstance(raised, FaultRaised)
    assert isinstance(cleared, FaultCleared)
    assert raised.t == pytest.approx(FAULT_FROM + fault.when.for_s, abs=0.06)
    assert raised.magnitude == pytest.approx(over(fault))
    assert (raised.cue, raised.severity, raised.unit) == (fault.cue, fault.severity, fault.unit)


@every_watched
def test_a_near_miss_passes(drill: Drill, fault: Fault) -> None:
    assert watched(drill, fault, lambda t: over(fault, -0.04)) == []
    assert watched(drill, fault, lambda t: nan) == []


@every_watched
def test_it_must_persist(drill: Drill, fault: Fault) -> None:
    def blip(seconds: float) -> list[Event]:
        return watched(
            drill,
            fault,
            lambda t: over(fault) if t < FAULT_FROM + seconds else over(fault, -0.5),
        )

    assert blip(fault.when.for_s - 0.1) == []
    assert blip(fault.when.for_s + 0.1) != []


@every_watched
def test_it_stands_until_it_is_well_below(drill: Drill, fault: Fault) -> None:
    on = FAULT_FROM + fault.when.for_s + 0.2
    events = watched(
        drill,
        fault,
        lambda t: over(fault) if t < on else over(fault, -0.15 if t < on + 0.6 else -0.4),
    )
    assert [type(e) for e in events] == [FaultRaised, FaultCleared]
    assert events[1].t == pytest.approx(on + 0.6, abs=0.06)


@pytest.mark.parametrize(
    ("drill", "fault"),
    [(d, f) for d, f in WATCHED if d.kind == "reps" and "rise" not in f.when.during],
    ids=by_name,
)
def test_it_counts_in_its_phases_only(drill: Drill, fault: Fault) -> None:
    slow = (2.0, 8.0, 10.0, 12.0)
    assert watched(drill, fault, lambda t: over(fault), slow, (4.0, 6.0)) == []


@every_watched
def test_the_other_way_is_no_fault(drill: Drill, fault: Fault) -> None:
    when = fault.when
    if when.way == EITHER_WAY:
        assert watched(drill, fault, lambda t: -over(fault)) != []  # either way is
    elif when.from_rest and when.measure is not drill.main:
        assert watched(drill, fault, lambda t: -over(fault)) == []


# -- faults that are judged --------------------------------------------------------------------


@dataclass(frozen=True)
class Script:
    """What one scripted movement was like, as numbers that can be mixed."""

    rest: np.ndarray
    top: np.ndarray
    drift: np.ndarray  # from the beginning to the end of the hold
    back: np.ndarray  # where it ends, from where it began
    seconds: np.ndarray  # rise, hold, fall, and since the one before
    target_s: float

    def mixed(self, other: Script, share: float) -> Script:
        def mix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return a + (b - a) * share

        return Script(
            mix(self.rest, other.rest),
            mix(self.top, other.top),
            mix(self.drift, other.drift),
            mix(self.back, other.back),
            mix(self.seconds, other.seconds),
            self.target_s + (other.target_s - self.target_s) * share,
        )


def facts(drill: Drill, s: Script, begun: float, earlier: tuple[Facts, ...] = ()) -> Facts:
    """The facts a lane would make of it."""
    names = [x.name for x in drill.all_measures]
    if isinstance(drill.motion, HoldRule):
        start = peak = begun
        hold_end = end = begun + float(s.seconds[:3].sum())
    else:
        start = begun
        peak, hold_end, end = (float(x) for x in begun + np.cumsum(s.seconds[:3]))
    times = np.arange(start - 0.5, end + 0.5, 0.1)
    if start == peak:
        up = ((times >= start) & (times < end)).astype(float)
    else:
        up = np.array([rep_at(t, start, peak, hold_end, end) for t in times])
    held = np.clip((times - peak) / max(hold_end - peak, 0.1), 0, 1)
    after = np.where(times > hold_end, 1 - up, 0.0)
    rows = (
        s.rest[:, None]
        + (s.top - s.rest)[:, None] * up
        + s.drift[:, None] * (held * up)
        + s.back[:, None] * after
    )
    return Facts(
        side=Side.LEFT,
        start_s=start,
        peak_s=peak,
        hold_end_s=hold_end,
        end_s=end,
        hold_target_s=s.target_s,
        peak=float(s.top[0]),
        rise=float(s.top[0] - s.rest[0]),
        complete=True,
        whole_rise=True,
        whole_fall=True,
        bumps=0,
        rests=dict(zip(names, s.rest.tolist(), strict=True)),
        times=times.tolist(),
        samples=dict(zip(names, rows.tolist(), strict=True)),
        earlier=earlier,
    )


def drawn(drill: Drill, rng: Random) -> Script:
    """A random movement within what the signals can read, most signals hardly moving."""
    limits = [reach(drill.name)[s.name] for s in drill.all_measures]

    def part(low: float, high: float) -> float:
        return (high - low) * rng.choice((-1, 1)) * 10 ** rng.uniform(-3, -0.2)

    rest = np.array([rng.uniform(*x) for x in limits])
    change = np.array([part(*x) if rng.random() < 0.5 else 0.0 for x in limits])
    drift = np.array([part(*x) if rng.random() < 0.2 else 0.0 for x in limits])
    back = np.array([part(*x) if rng.random() < 0.1 else 0.0 for x in limits])
    rule = drill.motion
    if isinstance(rule, RepRule):
        change[0] = rng.uniform(rule.start, rule.full)
        floor = limits[0][0] if rule.top_at is None else max(limits[0][0], rule.top_at - change[0])
        rest[0] = rng.uniform(floor, max(floor, limits[0][1] - change[0]))
    else:
        rest[0] = rng.uniform(limits[0][0], rule.end)
        change[0] = rng.uniform(rule.enter, max(rule.enter, limits[0][1])) - rest[0]
    low, high = np.array(limits).T
    top = np.clip(rest + change, low, high)
    seconds = np.array([rng.uniform(0.3, most) for most in (2.5, 4.0, 2.5, 4.0)])
    return Script(rest, top, drift, back, seconds, rng.uniform(1, 5))


def varied(script: Script, own: Script, rng: Random) -> Script:
    """A movement like another one, with some of its numbers changed."""

    signals = np.array([rng.random() < 0.2 for _ in own.rest])
    times = np.array([rng.random() < 0.2 for _ in own.seconds])

    def some(new: np.ndarray, old: np.ndarray) -> np.ndarray:
        return np.where(signals, new, old)

    return Script(
        some(script.rest, own.rest),
        some(script.top, own.top),
        some(script.drift, own.drift),
        some(script.back, own.back),
        np.where(times, script.seconds, own.seconds),
        rng.choice((script.target_s, own.target_s)),
    )


class Found:
    """Movements of a drill, from one that a fault lets pass to one on which it fires."""

    def __init__(self, drill: Drill, fault: Fault) -> None:
        self.drill, self.fault = drill, fault
        rng = Random(f"{drill.name} {fault.code}")
        self.earlier: tuple[Facts, ...] = ()
        own: Script | None = None  # the latest that was this drill's movement
        fires: Script | None = None
        passes: Script | None = None
        for i in range(10000):
            script = drawn(drill, rng)
            if own is not None and rng.random() < 0.7:
                script = varied(script, own, rng)
            first = facts(drill, script, 2.0)
            if i % 400 == 0:
                own = fires = passes = None  # stuck: begin elsewhere
            if not self.fits(first):
                continue
            own = script
            if fires is None and passes is None and i % 4 == 0:
                self.earlier = (first,) * rng.choice((0, 1, 4, 9))
            says = self.says(script)
            if says:
                fires = script
            elif says is False:
                passes = script
            if fires is not None and passes is not None:
                break
        assert fires is not None, "it cannot fire on anything a body can do"
        assert passes is not None, "it fires on everything"
        self.fires, self.passes = self._narrowed(fires, passes)

    def facts(self, script: Script) -> Facts:
        begun = self.earlier[-1].end_s + float(script.seconds[3]) if self.earlier else 2.0
        return facts(self.drill, script, begun, self.earlier)

    def fits(self, f: Facts) -> bool:
        """Whether the drill takes it for its own movement."""
        return self.drill.counts.only_if is None or bool(self.drill.counts.only_if(f))

    def says(self, script: Script) -> bool | None:
        """Whether the fault fires; None where it cannot tell or the movement is another."""
        f = self.facts(script)
        if not self.fits(f) or not (self.fault.seen.fits is None or self.fault.seen.fits(f)):
            return None
        magnitude = self.fault.when.magnitude(f)
        return self.fault.when.exceeded(magnitude) if isfinite(magnitude) else None

    def _narrowed(self, fires: Script, passes: Script) -> tuple[Script, Script]:
        for _ in range(12):
            middle = passes.mixed(fires, 0.5)
            says = self.says(middle)
            if says is None:
                break
            fires, passes = (middle, passes) if says else (fires, middle)
        return fires, passes


@cache
def find(drill: str, code: str) -> Found:
    return Found(all_drills()[drill], all_drills()[drill].fault(code))


@every_judged
def test_a_judged_fault_fires_and_a_near_miss_passes(drill: Drill, fault: Fault) -> None:
    found = find(drill.name, fault.code)
    lane = Lane(drill, Side.LEFT, Dose())
    f = found.facts(found.fires)
    events = [e for e in lane.judge(f.end_s, f, []) if getattr(e, "code", "") == fault.code]
    (raised,) = events
    assert isinstance(raised, FaultRaised)
    assert raised.cue == fault.cue
    span = next(s for s in lane.spans if s.code == fault.code)
    assert (span.from_s, span.to_s) == (f.start_s, f.end_s)
    assert fault.code in [s.code for s in lane.standing(f.end_s + 1)]
    assert fault.code not in [s.code for s in lane.standing(f.end_s + 10)]

    better = found.facts(found.passes)
    events = [
        e for e in lane.judge(better.end_s, better, []) if getattr(e, "code", "") == fault.code
    ]
    assert events == [FaultCleared(better.end_s, fault.code)]
    assert fault.code not in [s.code for s in lane.standing(better.end_s)]
    assert sum(s.code == fault.code for s in lane.spans) == 1


@every_judged
def test_what_was_not_seen_is_not_judged(drill: Drill, fault: Fault) -> None:
    found = find(drill.name, fault.code)
    f = found.facts(found.fires)
    blind = replace(
        f,
        rests={},
        samples={n: [nan] * len(f.times) for n in f.samples},
        earlier=(),
        peak=nan,
        rise=nan,
        whole_rise=False,
        whole_fall=False,
        hold_target_s=None,
    )
    assert not fault.when.exceeded(fault.when.magnitude(blind))


@pytest.mark.parametrize(
    ("drill", "fault"), [(d, f) for d, f in JUDGED if f.seen.fits is not None], ids=by_name
)
def test_a_fault_that_cannot_be_seen_from_here_says_so_once(drill: Drill, fault: Fault) -> None:
    rng = Random(fault.code)
    for _ in range(3000):
        f = facts(drill, drawn(drill, rng), 2.0)
        if not fault.seen.fits(f):
            break
    else:
        pytest.fail("it can always be seen: seen= says nothing")
    lane, unseen = Lane(drill, Side.LEFT, Dose()), list[NotJudgedSpan]()
    first, second = lane.judge(9.0, f, unseen), lane.judge(12.0, f, unseen)
    why = fault.seen.why(f)
    assert FaultNotJudged(9.0, fault.code, why) in first
    assert [e for e in second if getattr(e, "code", "") == fault.code] == []
    spans = [(s.from_s, s.to_s, s.reason) for s in unseen if s.fault == fault.code]
    assert spans == [(f.start_s, f.end_s, why)] * 2


@pytest.mark.parametrize("drill", [d for d in DRILLS if d.counts.only_if], ids=by_name)
def test_some_movements_are_another_exercise(drill: Drill) -> None:
    rng = Random(drill.name)
    said = {bool(drill.counts.only_if(facts(drill, drawn(drill, rng), 2.0))) for _ in range(3000)}
    assert said == {True, False}


# -- the whole way, on rendered people -----------------------------------------------------------


@every_drill
def test_nothing_is_done_by_somebody_at_rest(drill: Drill) -> None:
    """Every stick posture held still, and every rendered person's first second stretched."""
    from formcheck.judge.analyzer import Analyzer

    still = [load_track(p)[5] for p in sorted(TRACKS.glob("*good__*.npz"))[:6]]
    for first in (*still, pose(0.0, standing()), pose(0.0, on_the_back())):
        a = Analyzer(drill)
        for i in range(60):
            a.update(replace(first, t=i / 10))
        a.finish()
        assert a.result().reps == ()
        assert a.result().faults == () or a.result().holds != ()
