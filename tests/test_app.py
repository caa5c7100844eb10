"""The page's server without a browser: who is let in, what is answered, how it ends."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from formcheck.app.bridge import Bridge, Home
from formcheck.app.clips import Clips
from formcheck.app.front import Options
from formcheck.app.guard import Door
from formcheck.app.server import STATIC, serve
from formcheck.app.shortcut import shortcut
from formcheck.body.pose import SKELETON
from formcheck.coach.plans import find_plan
from formcheck.drill import Dose
from formcheck.errors import UsageError
from formcheck.journal import Journal


@dataclass
class Served:
    """A server in a thread, and a browser's view of it."""

    port: int
    token: str
    bridge: Bridge
    data: Path
    folder: Path  # of the clip
    scheme: ClassVar[str] = "http"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(
        self, path: str, method: str = "GET", body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; a header of None is left out."""
        said = {"Host": self.host, "Cookie": self.cookie, **headers}
        if method != "GET":
            said.setdefault("Origin", f"{self.scheme}://{self.host}")
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
        with closing(self.link()) as link:
            link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in said.items():
                if value is not None:
                    link.putheader(name, value)
            link.putheader("Content-Length", str(len(data)))
            link.endheaders(data)
            with link.getresponse() as answer:
                return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def link(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def enter(self) -> None:
        self.cookie = ""
        _, headers, _ = self.ask(f"/?token={self.token}")
        self.cookie = headers["set-cookie"].split(";")[0]

    def page(self, name: str = "one", **headers: str) -> Any:
        said = {"Cookie": self.cookie, **headers}
        return connect(
            f"ws://{self.host}/ws?page={name}",
            origin=said.pop("Origin", f"http://{self.host}"),  # type: ignore[arg-type]
            additional_headers={k: v for k, v in said.items() if v},
            open_timeout=60,
            proxy=None,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("page")

    def no_camera(source: str) -> Any:
        raise AssertionError("no camera in these tests")

    home = Home(lambda: Journal(data / "journal.sqlite3"), None, data / "plans")
    bridge = Bridge(home, lambda: Options(no_camera))
    ready, told = threading.Event(), []

    def here(address: str) -> None:
        told.append(address)
        ready.set()

    clips, said = Clips(home, "full", most=1 << 20), {"ready": here, "browser": False}
    server = threading.Thread(target=serve, args=(bridge, clips), kwargs=said, daemon=True)
    server.start()
    assert ready.wait(60)
    port, token = int(told[0].split(":")[2].split("/")[0]), told[0].split("=")[1]
    found = Served(port, token, bridge, data, clips._folder)
    found.enter()
    yield found
    found.ask("/api/leave", "POST")
    server.join(60)
    assert not server.is_alive()


# -- who is let in -------------------------------------------------------------------------------


def test_the_address_lets_in_and_its_cookie_goes_on(served: Served) -> None:
    status, headers, _ = served.ask(f"/?token={served.token}", Cookie="")
    assert status == 200
    assert headers["refresh"] == "0; url=/"  # the token leaves the address
    assert {"HttpOnly", "SameSite=Strict"} <= set(headers["set-cookie"].split("; "))
    assert served.ask("/")[0] == 200
    assert served.ask("/api/today")[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/today", "/static/main.js", "/?token=guess", "/nothing"]
)
def test_nobody_is_let_in_without_it(served: Served, path: str) -> None:
    for cookie in ("", f"formcheck_{served.port}=guess", "formcheck=é"):
        status, headers, body = served.ask(path, Cookie=cookie)
        assert status == 403
        assert "set-cookie" not in headers
        assert served.token.encode() not in body


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", None])
def test_a_name_that_was_made_to_point_here_is_refused(served: Served, host: str) -> None:
    assert served.ask("/api/today", Host=host)[0] in (400, 421)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", None]
)
def test_another_pages_request_is_refused(served: Served, origin: str) -> None:
    said = origin and origin.format(port=served.port)
    assert served.ask("/api/note", "POST", {"note": "from elsewhere"}, Origin=said)[0] == 403
    if origin is not None:
        assert served.ask("/api/today", Origin=said)[0] == 403
        with pytest.raises(WebSocketException):
            served.page(Origin=said).close()
    with Journal(served.data / "journal.sqlite3") as journal:
        assert journal.rows("SELECT * FROM notes WHERE text = 'from elsewhere'") == []


def test_a_websocket_needs_the_cookie_too(served: Served) -> None:
    with pytest.raises(WebSocketException):
        served.page(Cookie="").close()
    with served.page() as page:
        assert json.loads(page.recv(timeout=30))["state"]["mode"] == "idle"


def test_a_ticket_opens_once() -> None:
    door = Door(("127.0.0.1:1",), "c")
    ticket = door.ticket()
    assert door.opens(ticket)
    assert not door.opens(ticket)
    assert door.opens(door.token)
    assert door.opens(door.token)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static//etc/passwd",
        "/static/..\\server.py",
        "/api/../static/../guard.py",
    ],
)
def test_no_path_leaves_the_folder_of_the_page(served: Served, path: str) -> None:
    status, _, body = served.ask(path)
    assert status == 404
    assert b"import" not in body


def test_every_answer_forbids_inline_code_and_other_servers(served: Served) -> None:
    for path in ("/", "/static/main.js", "/api/today", "/nothing"):
        _, headers, _ = served.ask(path)
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        sources = {source for value in policy.values() for source in value.split()}
        assert not {s for s in sources if "unsafe" in s or s == "*" or s.startswith("http")}
        assert headers["x-content-type-options"] == "nosniff"


def test_a_body_of_any_length_is_not_read(served: Served) -> None:
    status, _, body = served.ask("/api/note", "POST", b" " * (1 << 20))
    assert status == 400
    assert b"too long" in body
    for nothing in (b"", b"[]", b"{", b"\xff"):
        assert served.ask("/api/note", "POST", nothing)[0] == 400


def test_what_a_page_sends_cannot_break_its_link(served: Served) -> None:
    with served.page("odd") as page:
        page.recv(timeout=30)
        for text in ("", "{", "[]", '"do"', '{"do": null}', '{"do": "drawn", "value": "x"}',
                     '{"do": "answers"}', '{"do": "start", "value": 3}'):  # fmt: skip
            page.send(text)
        page.send(json.dumps({"do": "start", "value": {"kind": "plan", "name": "../../etc"}}))
        assert "no plan is called" in json.loads(page.recv(timeout=30))["error"]
    assert not served.bridge.runs


@pytest.mark.parametrize("name", ["x.mp4", "../../x.mp4", "/etc/x.mp4", "..\\x.mp4"])
def test_an_upload_is_limited_and_its_name_is_no_path(served: Served, name: str) -> None:
    from urllib.parse import quote

    status, _, said = served.ask(f"/api/clip?name={quote(name)}", "POST", b"x" * (1 << 20) + b"x")
    assert status == 400
    assert json.loads(said)["error"] == "x.mp4: it is larger than 1 MB"
    assert json.loads(served.ask("/api/clip")[2]) == {"state": "none"}
    assert not list(served.folder.iterdir())


def test_what_is_no_video_is_not_taken(served: Served) -> None:
    for name, why in (("x.exe", "expected a video"), ("", "no ending"), ("x.mp4", "empty")):
        status, _, said = served.ask(f"/api/clip?name={name}", "POST", b"")
        assert status == 400
        assert why in json.loads(said)["error"]


def test_every_page_of_an_empty_diary_is_answered(served: Served) -> None:
    for path in ("diary", "drills", "plans", "settings", "clip", "report", "cameras",
                 "export?kind=csv", "drills/clamshell", "drills/clamshell/outline"):  # fmt: skip
        assert served.ask(f"/api/{path}")[0] == 200, path
    for path in ("drills/none", "export?kind=x", "report?session=99", "clip/../../x", "clip/video"):
        assert served.ask(f"/api/{path}")[0] in (400, 404), path


def test_a_shortcut_starts_this_formcheck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    path, text = shortcut("linux", Path("/home/a"), '/opt/a "b"/python')
    assert path == Path("/home/a/.local/share/applications/formcheck.desktop")
    assert 'Exec="/opt/a \\"b\\"/python" -m formcheck app' in text.splitlines()
    path, text = shortcut("darwin", Path("/Users/a"), "/opt/a b/python")
    assert (path.name, text.splitlines()[1]) == (
        "formcheck.command", "exec '/opt/a b/python' -m formcheck app",
    )  # fmt: skip
    with pytest.raises(UsageError, match="right-click"):
        shortcut("win32", Path("C:/"), "python")


def test_a_computer_that_slept_says_so_and_pauses(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Front:
        said: ClassVar[list[str]] = []
        pause = warn = said.append

    slept = [100.0]
    monkeypatch.setattr("formcheck.app.bridge._slept_s", lambda: slept[0])
    bridge = Bridge(served.bridge.home, lambda: Options(lambda source: None))
    bridge._front = Front()  # type: ignore[assignment]
    bridge.board.show(mode="live")
    slept[0] += 1.0
    bridge.look_at_clock()
    assert Front.said == []
    slept[0] += 3600.0
    bridge.look_at_clock()
    bridge.look_at_clock()
    assert [line.split(".")[0] for line in Front.said] == [
        "The computer slept", "The computer slept for 3600 s",
    ]  # fmt: skip
    bridge.pictures.close()
    bridge.heads.close()


def test_a_picture_is_no_wider_than_the_page_draws_it(served: Served) -> None:
    from formcheck.app.pictures import WIDEST, Pictures, _jpeg

    pictures = Pictures()
    for asked, given in ((853, 853), (4000, WIDEST), (3, 320)):
        pictures.wide = asked
        assert pictures.wide == given
    pictures.close()
    image = np.zeros((720, 1280, 3), np.uint8)
    found = cv2.imdecode(np.frombuffer(_jpeg(image, 640), np.uint8), cv2.IMREAD_COLOR)
    assert found.shape == (360, 640, 3)


def test_the_page_draws_the_same_bones_as_the_window() -> None:
    import re

    text = (STATIC / "canvas.js").read_text()
    drawn = re.search(r"BONES = \[(.*?)\n\];", text, re.S)
    assert drawn is not None
    pairs = {tuple(map(int, pair)) for pair in re.findall(r"\[(\d+), (\d+)\]", drawn[1])}
    assert pairs == {(int(a), int(b)) for a, b in SKELETON}


def test_a_plan_of_ones_own_is_the_same_file(served: Served) -> None:
    drills = [{"name": "clamshell", "sets": 1, "reps": 2, "both": True, "rest_s": 20}]
    status, _, said = served.ask("/api/plans", "POST", {"title": 'My "../ plan', "drills": drills})
    assert (status, json.loads(said)) == (200, {"name": "my-plan"})
    plan = find_plan("my-plan", served.data / "plans")
    assert plan.title == 'My "../ plan'
    assert plan.drills[0].dose == Dose(reps=2, sets=1, rest_s=20)
    for title, entry, why in (
        ("Start small", drills[0], "comes with formcheck"),
        ("...", drills[0], "letters"),
        ("x", {"name": "nothing", "reps": 3}, "no drill is called"),
        ("x", {"name": "clamshell", "reps": 5000}, "expected a whole number"),
        ("x", {"name": "clamshell", "reps": "3"}, "expected numbers"),
    ):
        status, _, said = served.ask("/api/plans", "POST", {"title": title, "drills": [entry]})
        assert status == 400
        assert why in json.loads(said)["error"]
