"""A front as a web page would have one: JSON out, JSON answers in, nothing else of a computer.

    python tests/page_front.py JOURNAL < answers

Leads a plan of two bridges before a scripted person. Each line on stdout is a message to the page:
a question, lines to read or to say, what the screen shows, the end. Each line on stdin is an
answer: ``{"key": …, "value": …}``. The last message names the modules that a page has no use for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import stick

from formcheck.body.pose import Pose
from formcheck.catalogue.registry import all_drills
from formcheck.coach.plans import parse_plan
from formcheck.journal import Journal
from formcheck.lead.asking import Ask, Tell
from formcheck.lead.leader import Done
from formcheck.lead.plan import PlanLeader
from formcheck.lead.sets import Front, take_frames
from formcheck.sinks.info import RunInfo

PLAN = """
warm_up_min = 0
start_share = 1.0
[[drill]]
name = "hip_bridge"
reps = 2
"""
NOT_HERE = ("typer", "rich", "cv2", "mediapipe", "click")


def send(what: str, **message: Any) -> None:
    print(json.dumps({"what": what, **message}), flush=True)


class Page(Front):
    """What is said and shown while frames come."""

    def say(self, lines: Any, t: float) -> None:
        for line in lines:
            send("say", t=t, text=line.text)

    def notice(self, notice: Any) -> None:
        if notice.heading:
            send("screen", heading=notice.heading)


def film() -> Iterator[Pose]:
    """On the back, a bridge every eight seconds."""
    lifts = stick.moving([(t, t + 1.2, t + 2.2, t + 3.4) for t in range(4, 90, 8)])
    yield from stick.film(lambda t: stick.on_the_back(lifts(t)), 90.0)


@contextmanager
def page_leader(path: Path) -> Iterator[PlanLeader]:
    plan = parse_plan("page", PLAN, "page.toml")
    with Journal(path) as journal, PlanLeader(journal, plan, all_drills()) as leader:
        yield leader


def main() -> None:
    page = Page()
    with page_leader(Path(sys.argv[1])) as leader:
        while not isinstance(move := leader.next(), Done):
            if isinstance(move, Ask):
                send("ask", **asdict(move.question))
                assert leader.next() is move  # a page that is loaded again gets it again
                answer = json.loads(sys.stdin.readline())
                leader.answer(answer["value"], answer["key"])
            elif isinstance(move, Tell):
                send("tell", lines=move.lines)
            else:
                send("frames")
                take_frames(leader, page, film(), RunInfo("page", stick.SIZE, live=True))
        send("done", status=move.status, lines=move.lines)
    send("loaded", modules=[name for name in NOT_HERE if name in sys.modules])


if __name__ == "__main__":
    main()
