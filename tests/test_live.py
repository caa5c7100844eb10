"""Live under Xvfb with a clip as the camera: looked at, keys pressed, ended in every way."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.pose import Pose
from formcheck.errors import InputError
from formcheck.vision.pipeline import polled
from formcheck.vision.track import PoseTrack, write_track

needs_x = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="Xvfb stands for a Linux desktop"
)

SIZE = (640, 480)
MAIN = "from formcheck.cli import main; main()"


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A display of our own; the server picks a free number and tells it."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty seconds of an empty room: long enough for every test to end it first."""
    import cv2

    path = tmp_path_factory.mktemp("clip") / "room.mp4"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, (320, 240))
    for i in range(600):
        video.write(np.full((240, 320, 3), 60 + i % 40, np.uint8))
    video.release()
    return path


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody for two seconds."""
    path = tmp_path_factory.mktemp("track") / "nobody.npz"
    write_track(path, (Pose.missing(i / 20, SIZE) for i in range(40)), {"model": "full"})
    return path


def environment(display: str | None) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return env if display is None else env | {"DISPLAY": display}


def start(display: str | None, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, "live", "clamshell", *map(str, arguments)],
        env=environment(display),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(what: Callable[[], object], seconds: float = 30.0) -> object:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class Desk:
    """What a person at the display can do."""

    def __init__(self, display: str) -> None:
        self.env = environment(display)

    def _run(self, *command: str) -> str:
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, check=False
        ).stdout

    def window(self) -> str:
        """The window's id, once it shows a picture.

        Without a window manager Qt now and then misses that the server has mapped its window, and
        never paints it: 3 to 15 % of the starts on a loaded machine, of a program that calls
        nothing but ``cv2.imshow`` as well (measured). Mapped again, as a manager does, it paints.
        """
        found = wait_for(lambda: self._run("xdotool", "search", "--name", "^formcheck$").split())
        assert isinstance(found, list)
        window, looks = str(found[0]), 0

        def shows() -> bool:
            nonlocal looks
            looks += 1
            if looks % 20 == 0:
                self._run("xdotool", "windowunmap", window, "windowmap", window)
            return len(np.unique(self.see())) > 20

        wait_for(shows)
        return window

    def key(self, window: str, *keys: str) -> None:
        self._run("xdotool", "key", "--window", window, *keys)

    def close(self, window: str) -> None:
        """Send what a window manager sends when somebody clicks the cross."""

        class Message(ctypes.Structure):
            _fields_ = (
                ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("sent", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
                ("kind", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5),
                ("room", ctypes.c_long * 24),
            )  # fmt: skip

        x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype, x.XInternAtom.restype = ctypes.c_void_p, ctypes.c_ulong
        server = ctypes.c_void_p(x.XOpenDisplay(self.env["DISPLAY"].encode()))
        kind = x.XInternAtom(server, b"WM_PROTOCOLS", 0)
        wish = (ctypes.c_long * 5)(x.XInternAtom(server, b"WM_DELETE_WINDOW", 0))
        message = Message(33, 0, 1, server, int(window), kind, 32, wish)
        x.XSendEvent(
            server, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), ctypes.byref(message)
        )
        x.XCloseDisplay(server)

    def see(self) -> np.ndarray:
        """The whole screen, (H, W, 3) uint8 BGR."""
        import cv2

        shot = subprocess.run(
            ["import", "-window", "root", "png:-"], env=self.env, capture_output=True, check=True
        )
        image = cv2.imdecode(np.frombuffer(shot.stdout, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        return image

    def band(self) -> tuple[int, int, int]:
        """The colour that most of the strip below the picture has."""
        image = self.see()
        rows = np.flatnonzero((image > 0).any(axis=(1, 2)))
        strip = image[rows[-1] - 30 : rows[-1] - 10, 60:240].reshape(-1, 3)
        colours, counts = np.unique(strip, axis=0, return_counts=True)
        b, g, r = colours[counts.argmax()]
        return int(b), int(g), int(r)


def ended(process: subprocess.Popen[str], seconds: float = 30.0) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


@pytest.fixture
def running(
    display: str, clip: Path, tmp_path: Path
) -> Iterator[tuple[Desk, subprocess.Popen[str], Path]]:
    result = tmp_path / "result.json"
    process = start(display, "--source", clip, "--realtime", "--json", result)
    yield Desk(display), process, result
    if process.poll() is None:
        process.kill()
        process.communicate()


@needs_x
@pytest.mark.parametrize("how", ["q", "Escape", "close"])
def test_the_window_ends_and_saves(
    running: tuple[Desk, subprocess.Popen[str], Path], how: str
) -> None:
    desk, process, result = running
    window = desk.window()
    if how == "close":
        desk.close(window)
    else:
        desk.key(window, how)
    code, _, err = ended(process)
    assert code == 0
    assert "Traceback" not in err
    document = json.loads(result.read_text())
    assert document["clip"] == "room.mp4"
    assert 0 < document["frames"] < 590
    assert document["cannot_judge"][0]["reason"] == "too_dark"
    assert document["reps"] == []


@needs_x
def test_keys_pause_and_help(running: tuple[Desk, subprocess.Popen[str], Path]) -> None:
    desk, process, _ = running
    window = desk.window()
    blue = (233, 180, 86)
    assert desk.band() != blue
    desk.key(window, "space")
    wait_for(lambda: desk.band() == blue)
    desk.key(window, "space")
    wait_for(lambda: desk.band() != blue)
    bright = desk.see().mean()
    desk.key(window, "h")
    wait_for(lambda: desk.see().mean() < 0.7 * bright)
    desk.key(window, "h")
    wait_for(lambda: desk.see().mean() > 0.8 * bright)
    desk.key(window, "q")
    assert ended(process)[0] == 0


@needs_x
def test_restart_forgets_and_counts_from_zero(display: str, clip: Path, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    process = start(display, "--source", clip, "--realtime", "--json", result, "--events", "-")
    desk = Desk(display)
    window = desk.window()
    for key in ("r", "q"):
        desk.key(window, key)
        time.sleep(0.5)
    code, out, _ = ended(process)
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    dropped, kept = (i for i, event in enumerate(events) if event["event"] == "set_done")
    assert events[dropped + 1]["t"] == 0
    document = json.loads(result.read_text())  # one alone
    assert document["cannot_judge"][0]["from_s"] == 0
    assert document["seconds"] == pytest.approx(events[kept]["t"], abs=0.01)


def test_without_a_display_it_says_so_and_names_the_way_out(clip: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have one")
    for display in (None, ":7777"):
        code, out, err = ended(start(display, "--source", clip))
        assert (code, out) == (3, "")
        assert len(err.splitlines()) == 1
        assert "--no-window" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_saves_what_was_done(clip: Path, tmp_path: Path, number: int) -> None:
    events = tmp_path / "e.jsonl"
    result, poses = tmp_path / "r.json", tmp_path / "p.npz"
    process = start(
        None, "--no-window", "--source", clip, "--realtime", "--json", result,
        "--poses", poses, "--events", events,
    )  # fmt: skip
    wait_for(lambda: events.exists() and events.read_text())
    process.send_signal(number)
    code, _, err = ended(process)
    assert code == 130
    assert len(err.splitlines()) == 1
    with PoseTrack(poses) as kept:
        assert len(list(kept)) == json.loads(result.read_text())["frames"]


def test_a_track_can_be_played_and_ends_by_itself(track: Path, tmp_path: Path) -> None:
    process = start(None, "--no-window", "--source", track, "--json", "-")
    code, out, err = ended(process)
    assert (code, err) == (0, "")
    assert json.loads(out)["frames"] == 40


def test_no_camera_is_one_line() -> None:
    code, out, err = ended(start(None, "--no-window", "--source", "99"))
    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1


def test_a_source_that_dies_is_reported_and_what_was_done_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, with a camera that goes after a second and a model that sees nobody."""
    from formcheck.cli import main
    from formcheck.vision import camera, landmarker, source
    from formcheck.vision.frames import Frame

    class Blind:
        model_name, sha256, log, notes, changed_to = "none", "0" * 64, (), (), None

        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Blind:
            return self

        def __exit__(self, *_: object) -> None: ...

        def picture_of(self, frame: Frame) -> None: ...

        def detect(self, frame: Frame, picture: object = None) -> Pose:
            return Pose.missing(frame.t, SIZE)

    class Dying:
        """A device that is pulled out after ten frames."""

        finite, left, made = False, 10, 0

        def __init__(self) -> None:
            Dying.made += 1
            if Dying.made > 1:
                raise InputError("it does not open")

        def read(self) -> camera.Shot | None:
            self.left -= 1
            time.sleep(0.02)
            now = time.monotonic()
            image = np.zeros((48, 64, 3), np.uint8)
            return camera.Shot(now, image, now) if self.left >= 0 else None

        def release(self) -> None: ...

    def dying(number: str, **_: object) -> camera.Camera:
        return camera.Camera(int(number), open_device=Dying, stall_s=0.3, give_up_s=0.6)

    monkeypatch.setattr(source, "open_source", dying)
    monkeypatch.setattr(landmarker, "Landmarker", Blind)
    result = tmp_path / "r.json"
    with pytest.raises(SystemExit) as stop:
        main(["live", "clamshell", "--no-window", "--source", "0", "--json", str(result)])
    assert stop.value.code == 3
    err = capsys.readouterr().err
    assert "stopped sending" in err
    assert "Traceback" not in err
    document = json.loads(result.read_text())
    assert 0 < document["frames"] <= 10


def test_a_silent_camera_keeps_the_keys_alive_and_one_that_stays_away_is_an_error() -> None:
    class Silent:
        live, name = True, "camera 0"

        def __init__(self, back: bool) -> None:
            self.back, self.waiting, self.warnings = back, False, ["camera 0: it stopped"]

        def poll(self) -> Iterator[str | None]:
            for frame in ("a", None, None, *("b" if self.back else "")):
                self.waiting = frame is None
                yield frame

    assert list(polled(Silent(back=True))) == ["a", None, None, "b"]
    with pytest.raises(InputError, match="it stopped"):
        list(polled(Silent(back=False)))
