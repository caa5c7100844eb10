"""Is this machine ready: versions, models, display, voice, folders. Data first, words last.

Nothing is changed, and no camera is opened unless it is asked for.
"""

from __future__ import annotations

import glob
import importlib
import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .body.pose import Pose
from .coach.setup_check import SetupGuide
from .coach.setup_check import checks as checklist
from .errors import FormcheckError, one_line
from .folders import cache_dir, config_file, data_dir
from .vision.models import find_model, known_models, locate
from .vision.pipeline import Seen

if TYPE_CHECKING:
    from .drill import Drill

__all__ = ["MEDIAPIPE", "OPENCV", "Check", "main", "run_checks", "set_up"]

#: So long a camera is looked at, s: a camera that moves or stutters shows within four.
LOOK_S = 5.0

#: The versions that formcheck is made for; a test holds them to pyproject.toml.
MEDIAPIPE, OPENCV = "0.10.33", "5.0.0.93"
_PYTHON = (3, 10), (3, 13)
_LIBRARIES = "on Debian or Ubuntu: apt install libgl1 libegl1 libgles2 libglib2.0-0"


@dataclass(frozen=True)
class Check:
    """One answer. ``must``: nothing works without it. ``todo``: how to fix it if it is not ok."""

    name: str
    ok: bool
    detail: str
    todo: str = ""
    must: bool = True


def run_checks(camera: str | None = None) -> list[Check]:
    """Look at everything.

    Args:
        camera: a camera (index, device path, address) to open for a moment, or None for none.
    """
    checks: list[Callable[[], Check]] = [
        _python,
        _mediapipe,
        _opencv,
        *(partial(_model, name) for name in known_models()),
        _engine,
        _settings,
        partial(_writable, "data folder", data_dir()),
        partial(_writable, "cache folder", cache_dir()),
        _display,
        _video,
        _voice,
        partial(_camera, camera),
        _network,
    ]
    return [check() for check in checks]


def main(camera: str | None = None, drill: str | None = None) -> int:
    """Print the checks to stdout; 0, or 1 where something essential is missing.

    With a camera that works, the set-up as it is seen there follows, for ``drill`` if one is
    named, and ends in a sentence.
    """
    checks = run_checks(camera)
    for check in checks:
        mark = "ok" if check.ok else "WRONG" if check.must else "missing"
        print(f"{mark:8}{check.name:14}{check.detail}")
        if check.todo and not check.ok:
            print(f"{'':22}-> {check.todo}")
    wrong = [check.name for check in checks if check.must and not check.ok]
    print(f"\nto fix: {', '.join(wrong)}" if wrong else "\nready")
    if camera is not None and not wrong:
        print(_set_up(camera, drill))
    return 1 if wrong else 0


def _set_up(source: str, name: str | None) -> str:
    from .catalogue.registry import get_drill
    from .vision.landmarker import Landmarker
    from .vision.picture import PictureWatch
    from .vision.pipeline import looked_at, polled
    from .vision.source import open_source

    drill = get_drill(name) if name else None
    with ExitStack() as stack:
        camera = stack.enter_context(open_source(source, realtime=True))
        model = stack.enter_context(Landmarker(find_model("full")))
        looks = looked_at(polled(camera), model, live=True, watch=PictureWatch())
        return "\n".join(set_up(stack.enter_context(looks), drill))


def set_up(seen: Iterable[Seen | Pose | None], drill: Drill | None = None) -> list[str]:
    """What a camera sees, as the checklist of the page before a set, and a sentence at the end.

    Args:
        seen: frames with their poses; the first :data:`LOOK_S` seconds are looked at.
        drill: what is about to be done; None asks only what all drills need.
    """
    guide, known = SetupGuide(drill), False
    for item in seen:
        pose = item.pose if isinstance(item, Seen) else item
        if pose is None:
            continue
        known = True
        guide.update(pose)
        if pose.t >= LOOK_S:
            break
    problem = guide.problem
    rows = checklist(problem.code if problem else None, known)
    marks = {"ok": "ok", "no": "WRONG", None: "-"}
    # Without a drill there is no start position to be in.
    lines = [f"{marks[row['state']]:8}{row['name']}" for row in (rows if drill else rows[:-1])]
    if not known:
        return ["", *lines, "", "The camera sent no picture."]
    well = f"All is well: you can begin{f' the {drill.title.lower()}' if drill else ''}."
    return ["", *lines, "", f"{problem.say}." if problem else well]


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _python() -> Check:
    here = ".".join(map(str, sys.version_info[:3]))
    lowest, highest = (".".join(map(str, v)) for v in _PYTHON)
    ok = _PYTHON[0] <= sys.version_info[:2] <= _PYTHON[1]
    return Check("Python", ok, here, f"install formcheck with Python {lowest} to {highest}")


def _mediapipe() -> Check:
    found = _version("mediapipe")
    return Check(
        "mediapipe",
        found == MEDIAPIPE,
        found or "not installed",
        f"pip install mediapipe=={MEDIAPIPE} (later ones send usage data over the network)",
    )


def _opencv() -> Check:
    """opencv-python and opencv-contrib-python own one folder: the last one written is used."""
    names = ("opencv-python", "opencv-contrib-python")
    found = {name: _version(name) for name in names}
    headless = [
        name
        for name in ("opencv-python-headless", "opencv-contrib-python-headless")
        if _version(name)
    ]
    pins = " ".join(f"{name}=={OPENCV}" for name in names)
    fix = f"pip install --force-reinstall --no-deps {pins}"
    if headless:
        return Check(
            "OpenCV",
            False,
            f"{' and '.join(headless)} overwrites cv2 with a build that has no windows",
            f"pip uninstall -y {' '.join(headless)}, then {fix}",
        )
    if set(found.values()) != {OPENCV}:
        said = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
        return Check("OpenCV", False, f"{said}; both must be {OPENCV}: they share cv2", fix)
    try:
        cv2 = importlib.import_module("cv2")
        whole = str(cv2.__version__)
    except (ImportError, AttributeError) as error:
        # Uninstalling one of the two deletes the folder of both.
        library = ".so" in str(error)
        todo = _LIBRARIES if library else fix
        return Check("OpenCV", False, f"cv2 does not load ({one_line(error)})", todo)
    return Check("OpenCV", OPENCV.startswith(whole), f"{OPENCV}, cv2 {whole}", fix)


def _model(name: str) -> Check:
    comes_along = known_models()[name].url is None
    try:
        found = find_model(name)
    except FormcheckError as error:
        if not comes_along and not locate(name).exists():  # never asked for: no fault
            todo = f"formcheck models get {name}"
            return Check(f"model {name}", False, "not fetched, not needed", todo, must=False)
        return Check(f"model {name}", False, one_line(error))
    return Check(f"model {name}", True, f"{found.path.name}, sha256 {found.sha256[:12]}…")


def _engine() -> Check:
    """Whether the model runs here, which needs libraries that mediapipe does not bring."""
    try:
        from .vision.landmarker import Landmarker

        with Landmarker(find_model("lite")):
            return Check("pose engine", True, "the model loads")
    except (ImportError, OSError, FormcheckError) as error:
        why = one_line(error)
    todo = _LIBRARIES if ".so" in why else "fix what is wrong above, then: pip install -U formcheck"
    return Check("pose engine", False, why, todo)


def _settings() -> Check:
    from .config import load_settings

    try:
        load_settings()
    except FormcheckError as error:
        return Check("settings", False, one_line(error), "fix or remove the file")
    path = config_file()
    return Check("settings", True, str(path) if path.is_file() else f"none (would be {path})")


def _writable(name: str, folder: Path) -> Check:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    ok = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    variable = "FORMCHECK_DATA_DIR" if name.startswith("data") else "FORMCHECK_CACHE_DIR"
    return Check(name, ok, str(folder), f"make it writable, or set {variable} to a folder that is")


def _display() -> Check:
    from .sinks.window import check_display

    try:
        check_display()
    except FormcheckError as error:
        return Check("display", False, one_line(error), "live works with --no-window", must=False)
    return Check("display", True, os.environ.get("DISPLAY", "") or "there is one", must=False)


def _video() -> Check:
    found = _version("av")
    detail = f"PyAV {found}: annotated videos in H.264" if found else "annotated videos in mp4v"
    todo = "for videos that a browser plays: pip install 'formcheck[video]'"
    return Check("video", bool(found), detail, todo, must=False)


def _voice() -> Check:
    if sys.platform == "win32":
        return Check("voice", True, "the system's own (SAPI)", must=False)
    speakers = ("say",) if sys.platform == "darwin" else ("espeak-ng", "espeak", "spd-say")
    found = next((name for name in speakers if shutil.which(name)), None)
    detail = found or f"none of {', '.join(speakers)}"
    return Check("voice", found is not None, detail, "apt install espeak-ng", must=False)


def _camera(source: str | None) -> Check:
    if source is None:
        seen = ", ".join(sorted(glob.glob("/dev/video*")))
        detail = f"{seen or 'not looked for'}; not opened (--camera 0 tries it)"
        return Check("camera", True, detail, must=False)
    todo = "check the cable and the permissions, or name another: --camera 1"
    try:
        from .vision.camera import Camera

        number = int(source) if source.isdecimal() else source
        with Camera(number, open_s=3.0) as stream:
            frame = next(iter(stream), None)
            if frame is None:
                return Check("camera", False, f"{source}: no picture came", todo, must=True)
            height, width = frame.image.shape[:2]
    except FormcheckError as error:
        return Check("camera", False, one_line(error), todo, must=True)
    return Check("camera", True, f"{source}: {width}x{height}")


def _network() -> Check:
    quiet = _version("mediapipe") in (None, MEDIAPIPE)
    detail = (
        "nothing leaves this machine; only `formcheck models get` fetches something"
        if quiet
        else "this mediapipe reports its use to a server"
    )
    return Check("privacy", quiet, detail, f"pip install mediapipe=={MEDIAPIPE}")
