"""The page beside the window: age of a picture when it is drawn, judged rate, processor time.

    python benchmarks/page_speed.py CLIP [SECONDS]

Plays CLIP as a camera three times for SECONDS: ``live --no-window``, ``live`` with its window
(where there is a display), and the page in a headless Chromium. Processor time is that of
formcheck's own process; Chromium's, which draws without a graphics card here, is not in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from formcheck.app.bridge import Bridge, Home
from formcheck.app.clips import Clips
from formcheck.app.front import Options
from formcheck.app.server import serve
from formcheck.journal import Journal
from formcheck.vision.models import find_model
from formcheck.vision.source import open_source


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


def page(clip: str, seconds: float) -> dict[str, float]:
    """The same for the page, with what a picture's age was when it had been drawn."""
    from playwright.sync_api import sync_playwright

    model = find_model("full")

    def opened(source: str) -> Any:
        return open_source(source, realtime=True)

    home = Home(lambda: Journal(None))
    bridge = Bridge(home, lambda: Options(opened, clip, model, mute=True))
    told: list[str] = []
    said = {"ready": told.append, "browser": False}
    parts = bridge, Clips(home, "full")
    server = threading.Thread(target=serve, args=parts, kwargs=said, daemon=True)
    server.start()
    while not told:
        time.sleep(0.05)
    with sync_playwright() as made:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = made.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1366, "height": 768})
        tab.goto(told[0])
        tab.goto(told[0].split("?")[0] + "drills?drill=clamshell")
        tab.click("button:text-is('Try the camera')")
        tab.wait_for_selector(".checks .ok", timeout=30000)
        pictures = bridge.pictures
        pictures.ages.clear()
        sent, dropped = pictures.sent, pictures.dropped
        used, began = time.process_time(), time.monotonic()
        time.sleep(seconds)
        spent = time.monotonic() - began
        rate = (pictures.sent - sent) / spent
        found = {
            "drawn": rate,
            "judged": rate + (pictures.dropped - dropped) / spent,
            "cpu": (time.process_time() - used) / spent,
            "p50_ms": 1000 * pictures.age_at(50),
            "p95_ms": 1000 * pictures.age_at(95),
        }
        browser.close()
    bridge.close()
    return found


def main() -> None:
    clip, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 15.0
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
