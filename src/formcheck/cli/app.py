"""``formcheck app``: the page in a browser, on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from . import common
from .options import ModelName

if TYPE_CHECKING:
    from ..app.label_clips import LabelClips


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
    label: Annotated[
        Path | None,
        typer.Option("--label", metavar="FOLDER", help="Label the clips of a folder, too."),
    ] = None,
    rater: Annotated[
        str | None, typer.Option("--rater", metavar="NAME", help="Who labels (with --label).")
    ] = None,
    signal: Annotated[
        bool, typer.Option("--signal/--no-signal", help="Show the signal below a clip to label.")
    ] = True,
    phone: Annotated[
        bool, typer.Option("--phone", help="Let one telephone be camera and screen, over TLS.")
    ] = False,
    phone_address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="With --phone: listen on this address of this computer."
        ),
    ] = None,
    install_shortcut: Annotated[
        bool, typer.Option("--install-shortcut", help="Make an icon that starts it, and end.")
    ] = False,
) -> None:
    """Open formcheck in your browser: sessions, diary, drills, recorded clips. Nothing leaves this
    machine."""
    from functools import partial

    from ..app.bridge import Bridge, Home
    from ..app.clips import Clips
    from ..app.front import Options
    from ..app.server import serve
    from ..vision.models import find_model
    from ..vision.source import open_source
    from . import diary

    if install_shortcut:
        from ..app.shortcut import install

        print(f"It starts with a click now: {install()}")
        return
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

    labels = _labels(label, rater, model or settings.model, settings.drills_folder, signal)
    if phone_address is not None and not phone:
        raise UsageError("--phone-address needs --phone")
    home = Home(diary.open_journal, settings.drills_folder, settings.plans_folder)
    clips = Clips(home, model or settings.model)
    serve(
        Bridge(home, options), clips, settings=_said, change=_change,
        port=port, ready=_ready, browser=browser, label=labels,
        phone=_door(phone_address) if phone else None,
    )  # fmt: skip


def _labels(
    folder: Path | None, rater: str | None, model: str, drills: Path | None, signal: bool
) -> LabelClips | None:
    """The clips to label.

    Raises:
        InputError: the folder holds none.
        UsageError: nobody is named, or labels cannot be written there.
    """
    from ..app.label_clips import LabelClips

    if (folder is None) != (rater is None):
        raise UsageError("--label and --rater go together: --label FOLDER --rater NAME")
    if folder is None or rater is None:
        return None
    return LabelClips(folder, rater, drills_folder=drills, model=model, signal=signal)


def _door(address: str | None) -> tuple[str, Path]:
    """Where a telephone may come in, and what keeps the certificate."""
    from ..app.phone import own_address
    from ..folders import data_dir

    return address or own_address(), data_dir()


def _said() -> dict[str, Any]:
    """What the page of settings shows."""
    from ..folders import config_file
    from ..journal import default_path

    said = common.settings()
    return {
        "voice": said.voice,
        "mirror": said.mirror,
        "source": said.source,
        "model": said.model,
        "diary": str(default_path()),
        "settings": str(config_file()),
        "plans": str(said.plans_folder),
        "drills": str(said.drills_folder),
    }


def _change(said: Mapping[str, Any]) -> None:
    """Keep what was chosen on the page in the settings file.

    Raises:
        UsageError: a value cannot be, or the file cannot be written.
    """
    from ..config import changed
    from ..files import MOST_SETTINGS, read_text
    from ..folders import config_file
    from ..sinks import replace_text

    values = {key: said[key] for key in ("voice", "mirror", "source") if key in said}
    path = config_file()
    try:
        text = read_text(path, MOST_SETTINGS) if path.exists() else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, changed(text, values))
    except OSError as error:
        raise UsageError(f"{path}: the settings cannot be kept ({error.strerror})") from error


def _check(source: str) -> None:
    """See that a clip is there before anybody waits for it.

    Raises:
        InputError: it is not.
    """
    from ..files import check_file

    if not (source.isdecimal() or source.startswith("/dev/") or "://" in source):
        check_file(Path(source), "a camera's number, a device, an address or a clip")


def _ready(address: str) -> None:
    print(f"formcheck is here: {address}", flush=True)
    print("It ends with Ctrl-C, or 10 minutes after you close its last page.", flush=True)
