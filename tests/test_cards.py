"""The cards: made from the declaration, readable at 80 columns, and careful with words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from formcheck.catalogue.cards import drawing_svg, drawing_text, markdown_page, text_card
from formcheck.catalogue.figures import POSTURES, body_of, pose_of, posture_of, turned
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.cli import main
from formcheck.drill import Drill, View

ROOT = Path(__file__).resolve().parent.parent
DRILLS = list(all_drills().values())
each = pytest.mark.parametrize("drill", DRILLS, ids=[d.name for d in DRILLS])

#: drills.md 4.4: findings, risk, promises, norms.
NEVER = re.compile(
    r"your sciatica|\bdisc\b|gluteus|trendelenburg|fall risk|injury|heal|reliev|prevent|cure"
    r"|safe for you|\b(ab)?normal|push through|patients",
    re.IGNORECASE,
)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        return int(stop.value.code or 0), *capfd.readouterr()

    return call


# -- the posture is found, not written down ----------------------------------------------------


@each
def test_the_figure_drawn_is_one_that_the_drill_would_judge(drill: Drill) -> None:
    posture = posture_of(drill)
    assert posture is not None, "no start figure passes its gate: add one to figures.POSTURES"
    assert posture.view == drill.view.name
    body = body_of(posture.figure)
    assert drill.view.posture(body) and drill.view.fits(body)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("hip_bridge", "on your back, knees bent"),
        ("clamshell", "on your side, facing the camera"),
        ("knee_rolls", "on your back, feet to the camera, knees bent"),
        ("plank", "on elbows and toes"),
        ("deep_stomach_tone", "on hands and knees"),
        ("stomach_tone", "on your front"),
        ("deep_lunge", "half-kneeling, back leg near the camera"),
        ("hamstring_stretch", "standing, heel on a chair"),
        ("one_leg_stand", "standing, side to the camera"),
        ("single_leg_stance", "standing, facing the camera"),
    ],
)
def test_each_drill_starts_as_its_words_say(name: str, start: str) -> None:
    found = posture_of(get_drill(name))
    assert found is not None and found.name == start


def test_a_posture_nobody_drew_leaves_the_drawing_out_and_keeps_the_words() -> None:
    odd = get_drill("plank")
    odd = replace(odd, view=replace(odd.view, posture=lambda b: False))
    assert posture_of(odd) is None
    assert drawing_text(odd) == ""
    assert "What the camera sees" not in text_card(odd)
    assert odd.camera[:30] in text_card(odd)
    ElementTree.fromstring(drawing_svg(odd))


def test_figures_are_whole_bodies_of_one_torso() -> None:
    for posture in POSTURES:
        if posture.plan != "along":  # foreshortened
            body = body_of(posture.figure)
            assert abs(body.trunk.axis) / body.torso == pytest.approx(1, abs=0.12), posture.name
        pose = pose_of(posture.figure, 2.5)
        assert pose.t == 2.5 and (pose.visibility > 0.9).all()


def test_turned_moves_only_the_parts_it_names() -> None:
    start = POSTURES[0].figure
    up = turned(start, ["left_wrist"], "left_shoulder", 90)
    assert {k for k in start if start[k] != up[k]} == {"left_wrist"}
    assert abs(up["left_wrist"] - start["left_shoulder"]) == pytest.approx(
        abs(start["left_wrist"] - start["left_shoulder"])
    )
    assert up["left_wrist"].real > start["left_wrist"].real


# -- the drawing -------------------------------------------------------------------------------


@each
def test_the_drawing_says_place_distance_and_height_as_the_camera_sentence_does(
    drill: Drill,
) -> None:
    text, svg = drawing_text(drill), drawing_svg(drill)
    (away,) = re.findall(r"([\d.-]+) m away", drill.camera)
    high = re.findall(r"lens ([\d.-]+) m high", drill.camera) or ["hip height"]
    for said in (f"{away} m", high[0]):
        assert said in text
        assert said in svg
    assert text.count("[o]") == 2  # from above and from the side
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 78


def test_a_higher_lens_is_drawn_higher() -> None:
    def height(camera: str) -> int:
        drill = get_drill("clamshell")
        view: View = replace(drill.view, camera=f"In front of you, lens {camera} m high, 2 m away.")
        rows = drawing_text(replace(drill, view=view)).splitlines()
        return next(len(rows) - i for i, row in enumerate(rows) if "[o]" in row[52:])

    assert height("0.4") < height("1") < height("1.6")


@each
def test_the_svg_is_a_picture_with_words_for_who_does_not_see_it(drill: Drill) -> None:
    root = ElementTree.fromstring(drawing_svg(drill))
    space = {"s": "http://www.w3.org/2000/svg"}
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    assert drill.camera in (root.findtext("s:desc", "", space))
    for line in root.iterfind(".//s:line", space):
        assert 0 <= float(line.attrib["x1"]) <= width / 3
        assert 0 <= float(line.attrib["y1"]) <= height
    assert "href" not in drawing_svg(drill)


# -- the words ---------------------------------------------------------------------------------


@each
def test_the_card_holds_everything_a_person_needs(drill: Drill) -> None:
    card = text_card(drill)
    flat = " ".join(card.split())
    assert max(map(len, card.splitlines())) <= 80
    for said in (drill.title, drill.summary, drill.setup, drill.camera, drill.variants,
                 *drill.cannot_see, *drill.cautions):  # fmt: skip
        assert said in flat
    for fault in drill.faults:
        assert fault.saw in flat
        assert fault.cue in flat
    assert "not a medical device" in flat
    page = markdown_page([drill])
    assert f"](drills/{drill.name}.svg)" in page
    assert not NEVER.search(card), NEVER.search(card)
    assert not NEVER.search(page)


def test_no_thresholds_or_codes_in_a_persons_words() -> None:
    card = text_card(get_drill("clamshell"))
    assert "pelvis_roll" not in card
    assert "%T" not in card
    assert "5.5" not in card


def test_cautions_come_before_how_to_start() -> None:
    card = text_card(get_drill("hamstring_stretch"))
    assert card.index("sciatica") < card.index("Set-up")


def test_what_cannot_be_seen_is_said_where_effort_is_all() -> None:
    assert "the effort itself cannot be seen" in " ".join(
        text_card(get_drill("stomach_tone")).split()
    )


def test_empty_parts_leave_no_heading() -> None:
    bare = replace(get_drill("plank"), cautions=(), cannot_see=())
    card = text_card(bare)
    assert "Before you start" not in card
    assert "cannot tell" not in card


# -- the command -------------------------------------------------------------------------------


def test_the_command_prints_the_card_and_json_stays_data(run) -> None:
    code, out, _ = run("drills", "squat")
    assert code == 0
    assert out == text_card(get_drill("squat"))
    data = json.loads(run("drills", "squat", "--json")[1])
    assert data["name"] == "squat"
    assert {"faults", "dose", "camera", "cautions", "sources"} <= set(data)


def test_the_docs_are_written_whole(run, tmp_path: Path) -> None:
    assert run("drills", "--docs", tmp_path)[0] == 0
    page = (tmp_path / "drills.md").read_text(encoding="utf-8")
    assert page == markdown_page(DRILLS)
    assert {p.stem for p in (tmp_path / "drills").glob("*.svg")} == {d.name for d in DRILLS}


def test_the_docs_in_the_repository_are_current() -> None:
    page = (ROOT / "docs" / "drills.md").read_text(encoding="utf-8")
    assert page == markdown_page(DRILLS), "run: formcheck drills --docs docs"
    for drill in DRILLS:
        drawn = (ROOT / "docs" / "drills" / f"{drill.name}.svg").read_text(encoding="utf-8")
        assert drawn == drawing_svg(drill), "run: formcheck drills --docs docs"


def test_links_of_the_page_lead_to_its_headings() -> None:
    page = markdown_page(DRILLS)
    links = re.findall(r"\]\(#([^)]+)\)", page)
    heads = [
        re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^## (.+)$", page, re.MULTILINE)
    ]
    assert sorted(links) == sorted(heads)
