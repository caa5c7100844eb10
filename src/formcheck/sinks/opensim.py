"""Markers (.trc) and angles (.mot) that OpenSim reads, where the landmarks allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..body.measures import VISIBLE, Body
from ..body.pose import Joint, Pose, Side
from ..geometry import angle, lean
from . import BaseSink, check_output, for_set, replace_text

if TYPE_CHECKING:
    from ..events import SetResult, Step
    from .info import RunInfo

__all__ = ["Angles", "Markers"]


class _Rows(BaseSink):
    """Keeps a row of numbers a frame, and writes them when the set is over."""

    def __init__(self, path: Path | Callable[[RunInfo], Path]) -> None:
        if isinstance(path, Path):
            check_output(path, f"the {self.name}")
        self._path = path
        self._info: RunInfo | None = None
        self._rows: list[tuple[float, list[float]]] = []

    def start(self, info: RunInfo) -> None:
        self._info, self._rows = info, []

    def write(self, frame: Any, pose: Pose, step: Step) -> None:
        self._rows.append((pose.t, self._numbers(pose)))

    def finish(self, step: Step) -> None:
        """The last step belongs to no frame."""

    def close(self, result: SetResult | None) -> None:
        if result is None or self._info is None:
            return
        info = self._info
        path = self._path(info) if callable(self._path) else for_set(self._path, info.set)
        replace_text(path, self._text(path.name, _rate(self._rows, info.fps)))

    def _numbers(self, pose: Pose) -> list[float]:
        raise NotImplementedError

    def _text(self, name: str, rate: float) -> str:
        raise NotImplementedError


class Markers(_Rows):
    """The 33 landmarks in space, metres about the middle of the hips, y up (``.trc``)."""

    name = "markers"

    def _numbers(self, pose: Pose) -> list[float]:
        seen = pose.visibility >= VISIBLE
        return [
            float(sign * value) if ok else math.nan
            for (x, y, z), ok in zip(pose.world, seen, strict=True)
            for sign, value in ((1, x), (-1, y), (-1, z))
        ]

    def _text(self, name: str, rate: float) -> str:
        joints = [joint.name.lower() for joint in Joint]
        count = len(self._rows)
        head = [
            f"PathFileType\t4\t(X/Y/Z)\t{name}",
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame"
            "\tOrigNumFrames",
            f"{rate:.2f}\t{rate:.2f}\t{count}\t{len(joints)}\tm\t{rate:.2f}\t1\t{count}",
            "Frame#\tTime\t" + "\t\t\t".join(joints) + "\t\t",
            "\t\t" + "\t".join(f"X{n}\tY{n}\tZ{n}" for n in range(1, len(joints) + 1)),
            "",
        ]
        rows = [
            f"{n}\t{t:.4f}\t" + "\t".join("" if math.isnan(v) else f"{v:.5f}" for v in values)
            for n, (t, values) in enumerate(self._rows, 1)
        ]
        return "\n".join([*head, *rows]) + "\n"


class Angles(_Rows):
    """Joint angles in the plane of the picture, degrees, 0 straight (``.mot``)."""

    name = "angles"
    COLUMNS = ("trunk_lean", *(f"{name}_{s}" for s in "lr"
               for name in ("hip_flexion", "knee_angle", "elbow_flexion")))  # fmt: skip

    def _numbers(self, pose: Pose) -> list[float]:
        body = Body(pose, 1.0, Side.LEFT)
        points = [body.left, body.right]
        seen = [abs(limb.shoulder + limb.hip) for limb in points]  # NaN where one is hidden
        trunk = lean(body.trunk.hip, body.trunk.shoulder) if sum(seen) == sum(seen) else math.nan
        found = [trunk]
        for limb in points:
            for a, at, b in (
                (limb.shoulder, limb.hip, limb.knee),
                (limb.hip, limb.knee, limb.ankle),
                (limb.shoulder, limb.elbow, limb.wrist),
            ):
                found.append(180 - angle(a, at, b))
        return found

    def _text(self, name: str, rate: float) -> str:
        head = [
            name.rsplit(".", 1)[0],
            "version=1",
            f"nRows={len(self._rows)}",
            f"nColumns={len(self.COLUMNS) + 1}",
            "inDegrees=yes",
            "endheader",
            "\t".join(("time", *self.COLUMNS)),
        ]
        rows = [f"{t:.4f}\t" + "\t".join(f"{v:.3f}" for v in values) for t, values in self._rows]
        return "\n".join([*head, *rows]) + "\n"


def _rate(rows: Sequence[tuple[float, Any]], nominal: float | None) -> float:
    """Frames a second as they came."""
    if nominal:
        return nominal
    if len(rows) < 2:
        return 1.0
    return (len(rows) - 1) / (rows[-1][0] - rows[0][0])
