"""Ground truth: the label files beside clips and pose tracks.

Truth has its own types, apart from what an analyzer says (:mod:`formcheck.events`). Times are
seconds from the first frame, intervals are [from, to).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError, LabelError
from ..files import LABEL_SUFFIX, brief
from ..labels import SCHEMA, read_label_file

__all__ = [
    "SUFFIX",
    "VOCABULARY",
    "Label",
    "TrueFault",
    "TrueHold",
    "TrueRep",
    "find_labels",
    "read_label",
]

SUFFIX = LABEL_SUFFIX
VISIBLE = ("clear", "borderline", "not_visible")

#: The fault codes that label files of a drill use. A drill may flag more than these.
VOCABULARY: Mapping[str, frozenset[str]] = {
    drill: frozenset(codes.split())
    for drill, codes in {
        "clamshell": "pelvis_roll feet_apart small_range too_fast",
        "hip_bridge": "low_hips lumbar_arch short_hold pelvis_drop knees_in too_fast",
        "single_leg_stance": "pelvis_drop trunk_lean sway touch_down",
        "standing_hip_abduction": (
            "trunk_lean pelvis_hike knee_bend toes_out forward_drift small_range too_fast"
        ),
        "knee_rolls": "shoulder_lift",
        "prone_leg_raise": "knee_bend pelvis_lift",
        "buttock_tone": "lumbar_arch pelvis_lift",
        "prone_arm_raise": "trunk_lift elbow_bend",
        "deep_stomach_tone": "back_sag back_round",
        "back_stabiliser": "back_sag pelvis_rotation",
        "plank": "hips_sag pike",
        "hamstring_stretch": "knee_bend back_round",
        "one_leg_stand": "knee_forward",
        "deep_lunge": "trunk_forward lumbar_arch",
        "squat": "knees_in trunk_forward",
        "monster_walk": "trunk_lean knees_in",
        "pelvic_tilt": "hips_lift",
        "stomach_tone": "hips_lift",
    }.items()
}


@dataclass(frozen=True)
class TrueFault:
    """A fault that is in the picture. ``visible``: clear, borderline or not_visible."""

    code: str
    magnitude: float | None
    unit: str
    visible: str


@dataclass(frozen=True)
class TrueRep:
    """A repetition (or an attempt at a hold) that is in the picture.

    ``complete``: True must count, False must not, None may count or be called partial.
    ``peak_s`` and ``hold_s`` are None where nobody measured them.
    """

    start_s: float
    end_s: float
    peak_s: float | None = None
    hold_s: float | None = None
    complete: bool | None = True
    faults: tuple[TrueFault, ...] = ()

    @property
    def clean(self) -> bool:
        """No fault that must be flagged: what is flagged here is a false alarm (its own
        borderline faults apart)."""
        return not any(f.visible == "clear" for f in self.faults)


@dataclass(frozen=True)
class TrueHold:
    """A time in position."""

    from_s: float
    to_s: float
    seconds: float


@dataclass(frozen=True)
class Label:
    """What one clip truly shows.

    Attributes:
        path: the label file; ``clip`` names the clip or pose track beside it.
        drill: what is done, None when it is none of the drills.
        kind: ``reps`` or ``hold``.
        side: the working side, None where there is none or nobody said.
        count: (fewest, most) complete repetitions that are a right answer, None if unknown.
        reps: with times; empty when only the count is known.
        faults_known: whether every fault of every repetition is labelled.
        dose_hold_s: the hold that was asked for.
        not_drills: drills that must count nothing here.
    """

    path: Path
    clip: str
    drill: str | None
    kind: str
    side: str | None
    view: str | None
    view_ok: bool
    source: str
    count: tuple[int, int] | None
    reps: tuple[TrueRep, ...] = ()
    holds: tuple[TrueHold, ...] = ()
    faults_known: bool = True
    dose_hold_s: float | None = None
    not_drills: tuple[str, ...] = ()
    notes: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def stem(self) -> str:
        return self.path.name[: -len(SUFFIX)]

    @property
    def working(self) -> tuple[float, float] | None:
        """From the start of the first to the end of the last repetition or hold, in s."""
        spans = [(r.start_s, r.end_s) for r in self.reps] + [(h.from_s, h.to_s) for h in self.holds]
        return (min(a for a, _ in spans), max(b for _, b in spans)) if spans else None

    @property
    def short_view(self) -> str:
        """The first word of the view, for grouping."""
        words = (self.view or "unknown").replace(",", " ").replace("/", " ").split()
        return words[0] if words else "unknown"


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value == value else None


def _reps(data: Mapping[str, Any]) -> tuple[TrueRep, ...]:
    reps = []
    for item in data.get("reps") or ():
        start, end = _number(item.get("start_s")), _number(item.get("end_s"))
        if start is None or end is None:
            continue  # only its existence is known: it is in ``count``
        faults = tuple(
            TrueFault(
                str(f["code"]),
                _number(f.get("magnitude")),
                str(f.get("unit") or ""),
                str(f.get("visible") or "clear"),
            )
            for f in item.get("faults") or ()
        )
        for f in faults:
            if f.visible not in VISIBLE:
                raise ValueError(f"visible is {f.visible!r}, expected one of {', '.join(VISIBLE)}")
        reps.append(
            TrueRep(
                start,
                end,
                _number(item.get("peak_s")),
                _number(item.get("hold_s")),
                item.get("complete", True),
                faults,
            )
        )
    times = data.get("rep_times")
    if not reps and data.get("kind") == "reps" and isinstance(times, list):
        # Real clips: read by eye, so starts and ends only.
        reps = [TrueRep(float(a), float(b)) for a, b in times if a is not None and b is not None]
    return tuple(reps)


def _count(data: Mapping[str, Any], reps: Iterable[TrueRep]) -> tuple[int, int] | None:
    if isinstance(data.get("count"), int):
        return data["count"], data["count"]
    listed = [item.get("complete", True) for item in data.get("reps") or ()]
    if data.get("kind") != "reps" or not listed:
        return None
    must = sum(c is True for c in listed)
    return must, must + sum(c is None for c in listed)


def read_label(path: Path) -> Label:
    """The label in ``path``.

    Raises:
        LabelError: not a label file.
    """
    try:
        data = read_label_file(path)
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema is {brief(data.get('schema'))}, expected {SCHEMA!r}")
        reps = _reps(data)
        return Label(
            path=path,
            clip=str(data["clip"]),
            drill=data.get("drill"),
            kind=str(data.get("kind", "reps")),
            side=data.get("side") if data.get("side") in ("left", "right") else None,
            view=data.get("view"),
            view_ok=data.get("view_ok") is not False,
            source=str(data.get("source", "unknown")),
            count=_count(data, reps),
            reps=reps,
            holds=tuple(
                TrueHold(float(h["from_s"]), float(h["to_s"]), float(h["seconds"]))
                for h in data.get("holds") or ()
            ),
            # Real clips were timed and counted by eye, nobody judged their form.
            faults_known=data.get("source") != "real" and bool(data.get("reps")),
            dose_hold_s=_number((data.get("dose") or {}).get("hold_s")),
            not_drills=tuple(data.get("not_drills") or ()),
            notes=str(data.get("notes") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabelError(
            f"{path}: expected a label file ({SCHEMA}), but {error}; fix or remove it"
        ) from error


def find_labels(folders: Iterable[Path], wrong: list[LabelError] | None = None) -> Iterator[Label]:
    """Every label under ``folders``, sorted by path; a label file itself is taken too.

    Args:
        wrong: takes what is wrong with a label, which is then left out.

    Raises:
        InputError: a folder is missing or none holds a label.
        LabelError: a label is wrong, and there is no list to take it.
    """
    found = False
    folders = list(folders)
    for folder in folders:
        if not os.path.exists(folder):
            raise InputError(f"{folder}: no such folder; name one with clips and *{SUFFIX} files")
        paths = [folder] if not folder.is_dir() else sorted(folder.rglob(f"*{SUFFIX}"))
        for path in paths:
            found = True
            try:
                label = read_label(path)
            except LabelError as error:
                if wrong is None:
                    raise
                wrong.append(error)
            else:
                yield label
    if not found:
        names = ", ".join(map(str, folders)) or "the given folders"
        raise InputError(f"{names}: no *{SUFFIX} file found; a clip needs one to be measured")
