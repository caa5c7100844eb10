"""docs/one-frame.md says which functions a frame passes: here one is followed through them."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from functools import wraps
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import stick

from formcheck.catalogue.registry import all_drills
from formcheck.cli.front import Options, Terminal
from formcheck.coach.plans import parse_plan
from formcheck.journal import Journal
from formcheck.lead.plan import PlanLeader
from formcheck.lead.sets import lead
from formcheck.sinks import voice
from formcheck.vision import source
from formcheck.vision.camera import Camera, Shot
from formcheck.vision.detection import Detection
from formcheck.vision.graph import Graph, Picture

PAGE = (Path(__file__).parent.parent / "docs" / "one-frame.md").read_text(encoding="utf-8")
#: Row, function, its full name.
NAMED = re.findall(r"^\| (\d+) \|.*\[`([\w.]+)`\]\[(formcheck[\w.]+)\] \|$", PAGE, re.MULTILINE)
FPS, SECONDS = 15, 60
CUE = "Press your heels, lift a little higher"
PLAN = """
warm_up_min = 0
start_share = 1.0
[[drill]]
name = "hip_bridge"
reps = 4
"""


def person(t: float) -> Any:
    """On the back, a bridge every eight seconds that stops short."""
    into = (t - 5) % 8.0
    lift = stick.rep_at(into, 4.0, 5.2, 6.2, 7.4) if into > 4 else 0.0
    return stick.pose(t, stick.on_the_back(0.62 * lift))


class Webcam:
    """Takes the next picture when the last one was looked at, so that none is lost."""

    finite = True

    def __init__(self, looked: threading.Semaphore) -> None:
        self._looked, self._n = looked, 0

    def read(self) -> Shot | None:
        self._looked.acquire()
        self._n += 1
        if self._n > FPS * SECONDS:
            return None
        width, height = stick.SIZE  # no two pictures alike: a still camera would be a gap
        image = np.full((int(height), int(width), 3), 100 + self._n % 50, np.uint8)
        return Shot(self._n / FPS, image, time.monotonic())

    def release(self) -> None: ...


class Person(Terminal):
    """Answers without a keyboard."""

    def ask(self, question: Any) -> object:
        return 1 if question.kind == "level" else False

    def tell(self, told: Any) -> None: ...


def found(full: str) -> tuple[Any, str]:
    """The class or module that holds a function, and the function's name in it."""
    parts = full.split(".")
    for n in range(len(parts) - 1, 0, -1):
        try:
            holder: Any = import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for name in parts[n:-1]:
            holder = getattr(holder, name)
        return holder, parts[-1]
    raise ModuleNotFoundError(full)


@pytest.fixture(scope="module")
def passed() -> Iterator[list[tuple[str, str, object]]]:
    """(thread, function, its first argument) of every call of a named function, in order."""
    calls: list[tuple[str, str, object]] = []
    looked = threading.Semaphore(1)

    def bodies(self: Graph, picture: Picture, ms: int) -> list[Detection]:
        pose = person((ms - 1) / 1000 + 1 / FPS)
        if ms:
            looked.release()
        return [Detection(pose.xy, pose.visibility, pose.world, stick.SIZE)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Graph, "__init__", lambda self, *a, **k: None)
        patch.setattr(Graph, "picture", staticmethod(lambda rgb: Picture(rgb, None)))
        patch.setattr(Graph, "bodies", bodies)
        patch.setattr(Graph, "close", lambda self: None)
        patch.setattr(voice, "speech_command", lambda setting: ["nobody"])
        patch.setattr(voice.Speech, "_speak", lambda self, text, number: None)
        patch.setattr(
            source, "open_source", lambda *a, **k: Camera(open_device=lambda: Webcam(looked))
        )
        for _, _, full in NAMED:
            holder, name = found(full)

            def spy(function: Any, full: str = full) -> Any:
                @wraps(function)
                def called(*args: Any, **kwargs: Any) -> Any:
                    first = args[1] if len(args) > 1 else None
                    calls.append((threading.current_thread().name, full, first))
                    return function(*args, **kwargs)

                return called

            function = getattr(holder, name)
            told = spy(function)
            patch.setattr(holder, name, told)
            for module in [m for n, m in sys.modules.items() if n.startswith("formcheck.")]:
                if getattr(module, name, None) is function:  # imported by name
                    patch.setattr(module, name, told)
        model = SimpleNamespace(name="scripted", path=Path(__file__), sha256="0")
        options = Options("0", model=model, window=False)
        with Journal(None) as journal:
            plan = parse_plan("one", PLAN, "one.toml")
            lead(PlanLeader(journal, plan, all_drills()), Person(options, plan=True))
        yield calls


def in_order(names: list[str], calls: list[str]) -> bool:
    left = iter(calls)
    return all(name in left for name in names)


def test_the_frame_that_is_cued_passes_them_in_this_order(passed) -> None:
    names = [full for _, _, full in NAMED]
    assert len(names) >= 8
    cued = next(i for i, (_, name, first) in enumerate(passed)
                if name.endswith("Speech.say") and first == CUE)  # fmt: skip
    main = [name for thread, name, _ in passed[: cued + 1] if thread == "MainThread"]
    judged = main[max(i for i, name in enumerate(main) if name.endswith("Analyzer.update")) :]
    start = names.index(judged[0])
    assert in_order(names[start:], judged)
    looks = [name for thread, name, _ in passed if thread == "detect"]
    last = len(looks) - looks[::-1].index(names[0]) - 1
    before = looks[looks.index(names[0]) : last]
    each = [name for name in names[:start] if name in before]
    assert before[: len(each)] == each
    once = [name for name in names[:start] if name not in each]
    assert set(once) <= {name for _, name, _ in passed}  # loops that all frames go through


def test_every_step_is_in_another_file_than_the_one_before() -> None:
    files = [found(full)[0] for _, _, full in NAMED]
    homes = [getattr(holder, "__module__", getattr(holder, "__name__", "")) for holder in files]
    assert all(a != b for a, b in pairwise(homes))


def test_the_page_counts_right() -> None:
    assert [int(row) for row, _, _ in NAMED] == list(range(1, len(NAMED) + 1))
    assert f"**{len(NAMED)} functions**" in PAGE
    for _, short, full in NAMED:
        assert full.endswith(f".{short}")
