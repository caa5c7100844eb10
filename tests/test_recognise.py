"""The recogniser names the drill of a track, and says when it is none of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from formcheck.body.pose import Pose
from formcheck.body.steady import Stabiliser
from formcheck.catalogue.registry import all_drills
from formcheck.judge.analyzer import Analyzer
from formcheck.judge.recognise import Recogniser
from formcheck.vision.track import PoseTrack

TRACKS = Path(__file__).parent / "tracks"


def recognised(poses: list[Pose]) -> Recogniser:
    judge = Recogniser(all_drills().values())
    for pose in poses:
        judge.update(pose)
    judge.finish()
    return judge


def poses_of(drill: str) -> list[Pose]:
    track = min(TRACKS.glob(f"{drill}__good__*.npz"))
    with PoseTrack(str(track)) as stream:
        return list(stream)


@pytest.mark.parametrize(
    "drill", ["clamshell", "hip_bridge", "single_leg_stance", "standing_hip_abduction"]
)
def test_the_drill_of_a_track_is_named_with_its_counts(drill: str) -> None:
    judge = recognised(poses_of(drill))
    found = judge.recognised()
    assert found.drill is not None
    assert found.drill.name == drill
    assert found.certainty > 0.9
    result = judge.result()
    assert result.drill == drill
    assert result.complete or result.holds
    assert str(found) in result.notes[-1]


def test_the_candidates_share_one_steadying_and_judge_as_if_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    poses = poses_of("single_leg_stance")[:300]

    def results(judges: list[Analyzer]) -> dict[str, str]:
        return {judge.drill.name: repr(judge.result()) for judge in judges}

    alone = [Analyzer(drill) for drill in all_drills().values()]
    for judge in alone:
        for pose in poses:
            judge.update(pose)
        judge.finish()
    made: list[Pose] = []
    update = Stabiliser.update
    monkeypatch.setattr(Stabiliser, "update", lambda self, p: made.append(p) or update(self, p))
    together = recognised(poses)
    assert made == poses
    assert results(together._all) == results(alone)


def test_somebody_who_only_lies_still_is_doing_none_of_them() -> None:
    still = poses_of("hip_bridge")[0]
    poses = [Pose(i / 10, still.xy, still.visibility, still.world, still.size) for i in range(100)]
    judge = recognised(poses)
    assert judge.recognised().drill is None
    result = judge.result()
    assert result.to_dict("x", {})["drill"] is None
    assert not result.reps
    assert result.cannot_judge[0].reason == "wrong_exercise"


def test_wild_noise_is_none_of_them() -> None:
    rng = np.random.default_rng(1)
    model = poses_of("hip_bridge")[0]
    poses = [
        Pose(
            i / 20,
            rng.uniform(0, 400, model.xy.shape),
            np.ones_like(model.visibility),
            model.world,
            model.size,
        )
        for i in range(200)
    ]
    assert recognised(poses).recognised().drill is None
