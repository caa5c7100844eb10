"""The page beside the window: age of a picture when it is drawn, judged rate, processor time.

    python benchmarks/page_speed.py CLIP [SECONDS]
    python benchmarks/page_speed.py CLIP --minutes 20 [--every 2]

Plays CLIP, of clamshells, as a camera three times for SECONDS: ``live --no-window``, ``live`` with
its window (where there is a display), and a set on the page in a headless Chromium. Processor time
is that of formcheck's own process; Chromium's, which draws without a graphics card here, is not in
it. With ``--minutes`` only the page runs, in one endless set with CLIP played again and again;
printed are the memory of the server, which is a process of its own (Linux), and the page's
JavaScript heap after a collection, each ``--every`` minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import cv2

from formcheck.app.bridge import Bridge, Home
from formcheck.app.clips import Clips
from formcheck.app.front import Options
from formcheck.app.server import serve
from formcheck.journal import Journal
from formcheck.vision.camera import Camera, Shot
from formcheck.vision.models import find_model


def live(clip: str, seconds: float, *more: str) -> tuple[float, float]:
    """Judged frames a second, and processor seconds a second, of ``formcheck live``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "poses.npz"
        command = [sys.executable, "-m", "formcheck", "live", "clamshell", "--source", clip,
                   "--realtime", "--mute", "--poses", str(out), *more]  # fmt: skip
        home = os.environ | {"FORMCHECK_DATA_DIR": folder}
        before, began = os.times(), time.monotonic()
        quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        with subprocess.Popen(command, env=home, **quiet) as run:  # type: ignore[call-overload]
            try:
                run.wait(seconds)
            except subprocess.TimeoutExpired:
                run.send_signal(2)
        spent, after = time.monotonic() - began, os.times()
        used = after.children_user + after.children_system
        used -= before.children_user + before.children_system
        import numpy as np

        t = np.load(out)["t"]
        return (len(t) - 1) / float(t[-1] - t[0]), used / spent


class Again:
    """A clip that is played again and again, as a device of a camera."""

    finite = False

    def __init__(self, clip: str) -> None:
        self._clip, self._zero = clip, time.monotonic()
        self._video = cv2.VideoCapture(clip)
        self._every = 1 / (self._video.get(cv2.CAP_PROP_FPS) or 30.0)
        self._number = 0

    def read(self) -> Shot | None:
        ok, image = self._video.read()
        if not ok:
            self._video.release()
            self._video = cv2.VideoCapture(self._clip)
            ok, image = self._video.read()
        if not ok:
            return None
        self._number += 1
        due = self._zero + self._number * self._every
        time.sleep(max(0.0, due - time.monotonic()))
        return Shot(due, image, time.monotonic())

    def release(self) -> None:
        self._video.release()


def server(clip: str) -> None:
    """The server's process. It prints its address; each line that it reads is answered by a line
    of figures, counted from the line before."""
    model = find_model("full")

    def opened(source: str) -> Any:
        return Camera(open_device=lambda: Again(source))

    home = Home(lambda: Journal(Path(os.environ["FORMCHECK_DATA_DIR"]) / "journal.sqlite3"))
    bridge = Bridge(home, lambda: Options(opened, clip, model, mute=True))
    threading.Thread(target=tell, args=(bridge,), daemon=True).start()
    with suppress(KeyboardInterrupt):
        serve(bridge, Clips(home, "full"), ready=lambda at: print(at, flush=True), browser=False)


def tell(bridge: Bridge) -> None:
    pictures = bridge.pictures
    sent = dropped = 0
    used = began = 0.0
    for _ in sys.stdin:
        spent = time.monotonic() - began
        new = pictures.sent - sent, pictures.dropped - dropped
        figures = {
            "drawn": new[0] / spent,
            "judged": sum(new) / spent,
            "cpu": (time.process_time() - used) / spent,
            "p50_ms": 1000 * pictures.age_at(50),
            "p95_ms": 1000 * pictures.age_at(95),
        }
        print(json.dumps(figures), flush=True)
        pictures.ages.clear()
        sent, dropped = pictures.sent, pictures.dropped
        used, began = time.process_time(), time.monotonic()


class Server:
    """That process, as this one sees it."""

    def __init__(self, clip: str, folder: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, clip, "--serve"],
            env=os.environ | {"FORMCHECK_DATA_DIR": folder},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.address = self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def figures(self) -> dict[str, float]:
        """Since the last call."""
        assert self.process.stdin is not None
        print(file=self.process.stdin, flush=True)
        told: dict[str, float] = json.loads(self._line())
        return told

    def memory_mb(self) -> tuple[float, float]:
        """Resident, and its share where pages are shared."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        rows = dict(line.split(":") for line in text.splitlines()[1:])
        return tuple(int(rows[name].split()[0]) / 1000 for name in ("Rss", "Pss"))  # type: ignore

    def end(self) -> None:
        self.process.send_signal(2)
        self.process.wait(20)


@contextmanager
def set_on_the_page(clip: str) -> Iterator[tuple[Server, Any]]:
    """The server, and a page on which a set of clamshells runs."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as made:
        served = Server(clip, folder)
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = made.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            tab = browser.new_page(viewport={"width": 1366, "height": 768})
            tab.goto(served.address)
            tab.wait_for_selector("#nav [aria-current]")
            tab.click("#to-drills a")
            tab.click("a[href='/drills?drill=clamshell']")
            tab.click("button:text-is('Do it now')")
            tab.wait_for_selector("fieldset.question")
            for question in tab.query_selector_all("fieldset.question"):
                question.query_selector("input").check()
            tab.click("form .big")
            tab.wait_for_selector(".live .word:not(:empty)", timeout=60000)
            yield served, tab
        finally:
            browser.close()
            served.end()


def page(clip: str, seconds: float) -> dict[str, float]:
    """The same for the page, with what a picture's age was when it had been drawn."""
    with set_on_the_page(clip) as (served, _):
        time.sleep(2.0)
        served.figures()
        time.sleep(seconds)
        return served.figures()


def flat(clip: str, minutes: float, every: float) -> None:
    """Print the memory of server and page over time."""
    with set_on_the_page(clip) as (served, tab):
        tools = tab.context.new_cdp_session(tab)
        tools.send("Performance.enable")
        began, end = time.monotonic(), time.monotonic() + 60 * minutes
        while True:
            tools.send("HeapProfiler.collectGarbage")
            told = tools.send("Performance.getMetrics")["metrics"]
            metrics = {one["name"]: one["value"] for one in told}
            resident, share = served.memory_mb()
            print(f"{(time.monotonic() - began) / 60:5.1f} min  server {resident:6.1f} MB, "
                  f"its share {share:6.1f} MB  page {metrics['JSHeapUsedSize'] / 1e6:5.2f} MB  "
                  f"elements {metrics['Nodes']:.0f}  drawn {served.figures()['drawn']:.1f}/s",
                  flush=True)  # fmt: skip
            left = end - time.monotonic()
            if left <= 0:
                return
            tab.wait_for_timeout(1000 * min(60 * every, left))


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("clip")
    said.add_argument("seconds", nargs="?", type=float, default=15.0)
    said.add_argument("--minutes", type=float)
    said.add_argument("--every", type=float, default=2.0, help="minutes between two lines")
    said.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = said.parse_args()
    clip, seconds = asked.clip, asked.seconds
    if asked.serve:
        server(clip)
        return
    if asked.minutes is not None:
        flat(clip, asked.minutes, asked.every)
        return
    plain = live(clip, seconds + 4, "--no-window")
    print(f"live --no-window  judged {plain[0]:.1f}/s  cpu {plain[1]:.2f}", flush=True)
    if os.environ.get("DISPLAY"):
        shown = live(clip, seconds + 4)
        print(f"live, window      judged {shown[0]:.1f}/s  cpu {shown[1]:.2f}", flush=True)
    found = page(clip, seconds)
    print(f"page              judged {found['judged']:.1f}/s  cpu {found['cpu']:.2f}  drawn "
          f"{found['drawn']:.1f}/s  capture to drawn {found['p50_ms']:.0f} ms, "
          f"95 %: {found['p95_ms']:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
