"""What must hold for every body and every camera: sides, places, sizes, frame rates, blindness."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from stick import (
    TRACKS,
    abducted,
    dose_of,
    film,
    judged,
    load_label,
    load_track,
    mirrored,
    moving,
    on_one_leg,
    on_the_back,
    reps,
    resampled,
)

from formcheck.body.pose import JOINTS, Pose
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.drill import Drill
from formcheck.events import SetResult
from formcheck.judge.analyzer import Analyzer

NAMES = (
    "clamshell__too_fast__front_l1009",
    "hip_bridge__short_hold__side_r1018",
    "single_leg_stance__touch_down__front_l1025",
    "standing_hip_abduction__toes_out__front_r1034",
)
PATHS = [TRACKS / f"{n}.npz" for n in NAMES]
every_track = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a failing example here is as good as a small one, and shrinking slow
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@cache
def track(path: object) -> tuple[Pose, ...]:
    return tuple(load_track(path))  # type: ignore[arg-type]


@cache
def plain(path: object) -> SetResult:
    return result(path, list(track(path)))


def result(path: object, poses: list[Pose]) -> SetResult:
    label = load_label(path)  # type: ignore[arg-type]
    return judged(get_drill(str(label["drill"])), poses, dose=dose_of(label)).result


def said(r: SetResult, places: int = 2) -> object:
    """What a person is told, but for their sides."""
    return (
        [(round(x.start_s, places), round(x.end_s, places), x.complete) for x in r.reps],
        [(round(h.from_s, places), round(h.to_s, places), h.ended_by) for h in r.holds],
        [(f.code, round(f.from_s, places)) for f in r.faults],
        [(c.reason, round(c.from_s, places)) for c in r.cannot_judge],
        dict(r.not_judged),
        r.score,
    )


# -- the same body, seen otherwise -----------------------------------------------------------------


@every_track
def test_a_mirror_changes_the_side_and_nothing_else(path: object) -> None:
    there = result(path, [mirrored(p) for p in track(path)])
    here = plain(path)
    assert said(there) == said(here)
    for a, b in ((here.reps, there.reps), (here.holds, there.holds)):
        assert [x.side.other if x.side else None for x in a] == [x.side for x in b]  # type: ignore[attr-defined]
    assert (here.side.other if here.side else None) is there.side


@every_track
def test_where_and_how_large_somebody_is_changes_nothing(path: object) -> None:
    def seen(p: Pose) -> Pose:
        return replace(p, xy=p.xy * 2.5 + np.array([-300.0, 180.0]), size=(1920, 1080))

    assert said(result(path, [seen(p) for p in track(path)])) == said(plain(path))


@every_track
def test_when_it_was_changes_nothing(path: object) -> None:
    later = result(path, [replace(p, t=p.t + 512.0) for p in track(path)])
    here = plain(path)
    assert [r.complete for r in later.reps] == [r.complete for r in here.reps]
    assert [f.code for f in later.faults] == [f.code for f in here.faults]
    for a, b in zip(here.reps, later.reps, strict=True):
        assert b.start_s - a.start_s == pytest.approx(512, abs=0.01)


@pytest.mark.parametrize("fps", [10, 15, 24, 30, 60])
@every_track
def test_the_frame_rate_changes_no_count(path: object, fps: float) -> None:
    there, here = result(path, resampled(track(path), fps)), plain(path)
    assert [(r.complete, r.side) for r in there.reps] == [(r.complete, r.side) for r in here.reps]
    assert len(there.holds) == len(here.holds)
    for a, b in zip(here.holds, there.holds, strict=True):
        assert a.seconds == pytest.approx(b.seconds, abs=0.35)
    for a, b in zip(here.reps, there.reps, strict=True):
        assert a.start_s == pytest.approx(b.start_s, abs=0.3)
        assert a.end_s == pytest.approx(b.end_s, abs=0.3)


@pytest.mark.parametrize("fps", [10, 15, 24, 30, 60])
def test_the_frame_rate_changes_no_stick_rep(fps: float) -> None:
    three = moving(reps(3))
    for drill, scene in (
        ("hip_bridge", lambda t: on_the_back(three(t))),
        ("standing_hip_abduction", lambda t: abducted(28 * three(t))),
    ):
        r = judged(get_drill(drill), film(scene, 16, fps)).result
        assert (r.complete, r.partial, r.faults) == (3, 0, ())
        for rep, times in zip(r.reps, reps(3), strict=True):
            got = (rep.start_s, rep.peak_s, rep.hold_end_s, rep.end_s)
            assert got == pytest.approx(times, abs=0.12)


# -- less of it seen -------------------------------------------------------------------------------


def done(r: SetResult) -> tuple[int, int]:
    return len(r.reps), len(r.holds)


@every_track
@few
@given(seed=st.integers(0, 2**16), share=st.floats(0.1, 0.7))
def test_dropped_frames_invent_nothing(path: object, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    here = plain(path)
    kept = result(path, [p for p in track(path) if rng.random() > share])
    assert kept.complete <= here.complete
    assert len(kept.reps) <= len(here.reps)
    assert sum(h.seconds for h in kept.holds) <= sum(h.seconds for h in here.holds) + 0.5


@every_track
@few
@given(from_s=st.floats(0, 14), gap_s=st.floats(1.2, 6), how=st.sampled_from(("cut", "nobody")))
def test_a_gap_invents_nothing(path: object, from_s: float, gap_s: float, how: str) -> None:
    gone = range(int(from_s * 1000), int((from_s + gap_s) * 1000))
    poses = [
        Pose.missing(p.t, p.size) if int(p.t * 1000) in gone else p
        for p in track(path)
        if how == "nobody" or int(p.t * 1000) not in gone
    ]
    there, here = result(path, poses), plain(path)
    assert there.complete <= here.complete
    for rep in there.reps:  # its first moments may lie in the gap, told from the rest of its rise
        assert rep.end_s <= from_s + 0.1 or rep.start_s >= from_s + gap_s - 0.8
    assert sum(h.seconds for h in there.holds) <= sum(h.seconds for h in here.holds) + 0.1


@pytest.mark.parametrize("drill", list(all_drills().values()), ids=lambda d: d.name)
@settings(few, max_examples=4)
@given(seed=st.integers(0, 2**16))
def test_a_storm_of_nothing_is_survived(drill: Drill, seed: int) -> None:
    """Joints that come and go, jump, coincide and overflow; clocks that stutter; crowds."""
    rng = np.random.default_rng(seed)
    three = moving(reps(2, first=0.5))
    scene = rng.choice(
        np.array(
            [
                lambda t: on_the_back(three(t)),
                lambda t: abducted(28 * three(t)),
                lambda t: on_one_leg(0.3 * three(t)),
            ],
            dtype=object,
        )
    )
    a, t = Analyzer(drill), 0.0
    for p in film(scene, 8, 15):
        t += float(rng.choice([0.001, 0.07, 0.07, 0.07, 2.0], p=[0.05, 0.3, 0.3, 0.34, 0.01]))
        xy, seen = p.xy.copy(), p.visibility.copy()
        kind = rng.integers(0, 8)
        some = rng.random(JOINTS) < 0.3
        if kind == 0:
            xy[some] = np.nan
        elif kind == 1:
            seen[some] = 0.0
        elif kind == 2:
            xy[:] = xy[0]
        elif kind == 3:
            xy[some] = rng.choice([0.0, 1e9, -1e9])
        elif kind == 4:
            xy, seen = np.full_like(xy, np.nan), np.zeros_like(seen)
        elif kind == 5:
            seen[some] = np.nan
        step = a.update(replace(p, t=t, xy=xy, visibility=seen, people=int(rng.integers(0, 3))))
        for event in step.events:
            event.to_dict()
    a.finish()
    document = a.result().to_dict("x", {})
    assert document["counts"]["reps"] <= 2
    assert document["score"] is None or 0 <= document["score"] <= 100
