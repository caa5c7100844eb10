"""What the posture rules say, and how far a fitted likelihood would come, against known truth.

    python benchmarks/fit.py --truth DIR... --tracks DIR... [--table FILE]

TRUTH holds true joints of rendered bodies: ``STEM.npz`` with ``t`` (n,), ``xyz`` (n, 33, 3) in
metres, z up, in the order of MediaPipe's landmarks, ``hull`` (m, 3) around the whole movement, and
a ``STEM.label.json`` (formats.md). Every body is projected from all around and from four heights,
with two lenses and two distances, and noise of 0.4 % of a torso. TRACKS are pose tracks with
labels, as the pose model saw them: a source of their own that nothing is fitted on.

It prints, for each source, which posture the rules of ``body/`` find in frames of a labelled drill
(one, several or none), and the same for likelihoods over a few features of one frame: a mean and a
spread for every posture, place and height of the camera. The bodies that a frame is tested on are
left out of its fit. Then the error of the camera's azimuth and height, and the drills' own gates.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import asin, degrees
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck import PoseTrack, get_drill
from formcheck.body import postures
from formcheck.body.measures import Body
from formcheck.body.pose import Joint, Pose, Side
from formcheck.body.steady import Stabiliser

Array = NDArray[np.float64]

#: Each drill's own posture.
POSTURE = {
    **dict.fromkeys(("squat", "march", "monster_walk", "one_leg_stand", "single_leg_stance",
                     "standing_hip_abduction", "hamstring_stretch"), "standing"),
    "deep_lunge": "half-kneeling",
    **dict.fromkeys(("hip_bridge", "knee_rolls", "knee_to_chest", "pelvic_tilt",
                     "single_leg_bridge"), "on the back"),
    **dict.fromkeys(("buttock_tone", "prone_arm_raise", "prone_leg_raise", "stomach_tone"),
                    "on the front"),
    "clamshell": "on the side",
    **dict.fromkeys(("back_stabiliser", "deep_stomach_tone"), "all fours"),
    "plank": "plank",
}  # fmt: skip
#: What the rules call each posture.
RULES = {
    "standing": postures.standing,
    "half-kneeling": postures.half_kneeling,
    "on the back": postures.on_the_back,
    "on the front": postures.face_down,
    "on the side": postures.on_the_side,
    "all fours": postures.all_fours,
    "plank": get_drill("plank").view.posture,
}
NAMES = tuple(RULES)
UPRIGHT = ("standing", "half-kneeling")

# -- frames --------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """One instant of a labelled drill. ``azimuth`` is in degrees from in front of the chest
    (upright, or on the side), else from the feet: 90 is beside, 180 behind or at the head; NaN
    where nobody knows it, as is ``height``, of the lens, in metres."""

    clip: str
    body_id: str
    drill: str
    body: Body
    azimuth: float = np.nan
    height: float = np.nan

    @property
    def posture(self) -> str:
        return POSTURE[self.drill]


def times(label: dict[str, Any], last_s: float) -> list[float]:
    """Rest, half-way and top of every repetition, or three instants of every hold."""
    found = []
    for rep in label.get("reps") or ():
        start, top, end = (rep.get(f"{at}_s") for at in ("start", "peak", "end"))
        if top is None and None not in (start, end):
            top = (start + end) / 2
        if top is not None:
            found += [top] if start is None else [start - 0.2, (start + top) / 2, top]
    spans = [*(label.get("rep_times") or ()),
             *((h["from_s"], h["to_s"]) for h in label.get("holds") or ())]  # fmt: skip
    for span in (s for s in spans if len(s) == 2 and None not in s):
        found += [span[0] + share * (span[1] - span[0]) for share in (0.15, 0.5, 0.85)]
    return sorted(t for t in found if 0 <= t <= last_s) or [last_s / 2]


def labelled(folders: Iterable[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in (p for folder in folders for p in sorted(folder.glob("*.label.json"))):
        label = json.loads(path.read_text())
        track = path.with_name(path.name.replace(".label.json", ".npz"))
        if label.get("drill") in POSTURE and label.get("view_ok", True) and track.exists():
            yield track, label


def of_track(path: Path, label: dict[str, Any], source: str) -> Iterator[Frame]:
    with PoseTrack(path) as track:
        poses = list(track)
    steady, bodies = Stabiliser(), []
    for pose in poses:
        body = steady.body(pose)
        if body is not None:
            bodies.append(body)
    wanted = times(label, poses[-1].t)
    at = np.array([b.pose.t for b in bodies])
    picked = [bodies[int(np.abs(at - t).argmin())] for t in wanted] if bodies else []
    height = label.get("camera_height_m") or np.nan
    for body in scaled(picked):
        yield Frame(path.stem, source, label["drill"], body, np.nan, height)


def scaled(bodies: Sequence[Body]) -> Sequence[Body]:
    """The torso's length as the analyzer knows it: of the whole clip, not of one frame."""
    torso = float(np.median([abs(b.trunk.axis) for b in bodies])) if bodies else 1.0
    for body in bodies:
        body.torso = max(torso, 1.0)
    return bodies


# -- true joints through many cameras --------------------------------------------------------

AZIMUTHS = range(-170, 180, 30)  # every 30 degrees to each side, none twice by symmetry
HEIGHTS = (0.2, 0.7, 1.2, 1.8)
LENSES, FILLS, SIZE, NOISE = (480.0, 640.0), (0.6, 0.86), (640, 480), 0.004
PAIR = np.array([Joint[j.name.replace("LEFT", "@").replace("RIGHT", "LEFT").replace("@", "RIGHT")]
                 for j in Joint])  # fmt: skip


@dataclass(frozen=True)
class Camera:
    eye: Array
    turn: Array
    focal: float

    @classmethod
    def around(
        cls, hull: Array, azimuth: float, height: float, focal: float, fill: float
    ) -> Camera:
        """As near as the movement fits into ``fill`` of the picture."""
        middle, a = (hull.min(0) + hull.max(0)) / 2, np.deg2rad(azimuth)
        for away in np.arange(0.9, 6.0, 0.05):
            eye = np.array([middle[0] + away * np.sin(a), middle[1] - away * np.cos(a), height])
            ahead = (middle - eye) / np.linalg.norm(middle - eye)
            right = np.cross(ahead, [0, 0, 1.0])
            right /= np.linalg.norm(right)
            camera = cls(eye, np.array([right, np.cross(ahead, right), ahead]), focal)
            xy, depth = camera.see(hull)
            off = np.abs(xy - np.array(SIZE) / 2).max(0)
            if depth.min() > 0.3 and (off < fill * np.array(SIZE) / 2).all():
                break
        return camera

    def see(self, points: Array) -> tuple[Array, Array]:
        q = (points - self.eye) @ self.turn.T
        return self.focal * q[..., :2] / q[..., 2:] + np.array(SIZE) / 2, q[..., 2]


def azimuth_of(points: Array, eye: Array, posture: str) -> float:
    """The true azimuth of :class:`Frame`, from the joints themselves."""
    at = {part: points[Side.LEFT.joint(part)] + points[Side.RIGHT.joint(part)]
          for part in ("shoulder", "hip")}  # fmt: skip
    up = at["shoulder"] - at["hip"]
    left = points[Joint.LEFT_SHOULDER] - points[Joint.RIGHT_SHOULDER]
    from_chest = posture in UPRIGHT or posture == "on the side"
    ahead = (np.cross(left, up) if from_chest else -up)[:2]
    there = eye[:2] - (at["hip"] / 2)[:2]
    return degrees(np.arccos(np.dot(ahead, there) / np.linalg.norm(ahead) / np.linalg.norm(there)))


def of_truth(path: Path, label: dict[str, Any]) -> Iterator[Frame]:
    data = np.load(path)
    picked = [int(np.abs(data["t"] - t).argmin()) for t in times(label, float(data["t"][-1]))][:9]
    xyz, drill = data["xyz"].astype(float), label["drill"]
    noise = np.random.default_rng(7)
    body_id = path.stem.rsplit("_", 1)[-1].strip("lr")
    for n, (azimuth, height) in enumerate((a, h) for a in AZIMUTHS for h in HEIGHTS):
        camera = Camera.around(data["hull"], azimuth, height, LENSES[n % 2], FILLS[n // 2 % 2])
        bodies = []
        for k in picked:
            xy, depth = camera.see(xyz[k])
            torso = abs(complex(*(xy[[11, 12]].mean(0) - xy[[23, 24]].mean(0))))
            seen = np.full(33, 0.97)
            hidden = (depth > depth[PAIR] + 0.04) & (np.hypot(*(xy - xy[PAIR]).T) < 0.3 * torso)
            seen[hidden & (np.arange(33) != PAIR)] = 0.45
            xy = xy + noise.normal(0, NOISE * max(torso, 30), xy.shape)
            near = Side.LEFT if depth[Joint.LEFT_HIP] < depth[Joint.RIGHT_HIP] else Side.RIGHT
            pose = Pose(float(data["t"][k]), xy, seen, np.full((33, 3), np.nan), SIZE)
            bodies.append(Body(pose, 1.0, near))
        for k, body in zip(picked, scaled(bodies), strict=True):
            yield Frame(path.stem, body_id, drill, body,
                        azimuth_of(xyz[k], camera.eye, POSTURE[drill]), height)  # fmt: skip


# -- a likelihood over a few steady features ----------------------------------------------------

#: name -> what it is, in T or as said; all as drawn, so that hidden joints count, too.
FEATURES = {
    "trunk": lambda b: b.trunk.elevation / 45,  # 2 is upright
    "shoulders": lambda b: b.shoulder_separation,
    "hips": lambda b: b.hip_separation,
    "ahead": lambda b: abs(b.along_trunk(b.between("shoulder"))),
    "nose": lambda b: b.nose_height,
    "hips over foot": lambda b: b.height(b.trunk.hip, b.lower("ankle").ankle),
    "hips over knees": lambda b: b.height(b.trunk.hip, b.knees),
    "shoulders over hand": lambda b: b.height(b.trunk.shoulder, b.lower("wrist").wrist),
    "shoulders over elbow": lambda b: b.height(b.trunk.shoulder, b.lower("elbow").elbow),
    "knee": lambda b: b.drawn(b.near_side).knee_angle / 45,  # 4 is straight
    "hip": lambda b: b.drawn(b.near_side).hip_angle / 45,
}
#: A feature further off than so many spreads says no more; spreads are at least this wide.
FAR, NARROWEST = 3.0, 0.08
#: A posture is called when it is likelier than all others together by so much, and not odd: the
#: mean square of its features' distances, in spreads.
SURE, ODD = 0.8, 3.0
SECTOR, STOREYS = 30, (0.45, 0.95, 1.5)  # degrees; metres between the heights


def features(body: Body) -> Array:
    return np.clip([of(body) for of in FEATURES.values()], -4, 4)


@dataclass
class Answer:
    """For each frame: postures called (one or none), the likeliest however odd, azimuth in degrees,
    height in metres."""

    called: list[list[str]]
    likeliest: list[str]
    azimuth: Array
    height: Array


@dataclass(frozen=True)
class Table:
    """A mean and a spread of each feature for every cell of (posture, sector, storey)."""

    cells: Sequence[tuple[str, float, float]]
    mean: Array
    spread: Array

    @classmethod
    def fit(cls, keys: Sequence[tuple[str, int, int]], x: Array) -> Table:
        rows = defaultdict(list)
        for key, row in zip(keys, x, strict=True):
            rows[key].append(row)
        full = {k: np.array(v) for k, v in sorted(rows.items()) if len(v) >= 8}
        return cls(
            [(p, SECTOR * (s + 0.5), HEIGHTS[h]) for p, s, h in full],
            np.array([np.median(v, axis=0) for v in full.values()]),
            np.array([np.maximum(v.std(axis=0), NARROWEST) for v in full.values()]),
        )

    def of(self, x: Array) -> tuple[Array, Array]:
        """The probability of each cell, and how odd each is, for each row of ``x``."""
        far = np.minimum(((x[:, None] - self.mean) / self.spread) ** 2, FAR**2)
        # Features go together: half of them are news.
        log = -0.25 * far.sum(-1) - 0.5 * np.log(self.spread).sum(-1)
        share = np.exp(log - log.max(1, keepdims=True))
        return share / share.sum(1, keepdims=True), far.mean(-1)

    def answer(self, x: Array) -> Answer:
        """What is called for each row of ``x``."""
        share, odd = self.of(x)
        names = np.array([c[0] for c in self.cells])
        of = np.array([share[:, names == n].sum(1) for n in NAMES])
        best = of.argmax(0)
        called = [
            [NAMES[k]] if of[k, i] > SURE and odd[i, names == NAMES[k]].min() < ODD else []
            for i, k in enumerate(best)
        ]
        own = share * (names[None] == np.array(NAMES)[best][:, None])
        own /= own.sum(1, keepdims=True)
        place = np.array([c[1:] for c in self.cells])
        return Answer(called, [NAMES[k] for k in best], own @ place[:, 0], own @ place[:, 1])


def cell(frame: Frame) -> tuple[str, int, int]:
    return (frame.posture, min(int(frame.azimuth // SECTOR), 180 // SECTOR - 1),
            int(np.searchsorted(STOREYS, frame.height)))  # fmt: skip


# -- telling it ------------------------------------------------------------------------------


def by_rules(frame: Frame) -> list[str]:
    return [name for name, holds in RULES.items() if holds(frame.body)]


def confusion(frames: Sequence[Frame], called: Sequence[list[str]], title: str) -> None:
    """Each clip weighs the same, however many of its frames were asked for."""
    columns = (*NAMES, "several", "unknown")
    shares: dict[str, dict[str, list[Array]]] = defaultdict(lambda: defaultdict(list))
    for frame, names in zip(frames, called, strict=True):
        row = np.zeros(len(columns) + 1)
        row[columns.index(names[0] if len(names) == 1 else "several" if names else "unknown")] = 1
        row[-1] = frame.posture in names
        shares[frame.posture][frame.clip].append(row)
    print(f"\n{title}\n{'':16}clips " + " ".join(f"{c[:13]:>13}" for c in columns)
          + "  own among them")  # fmt: skip
    for posture in NAMES:
        of = shares.get(posture)
        if of:
            mean = np.mean([np.mean(rows, axis=0) for rows in of.values()], axis=0)
            print(f"{posture:16}{len(of):5} " + " ".join(f"{v:13.1%}" for v in mean[:-1])
                  + f" {mean[-1]:15.1%}")  # fmt: skip
    right = np.mean([np.mean(r, axis=0)[-1] for of in shares.values() for r in of.values()])
    print(f"own posture found, all clips: {right:.1%}")


def errors(frames: Sequence[Frame], told: Array, what: str, true: str) -> None:
    """Median and 90th percentile by posture, where the truth is known."""
    off = np.abs(told - np.array([getattr(f, true) for f in frames]))
    if np.isfinite(off).any():
        print(f"\n{what}: median and 90th percentile of the error")
    for posture in NAMES:
        of = off[[f.posture == posture for f in frames]]
        of = of[np.isfinite(of)]
        if len(of):
            middle, most = np.percentile(of, [50, 90])
            print(f"  {posture:16}{middle:7.2f}{most:7.2f}  {len(of)} frames")


def from_shoulders(frame: Frame) -> float:
    """Degrees off beside, from the width that the rules read: 0.75 T wide seen along the trunk's
    front (body/postures)."""
    return degrees(asin(min(1.0, abs(frame.body.shoulder_separation) / 0.75)))


def off_beside(frame: Frame) -> float:
    return abs(90 - frame.azimuth)


def places(frames: Sequence[Frame]) -> None:
    """What the rules call the camera's place, by how far from beside it truly stands."""
    rules = {"side_on": postures.side_on, "roughly_side_on": postures.roughly_side_on,
             "square_side_on": postures.square_side_on, "facing_camera": postures.facing_camera,
             "from_the_feet": postures.from_the_feet}  # fmt: skip
    print("\nplace of the camera, share of frames for which each rule holds, by degrees off beside")
    print(f"{'':30}" + " ".join(f"{r:>15}" for r in rules))
    low_down = ("on the back", "on the front", "all fours", "plank")
    for name, group in (("upright", UPRIGHT), ("lying or on the knees", low_down)):
        for low in range(0, 90, 15):
            of = [f for f in frames if f.posture in group and low <= off_beside(f) < low + 15]
            shares = [np.mean([rule(f.body) for f in of]) for rule in rules.values()]
            print(f"{name:22}{low:3}-{low + 15:<4}" + " ".join(f"{s:15.0%}" for s in shares))


def gates(frames: Sequence[Frame]) -> None:
    """Where each drill lets its own movement in: posture and place, by azimuth and height."""
    print("\nthe drills' own gates: share of frames of the own movement let in, by lens height")
    print(f"{'':24}{'within 50 deg of its place':40}all around, one height after the other")
    for drill in sorted({f.drill for f in frames}):
        view, shares = get_drill(drill).view, defaultdict(list)
        for f in (f for f in frames if f.drill == drill):
            inside = bool(view.posture(f.body) and view.fits(f.body))
            shares["all", f.height].append(inside)
            place = {"side": 90.0, "foot": 0.0}.get(view.name, 0.0)
            if abs(f.azimuth - place) <= 50:
                shares["near", f.height].append(inside)
        line = ["".join(f" {h:g} m {np.mean(shares[k, h]):4.0%}" for h in HEIGHTS)
                for k in ("near", "all")]  # fmt: skip
        print(f"{drill:24}{line[0]:40}{line[1]}")


def left_out(frames: Sequence[Frame], x: Array) -> Answer:
    """The likelihoods' answers, each body's from a table of the other bodies."""
    ids, keys = np.array([f.body_id for f in frames]), [cell(f) for f in frames]
    unknown = np.full(len(frames), np.nan)
    all_ = Answer([[] for _ in frames], [""] * len(frames), unknown, unknown.copy())
    for group in np.array_split(np.unique(ids), 8):
        out = np.isin(ids, group)
        table = Table.fit([k for k, o in zip(keys, out, strict=True) if not o], x[~out])
        answer = table.answer(x[out])
        all_.azimuth[out], all_.height[out] = answer.azimuth, answer.height
        for i, called, likeliest in zip(
            np.flatnonzero(out), answer.called, answer.likeliest, strict=True
        ):
            all_.called[i], all_.likeliest[i] = called, likeliest
    return all_


def show(table: Table, into: Path) -> None:
    head = "".join(f"{name[:11]:>13}" for name in FEATURES)
    lines = [f"{'posture':16}{'azimuth':>8}{'lens m':>7}  {head}"]
    for (posture, azimuth, height), mean, spread in zip(
        table.cells, table.mean, table.spread, strict=True
    ):
        row = "".join(f"{m:8.2f}±{s:.2f}" for m, s in zip(mean, spread, strict=True))
        lines.append(f"{posture:16}{azimuth:8.0f}{height:7.1f}  {row}")
    into.write_text("\n".join(lines) + "\n")


def likeliest(frames: Sequence[Frame], answer: Answer) -> None:
    right: dict[str, list[bool]] = defaultdict(list)
    for frame, name in zip(frames, answer.likeliest, strict=True):
        right[frame.clip].append(name == frame.posture)
    share = np.mean([np.mean(of) for of in right.values()])
    print(f"the likeliest posture, however odd, is the own one: {share:.1%}")


def of_true_joints(folders: Sequence[Path]) -> Table:
    """Rules and likelihoods on true joints; the likelihoods of all of them."""
    frames = [f for path, label in labelled(folders) for f in of_truth(path, label)]
    x = np.array([features(f.body) for f in frames])
    whole = np.isfinite(x).all(1)
    frames, x = [f for f, w in zip(frames, whole, strict=True) if w], x[whole]
    clips, bodies = {f.clip for f in frames}, {f.body_id for f in frames}
    print(f"true joints: {len(frames)} frames of {len(clips)} clips, {len(bodies)} bodies, "
          f"{len(AZIMUTHS)} azimuths x {len(HEIGHTS)} heights")  # fmt: skip
    confusion(frames, [by_rules(f) for f in frames], "rules, true joints from all around")
    answer = left_out(frames, x)
    title = "likelihoods, bodies left out, true joints"
    confusion(frames, answer.called, f"{title} from all around")
    likeliest(frames, answer)
    off = [replace(f, azimuth=off_beside(f)) for f in frames]
    rest = [f for f in off if f.posture != "on the side"]  # whose shoulders say nothing of it
    read = np.array([from_shoulders(f) for f in rest])
    errors(rest, read, "degrees off beside, by the shoulders' width that the rules read", "azimuth")
    errors(off, np.abs(90 - answer.azimuth), f"degrees off beside, {title}", "azimuth")
    errors(frames, answer.height, f"height of the lens, m, {title}", "height")
    places(frames)
    gates(frames)
    return Table.fit([cell(f) for f in frames], x)


def of_tracks(folder: Path, table: Table | None) -> None:
    """The same of what a pose model saw."""
    seen = [f for path, label in labelled([folder]) for f in of_track(path, label, folder.name)]
    if not seen:
        return
    name = f"{folder.name}, through the pose model"
    confusion(seen, [by_rules(f) for f in seen], f"rules, {name}")
    if table is not None:
        answer = table.answer(np.nan_to_num(np.array([features(f.body) for f in seen])))
        confusion(seen, answer.called, f"likelihoods fitted on true joints only, {name}")
        likeliest(seen, answer)
        errors(seen, answer.height, f"height of the lens, m, {name}", "height")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--truth", type=Path, nargs="*", default=[])
    parser.add_argument("--tracks", type=Path, nargs="*", default=[])
    parser.add_argument("--table", type=Path, help="write the fitted means and spreads here")
    told = parser.parse_args()
    table = of_true_joints(told.truth) if told.truth else None
    for folder in told.tracks:
        of_tracks(folder, table)
    if table is not None and told.table:
        show(table, told.table)


if __name__ == "__main__":
    main()
