"""Poses kept in a ``.npz`` file: read as a stream, written whole or not at all."""

from __future__ import annotations

import io
import json
import math
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..body.pose import JOINTS, PICTURE_FAULTS, Pose, turned_pose
from ..errors import InputError, UsageError
from ..files import Part, brief, check_file, is_stream, parse_json
from .frames import Stream, check_rotate, check_window, seconds32

__all__ = ["PoseTrack", "TrackWriter", "quantise", "write_track"]

_KEYS = ("t", "xy", "visibility", "world", "people", "picture", "meta")


def quantise(pose: Pose) -> Pose:
    """``pose`` rounded to what a track keeps: float32 time and pixels, float16 for the rest."""
    return Pose(
        seconds32(pose.t),
        pose.xy.astype(np.float32).astype(np.float64),
        pose.visibility.astype(np.float16).astype(np.float64),
        pose.world.astype(np.float16).astype(np.float64),
        pose.size,
        pose.people,
        pose.picture,
    )


#: Bytes that the arrays of a track may have, unpacked: 4 hours at 30 frames a second. More is
#: refused before it is unpacked; reading takes three times as much at most, whatever is claimed.
MOST_BYTES = 256 << 20
#: Bytes of its meta; pixels of its picture (the annotated video is drawn at that size).
MOST_META, MOST_PIXELS = 1 << 20, 1 << 26
#: The last time that a track may hold, a day; there float32 still tells frames apart.
LONGEST_S = 86_400.0
#: What numpy and zipfile raise of files that are none of theirs.
_UNREADABLE = (
    OSError, ValueError, TypeError, EOFError, LookupError, RuntimeError, ArithmeticError,
    MemoryError, SyntaxError, NotImplementedError, Warning, zipfile.BadZipFile, zlib.error,
    struct.error,
)  # fmt: skip


class _TooLarge(Exception):
    """It would take more memory than a track needs."""


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file; nothing is unpacked before its size is known."""
    if os.path.getsize(path) > MOST_BYTES:
        raise _TooLarge(f"it is larger than {MOST_BYTES >> 20} MB")
    with path.open("rb") as file:
        _check_directory(file)
        with zipfile.ZipFile(file) as box:
            members = {m.filename.removesuffix(".npy"): m for m in box.infolist()}
            wanted = {key: members[key] for key in _KEYS if key in members}
            for member in wanted.values():
                plain = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if not plain or member.flag_bits & 1:
                    raise ValueError("packed or encrypted as numpy does not")
            if sum(member.file_size for member in wanted.values()) > MOST_BYTES:
                raise _TooLarge(f"it unpacks to more than {MOST_BYTES >> 20} MB")
            return {key: _array(box.read(member)) for key, member in wanted.items()}


def _check_directory(file: IO[bytes]) -> None:
    """Refuse an archive of many members before its directory is read: each takes memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))  # its last record, and the longest comment behind that
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    (members,) = struct.unpack_from("<H", tail, end + 10) if end >= 0 else (0,)
    if members > 100 or b"PK\6\7" in tail[max(0, end - 20) : end]:
        raise _TooLarge("it holds more than 100 arrays")


def _array(data: bytes) -> NDArray[Any]:
    """The array of a ``.npy`` file in memory, of which the header says no more than there is."""
    head = io.BytesIO(data)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[np.lib.format.read_magic(head)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a header that Python 2 wrote
        shape, by_columns, dtype = read(head)
    count = math.prod(shape)
    if dtype.hasobject or min(shape, default=0) < 0:
        raise ValueError("it holds objects")
    if count * dtype.itemsize > len(data) - head.tell() or not dtype.itemsize:
        raise ValueError("its header claims more than there is")
    flat = np.frombuffer(data, dtype, count, head.tell())
    return flat.reshape(shape, order="F" if by_columns else "C")


class PoseTrack(Stream):
    """Poses of a clip that were kept in a ``.npz`` file; iterates :class:`Pose`, not frames.

    Keys: ``t`` (N,) s, ``xy`` (N, 33, 2) px, ``visibility`` (N, 33), ``world`` (N, 33, 3) m,
    ``meta`` JSON text with at least width and height, and, where kept, ``people`` (N,) and
    ``picture`` (N,): 1 and up are the names of :data:`~formcheck.body.pose.PICTURE_FAULTS`.

    ``rotate`` turns the poses clockwise by so many degrees, as it turns the frames of a clip.

    A track that unpacks to more than :data:`MOST_BYTES`, or claims to, is refused unread.

    Raises:
        InputError: not such a file, too large, or times that do not rise.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        rotate: int = 0,
    ) -> None:
        self.path = Path(path)
        super().__init__(self.path.name)
        self._turn = check_rotate(rotate)
        start, end = check_window(start_s, end_s)
        check_file(self.path, "a pose track (.npz)")
        try:
            arrays = _arrays(self.path)
        except _TooLarge as error:
            raise self._wrong(str(error)) from error
        except _UNREADABLE as error:
            raise self._wrong("it is broken or no .npz file") from error
        self.meta = self._meta(arrays)
        self._check(arrays)
        t = arrays["t"].astype(np.float32).astype(np.float64)
        keep = (t >= start) & (t < end)
        self._t = t[keep]
        self._xy = arrays["xy"][keep]
        self._visibility = arrays["visibility"][keep]
        self._world = arrays["world"][keep]
        people, picture = arrays.get("people"), arrays.get("picture")
        self._people = None if people is None else people[keep]
        self._picture = None if picture is None else picture[keep]
        self._size = (int(self.meta["width"]), int(self.meta["height"]))
        self.size = self._size[::-1] if rotate in (90, 270) else self._size
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
            if arrays["meta"].nbytes > MOST_META:
                raise ValueError("it is too long")
            meta = parse_json(str(arrays["meta"][()]))
            sides = [int(meta[key]) for key in ("width", "height")]
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise self._wrong("its meta (JSON with width and height) is missing") from error
        if not all(0 < side < 100_000 for side in sides) or sides[0] * sides[1] > MOST_PIXELS:
            raise self._wrong("its meta names no valid width and height")
        for key in ("mediapipe", "opencv", "model", "model_sha256"):
            if not isinstance(meta.get(key), (str, type(None))):
                raise self._wrong(f"its meta names no {key} but {brief(meta[key])}")
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
        for key in ("people", "picture"):
            kept = arrays.get(key)
            if kept is not None and (kept.shape != (n,) or kept.dtype.kind not in "iu"):
                raise self._wrong(f"{key} is not one whole number a frame")
        # NaN is what is not seen; anything else beyond these is no position.
        for key, most in (("t", LONGEST_S), ("xy", 1e6), ("visibility", 1.0), ("world", 1e3)):
            most = min(most, float(np.finfo(arrays[key].dtype).max))
            if (np.abs(arrays[key]) > most).any():
                raise self._wrong(f"{key} holds values beyond {most:g}")
        t = arrays["t"].astype(np.float32)  # times that are equal after rounding are wrong, too
        if not (np.isfinite(t).all() and (np.diff(t) > 0).all()):
            raise self._wrong("its times do not rise strictly")

    def __iter__(self) -> Iterator[Pose]:
        for i, t in enumerate(self._t):
            seen = bool(np.isfinite(self._xy[i, :, 0]).any())
            people = int(seen) if self._people is None else int(self._people[i])
            pose = Pose(
                float(t),
                self._xy[i].astype(np.float64),
                self._visibility[i].astype(np.float64),
                self._world[i].astype(np.float64),
                self._size,
                people,
                _fault(0 if self._picture is None else int(self._picture[i])),
            )
            yield turned_pose(pose, self._turn)


def _fault(number: int) -> str:
    """The fault of that number; none where a newer version knew more."""
    return PICTURE_FAULTS[number - 1] if 0 < number <= len(PICTURE_FAULTS) else ""


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
        self._rows: list[tuple[float, NDArray[Any], NDArray[Any], NDArray[Any], int, int]] = []
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
                1 + PICTURE_FAULTS.index(pose.picture) if pose.picture else 0,
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
        t, xy, visibility, world, people, picture = zip(*self._rows, strict=True)
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
                    picture=np.array(picture, np.int8),
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
