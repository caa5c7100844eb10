"""The drawing: readable, mirrored without mirroring text, deaf to NaN, never touching its input."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from fakes import FAULT, person, scenes, step

from formcheck.body.pose import Joint, Pose
from formcheck.events import FaultRaised, Phase, Reason, RepDone
from formcheck.sinks.overlay import FOOTER, PHASE_WORDS, Dial, Overlay, View, _wrap, draw
from formcheck.sinks.shapes import GREEN, ORANGE, SKY, YELLOW

SIZES = [(640, 480), (1280, 720), (480, 854), (161, 121), (16, 16)]


def ground(size: tuple[int, int]) -> np.ndarray:
    return np.full((size[1], size[0], 3), 120, np.uint8)


def share(image: np.ndarray, colour: tuple[int, int, int]) -> float:
    """How much of a picture has just this colour."""
    return float((image == np.array(colour, np.uint8)).all(axis=2).mean())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", sorted(scenes((64, 48))))
def test_every_scene_draws_at_every_size_and_leaves_the_frame_alone(
    size: tuple[int, int], scene: str
) -> None:
    image = ground(size)
    pose, now = scenes(size)[scene]
    drawn = draw(
        image, pose, now, View(title="Clamshell", fps=29.7, delay_s=0.04, help=(("q", "end"),))
    )
    assert drawn.dtype == np.uint8
    assert drawn.shape[1:] == (size[0], 3)
    assert drawn.shape[0] > size[1]
    assert (image == 120).all()


def test_the_footer_never_covers_the_picture() -> None:
    size = (640, 480)
    pose, now = scenes(size)["fault"]
    with_cue, without = draw(ground(size), pose, now), draw(ground(size), pose, step(3.0))
    assert with_cue.shape == without.shape == (480 + round(FOOTER * 4.8), 640, 3)
    assert share(with_cue[480:], YELLOW) > 0.5
    assert share(without[480:], YELLOW) == 0


def test_judged_joints_stand_out_and_turn_orange_with_a_fault() -> None:
    size = (640, 480)
    pose, good = person(1.0, size), step(1.0)
    knee = tuple(int(v) for v in pose.xy[Joint.LEFT_KNEE])
    other = tuple(int(v) for v in pose.xy[Joint.RIGHT_KNEE])
    drawn = draw(ground(size), pose, good)
    assert tuple(drawn[knee[1], knee[0]]) == SKY
    assert tuple(drawn[other[1], other[0]]) == (255, 255, 255)
    bad = draw(ground(size), pose, replace(good, faults=(FAULT,)))
    assert tuple(bad[knee[1], knee[0]]) == ORANGE


def test_nothing_is_picked_out_while_nothing_is_judged() -> None:
    pose = person(1.0)
    blind = step(1.0, cannot_judge=Reason.WRONG_VIEW)
    drawn = draw(ground((640, 480)), pose, blind)
    assert share(drawn[:480], SKY) == 0


def test_the_mirror_turns_picture_and_skeleton_but_no_text() -> None:
    size = (640, 480)
    image = ground(size)
    image[200:, :100] = 30
    pose, now = person(1.0, size), step(1.0)
    plain = draw(image, pose, now, View(title="Squat"))
    mirrored = draw(image, pose, now, View(title="Squat", mirror=True))
    knee = pose.xy[Joint.LEFT_KNEE]
    assert tuple(mirrored[int(knee[1]), 639 - int(knee[0])]) == SKY
    assert tuple(mirrored[300, 630]) == (30, 30, 30)
    assert (mirrored[480:] == plain[480:]).all()  # the footer reads the same
    assert (mirrored[10:60, 20:150] > 200).sum() == (plain[10:60, 20:150] > 200).sum()


def test_missing_and_wild_points_are_left_out() -> None:
    size = (640, 480)
    pose = person(1.0, size)
    pose.xy[Joint.LEFT_KNEE] = np.nan
    pose.xy[Joint.LEFT_HIP] = 1e30
    drawn = draw(ground(size), pose, step(1.0))
    seen = draw(ground(size), person(1.0, size), step(1.0))
    assert 0 < share(drawn[:480], SKY) < share(seen[:480], SKY)
    nobody = draw(ground(size), Pose.missing(1.0, size), step(1.0))
    assert share(nobody[:480], SKY) == 0


def test_progress_and_hold_fill_the_ring() -> None:
    size = (640, 480)
    nobody = Pose.missing(1.0, size)

    def ring(colour, **changes: object) -> float:
        drawn = draw(ground(size), nobody, step(1.0, **changes), View(kind="reps"))
        return share(drawn[:160, -160:], colour)

    assert ring(SKY, progress=0.0) == 0
    assert ring(SKY, progress=math.nan) == 0
    assert 0 < ring(SKY, progress=0.3) < ring(SKY, progress=0.9)
    assert ring(YELLOW, hold_s=1.0, target_hold_s=4.0) > 0
    assert ring(GREEN, hold_s=4.0, target_hold_s=4.0) > ring(YELLOW, hold_s=2.0, target_hold_s=4.0)


def test_a_hold_drill_shows_its_clock() -> None:
    size, nobody = (640, 480), Pose.missing(1.0, (640, 480))
    clocks = [
        draw(ground(size), nobody, step(1.0, hold_s=s, target_hold_s=30.0), View(kind="hold"))
        for s in (3.0, 21.0)
    ]
    assert share(clocks[0][:160, -160:], SKY) < share(clocks[1][:160, -160:], SKY)


def test_a_long_cue_and_title_stay_within_the_picture() -> None:
    long = replace(FAULT, cue="Push both feet down and lift your hips a little more slowly")
    drawn = draw(ground((320, 240)), person(1.0, (320, 240)), step(1.0, faults=(long,)))
    assert (drawn[245:, -4:] == np.array(YELLOW)).all()


def test_a_cue_lingers_until_it_can_be_read() -> None:
    overlay, image, pose = Overlay(linger_s=2.0), ground((640, 480)), person(1.0)
    raised = FaultRaised(1.0, "roll", 24.0, "deg", 2, "Hips stacked")

    def shows(t: float, **changes: object) -> bool:
        return share(overlay.draw(image, pose, step(t, **changes))[480:], YELLOW) > 0.5

    assert shows(1.0, faults=(FAULT,), events=(raised,))
    assert shows(2.9)
    assert not shows(3.1)


def test_why_it_cannot_judge_goes_before_an_old_cue() -> None:
    overlay, image, pose = Overlay(), ground((640, 480)), person(1.0)
    raised = FaultRaised(1.0, "roll", 24.0, "deg", 2, "Hips stacked")
    overlay.draw(image, pose, step(1.0, faults=(FAULT,), events=(raised,)))
    drawn = overlay.draw(image, pose, step(1.5, cannot_judge=Reason.NO_PERSON))
    assert share(drawn[480:], YELLOW) < 0.5


def test_a_done_repetition_lights_the_dial_for_a_moment() -> None:
    from fakes import FakeAnalyzer, poses

    analyzer = FakeAnalyzer()
    steps = [analyzer.update(pose) for pose in poses(25)]
    overlay, image, pose = Overlay(glow_s=0.35), ground((640, 480)), Pose.missing(0.0, (640, 480))
    lit = [share(overlay.draw(image, pose, s)[:160, -160:], GREEN) > 0.01 for s in steps]
    done = [i for i, s in enumerate(steps) if any(isinstance(e, RepDone) for e in s.events)]
    assert [i for i, on in enumerate(lit) if on] == [j for i in done for j in range(i, i + 4)]


def test_every_phase_has_a_word() -> None:
    assert set(PHASE_WORDS) == set(Phase)


def test_the_drill_may_say_better_what_to_do() -> None:
    size, pose = (640, 480), person(1.0)
    blind = step(1.0, cannot_judge=Reason.WRONG_VIEW)
    general = draw(ground(size), pose, blind)
    better = draw(ground(size), pose, blind, View(advice={"wrong_view": "Camera at your side"}))
    assert (general[480:] != better[480:]).any()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Hold still", 1),
        ("Put the camera in front of you, not at your feet", 2),
        ("Lie face down sideways to the camera, elbows under your shoulders, then lift your hips.",
         3),
    ],
)  # fmt: skip
def test_a_long_message_is_broken_to_be_as_large_as_can_be(text: str, lines: int) -> None:
    broken, size = _wrap(text, 540, 4.8)
    assert " ".join(broken) == text
    assert len(broken) == lines
    assert size >= 5 * 4.8  # a twentieth of the height, to be read from the mat


def test_words_and_dial_of_a_coach_take_the_place_of_the_sets_own() -> None:
    size = (640, 480)
    nobody, now = Pose.missing(1.0, size), step(1.0)
    plain = draw(ground(size), nobody, now)
    rest = draw(ground(size), nobody, now, View(heading="Rest", dial=Dial("27", "seconds", 0.5)))
    assert (plain[:70, :200] != rest[:70, :200]).any()
    assert share(rest[:160, -160:], SKY) > 0 == share(plain[:160, -160:], SKY)


def test_a_hold_that_is_long_enough_may_be_let_go() -> None:
    size = (640, 480)
    nobody = Pose.missing(1.0, size)

    def corner(seconds: float) -> np.ndarray:
        now = step(1.0, phase=Phase.HOLD, hold_s=seconds, target_hold_s=5.0)
        return draw(ground(size), nobody, now, View(kind="hold"))[:70, :300]

    assert (corner(1.0) == corner(4.0)).all()
    assert (corner(4.0) != corner(5.0)).any()


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (480, 854)])
def test_the_help_fits_the_picture_and_its_columns_stand_under_each_other(
    size: tuple[int, int],
) -> None:
    table = tuple((key, "what this key does, in rather many words") for key in ("o", "q, Esc"))
    drawn = draw(ground(size), Pose.missing(1.0, size), step(1.0), View(help=table))
    yellow = (drawn == np.array(YELLOW)).all(axis=2)
    white = (drawn == 255).all(axis=2)
    assert yellow.any()
    assert not yellow[:, -2:].any()
    assert not white[:, -2:].any()
    last_key, first_word = np.flatnonzero(yellow.any(axis=0))[-1], np.flatnonzero(
        white[size[1] // 3 : 2 * size[1] // 3].any(axis=0))[0]  # fmt: skip
    assert first_word > last_key


def test_outside_a_set_the_leader_says_it_all() -> None:
    pose = person(3.0, (640, 480))
    resting = step(3.0, phase=Phase.SETUP, judged=(), side=None)
    view = View("Hip bridge", heading="Rest", message="Next: set two", dial=Dial("5", "s", 0.4))
    assert np.array_equal(draw(None, pose, None, view), draw(None, pose, resting, view))
    assert not np.array_equal(draw(None, pose, None, view), draw(None, pose, None))


def test_counting_without_judging_is_shown_small_and_never_over_a_cue() -> None:
    pose, how = person(1.0, (640, 480)), View("Bridge", advice={"counted_only": "Turn side-on"})
    plain, told = (draw(None, pose, step(1.0, counted_only=c), how) for c in (False, True))
    assert (plain[:480] == told[:480]).all()  # the picture itself is left alone
    assert (plain[480:] != told[480:]).any()
    plain, told = (
        draw(None, pose, step(1.0, counted_only=c, faults=(FAULT,)), how) for c in (False, True)
    )
    assert (plain == told).all()
    overlay = Overlay()
    steady = overlay.draw(None, pose, step(1.0), how)
    assert (overlay.draw(None, pose, step(1.5, counted_only=True), how) == steady).all()
    assert (overlay.draw(None, pose, step(2.5, counted_only=True), how) != steady).any()


def test_the_place_to_be_is_drawn_while_somebody_gets_there_and_turns_green() -> None:
    from formcheck.catalogue.figures import outline_of
    from formcheck.catalogue.registry import get_drill

    ground = np.full((360, 640, 3), 60, np.uint8)
    nobody = Pose.missing(0.0, (640, 360))

    def drawn(placed: bool | None, drill: str = "squat", mirror: bool = False) -> np.ndarray:
        view = View(outline=outline_of(get_drill(drill)), placed=placed, mirror=mirror)
        plain = draw(ground, nobody, None, View(mirror=mirror))[:360].astype(int)
        return draw(ground, nobody, None, view)[:360].astype(int) - plain

    assert not drawn(None).any()
    white, green = drawn(False), drawn(True)
    there = white.any(axis=2)
    assert np.array_equal(there, green.any(axis=2))
    assert np.ptp(white[there].mean(axis=0)) < 1
    means = green[there].mean(axis=0)
    assert means[1] > means[0] > means[2]
    rows, columns = (np.flatnonzero(there.any(axis=i)) for i in (1, 0))
    assert 0.6 < np.ptp(rows) / 360 < 0.95  # standing: most of the height, in the middle
    assert abs(columns.mean() - 320) < 30
    lies = drawn(False, "hip_bridge").any(axis=2)
    assert np.flatnonzero(lies.any(axis=1)).mean() > 180  # lying: low in the picture
    turned = drawn(False, "hip_bridge", mirror=True).any(axis=2)
    assert (turned[:, ::-1] == lies).mean() > 0.99
