"""Poses kept in a ``.npz`` file: read as a stream, written whole or not at all."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..body.pose import JOINTS, Pose
from ..errors import InputError, UsageError
from ..files import Part, is_stream
from .frames import Stream, check_file, check_window, seconds32

__all__ = ["PoseTrack", "TrackWriter", "quantise", "write_track"]


def quantise(pose: Pose) -> Pose:
    """``pose`` rounded to what a track keeps: float32 time and pixels, float16 for the rest."""
    return Pose(
        seconds32(pose.t),
        pose.xy.astype(np.float32).astype(np.float64),
        pose.visibility.astype(np.float16).astype(np.float64),
        pose.world.astype(np.float16).astype(np.float64),
        pose.size,
        pose.people,
    )


class PoseTrack(Stream):
    """Poses of a clip that were kept in a ``.npz`` file; iterates :class:`Pose`, not frames.

    Keys: ``t`` (N,) s, ``xy`` (N, 33, 2) px, ``visibility`` (N, 33), ``world`` (N, 33, 3) m,
    ``meta`` JSON text with at least width and height, and, where kept, ``people`` (N,).

    Raises:
        InputError: not such a file, or times that do not rise.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        start_s: float | None = None,
        end_s: float | None = None,
    ) -> None:
        self.path = Path(path)
        super().__init__(self.path.name)
        start, end = check_window(start_s, end_s)
        check_file(self.path, "a pose track (.npz)")
        try:
            file = np.load(self.path, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise ValueError("a single array")
            with file:
                arrays = {key: file[key] for key in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
            raise self._wrong("it is broken or no .npz file") from error
        self.meta = self._meta(arrays)
        self._check(arrays)
        t = arrays["t"].astype(np.float32).astype(np.float64)
        keep = (t >= start) & (t < end)
        self._t = t[keep]
        self._xy = arrays["xy"][keep].astype(np.float64)
        self._visibility = arrays["visibility"][keep].astype(np.float64)
        self._world = arrays["world"][keep].astype(np.float64)
        people = arrays.get("people")
        self._people = None if people is None else people[keep]
        self.size = (int(self.meta["width"]), int(self.meta["height"]))
        rate = self.meta.get("fps")
        self.fps = float(rate) if isinstance(rate, (int, float)) and rate > 0 else None
        self.frames_expected = len(self._t)
        self.duration_s = float(self._t[-1]) if len(self._t) else 0.0

    def _wrong(self, what: str) -> InputError:
        return InputError(
            f"{self.path}: expected a pose track as `formcheck extract` writes it, but {what}; "
            "extract it again from its clip"
        )

    def _meta(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        try:
            meta = json.loads(str(arrays["meta"][()]))
            sane = isinstance(meta, dict) and all(
                0 < int(meta[key]) < 100_000 for key in ("width", "height")
            )
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise self._wrong("its meta (JSON with width and height) is missing") from error
        if not sane:
            raise self._wrong("its meta names no sane width and height")
        return meta  # type: ignore[no-any-return]

    def _check(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        n = len(arrays["t"]) if "t" in arrays and arrays["t"].ndim == 1 else 0
        if n == 0:
            raise self._wrong("it holds no times (t)")
        shapes: dict[str, tuple[int, ...]] = {
            "t": (n,),
            "xy": (n, JOINTS, 2),
            "visibility": (n, JOINTS),
            "world": (n, JOINTS, 3),
        }
        for key, shape in shapes.items():
            if key not in arrays:
                raise self._wrong(f"{key} is missing")
            if arrays[key].shape != shape:
                raise self._wrong(f"{key} has shape {arrays[key].shape} instead of {shape}")
            if not np.issubdtype(arrays[key].dtype, np.floating):
                raise self._wrong(f"{key} holds {arrays[key].dtype} instead of floats")
        people = arrays.get("people")
        if people is not None and (people.shape != (n,) or people.dtype.kind not in "iu"):
            raise self._wrong("people is not one whole number a frame")
        t = arrays["t"].astype(np.float32)  # also what falls together when rounded is wrong
        if not (np.isfinite(t).all() and (np.diff(t) > 0).all()):
            raise self._wrong("its times do not rise strictly")

    def __iter__(self) -> Iterator[Pose]:
        for i, t in enumerate(self._t):
            seen = bool(np.isfinite(self._xy[i, :, 0]).any())
            people = int(seen) if self._people is None else int(self._people[i])
            yield Pose(
                float(t), self._xy[i], self._visibility[i], self._world[i], self.size, people
            )


class TrackWriter:
    """Keeps poses and writes them as a track when closed: whole or not at all.

    Args:
        path: the ``.npz`` to write; its folder must exist.
        meta: what else to keep (fps, model, mediapipe); width, height and frames are added.

    Raises:
        UsageError: there is no such folder, or it cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str], meta: Mapping[str, Any] | None = None) -> None:
        self.path = Path(path)
        folder = os.path.dirname(os.path.realpath(self.path))
        if not is_stream(self.path) and (
            self.path.is_dir() or not os.path.isdir(folder) or not os.access(folder, os.W_OK)
        ):
            raise UsageError(
                f"{self.path}: cannot write a pose track there; name a file in an existing folder "
                "that you may write to"
            )
        self._meta = dict(meta or {})
        self._size: tuple[int, int] | None = None
        self._rows: list[tuple[float, NDArray[Any], NDArray[Any], NDArray[Any], int]] = []
        self._closed = False

    def write(self, pose: Pose) -> None:
        """Keep one pose.

        Raises:
            ValueError: its time does not rise.
        """
        t = seconds32(pose.t)
        if self._rows and t <= self._rows[-1][0]:
            raise ValueError(f"poses must rise in time, got {t} s after {self._rows[-1][0]} s")
        self._size = self._size or pose.size
        self._rows.append(
            (
                t,
                pose.xy.astype(np.float32),
                pose.visibility.astype(np.float16),
                pose.world.astype(np.float16),
                min(pose.people, 127),
            )
        )

    def close(self) -> None:
        """Write the file under another name first, then put it in its place.

        Without a single pose there is nothing to write, and no file.

        Raises:
            UsageError: the disk is full or the folder went away.
        """
        if self._closed or not self._rows:
            return
        self._closed = True
        assert self._size is not None
        t, xy, visibility, world, people = zip(*self._rows, strict=True)
        width, height = self._size
        meta = {"width": width, "height": height, "fps": None, **self._meta, "frames": len(t)}
        try:
            with Part(self.path, ".npz") as part, part.path.open("wb") as file:
                np.savez_compressed(
                    file,
                    t=np.array(t, np.float32),
                    xy=np.stack(xy),
                    visibility=np.stack(visibility),
                    world=np.stack(world),
                    people=np.array(people, np.int8),
                    meta=np.array(json.dumps(meta)),
                )
                file.close()
                part.keep()
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written ({error.strerror})") from error

    def __enter__(self) -> TrackWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def write_track(
    path: str | os.PathLike[str], poses: Any, meta: Mapping[str, Any] | None = None
) -> None:
    """Write ``poses`` (iterable of :class:`Pose`) as a track; see :class:`TrackWriter`."""
    with TrackWriter(path, meta) as track:
        for pose in poses:
            track.write(pose)
