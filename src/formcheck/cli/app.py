"""``formcheck app``: the page in a browser, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from . import common
from .options import ModelName


def register(app: typer.Typer) -> None:
    app.command("app")(page)


def page(
    source: Annotated[
        str | None,
        typer.Option(
            "--source", "--camera", help="Camera number, device or URL; or a clip, played as one."
        ),
    ] = None,
    model: ModelName = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, metavar="N", help="Listen on this port.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser.")
    ] = True,
    mute: Annotated[bool, typer.Option("--mute", help="Say nothing.")] = False,
) -> None:
    """Open formcheck in your browser: sessions, diary, drills, recorded clips. Nothing leaves this
    machine."""
    from functools import partial

    from ..app.bridge import Bridge, Home
    from ..app.front import Options
    from ..app.server import serve
    from ..vision.models import find_model
    from ..vision.source import open_source
    from . import diary

    settings = common.settings()
    found = find_model(model or settings.model)
    if source is not None and source.lower().endswith(".npz"):
        raise UsageError(f"--source: expected a camera or a clip, got a pose track ({source})")
    if source is not None:
        _check(source)

    def options() -> Options:
        said = common.settings()
        return Options(
            open_stream=partial(open_source, realtime=True, size=said.size, fps=said.fps),
            source=source or said.source,
            model=found,
            mirror=said.mirror,
            mute=mute or not said.voice,
            speech_command=said.speech_command,
        )

    home = Home(diary.open_journal, settings.drills_folder, settings.plans_folder)
    serve(Bridge(home, options), port=port, ready=_ready, browser=browser)


def _check(source: str) -> None:
    """See that a clip is there before anybody waits for it.

    Raises:
        InputError: it is not.
    """
    from pathlib import Path

    from ..files import check_file

    if not (source.isdecimal() or source.startswith("/dev/") or "://" in source):
        check_file(Path(source), "a camera's number, a device, an address or a clip")


def _ready(address: str) -> None:
    print(f"formcheck is here: {address}", flush=True)
    print("It ends with Ctrl-C, or 10 minutes after you close its last page.", flush=True)
