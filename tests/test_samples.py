"""The sample clips: every one labelled, of a drill there is, and light enough to clone."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.bench.labels import find_labels
from formcheck.catalogue.registry import drill_names

SAMPLES = Path(__file__).resolve().parent.parent / "sample_videos"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs sample_videos/")

#: The set the samples come from has no clip of these, or none that fits into 60 MB.
NO_CLIP = {"march", "single_leg_bridge"}
NO_GOOD_CLIP = {"hamstring_stretch"}
NO_FAULTY_CLIP = {"knee_to_chest", "stomach_tone", "deep_stomach_tone"}


def test_every_clip_has_its_label_and_every_label_its_clip() -> None:
    labels = {label.clip for label in find_labels([SAMPLES])}
    assert labels == {clip.name for clip in SAMPLES.glob("*.mp4")}


def test_every_drill_has_a_good_and_a_faulty_clip() -> None:
    good, faulty = set(), set()
    for label in find_labels([SAMPLES]):
        assert label.drill in drill_names()
        if label.view_ok:
            clean = all(not rep.faults for rep in label.reps)
            (good if clean else faulty).add(label.drill)
    assert good == set(drill_names()) - NO_CLIP - NO_GOOD_CLIP
    assert faulty == set(drill_names()) - NO_CLIP - NO_FAULTY_CLIP


def test_all_together_stay_under_60_mb_and_stand_in_the_list() -> None:
    assert sum(f.stat().st_size for f in SAMPLES.iterdir()) < 60e6
    listed = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for clip in SAMPLES.glob("*.mp4"):
        drill, _, rest = clip.stem.partition("__")
        assert clip.stem in listed or f"…{rest.split('__')[1]}" in listed, drill
