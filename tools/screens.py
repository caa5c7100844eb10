"""Makes the pictures of the page for the docs: ``python tools/screens.py`` (needs Chromium).

A diary is made up, a sample clip is the camera; docs/page/*.webp are written. ``telephone`` or
``label`` as an argument makes those of the telephone or of the label page only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "page"
SAMPLE = ROOT / "sample_videos" / "clamshell__pelvis_roll__front_l1005.mp4"
PLAN = (
    'title = "Hips, gently"\nabout = "My own plan."\nwarm_up_min = 0\nstart_share = 1.0\n'
    '[[drill]]\nname = "clamshell"\nreps = 4\n[[drill]]\nname = "hip_bridge"\nreps = 8\n'
)
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def diary(path: Path) -> None:
    """Four weeks of a person who does a little more each time."""
    from formcheck.events import Rep
    from formcheck.journal import Journal

    first = datetime.now(timezone.utc) - timedelta(days=27)
    for n, day in enumerate(range(0, 26, 3)):
        at = first + timedelta(days=day)
        with Journal(path, now=lambda at=at: at) as journal:
            session = journal.begin_session("hips", "docs")
            journal.add_pain(session, "before", 3 - n // 3)
            for side in ("left", "right"):
                one = journal.begin_set(session, "clamshell", side=side)
                score = 62 + 3 * n + (4 if side == "left" else 0)
                for k in range(4):
                    times = (4.0 * k, 4 * k + 1.0, 4 * k + 2.0, 4 * k + 3.0)
                    rep = Rep(k + 1, side, *times, 1.0, 30.0, True, score=score)
                    journal.add_rep(one, rep)
                journal.end_set(one, None, "done")
                journal.write(lambda db, one=one, score=score: db.execute(
                    "UPDATE main.sets SET score = ? WHERE id = ?", (score, one)))  # fmt: skip
            journal.add_pain(session, "after", 3 - n // 3)
            journal.add_pain(session, "next_day", 2 - n // 4)
            journal.end_session(session)


@contextmanager
def served(folder: Path, *more: str) -> Iterator[str]:
    (folder / "plans").mkdir()
    (folder / "plans" / "hips.toml").write_text(PLAN)
    diary(folder / "journal.sqlite3")
    (folder / "settings.toml").touch()
    command = [sys.executable, "-m", "formcheck", "app", "--no-browser", "--mute", "--port",
               "18738", "--source", str(SAMPLE), *more]  # fmt: skip
    home = {"FORMCHECK_DATA_DIR": str(folder), "FORMCHECK_CONFIG": str(folder / "settings.toml")}
    with subprocess.Popen(command, env=os.environ | home, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        yield app.stdout.readline().split(": ", 1)[1].strip()
        app.send_signal(signal.SIGINT)


def shoot(page: Any, name: str) -> None:
    """A picture as WebP, small."""
    time.sleep(0.6)
    image = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(str(OUT / f"{name}.webp"), image, [cv2.IMWRITE_WEBP_QUALITY, 80])
    print(name, flush=True)


def answer(page: Any) -> None:
    for question in page.query_selector_all("fieldset.question"):
        question.query_selector("input").check()
    page.click("form .big")


def session(page: Any) -> None:
    page.click("button.big")
    page.wait_for_selector("fieldset.question")
    shoot(page, "questions")
    answer(page)
    page.wait_for_selector("h1:text-is('How is it now?')")
    answer(page)
    page.wait_for_selector(".setup .checks .ok", timeout=30000)
    shoot(page, "setup")  # then it begins by itself
    page.wait_for_selector(".dial[aria-label='1 of 4']", timeout=40000)
    shoot(page, "session")
    page.wait_for_selector(".band[data-sign='fault']", timeout=40000)
    shoot(page, "cue")
    page.set_viewport_size(PHONE)
    shoot(page, "session-phone")
    page.set_viewport_size(LAPTOP)
    page.wait_for_selector("h1:text-is('How did it feel?')", timeout=60000)
    shoot(page, "afterwards")
    answer(page)
    page.wait_for_selector(".kept")


def pages(page: Any, here: str) -> None:
    for name in ("diary", "drills", "drill", "plans", "settings"):
        page.goto(here + ("drills?drill=clamshell" if name == "drill" else name))
        page.wait_for_selector("main > h1, main > .back")
        shoot(page, name)
    page.goto(here + "clip")
    page.set_input_files("#file", str(SAMPLE))
    page.wait_for_selector(".lane .span.done", timeout=90000)
    page.locator(".span.done").nth(1).click()
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "clip")


def film(path: Path) -> None:
    """The sample as Chromium's fake camera plays it: JPEG after JPEG, 30 a second."""
    video, number = cv2.VideoCapture(str(SAMPLE)), 0
    with path.open("wb") as file:
        while (found := video.read())[0]:
            data = cv2.imencode(".jpg", found[1])[1].tobytes()
            while number / 30 <= video.get(cv2.CAP_PROP_POS_MSEC) / 1000:
                file.write(data)
                number += 1


def telephone() -> None:
    """The computer's page with the code, and the telephone before and in a set."""
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    door = "--phone", "--phone-address", "127.0.0.1"
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), *door) as address,
        sync_playwright() as made,
    ):
        camera = Path(folder) / "camera.mjpeg"
        film(camera)
        chromium = made.chromium.launch(
            executable_path=browser,
            args=["--no-sandbox", "--use-fake-device-for-media-stream",
                  "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={camera}"],
        )  # fmt: skip
        page = chromium.new_page(viewport=LAPTOP)
        page.goto(address)
        page.wait_for_selector("button.big")
        page.goto(address.split("?")[0] + "phone")
        page.wait_for_selector("img.code")
        shoot(page, "telephone")
        phone = chromium.new_context(ignore_https_errors=True, viewport=PHONE).new_page()
        phone.goto(page.locator("details code").text_content() or "")
        phone.click("button.big")
        phone.wait_for_selector("h1:text-is('Ready')")
        shoot(phone, "telephone-ready")
        page.goto(address.split("?")[0])
        page.click("button.big")
        for head in ("Before you start", "How is it now?"):
            phone.wait_for_selector(f"h1:text-is('{head}')")
            answer(phone)
        phone.wait_for_selector(".dial[aria-label='1 of 4'], .dial[aria-label='2 of 4']",
                                timeout=90000)  # fmt: skip
        shoot(phone, "telephone-session")
        chromium.close()


def label() -> None:
    """The label page: two marks over the signal, one of them with a fault."""
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips"
        clips.mkdir()
        shutil.copy(SAMPLE, clips / "clamshell_01.mp4")
        more = "--label", str(clips), "--rater", "Anna"
        with served(Path(folder), *more) as address, sync_playwright() as made:
            chromium = made.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            page = chromium.new_page(viewport=LAPTOP)
            page.goto(address)
            page.wait_for_selector(".label polyline", timeout=120000)
            keys = {30: "s", 57: "t", 75: "h", 98: "e", 118: "s", 147: "t", 166: "h", 190: "e"}
            for frame in range(1, 191):
                page.keyboard.press(".")
                if frame in keys:
                    page.keyboard.press(keys[frame])
            page.keyboard.press("1")
            page.keyboard.press("1")
            page.wait_for_selector(".kept")
            shoot(page, "label")
            chromium.close()


def main() -> None:
    parts = {"telephone": telephone, "label": label}
    if sys.argv[1:]:
        parts[sys.argv[1]]()
        return
    pages_of_the_computer()
    telephone()
    label()


def pages_of_the_computer() -> None:
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address:
        here = address.split("?")[0]
        with sync_playwright() as made:
            chromium = made.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            page = chromium.new_page(viewport=LAPTOP)
            page.goto(address)
            page.wait_for_selector("button.big")
            shoot(page, "today")
            session(page)
            pages(page, here)
            chromium.close()


if __name__ == "__main__":
    main()
