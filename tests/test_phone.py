"""A telephone as camera and screen: its door, its stream, and a session in a real Chromium."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from test_app import Served
from test_app_page import BROWSER, ONE, PLAN, SAMPLE, answer, faults, head, soon
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from formcheck.app.bridge import Bridge, Home
from formcheck.app.certificate import certificate, fingerprint
from formcheck.app.clips import Clips
from formcheck.app.feed import HEAD, MOST_BYTES, Feed, jpeg_size
from formcheck.app.front import Options
from formcheck.app.phone import OneDoor, Phone
from formcheck.app.server import serve
from formcheck.errors import InputError, UsageError
from formcheck.journal import Journal
from formcheck.vision.models import find_model


def jpeg(size: tuple[int, int] = (64, 48), shade: int = 90) -> bytes:
    rng = np.random.default_rng(shade)
    image = rng.integers(0, 255, (size[1], size[0], 3), np.uint8)
    return bytes(cv2.imencode(".jpg", image)[1])


def message(number: int, t: float, skipped: int = 0, data: bytes | None = None) -> bytes:
    return HEAD.pack(number, t, skipped) + (jpeg(shade=number) if data is None else data)


# -- the stream ----------------------------------------------------------------------------------


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_only_the_newest_picture_is_kept_and_the_others_are_counted() -> None:
    feed = Feed()
    feed.came()
    reader = feed.reader(lambda image: image)
    for n in range(1, 5):
        assert feed.put(message(n, n / 30, skipped=n == 4)) == n
    shot = reader.read()
    assert shot is not None
    assert shot.missed == feed.dropped == 4  # three replaced, one never sent
    assert cv2.PSNR(shot.image, cv2.imdecode(np.frombuffer(jpeg(shade=4), np.uint8), 1)) > 40
    feed.release(reader)
    assert not feed.on


def test_times_are_the_telephones_and_do_not_shake_with_the_network() -> None:
    clock = Clock()
    feed = Feed(clock)
    feed.came()
    reader = feed.reader(lambda image: image)

    def stamp(sent: float, arrives: float) -> float:
        clock.now = arrives
        feed.put(message(1, sent))
        shot = reader.read()
        assert shot is not None
        return shot.stamp

    assert stamp(5.0, 100.0) == 100.0
    assert stamp(5.1, 100.4) == pytest.approx(100.1)  # late by the network, not by the person
    assert stamp(5.5, 100.4) == pytest.approx(100.4)  # the quickest one counts
    assert stamp(5.6, 100.9) == pytest.approx(100.5)
    assert stamp(9.0, 120.0) == 120.0  # its clock stood still while it slept
    assert stamp(float("nan"), 121.0) == 121.0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\x89PNG\r\n\x1a\n" + b"x" * 40,
        b"x" * MOST_BYTES,
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03" + b"x" * 20,  # names 65535 x 65535
        b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x00\x00\x00\x03" + b"x" * 20,
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_unread(data: bytes) -> None:
    feed = Feed()
    feed.came()
    assert feed.put(HEAD.pack(1, 0.0, 0) + data) is None
    assert feed.put(data[:10]) is None
    assert jpeg_size(jpeg((80, 60))) == (80, 60)


def test_a_telephone_that_goes_is_a_camera_that_goes_and_comes_back() -> None:
    feed, said = Feed(), []
    feed.wanted = said.append
    with pytest.raises(InputError, match=r"telephone: no picture came .*says Ready"):
        feed.camera(open_s=0.2)
    stop = threading.Event()

    def sending() -> None:
        n = 0
        while not stop.wait(0.02):
            n += 1
            feed.put(message(n, time.monotonic()))

    feed.came()
    sends = threading.Thread(target=sending)
    sends.start()
    try:
        with feed.camera(stall_s=0.3) as stream:
            assert stream.size == (64, 48)
            assert stream.read(30.0) is not None
            assert stream.silence == "Waiting for the telephone"
            feed.gone()
            while not stream.waiting:
                stream.read(0.1)
            feed.came()
            while (frame := stream.read(1.0)) is None or not frame.gap_s:
                pass
            assert said[-1] is True
            feed.put(message(900, time.monotonic(), data=jpeg((32, 24), 1)))  # the network is slow
            stop.set()
            assert [f for f in [stream.read(0.5)] if f and f.image.shape != (48, 64, 3)] == []
            assert any("nothing came for" in line for line in stream.warnings)
        assert said[-1] is False  # its camera is off with the session
        assert not feed.on
    finally:
        stop.set()
        sends.join()


def test_every_picture_has_the_size_of_the_first() -> None:
    feed = Feed()
    feed.came()
    feed.put(message(1, 0.0))
    threading.Timer(0.1, lambda: feed.put(message(2, 0.1, data=jpeg((64, 48))))).start()
    with feed.camera() as stream:
        for size in ((32, 24), (128, 96), (48, 64)):
            fitted = stream.fit(np.full((size[1], size[0], 3), 200, np.uint8))
            assert fitted.shape == (48, 64, 3)
            upright = size == (48, 64)
            assert bool((fitted[:, 0] == 0).all()) is upright  # dark edges beside it
            assert (fitted[:, 32] == 200).all()
        feed.turn = 90
        feed.put(message(3, 0.2))
        shot = stream.read(1.0)
        assert shot is None or shot.image.shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("turn", "white"),
    [(0, np.s_[:, :20]), (90, np.s_[:20]), (180, np.s_[:, -20:]), (270, np.s_[-20:])],
)
def test_its_picture_is_turned_upright(turn: int, white: Any) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :24] = 255  # the left side, which a quarter turn clockwise brings to the top
    feed = Feed()
    feed.came()
    feed.turn = turn
    reader = feed.reader(lambda image: image)
    feed.put(message(1, 0.0, data=bytes(cv2.imencode(".jpg", image)[1])))
    shot = reader.read()
    assert shot is not None
    assert shot.image.shape == ((64, 48, 3) if turn % 180 else (48, 64, 3))
    bright = shot.image.mean(axis=2) > 128
    assert bright[white].all()
    assert bright.mean() == pytest.approx(24 / 64, abs=0.05)


# -- the certificate -----------------------------------------------------------------------------


def test_the_certificate_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    path = certificate(tmp_path / "data", "192.168.1.20")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = fingerprint(path)
    assert len(first.split()) == 32
    assert fingerprint(certificate(tmp_path / "data", "192.168.1.20")) == first
    later = datetime.now(timezone.utc) + timedelta(days=370)
    assert fingerprint(certificate(tmp_path / "data", "192.168.1.20", later)) != first
    second = fingerprint(certificate(tmp_path / "data", "192.168.1.20"))
    path.chmod(0o644)  # somebody else could have read the key
    assert fingerprint(certificate(tmp_path / "data", "192.168.1.20")) != second
    third = fingerprint(path)
    assert fingerprint(certificate(tmp_path / "data", "192.168.1.21")) != third
    path.write_bytes(b"-----BEGIN")
    assert fingerprint(certificate(tmp_path / "data", "192.168.1.21"))
    assert os.listdir(tmp_path / "data") == ["phone.pem"]


@pytest.mark.parametrize("address", ["0.0.0.0", "8.8.8.8", "::1", "home.example", ""])
def test_it_listens_on_an_address_of_the_local_network_only(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--phone-address: expected"):
        Phone(None, None, address, tmp_path)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_code_lets_one_telephone_in_once() -> None:
    door = OneDoor("192.168.1.20:8738", "c")
    code, cookie = door.code, door.set_cookie.split(";")[0]
    assert "Secure" in door.set_cookie
    assert not door.opens(door.token)
    assert not door.opens("")
    assert door.opens(code)
    assert not door.opens(code)
    assert door.knows(cookie)
    door.renew()
    assert not door.knows(cookie)
    assert not door.opens(code)
    assert door.opens(door.code)


# -- the door ------------------------------------------------------------------------------------


class Telephone(Served):
    """The door for a telephone, from the telephone."""

    scheme = "https"

    def link(self) -> http.client.HTTPConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=unchecked())

    def page(self, name: str = "phone", **headers: Any) -> Any:
        said = {"Cookie": self.cookie, **headers}
        return connect(
            f"wss://{self.host}/ws?page={name}",
            origin=said.pop("Origin", f"https://{self.host}"),
            additional_headers={k: v for k, v in said.items() if v},
            ssl=unchecked(),
            open_timeout=60,
            proxy=None,
        )


def unchecked() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    # In TLS 1.3 a ticket comes after the handshake; this client then reads until there is more, in
    # one thread, while it writes in another, and now and then hangs.
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Telephone]]:
    """The computer's server and the telephone's door, on this machine."""
    data = tmp_path_factory.mktemp("phone")
    (data / "plans").mkdir()
    (data / "plans" / "two.toml").write_text(PLAN)

    def no_camera(source: str) -> Any:
        raise AssertionError("the telephone is the camera in these tests")

    home = Home(lambda: Journal(data / "journal.sqlite3"), None, data / "plans")
    model = find_model("lite")
    bridge = Bridge(home, lambda: Options(no_camera, model=model, mute=True))
    ready, told = threading.Event(), []

    def here(address: str) -> None:
        told.append(address)
        ready.set()

    clips = Clips(home, "lite")
    said = {"ready": here, "browser": False, "phone": ("127.0.0.1", data)}
    server = threading.Thread(target=serve, args=(bridge, clips), kwargs=said, daemon=True)
    server.start()
    assert ready.wait(60)
    port, token = int(told[0].split(":")[2].split("/")[0]), told[0].split("=")[1]
    computer = Served(port, token, bridge, data, clips._folder)
    computer.enter()
    telephone = Telephone(0, "", bridge, data, data)
    telephone.cookie = ""
    yield computer, telephone
    computer.ask("/api/leave", "POST")
    server.join(60)
    assert not server.is_alive()


def code(both: tuple[Served, Telephone]) -> dict[str, Any]:
    """A new code, and what else the computer's page says."""
    found: dict[str, Any] = json.loads(both[0].ask("/api/phone", "POST")[2])
    both[1].port = int(found["address"].rstrip("/").rsplit(":", 1)[1])
    both[1].token = found["url"].split("=")[1]
    return found


def test_one_telephone_is_let_in_and_a_second_is_not(both: tuple[Served, Telephone]) -> None:
    computer, telephone = both
    shown = code(both)
    assert shown["code"].startswith("data:image/svg+xml")
    assert telephone.ask("/", Cookie="")[0] == 403
    telephone.enter()
    assert telephone.cookie
    status, headers, body = telephone.ask("/")
    assert status == 200
    assert b"/static/phone.js" in body
    assert f"wss://{telephone.host}" in headers["content-security-policy"]
    second = telephone.ask(f"/?token={telephone.token}", Cookie="")
    assert second[0] == 403
    assert b"lets one telephone in, once" in second[2]
    told = json.loads(computer.ask("/api/phone")[2])
    assert (told["taken"], told["code"], told["url"]) == (True, "", "")
    code(both)  # another one is wanted: the first is shut out
    assert telephone.ask("/")[0] == 403


def test_the_door_shows_nothing_but_the_telephones_page(both: tuple[Served, Telephone]) -> None:
    computer, telephone = both
    code(both)
    telephone.enter()
    assert telephone.ask("/api/drills/clamshell/outline")[0] == 200
    assert telephone.ask("/api/drills/none/outline")[0] == 400
    for path in ("diary", "report", "export?kind=json", "settings", "today", "clip", "plans",
                 "cameras", "phone", "drills", "drills/clamshell"):  # fmt: skip
        assert telephone.ask(f"/api/{path}")[0] == 404, path
    for path in ("forget", "leave", "settings", "phone", "note"):
        assert telephone.ask(f"/api/{path}", "POST", {"all": True})[0] in (404, 405), path
    for host in ("evil.example", f"127.0.0.1:{computer.port}", f"localhost:{telephone.port}"):
        assert telephone.ask("/", Host=host)[0] == 421
    for origin in ("https://evil.example", f"http://{telephone.host}", "null"):
        assert telephone.ask("/", Origin=origin)[0] == 403
        with pytest.raises(WebSocketException):
            telephone.page(Origin=origin).close()
    with pytest.raises(WebSocketException):
        telephone.page(Cookie="").close()
    with pytest.raises(WebSocketException):  # neither door's cookie opens the other
        telephone.page(Cookie=computer.cookie).close()
    assert computer.ask("/", Cookie=telephone.cookie)[0] == 403


def test_what_a_telephone_sends_cannot_break_the_server(both: tuple[Served, Telephone]) -> None:
    bridge = both[0].bridge
    code(both)
    telephone = both[1]
    telephone.enter()
    for odd in (b"x" * (MOST_BYTES + 1), b"GIF89a" + b"x" * 50, HEAD.pack(1, 0, 0)):
        with telephone.page() as page:
            page.recv(timeout=30)
            with pytest.raises(ConnectionClosed):
                page.send(odd)
                while True:
                    page.recv(timeout=30)
    with telephone.page() as page:
        page.recv(timeout=30)
        for text in ("", "{", "[]", '{"do": null}', '{"do": "turn", "value": true}',
                     '{"do": "start", "value": {"kind": "plan", "name": "two"}}',
                     '{"do": "turn", "value": 45}', '{"do": "ready", "value": 3}',
                     "[" * 100_000, '{"do": "drawn", "value": "x"}'):  # fmt: skip
            page.send(text)
        page.send(json.dumps({"do": "ready", "value": True}))
        assert json.loads(page.recv(timeout=30)) == {"wanted": False}
        assert bridge.feed.here
        assert bridge.feed.turn == 0
        assert not bridge.runs  # a session begins at the computer
        with telephone.page() as newer:
            newer.recv(timeout=30)
            assert "second time" in json.loads(page.recv(timeout=30))["bye"]
            code(both)
            assert "another telephone" in json.loads(newer.recv(timeout=30))["bye"]
    soon(lambda: not bridge.feed.here, 2.5)


# -- a session -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample clip as Chromium's fake camera plays it: JPEG after JPEG, 30 a second."""
    path, number = tmp_path_factory.mktemp("film") / "camera.mjpeg", 0
    video = cv2.VideoCapture(str(SAMPLE))
    with path.open("wb") as file:
        while True:
            ok, image = video.read()
            if not ok:
                break
            until = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            data = cv2.imencode(".jpg", image)[1].tobytes()
            while number / 30 <= until:
                file.write(data)
                number += 1
    video.release()
    return path


@pytest.fixture(scope="module")
def chromium(filmed: Path) -> Iterator[Any]:
    """A browser whose camera plays the sample."""
    if BROWSER is None:
        pytest.skip("no Chromium here")
    api = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    with api.sync_playwright() as made:
        found = made.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--use-fake-device-for-media-stream",
                  "--use-fake-ui-for-media-stream",
                  f"--use-file-for-fake-video-capture={filmed}"],
        )  # fmt: skip
        yield found
        found.close()


def telephone_of(chromium: Any) -> Any:
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 390, "height": 780})
    context.set_default_timeout(60000)
    return context.new_page()


#: A device with voices in and out of it; what is spoken is kept.
VOICES = """
window.spoken = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  voices: [{ name: "far", lang: "en-GB", localService: false },
           { name: "other", lang: "de-DE", localService: true }],
  getVoices() { return this.voices; },
  addEventListener(kind, listener) { this.changed = listener; },
  speak(words) { spoken.push([words.text, words.voice.name]); },
  cancel() { spoken.push(null); },
} });
"""


def test_it_speaks_with_a_voice_of_the_device_and_keeps_its_cookie(
    both: tuple[Served, Telephone], chromium: Any
) -> None:
    computer, _ = both
    url = code(both)["url"]
    page = telephone_of(chromium)
    page.add_init_script(VOICES)
    page.goto(url)
    head(page, "Use this telephone")
    page.goto(url.split("?")[0])  # the code is spent; its cookie lets in again
    head(page, "Use this telephone")
    stranger = telephone_of(chromium)
    assert stranger.goto(url).status == 403
    assert "lets one telephone in, once" in stranger.inner_text("body")
    stranger.context.close()
    page.click("button.big")
    head(page, "Ready")
    soon(lambda: computer.bridge.feed.here)
    speak = page.locator("button:text-is('Speak here')")
    assert not speak.is_visible()  # one voice sends the words away, the other is not English
    assert page.locator("text=so the computer speaks").is_visible()
    page.evaluate("""() => {
        speechSynthesis.voices.push({ name: "own", lang: "en-US", localService: true });
        speechSynthesis.changed();
    }""")
    assert not computer.bridge.speak_elsewhere("Hips up")  # not before somebody wants it
    speak.click()
    soon(lambda: computer.bridge.speak_elsewhere("Hips up"))
    soon(lambda: page.evaluate("spoken.at(-1)?.[0] === 'Hips up'"))
    assert computer.bridge.speak_elsewhere(None)
    soon(lambda: page.evaluate("spoken.at(-1) === null"))
    assert {voice for _, voice in page.evaluate("spoken.filter(Boolean)")} == {"own"}
    page.click("button:text-is('Turn the picture')")
    soon(lambda: computer.bridge.feed.turn == 90)
    page.context.close()
    soon(lambda: not computer.bridge.feed.here)
    assert not computer.bridge.speak_elsewhere("Hips up")
    computer.bridge.feed.turn = 0


#: Each picture is acknowledged after so many ms, for so many seconds; gives the sizes in between.
SLOW = """async ([ms, seconds]) => {
  const { Sender } = await import("/static/sender.js");
  window.sender ??= new Sender();
  window.clock ??= 10000;
  performance.now = () => clock;
  const steps = [sender.step];
  for (const end = clock + 1000 * seconds; clock < end;) {
    sender.waits.set(++sender.number, clock);
    clock += ms;
    sender.got(sender.number);
    if (steps.at(-1) !== sender.step) steps.push(sender.step);
  }
  return [...steps, sender.waits.size];
}"""
#: Three pictures of the camera while the network takes none; gives what was sent and skipped.
STUCK = """async () => {
  Object.defineProperty(sender, "video", { value: { videoWidth: 1280, videoHeight: 720 } });
  sender.canvas = { getContext: () => ({ drawImage() {} }), toBlob() {} };
  for (let n = 0; n < 5; n++) sender.picture(clock);
  return [sender.waits.size, sender.skipped, sender.canvas.width];
}"""


def test_over_a_slow_network_its_pictures_get_smaller(
    both: tuple[Served, Telephone], chromium: Any
) -> None:
    page = telephone_of(chromium)
    page.goto(code(both)["url"])
    head(page, "Use this telephone")
    soon(lambda: bool(json.loads(both[0].ask("/api/phone")[2])["here"]))  # connected
    assert page.evaluate(SLOW, [90, 20]) == [0, 0]  # fair: as it is, nothing is on the way
    assert page.evaluate(SLOW, [300, 3]) == [0, 1, 2, 0]
    assert page.evaluate(SLOW, [300, 20]) == [2, 3, 4, 0]  # down to the smallest
    assert page.evaluate(SLOW, [20, 60]) == [4, 3, 2, 1, 0, 0]  # good again, one by one
    assert page.evaluate(STUCK) == [2, 3, 1280]  # no more than two are on the way
    page.context.close()


def test_a_whole_session_on_a_telephone(both: tuple[Served, Telephone], chromium: Any) -> None:
    computer, _ = both
    url, said = code(both)["url"], []
    page = telephone_of(chromium)
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else 0)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: said.append(r.url) if telephone_only(r.url, url) else 0)
    page.goto(url)
    head(page, "Use this telephone")
    assert faults(page) == []
    page.click("button.big")
    head(page, "Ready")
    assert not page.locator("#camera").is_visible()
    with computer.page() as laptop:  # then it is shut: the telephone alone carries on
        laptop.send(json.dumps({"do": "start", "value": {"kind": "plan", "name": "two"}}))
        head(page, "Before you start")
    for title in ("Before you start", "How is it now?"):
        head(page, title)
        answer(page, 2)
    head(page, "Set up the camera")
    page.wait_for_selector(".checks .ok")
    page.wait_for_selector("#camera")
    page.wait_for_selector(".live .word:not(:empty)")
    assert faults(page) == []
    page.reload()  # the telephone is gone, and back: the same set goes on
    page.click("button.big")
    page.wait_for_selector(".live .word:not(:empty)")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    page.wait_for_selector(ONE, timeout=40000)
    page.click(".buttons .end")
    page.click(".buttons .end:text-is('Really end?')")
    head(page, "How did it feel?")
    page.wait_for_selector("#camera", state="hidden")
    answer(page, 2)
    head(page, "Well done")
    page.wait_for_selector(".kept:text-is('What was done is in your diary.')")
    page.context.close()
    assert said == []
    with Journal(computer.data / "journal.sqlite3") as journal:
        (row,) = journal.sessions()
        assert [p["level"] for p in journal.children("pain", row["id"])] == [2, 2]
        assert sum(rep["complete"] for rep in journal.of_set("reps", 1)) >= 1


def telephone_only(asked: str, url: str) -> bool:
    """Whether this goes anywhere but through the telephone's door."""
    ours = url.split("/?")[0]
    return not asked.startswith((ours, ours.replace("https", "wss"), "blob:", "data:"))
