"""formcheck: a local, private form checker for back-and-hip drills.

::

    import formcheck

    result = formcheck.score("clip.mp4", drill="clamshell")
    print(result.complete, result.score)
    for rep in result.reps:
        print(rep.n, rep.score, [fault.code for fault in rep.faults])

The parts it is made of are there too, to be put together in another way::

    from formcheck import Analyzer, Landmarker, VideoFile, find_model, get_drill

    analyzer = Analyzer(get_drill("clamshell"))
    with VideoFile("clip.mp4") as clip, Landmarker(find_model("full")) as landmarker:
        for frame in clip:
            for event in analyzer.update(landmarker.detect(frame)).events:
                print(event)
    analyzer.finish()
    print(analyzer.result().complete)

Names are loaded when they are first used: ``import formcheck`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import ClipResult, score, score_many
    from .body.pose import Joint, Pose, Side
    from .catalogue.registry import drill_names, get_drill
    from .drill import Dose, Drill, Fault
    from .errors import FormcheckError, InputError, ModelError, UnknownDrill, UsageError
    from .events import CannotJudgeSpan, FaultSpan, Hold, Reason, Rep, SetResult, Step
    from .judge.analyzer import Analyzer
    from .run.loop import run_set
    from .vision.camera import Camera
    from .vision.clip import VideoFile
    from .vision.frames import Frame
    from .vision.landmarker import Landmarker
    from .vision.models import Model, find_model
    from .vision.source import open_source
    from .vision.track import PoseTrack, write_track

__version__ = "0.1.0"

__all__ = [
    "Analyzer",
    "Camera",
    "CannotJudgeSpan",
    "ClipResult",
    "Dose",
    "Drill",
    "Fault",
    "FaultSpan",
    "FormcheckError",
    "Frame",
    "Hold",
    "InputError",
    "Joint",
    "Landmarker",
    "Model",
    "ModelError",
    "Pose",
    "PoseTrack",
    "Reason",
    "Rep",
    "SetResult",
    "Side",
    "Step",
    "UnknownDrill",
    "UsageError",
    "VideoFile",
    "__version__",
    "drill_names",
    "find_model",
    "get_drill",
    "open_source",
    "run_set",
    "score",
    "score_many",
    "write_track",
]

_HOME = {
    "api": "ClipResult score score_many",
    "body.pose": "Joint Pose Side",
    "catalogue.registry": "drill_names get_drill",
    "drill": "Dose Drill Fault",
    "errors": "FormcheckError InputError ModelError UnknownDrill UsageError",
    "events": "CannotJudgeSpan FaultSpan Hold Reason Rep SetResult Step",
    "judge.analyzer": "Analyzer",
    "run.loop": "run_set",
    "vision.camera": "Camera",
    "vision.clip": "VideoFile",
    "vision.frames": "Frame",
    "vision.landmarker": "Landmarker",
    "vision.models": "Model find_model",
    "vision.source": "open_source",
    "vision.track": "PoseTrack write_track",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
