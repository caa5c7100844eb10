"""Nothing leaves the machine, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from formcheck.app.scratch import Scratch

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "formcheck"
SAMPLE = ROOT / "sample_videos" / "single_leg_stance__good__front_l1021.mp4"

# ----------------------------------------------------------------------------- what is loaded

HEAVY = (
    "numpy", "cv2", "mediapipe", "matplotlib", "av", "sqlite3", "urllib.request", "http.client",
    "formcheck.drill", "formcheck.events",
)  # fmt: skip


@pytest.mark.parametrize(
    "program",
    [
        "import formcheck",
        "import formcheck.cli",
        "import runpy; sys.argv = ['formcheck', '--help']; "
        "runpy.run_module('formcheck', run_name='__main__')",
        "sys.argv = ['formcheck', 'score', '--help']; import formcheck.cli; formcheck.cli.main()",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(program: str) -> None:
    check = f"""
import atexit, sys
atexit.register(lambda: print("LOADED", *[m for m in {HEAVY!r} if m in sys.modules]))
{program}
"""
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].strip() == "LOADED"


# --------------------------------------------------------------------------- what is written

NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib",
    "socket", "socketserver", "ssl", "telnetlib", "urllib", "urllib3", "webbrowser", "xmlrpc",
}  # fmt: skip
#: Reading an address apart opens no connection.
HARMLESS = {"urllib.parse"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return {name for name in found - HARMLESS if name.split(".")[0] in NETWORK}


#: The page listens on this machine; it reads cookies, and opens the browser.
PAGE = {
    "app/guard.py": {"http.cookies"},
    "app/links.py": {"asyncio"},
    "app/phone.py": {"asyncio", "socket"},  # listens, if asked to
    "app/server.py": {"asyncio", "socket", "webbrowser"},
}


def test_only_a_model_that_is_asked_for_comes_from_the_network() -> None:
    users = {p.relative_to(SOURCE).as_posix(): imported(p) for p in SOURCE.rglob("*.py")}
    users = {name: modules for name, modules in users.items() if modules}
    assert {name: users.pop(name) for name in PAGE} == PAGE
    assert set(users) == {"vision/models.py"}


# ------------------------------------------------------------------------------ what is done


def can_trace() -> bool:
    """Whether strace is here and allowed to do its work."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False).returncode == 0


TRACES = can_trace()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a sample: long enough for every part of the program to have run."""
    import cv2

    path = tmp_path_factory.mktemp("clip") / "single_leg_stance.mp4"
    video = cv2.VideoCapture(str(SAMPLE))
    size = (int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, size)
    for _ in range(40):
        writer.write(video.read()[1])
    writer.release()
    video.release()
    return path


def commands(clip: Path, out: Path) -> dict[str, list[str]]:
    return {
        "score": ["score", str(clip), "--json", str(out / "r.json"), "--video", str(out / "v.mp4")],
        "live": [
            "live", "single_leg_stance", "--source", str(clip), "--realtime", "--no-window",
            "--json", str(out / "r.json"),
        ],
    }  # fmt: skip


GUARD = """
import os, socket

def refuse(*arguments, **named):
    with open(os.environ["GUARD_LOG"], "a") as log:
        log.write(repr(arguments) + "\\n")
    raise OSError("this test allows no network")

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
"""


@pytest.mark.parametrize("command", ["score", "live"])
def test_no_python_code_opens_a_connection(command: str, clip: Path, tmp_path: Path) -> None:
    guard, log = tmp_path / "guard", tmp_path / "log"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    path = os.pathsep.join(filter(None, [str(guard), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, "GUARD_LOG": str(log)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip

    ran = run("-m", "formcheck", *commands(clip, tmp_path)[command])
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "r.json").exists()
    assert not log.exists(), log.read_text()
    # The guard itself is on guard.
    run("-c", "import socket; socket.socket().connect(('127.0.0.1', 9))")
    assert "127.0.0.1" in log.read_text()


def traced(arguments: list[str], log: Path) -> list[str]:
    """The system calls with which a program tries to reach another machine or this one's ports."""
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=network", "-o", str(log)]
    ran = subprocess.run(
        [*strace, sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr
    calls = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        line
        for line in calls
        if re.search(r"\b(connect|sendto|sendmsg|sendmmsg)\(", line) and "AF_INET" in line
    ]


@pytest.mark.skipif(not TRACES, reason="needs strace")
@pytest.mark.parametrize("command", ["score", "live"])
def test_no_connection_is_tried(command: str, clip: Path, tmp_path: Path) -> None:
    """Whoever tries: mediapipe's own libraries too. 0.10.35 fails here, 0.10.33 must not."""
    arguments = ["-m", "formcheck", *commands(clip, tmp_path)[command]]
    assert traced(arguments, tmp_path / "log") == []
    assert (tmp_path / "r.json").exists()


#: Serves the page, with a clip as camera, looks into it for a moment, and ends.
PAGE_ONCE = """
import http.client, json, os, sys, threading, traceback
from websockets.sync.client import connect
from formcheck.app.bridge import Bridge, Home
from formcheck.app.clips import Clips
from formcheck.app.front import Options
from formcheck.app.server import serve
from formcheck.journal import Journal
from formcheck.vision.models import find_model
from formcheck.vision.source import open_source

def visit(address):
    host, token = address.split("/")[2], address.split("=")[1]
    link = http.client.HTTPConnection(host)
    link.request("GET", f"/?token={token}")
    answer = link.getresponse()
    cookie = answer.headers["set-cookie"].split(";")[0]
    said = {"Cookie": cookie, "Origin": f"http://{host}"}
    for path in ("/", "/static/main.js", "/api/today", "/api/diary", "/api/report"):
        answer.read()
        link.request("GET", path, headers=said)
        answer = link.getresponse()
        assert answer.status == 200, path
    answer.read()
    with connect(f"ws://{host}/ws?page=a", origin=f"http://{host}", proxy=None, open_timeout=60,
                 additional_headers={"Cookie": cookie}) as page:
        start = {"kind": "setup", "name": "single_leg_stance"}
        page.send(json.dumps({"do": "start", "value": start}))
        for _ in range(5):
            while not isinstance(said_now := page.recv(60), bytes):
                pass
            page.send(json.dumps({"do": "drawn", "value": 10**6}))
        page.send(json.dumps({"do": "end"}))
    print("seen", flush=True)
    link.close()  # the server lets go of a silent one after 5 s; the next request opens another
    link.request("POST", "/api/leave", b"", said)
    link.getresponse().read()

def visitor(address):
    try:
        visit(address)
    except BaseException:  # else the server would wait for the next visitor
        traceback.print_exc()
        os._exit(1)

home = Home(lambda: Journal(None))
model = find_model("lite")
bridge = Bridge(home, lambda: Options(
    lambda source: open_source(source, realtime=True), sys.argv[1], model, mute=True))
serve(bridge, Clips(home, "lite"), browser=False,
      ready=lambda address: threading.Thread(target=visitor, args=(address,)).start())
"""


@pytest.mark.skipif(not TRACES, reason="needs strace")
def test_the_page_reaches_out_to_nobody(clip: Path, tmp_path: Path) -> None:
    """All that is connected to is its own port, by the visitor that the test brings along."""
    calls = traced(["-c", PAGE_ONCE, str(clip)], tmp_path / "log")
    ours = re.compile(r'connect\(.*sin_addr=inet_addr\("127\.0\.0\.1"\)')
    assert [call for call in calls if not ours.search(call)] == []
    assert len(calls) >= 2
    ports = {found[1] for call in calls if (found := re.search(r"htons\((\d+)\)", call))}
    assert len(ports) == 1


LEFT = """
import os, sys
from formcheck.app.scratch import Scratch
own = Scratch("clip")
(own.folder / "clip.mp4").write_bytes(b"me")
if sys.argv[1:]:
    print(flush=True)
    sys.stdin.read()
os._exit(9)
"""


def test_a_killed_server_s_recordings_go_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    other = tmp_path / "formcheck-clip-mine"  # of that name, and not a server's
    other.mkdir()
    (tmp_path / "formcheck-clip-link").symlink_to(other)
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", LEFT, "stay"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as living:
        assert living.stdout is not None
        living.stdout.readline()
        assert subprocess.run([sys.executable, "-c", LEFT], env=env, check=False).returncode == 9
        own = Scratch("clip")
        assert len(list(tmp_path.glob("*/files/clip.mp4"))) == 2  # it may still be beginning
        own.close()
        for made in tmp_path.glob("formcheck-clip-*"):
            os.utime(made, (0, 0), follow_symlinks=False)
        own = Scratch("clip")
        assert len(list(tmp_path.glob("*/files/clip.mp4"))) == 1  # the one that still runs
        assert other.is_dir()
        own.close()
        assert living.stdin is not None
        living.stdin.close()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(not TRACES, reason="needs strace")
def test_the_trace_sees_a_connection(tmp_path: Path) -> None:
    for family, address in (("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")):
        program = f"import socket as s; s.socket(s.{family}).connect_ex(({address!r}, 9))"
        assert len(traced(["-c", program], tmp_path / family)) == 1
