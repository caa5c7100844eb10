"""Copies for sharing: the head is covered in every frame, and nothing but pictures is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.body.pose import JOINTS, Pose
from formcheck.cli import main
from formcheck.run.anonymous import write_anonymous
from formcheck.sinks.anonymous import head_box, outline, places
from formcheck.vision.clip import VideoFile
from formcheck.vision.frames import Frame

SIZE = (320, 240)


def pose(t: float, x: float = 100.0, people: int = 1, sure: float = 0.9) -> Pose:
    """A body that stands, its nose at (x, 60): a face 12 px wide, a trunk of 80 px."""
    xy = np.full((JOINTS, 2), np.nan)
    xy[:11] = [(x + 6 * np.cos(n), 60 + 6 * np.sin(n)) for n in range(11)]
    xy[11], xy[12], xy[23], xy[24] = (x + 20, 90), (x - 20, 90), (x + 15, 170), (x - 15, 170)
    visibility = np.full(JOINTS, sure)
    return Pose(t, xy, visibility, np.full((JOINTS, 3), np.nan), SIZE, people)


def holds(box: tuple[float, ...] | None, x: float) -> bool:
    """Whether a head about (x, 60) with hair and chin lies in the box."""
    return box is None or (box[0] < x - 30 and x + 30 < box[2] and box[1] < 30 and box[3] > 90)


def test_a_head_with_hair_and_chin_is_covered_from_the_side_too() -> None:
    assert holds(head_box(pose(0.0)), 100)
    side = pose(0.0)
    side.xy[:11] = (100, 60)  # every landmark of the face in one place
    assert holds(head_box(side), 100)
    assert head_box(Pose.missing(0.0, SIZE)) is None


def test_a_head_that_moves_is_covered_before_and_after() -> None:
    """A model that lags by a few frames must not show it."""
    walk = [pose(n / 20, 60 + 8 * n) for n in range(20)]
    for n, box in enumerate(places(walk)):
        assert all(holds(box, 60 + 8 * m) for m in range(max(0, n - 6), min(20, n + 7)))


def missing(t: float) -> Pose:
    return Pose.missing(t, SIZE)


@pytest.mark.parametrize("lost", [missing, lambda t: pose(t, 250.0, sure=0.2)])
def test_a_short_gap_is_bridged(lost: Callable[[float], Pose]) -> None:
    poses = [pose(0.0), *(lost(n / 10) for n in range(1, 7)), pose(0.7, 160.0)]
    boxes = places(poses)
    for box in boxes[1:7]:
        assert box is not None
        assert all(holds(box, x) for x in (100, 130, 160))


def test_where_the_head_may_be_anywhere_all_is_covered() -> None:
    long = [pose(0.0), *(missing(n / 10) for n in range(1, 25)), pose(2.5)]
    assert places(long)[1:-1] == [None] * 24
    assert places([missing(0.0), missing(0.1), pose(0.2)])[:2] == [None, None]
    assert places([missing(0.0)]) == [None]
    crowd = [pose(n / 10, people=2 if n == 20 else 1) for n in range(40)]
    whole = [n for n, box in enumerate(places(crowd)) if box is None]
    assert whole == list(range(10, 31))


class Seer:
    """Sees the body in every frame but the third second."""

    def detect(self, frame: Frame) -> Pose:
        return missing(frame.t) if 2.0 <= frame.t < 3.5 else pose(frame.t)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of noise with a title, a place, and sound."""
    import av

    path = tmp_path_factory.mktemp("clip") / "a.mp4"
    rng = np.random.default_rng(2)
    noise = np.repeat(np.repeat(rng.integers(0, 255, (30, 40, 3), np.uint8), 8, 0), 8, 1)
    with av.open(str(path), "w") as box:
        box.metadata.update(title="Zoe at home", comment="Zoe", location="+52.5+013.4/")
        video = box.add_stream("libx264", rate=10)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        sound = box.add_stream("aac", rate=8000)
        for _ in range(40):
            box.mux(video.encode(av.VideoFrame.from_ndarray(noise, format="bgr24")))
        hum = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        hum.sample_rate = 8000
        box.mux(sound.encode(hum))
        box.mux(sound.encode(None))
        box.mux(video.encode(None))
    return path


def pictures(path: Path) -> list[tuple[float, NDArray[np.uint8]]]:
    with VideoFile(path, as_it_is=True) as film:
        return [(frame.t, frame.image) for frame in film]


def rough(image: NDArray[np.uint8], x: int, y: int) -> float:
    """How much the picture varies within 32 pixels: noise a lot, a flat cell hardly."""
    return float(image[y - 16 : y + 16, x - 16 : x + 16].astype(float).std())


def test_a_copy_shows_all_but_the_head_and_says_nothing(clip: Path, tmp_path: Path) -> None:
    import av

    made = tmp_path / "b.mp4"
    assert write_anonymous(clip, made, Seer()) == 25
    before, after = pictures(clip), pictures(made)
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before], abs=1e-3)
    for (t, was), (_, image) in zip(before, after, strict=True):
        assert rough(image, 100, 60) < 0.6 * rough(was, 100, 60)
        whole = rough(image, 260, 180) < 0.6 * rough(was, 260, 180)
        assert whole == (2.0 <= t < 3.5)
    with av.open(str(made)) as box:
        assert [s.type for s in box.streams] == ["video"]
        assert set(box.metadata) <= {"major_brand", "minor_version", "compatible_brands", "encoder"}
    assert b"Zoe" not in made.read_bytes()


def test_an_outline_holds_nothing_of_the_picture(clip: Path, tmp_path: Path) -> None:
    made = tmp_path / "lines.mp4"
    write_anonymous(clip, made, Seer(), lines_only=True)
    frames = pictures(made)
    assert len(frames) == 40
    assert frames[25][1].std() < 2  # nobody was found: plain ground
    drawn = outline(pose(0.0))
    assert np.abs(frames[0][1].astype(int) - drawn).mean() < 3
    assert (drawn < 200).any()


def test_a_copy_never_takes_the_place_of_its_clip(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = clip.read_bytes()
    for more, why in (
        (["--blur-faces", "--out", str(clip)], "would overwrite an input"),
        (["--outline-only", "--out", str(clip.parent)], "would overwrite an input"),
        (["--blur-faces", "--outline-only"], "expected one of them"),
    ):
        with pytest.raises(SystemExit) as code:
            main(["extract", str(clip), *more])
        assert code.value.code == 2
        assert why in capsys.readouterr().err
    assert clip.read_bytes() == before
