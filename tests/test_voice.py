"""Speech in a subprocess: in order, never blocking, never overlapping, never fatal."""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path

import pytest

from formcheck.coach.cues import Line
from formcheck.errors import UsageError
from formcheck.events import FaultSpan, Phase, Rep, RepDone, Step
from formcheck.sinks.info import RunInfo
from formcheck.sinks.voice import Speech, Voice, speech_command

NAN = float("nan")

#: A speech program for tests: notes when it began and ended each line.
TALKER = """
import sys, time
text = sys.stdin.read() if len(sys.argv) < 4 else sys.argv[3]
began = time.monotonic()
time.sleep(float(sys.argv[2]))
with open(sys.argv[1], "a") as out:
    out.write(f"{began} {time.monotonic()} {text}\\n")
"""


def talker(tmp_path: Path, seconds: float = 0.05, *more: str) -> list[str]:
    script = tmp_path / "talker.py"
    script.write_text(TALKER)
    return [sys.executable, str(script), str(tmp_path / "said"), str(seconds), *more]


def said(tmp_path: Path) -> list[tuple[float, float, str]]:
    path = tmp_path / "said"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(float(a), float(b), text) for a, b, text in (line.split(" ", 2) for line in lines)]


def test_lines_are_said_in_order_and_never_over_each_other(tmp_path: Path) -> None:
    with Speech(talker(tmp_path), earcons=False) as speech:
        for text in ("one", "two; rm -rf /", "-h --help", "drei Stück"):
            speech.say(text)
        speech.close(wait_s=10)
    heard = said(tmp_path)
    assert [text for _, _, text in heard] == ["one", "two; rm -rf /", "-h --help", "drei Stück"]
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(heard))


def test_what_a_slow_voice_could_not_begin_in_time_is_dropped(tmp_path: Path) -> None:
    with Speech(talker(tmp_path, 0.8)) as speech:
        speech.say("a slow one")
        speech.say("two", keep_s=0.1)  # a count that would come a rep late
        speech.say("three", keep_s=30.0)
        speech.close(wait_s=10)
    assert [text for _, _, text in said(tmp_path)] == ["a slow one", "three"]


def test_asking_does_not_wait_and_closing_cuts_a_long_speech_short(tmp_path: Path) -> None:
    began = time.monotonic()
    with Speech(talker(tmp_path, 60), earcons=False) as speech:
        speech.say("a very long sentence")
        speech.say("and another")
    assert time.monotonic() - began < 30  # not two minutes
    assert said(tmp_path) == []


def test_what_breaks_in_cuts_off_and_clears_what_waits(tmp_path: Path) -> None:
    with Speech(talker(tmp_path, 60), earcons=False) as speech:
        speech.say("old")
        speech.say("older")
        while speech._talking is None:
            time.sleep(0.01)
        speech._command[-1] = "0"  # type: ignore[index]
        speech.say("Stopped", now=True)
        speech.close(wait_s=10)
    assert [text for _, _, text in said(tmp_path)] == ["Stopped"]


@pytest.mark.parametrize("command", [["/does/not/exist"], [sys.executable, "-c", "exit(3)"]])
def test_a_voice_that_fails_is_one_line_and_then_silence(command: list[str]) -> None:
    warned: list[str] = []
    with Speech(command, warn=warned.append, earcons=False) as speech:
        for text in ("one", "two", "three"):
            speech.say(text)
        speech.close(wait_s=10)
    assert len(warned) == 1
    assert "without a voice" in warned[0]


def test_a_voice_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.sinks.voice.speaking_s", lambda text: -2.4)  # 0.2 s at most
    warned: list[str] = []
    with Speech(talker(tmp_path, 60), warn=warned.append, earcons=False) as speech:
        speech.say("one")
        speech.close(wait_s=10)
    assert len(warned) == 1


def test_no_voice_at_all_is_silence() -> None:
    with Speech(None, earcons=False) as speech:
        speech.say("one")
        speech.sound("rep")


def test_the_setting_names_the_program() -> None:
    assert speech_command([sys.executable, "-u"]) == [sys.executable, "-u"]
    with pytest.raises(UsageError, match="speech_command: expected a program that exists"):
        speech_command(["no-such-voice"])


def test_a_program_may_take_the_words_as_an_argument(tmp_path: Path) -> None:
    with Speech(talker(tmp_path, 0.01, "{text}"), earcons=False) as speech:
        speech.say("in {braces}; $HOME")
        speech.close(wait_s=10)
    assert [text for _, _, text in said(tmp_path)] == ["in {braces}; $HOME"]


# -- the sink -----------------------------------------------------------------------------------


def step(t: float, n: int = 0, *faults: FaultSpan) -> Step:
    events = ()
    if n:
        events = (RepDone(t, Rep(n, None, t - 3, t - 2, t - 1, t, 1.0, 30.0, True)),)
    return Step(t, Phase.RISE, {}, "x", NAN, n, 0, 0, NAN, 5, None, None, faults, None, (), events)


def info() -> RunInfo:
    return RunInfo("clip", (640, 480), drill="clamshell", kind="reps")


def run(voice: Voice) -> None:
    roll = FaultSpan("roll", 0.0, 1.0, 25.0, "deg", 2, "Hips stacked, belly button forwards")
    voice.start(info())
    for step_ in (step(1.0, 0, roll), step(5.0, 1), step(6.5), step(10.0, 2)):
        voice.write(None, None, step_)  # type: ignore[arg-type]
    voice.close(None)


@pytest.mark.parametrize("muted", [True, False])
def test_the_log_has_what_was_said_and_when_muted_or_not(tmp_path: Path, muted: bool) -> None:
    log = tmp_path / "voice.jsonl"
    speech = None if muted else Speech(talker(tmp_path, 0.0), earcons=False)
    with Voice(speech, log) as voice:
        run(voice)
        assert voice.cue == "Hips stacked, belly button forwards"
    assert [json.loads(line) for line in log.read_text().splitlines()] == [
        {"t": 1.0, "kind": "cue", "said": "Hips stacked, belly button forwards"},
        {"t": 5.0, "kind": "count", "said": "one"},
        {"t": 6.5, "kind": "praise", "said": "That's it"},
        {"t": 10.0, "kind": "count", "said": "two"},
    ]
    if not muted:
        assert [w for _, _, w in said(tmp_path)] == [
            "Hips stacked, belly button forwards", "one", "That's it", "two",
        ]  # fmt: skip


def test_who_goes_on_is_not_talked_to_of_what_was(tmp_path: Path) -> None:
    with Speech(talker(tmp_path, 30.0), earcons=False) as speech:
        voice = Voice(speech)
        voice.utter([Line("march on the spot for five minutes", "coach")], 0.0)
        while speech._talking is None:
            time.sleep(0.01)
        talking = speech._talking
        voice.hush()
        assert talking.wait(5) != 0  # killed


def test_a_log_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--voice-log"):
        Voice(None, tmp_path / "no" / "folder.jsonl")
