"""The voice: the system's own speech in a subprocess, and short sounds. It never blocks the loop.

Text goes to the speech program on its standard input, so nothing said can be taken for an
option or a shell word. A program that hangs, fails or is missing costs one line, not the set.
"""

from __future__ import annotations

import contextlib
import json
import math
import queue
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..coach.cues import Line, Mouth, SetVoice, speaking_s
from ..errors import UsageError
from . import BaseSink

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from ..vision.frames import Frame
    from .info import RunInfo

__all__ = ["Speech", "Voice", "open_voice", "speech_command"]

#: Words a minute: calm, and clear from the floor.
RATE = 155

_SAPI = (
    "Add-Type -AssemblyName System.Speech; "
    "(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())"
)
_VOICES: tuple[tuple[str, ...], ...] = (
    ("espeak-ng", "-s", str(RATE), "--stdin"),
    ("espeak", "-s", str(RATE), "--stdin"),
    ("say", "-r", str(RATE), "-f", "-"),
    ("powershell", "-NoProfile", "-NonInteractive", "-Command", _SAPI),
)
_PLAYERS: tuple[tuple[str, ...], ...] = (
    ("paplay",), ("pw-play",), ("aplay", "-q"), ("afplay",),
)  # fmt: skip

#: Earcons: (Hz, seconds) one after the other. High for done, low for begin.
_EARCONS: dict[str, tuple[tuple[float, float], ...]] = {
    "rep": ((880.0, 0.07),),
    "hold": ((440.0, 0.12),),
    "done": ((660.0, 0.09), (990.0, 0.14)),
    "lost": ((440.0, 0.12), (330.0, 0.16)),
}


def speech_command(setting: Sequence[str] = ()) -> list[str] | None:
    """The program that speaks its standard input; None where there is none.

    Args:
        setting: ``speech_command`` of the settings; ``{text}`` in it is replaced by the words,
            for programs that do not read their input.

    Raises:
        UsageError: the setting names no program that exists.
    """
    if setting:
        if shutil.which(setting[0]) is None:
            raise UsageError(
                f"speech_command: expected a program that exists, got {setting[0]!r}; "
                "fix the setting or remove it"
            )
        return list(setting)
    return next((list(command) for command in _VOICES if shutil.which(command[0])), None)


class Speech:
    """Says lines one after the other from a worker thread.

    Args:
        command: of :func:`speech_command`; None says nothing.
        warn: takes one line, once, when speaking fails.
        earcons: whether sounds are played.
        elsewhere: takes a line (None: be silent) and says whether it is said elsewhere.
    """

    def __init__(
        self,
        command: Sequence[str] | None,
        *,
        warn: Callable[[str], None] = lambda line: None,
        earcons: bool = True,
        elsewhere: Callable[[str | None], bool] | None = None,
    ) -> None:
        self._command = list(command) if command else None
        self._warn = warn
        self._elsewhere = elsewhere or (lambda text: False)
        self._lines: queue.SimpleQueue[tuple[str, float] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._talking: subprocess.Popen[bytes] | None = None
        self._sounds: list[subprocess.Popen[bytes]] = []
        self._hushed = 0
        self._asked = 0
        self._failed = False
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._player = next((p for p in _PLAYERS if earcons and shutil.which(p[0])), None)
        self._worker = threading.Thread(target=self._work, name="voice", daemon=True)
        self._worker.start()

    def __enter__(self) -> Speech:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def say(self, text: str, *, now: bool = False, keep_s: float = math.inf) -> None:
        """Ask for ``text`` to be said. Returns at once; ``now`` cuts off what is being said.

        A voice slower than expected must not lag behind the person: what could not be begun
        within ``keep_s`` seconds is not said.
        """
        if now:
            self.hush()
        self._asked += 1
        self._lines.put((text, time.monotonic() + keep_s))

    def hush(self) -> None:
        """Stop talking and forget what waits."""
        with self._guard:
            self._hushed = self._asked
            self._elsewhere(None)
            if self._talking is not None:
                self._talking.kill()

    def sound(self, name: str) -> None:
        """Play an earcon, over speech if need be. Unknown names and no player: silence."""
        if self._player is None or name not in _EARCONS:
            return
        self._sounds = [p for p in self._sounds if p.poll() is None]
        with contextlib.suppress(OSError):  # a missing sound does not matter
            self._sounds.append(_start([*self._player, str(self._wav(name))]))

    def close(self, wait_s: float = 0.0) -> None:
        """Let what was asked for be said for up to ``wait_s`` seconds, then be silent."""
        self._lines.put(None)
        self._worker.join(wait_s)
        if self._worker.is_alive():
            self.hush()
            self._worker.join(2.0)
        for sound in self._sounds:
            if sound.poll() is None:
                sound.kill()
            sound.wait()
        self._sounds.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    # -- the worker --------------------------------------------------------------------------

    def _work(self) -> None:
        number = 0
        while (line := self._lines.get()) is not None:
            text, until = line
            number += 1
            if number <= self._hushed or time.monotonic() > until:
                continue
            if self._elsewhere(text) or self._command is None or self._failed:
                continue
            try:
                self._speak(text, number)
            except (OSError, subprocess.SubprocessError) as error:
                self._failed = True
                self._warn(f"voice: {self._command[0]} failed ({error}); going on without a voice")

    def _speak(self, text: str, number: int) -> None:
        assert self._command is not None
        takes_text = any("{text}" in part for part in self._command)
        command = [part.replace("{text}", text) for part in self._command]
        with self._guard:
            if number <= self._hushed:
                return
            process = _start(command, subprocess.DEVNULL if takes_text else subprocess.PIPE)
            self._talking = process
        try:
            # Twice the expected time and more: without a sound card a speech program may hang
            # forever.
            process.communicate(
                None if takes_text else text.encode(), timeout=2 * speaking_s(text) + 5
            )
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        finally:
            with self._guard:
                self._talking = None
        if process.returncode > 0 and number > self._hushed:
            raise OSError(f"exit code {process.returncode}")

    def _wav(self, name: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="formcheck-")
        path = Path(self._folder.name) / f"{name}.wav"
        if not path.exists():
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(22050)
                file.writeframes(_tone(_EARCONS[name]))
        return path


def _start(command: list[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C in the terminal ends the set, not the sentence about it.
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
    )


def _tone(notes: Sequence[tuple[float, float]], rate: int = 22050) -> bytes:
    """16-bit samples with soft edges."""
    samples: list[int] = []
    for hz, seconds in notes:
        n = int(rate * seconds)
        for i in range(n):
            edge = min(1.0, i / 200, (n - i) / 200)
            samples.append(int(9000 * edge * math.sin(2 * math.pi * hz * i / rate)))
    return struct.pack(f"<{len(samples)}h", *samples)


class Voice(BaseSink):
    """Speaks a set of its own accord (counts, holds, cues) as a sink; in a session that is led it
    is no sink, and says what the leader gives it.

    Every line is written to ``log`` at the stream's time at which it starts, muted or not, so
    that a replay says what the live set said.

    Args:
        speech: None when muted.
        log: a JSON Lines file; None for none.

    Attributes:
        cue: the cue last said, for a window.
    """

    name = "voice"

    def __init__(self, speech: Speech | None, log: Path | None = None) -> None:
        self.mouth = Mouth() if speech is None else Mouth(cut=speech.hush)
        self.cue = ""
        self._speech = speech
        self._set: SetVoice | None = None
        self._t = 0.0
        self._log: IO[str] | None = None
        if log is not None:
            try:
                self._log = log.open("w", encoding="utf-8")
            except OSError as error:
                raise UsageError(
                    f"--voice-log: cannot write {log} ({error.strerror}); name another file"
                ) from error

    def __exit__(self, *exc: object) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._speech is not None:
            self._speech.close(wait_s=0.0 if exc and exc[0] is not None else 4.0)

    def start(self, info: RunInfo) -> None:
        self._set = SetVoice(info.kind, self.mouth, info.advice.get("counted_only", ""))
        self.mouth.hush()  # a new set's clock starts again

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        """Say what the cue policy makes of this step, if anything."""
        self._t = step.t
        if self._set is not None:
            self.utter(self._set.update(step), step.t)

    def close(self, result: SetResult | None) -> None:
        self._set = None

    def hush(self) -> None:
        """What is being said is over."""
        self.mouth.hush()

    def utter(self, lines: Sequence[Line], t: float) -> None:
        """Say and log these lines now."""
        for line in lines:
            if self._log is not None and not line.earcon:
                entry = {"t": round(t, 2), "kind": line.kind, "said": line.text}
                self._log.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self._log.flush()
            if line.kind == "cue":
                self.cue = line.text
            if self._speech is None:
                continue
            if line.earcon:
                self._speech.sound(line.text)
            else:
                self._speech.say(line.text, now=line.urgency == 0, keep_s=line.keep_s)


def open_voice(
    setting: Sequence[str] = (),
    *,
    mute: bool = False,
    log: Path | None = None,
    warn: Callable[[str], None] = lambda line: None,
    elsewhere: Callable[[str | None], bool] | None = None,
) -> Voice:
    """The voice as asked for: muted, or with the system's speech; a context manager.

    Args:
        elsewhere: takes a line (None: be silent) and says whether it is said elsewhere, muted or
            not; the system's speech then keeps silent.

    Raises:
        UsageError: the setting names no program that exists, or the log cannot be written.
    """
    command = None if mute else speech_command(setting)
    if command is None and not mute:
        warn("no speech program found (espeak-ng, say); going on without a voice")
    if command is None and elsewhere is None:
        return Voice(None, log)
    return Voice(Speech(command, warn=warn, earcons=not mute, elsewhere=elsewhere), log)
