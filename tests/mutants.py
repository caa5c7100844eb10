"""Plants one fault at a time in a copy of the package and sees whether the tests notice.

    python tests/mutants.py [WORD]     all mutants, or those whose name contains WORD

On the prototype 26 green tests let three such mutants live. Each rule of the core has one here;
a mutant that survives, or that no longer fits the source, makes this end with exit code 1.
Not part of ``pytest``: it takes a few minutes.
"""

# ruff: noqa: E501 - what is replaced stands on one line
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src" / "formcheck"


@dataclass(frozen=True)
class Mutant:
    """``old`` becomes ``new`` in ``file``; ``tests`` must then fail."""

    name: str
    file: str
    old: str
    new: str
    tests: str


def _mutants(file: str, tests: str, *changes: tuple[str, str, str]) -> list[Mutant]:
    return [Mutant(name, file, old, new, tests) for name, old, new in changes]


MUTANTS = [
    *_mutants(
        "judge/reps.py",
        "test_motion.py",
        ("reps: no dwell at the start", "t - self._crossed_s >= self.rule.dwell_s", "True"),
        ("reps: no dwell at the end", "if t - self._crossed_s >= rule.dwell_s else None", ""),
        ("reps: no hysteresis", "if x - self.rest > rule.end:", "if x - self.rest > rule.start:"),
        ("reps: no refractory time", "if t < self._free_from_s:", "if False:"),
        ("reps: no least time", "and moving_s < rule.min_s", "and moving_s < 0"),
        (
            "reps: no NaN rule",
            "        if not isfinite(x):\n            return lost\n        self._began_s",
            "        self._began_s",
        ),
        (
            "reps: no gap rule",
            "> MAX_GAP_S:\n            lost = self.lose()",
            "> 1e9:\n            lost = self.lose()",
        ),
        ("reps: a gap forgets nothing", "= False, shape is None", "= True, shape is None"),
        ("reps: every peak is whole", "complete = top - self.rest >= rule.top", "complete = True"),
        ("reps: no absolute top", "(rule.top_at is None or top >= rule.top_at)", "True"),
        (
            "reps: no start level",
            "if x - self.rest < self.rule.start:",
            "if x - self.rest < 0.1 * self.rule.start:",
        ),
        ("reps: no turning back", "if self.peak - self._valley >= rule.back * rise", "if False"),
        ("reps: every dip turns back", "self.peak - self._valley >= rule.back * rise", "True"),
        ("reps: no settling", ">= self.SETTLED_S and share", ">= 1e9 and share"),
        ("reps: settling anywhere", "and share <= 1 - rule.back:", ":"),
        ("reps: no new place to rest", "t - self._still_since >= self.MOVED_S", "False"),
        (
            "reps: rest follows a slow rep",
            "min(follow, self.rule.start * dt / self.DRIFT_S)",
            "follow",
        ),
        ("reps: rest follows nothing", "self.rest += min(", "self.rest += 0 * min("),
        (
            "reps: rest is not taken down",
            "        self.rest = min(self.rest, self._lately(t))\n        while",
            "        while",
        ),
        (
            "reps: rest is not taken down on the way",
            "        self.rest = min(self.rest, low)\n        self.peak",
            "        self.peak",
        ),
        (
            "reps: gliding to rest puts the end off",
            "x < self._crossed_at - rule.end / 4",
            "x <= self._crossed_at",
        ),
        ("reps: no extrapolated start", "peak_s = low_up - _TAU_LOW * rise_s", "peak_s = low_up"),
        (
            "reps: begun before it was seen",
            "max(peak_s - rise_s, self._began_s)",
            "peak_s - rise_s",
        ),
        (
            "reps: a false start forgets rest",
            "self._rest_seen or isfinite(self.rest)",
            "self._rest_seen",
        ),
        ("reps: no extrapolated end", "end_s = low_down + _TAU_LOW * fall_s", "end_s = low_down"),
        ("reps: a cut one counts", "replace(shape, complete=False, cut=True)", "shape"),
        ("reps: a jump is rest", "low = self._lately(t)", "low = x"),
        ("reps: the top needs no top", "and rise >= rule.top:", ":"),
    ),
    *_mutants(
        "judge/reps.py",
        "test_edges.py",
        ("edges: whatever is at its top is done", ">= self.DONE_S", ">= 0"),
        ("edges: a hold at the end is not done", ">= self.DONE_S", ">= 1e9"),
        ("edges: any top after a gap", "rise >= self.ALIKE * self._usual", "rise >= 0"),
        ("edges: no top after a gap", "self._missed and rise", "False and rise"),
        ("edges: both sides count at once", "if ts[up] <= self._waited_to_s:", "if False:"),
    ),
    *_mutants(
        "judge/lane.py",
        "test_edges.py",
        ("edges: getting up is a repetition", "or seen or self._from_first", "or True"),
        ("edges: a first frame at the top is none", "or seen or self._from_first", "or seen"),
    ),
    *_mutants(
        "judge/analyzer.py",
        "test_edges.py",
        ("edges: a cut changes nothing", "and not self._follower.elsewhere", ""),
        (
            "edges: who is found late has just come",
            "from_first = at_once or",
            "from_first = at_once and",
        ),
    ),
    *_mutants(
        "judge/follow.py",
        "test_analyzer.py",
        ("face: whatever way it looks is true", "return self._nose, True", "return nan, False"),
        ("face: never turns", "or t - self._t < FACE_TURNS_S", "or True"),
        ("face: a tilt of the trunk turns it", "busy and lay and LEVEL", "False and lay and LEVEL"),
        ("face: who bows lies", "busy and lay and LEVEL", "busy and LEVEL"),
        ("face: who rolls away as well", "abs(hip - self._hip) < TRUNK_STAYS", "0 < TRUNK_STAYS"),
        ("face: who bows as well", "if abs(body.trunk.elevation) < FLAT else", "if True else"),
    ),
    *_mutants(
        "drills/clamshell.py",
        "test_drills_floor.py",
        ("clamshell: knees may stand", "on_the_mat and (bent", "(bent"),
    ),
    *_mutants(
        "drills/back_stabiliser.py",
        "test_drills_floor.py",
        ("back stabiliser: guesses", "seen=from_the_side(knee_ahead, 0.33),", ""),
    ),
    *_mutants(
        "drills/knee_to_chest.py",
        "test_real_people.py",
        ("knee to chest: the foot tells nothing", "or_if=held_to_the_chest, ", ""),
        (
            "knee to chest: half a way is another",
            "rep.top(foot) - rep.first(foot)",
            "rep.top(foot)",
        ),
    ),
    *_mutants(
        "drills/prone_leg_raise.py",
        "test_analyzer.py",
        ("face: legs are told apart", "other if body.turned_over and", "other if False and"),
    ),
    *_mutants(
        "judge/holds.py",
        "test_motion.py",
        (
            "holds: a wobble is extrapolated",
            "return deep[0], deep[-1]  # the body",
            "pass  # the body",
        ),
        ("holds: a jump is a wobble", "if moved > MOMENT_S or", "if True or"),
        ("holds: a way from next to the edge", ", self.LOW)", ", 0.0)"),
        ("holds: no way without a rest", "else self.rule.end)", "else nan)"),
        ("holds: a slip after it", "pieces[held[0] : held[-1] + 1]", "pieces[held[0] :]"),
        ("holds: a slip before it", "pieces[held[0] : held[-1] + 1]", "pieces[: held[-1] + 1]"),
        ("holds: no dwell at the start", "t - self._in_since >= rule.start_s", "True"),
        (
            "holds: no back-dating",
            "                self._running = True\n",
            "                self._running = True\n                self._in_since = t\n",
        ),
        ("holds: no dwell at the end", "if t - self._below_end_s >= rule.end_s:", "if True:"),
        ("holds: touches add up", "        else:\n            self._below_end_s = None\n", ""),
        ("holds: no wobble", "t - self._last_in_s > rule.wobble_s and not was_in", "not was_in"),
        ("holds: no pause", "t - self._last_in_s > rule.wobble_s and not was_in", "False"),
        ("holds: no end by leaving", "if t - self._last_in_s > rule.pause_s", "if False"),
        ("holds: a blink is a pause", "rule.wobble_s and not was_in", "rule.wobble_s"),
        ("holds: the clock runs unseen", "self._paused_total += unseen_s", "pass"),
        ("holds: never lost", "if self._running and unseen_s > LOST_S:", "if False:"),
        ("holds: no least time", "if seconds >= self.rule.least_s else None", ""),
        (
            "holds: glimpses add up",
            "            if not self._running:\n                self._forget()\n            self._paused",
            "            self._paused",
        ),
        (
            "holds: between end and enter it starts",
            "        if not self._running:\n            self._forget()\n            return None\n",
            "",
        ),
    ),
    *_mutants(
        "body/steady.py",
        "test_stabilise.py",
        ("filter: counts frames", "r = 2 * pi * cutoff * dt", "r = 2 * pi * cutoff / 30"),
        ("filter: no beta", "self.min_cutoff + self.beta", "self.min_cutoff + 0 * self.beta"),
        ("filter: no new beginning", "not 0 < dt <= NEW_BEGINNING_S or", "False or"),
        ("filter: speed sticks", "self._dx[~np.isfinite(x)] = 0.0", "pass"),
        ("filter: NaN sticks", "np.where(fresh, x, self._x)", "self._x"),
        ("swap guard: never", "elif order is not None:", "elif False:"),
        ("swap guard: legs whenever", "pose.t - self._last_t <= LEGS_WITHIN_S", "True"),
        ("swap guard: knees are enough", "exchanged[_ANKLES].sum() < 0.4 * ankles", "True"),
        ("swap guard: no patience", "self._against_s > self.patience_s", "order is not None"),
        ("swap guard: endless patience", "self._against_s > self.patience_s", "False"),
        (
            "swap guard: patience anew with every frame that agrees",
            "order is not None else -since_last",
            "order is not None else -1e9",
        ),
        ("swap guard: no gap rule", "or since_last > NEW_BEGINNING_S", ""),
        ("swap guard: legs are enough", "and _turned_at_once(here, last[_BOTH], moment)", ""),
        ("swap guard: who turns round is swapped", "and came < -SUDDEN * width", ""),
        (
            "swap guard: the last frame alone",
            "moment = np.array([limbs for _, limbs in self._limbs])",
            "moment = np.array([self._limbs[-1][1]])",
        ),
        (
            "swap guard: visibility stays",
            "visibility=pose.visibility[order]",
            "visibility=pose.visibility",
        ),
        ("near side: no margin", "or abs(self._lead) > self.MARGIN", "or True"),
        ("near side: no patience", "self._lead += gain * (lead - self._lead)", "self._lead = lead"),
        ("near side: never changes", "or abs(self._lead) > self.MARGIN", ""),
    ),
    *_mutants(
        "geometry.py",
        "test_geometry.py",
        ("geometry: angles of nothing", "if not (_usable(u) and _usable(v)):", "if False:"),
        (
            "geometry: folded at straight",
            "return turn if turn >= 0 else turn + 360.0",
            "return abs(turn)",
        ),
    ),
    *_mutants(
        "body/measures.py",
        "test_signals.py",
        ("signals: no visibility gate", "if visibility[joint] >= self.gate else _UNSEEN", ""),
        (
            "signals: a hike is abduction",
            "* self.outward(side) - self.hike(side)",
            "* self.outward(side)",
        ),
        (
            "signals: back or front",
            "facing = 1.0 if self.shoulder_separation <= 0 else -1.0",
            "facing = 1.0",
        ),
    ),
    *_mutants(
        "drill/measures.py",
        "test_signals.py",
        ("signals: no memory of gaps", "                past.clear()\n", ""),
        ("signals: endless memory", "while t - past[0][0] > over_s:", "while False:"),
        ("signals: hasty", "else over_s / 2):", "else 0.0):"),
    ),
    *_mutants(
        "judge/lane.py",
        "test_contract.py test_analyzer.py",
        ("faults: no persistence", "t - standing.since >= when.for_s", "True"),
        (
            "faults: no release threshold",
            "standing.raised and counts and not when.released(value)",
            "False",
        ),
        ("faults: never cleared", "and not when.released(value)", ""),
        ("faults: in every phase", "and phase in when.during", ""),
        ("faults: what cannot be seen is judged", " or not fault.sees(facts)", ""),
        ("faults: said each time", " and fault.code not in told", ""),
        (
            "faults: judged ones stay",
            "elif self.shown.pop(fault.code, None) is not None:",
            "elif False:",
        ),
        ("lane: a pause gives nothing up", "self.reps.lose()", "pass"),
        (
            "lane: no settling",
            "self.settle_from = t if settle else None",
            "self.settle_from = None",
        ),
        (
            "lane: rest is not remembered",
            "            self._remember_rest(t)\n",
            "            pass\n",
        ),
    ),
    *_mutants(
        "drill/thresholds.py",
        "test_contract.py test_drill_language.py",
        (
            "fault: negative thresholds have no release",
            "ease = 0.3 * abs(self.warn)",
            "ease = 0.3 * self.warn",
        ),
        ("fault: NaN is one", "else magnitude >= self.warn", "else not magnitude < self.warn"),
        ("faults: no change from rest", "if self.from_rest:", "if False:"),
        ("faults: stillness is movement", "return -value if self.negated else", "return"),
        ("faults: one-sided", "abs(value) if self.way == EITHER_WAY else value", "value"),
        (
            "faults: the best of a fault below",
            "min(a, b) if self.below else max(a, b)",
            "max(a, b)",
        ),
        ("faults: strong on the wrong side", "and self.strong != self.warn", "and False"),
    ),
    *_mutants(
        "drill/faults.py",
        "test_registry.py test_drill_language.py",
        ("fault: long cues", "if len(self.cue.split()) > 8:", "if False:"),
        ("fault: the front is the side", "rep.rest(by) <= at_most", "rep.rest(by) >= at_most"),
        (
            "fault: a watched one that is seen from somewhere",
            "isinstance(self.when, Watched) and self.seen.fits is not None",
            "False",
        ),
    ),
    *_mutants(
        "drill/points.py",
        "test_drill_language.py",
        (
            "points: drawn is seen",
            'drawn = name.startswith("drawn ")\n    side',
            "drawn = False\n    side",
        ),
        ("points: lower is higher", "(a.imag <= b.imag) is lower", "(a.imag > b.imag) is lower"),
    ),
    *_mutants(
        "drill/quantities.py",
        "test_drill_language.py test_contract.py",
        ("quantities: any best is believed", "min(best, believed_to))", "best)"),
        ("quantities: partial ones are the best", "if e.complete or not complete_only", "if True"),
        ("quantities: decrease is change", "rep.rest(m) - rep.top(m)", "rep.top(m) - rep.rest(m)"),
    ),
    *_mutants(
        "drill/declaration.py",
        "test_registry.py test_drill_language.py",
        ("drill: undeclared measures", "if m not in self.all_measures:", "if False:"),
        ("drill: slips are not found", "yield from self._failing()", "yield from ()"),
    ),
    *_mutants(
        "drill/explain.py",
        "test_drill_language.py",
        ("explain: below reads above", 'way = "or less" if', 'way = "or more" if'),
        ("explain: no time", ", for {when.for_s:g} s or longer", ""),
        (
            "explain: everything is certain",
            "return sure if fault.certain else",
            "return sure if True else",
        ),
    ),
    *_mutants(
        "judge/analyzer.py",
        "test_analyzer.py",
        ("judge: the clock may go back", "if pose.t <= self._t:", "if False:"),
        ("judge: stops at once", "gone or stood >= patience_s", "True"),
        ("judge: goes on at once", "if stood >= RESUME_S else []", ""),
        ("judge: a short loss is a loss", "if body is None and short and", "if False and"),
        (
            "judge: a limb is a body",
            "Reason.JOINTS_HIDDEN if pose.seen else Reason.NO_PERSON",
            "Reason.NO_PERSON",
        ),
        ("judge: a side without sides", "if drill.sides is Sides.NONE:", "if False:"),
        ("judge: several people", "if pose.people > 1:", "if False:"),
        ("judge: any posture", "if not view.posture(body):", "if False:"),
        ("judge: any view", "if not view.fits(body):", "if False:"),
        ("judge: hidden joints", "return Reason.JOINTS_HIDDEN if hidden else None", "return None"),
        ("judge: the other side's joints", "for part in view.needs_other\n", "for part in ()\n"),
        ("judge: any exercise", "and not only_if(facts)", "and False"),
        ("judge: finishes twice", "self._finished = True", "self._finished = False"),
        ("judge: both legs at once", "if holder is not None and lane is not holder:", "if False:"),
    ),
    *_mutants(
        "judge/scoring.py",
        "test_scoring.py",
        ("score: unseen sets", "< USABLE:", "< 0:"),
        ("score: doubtful faults cost all", "cost / 2 if", "cost if"),
        ("score: blips cost all", "min(1.0, max(0.0, share) / 0.4)", "1.0"),
        ("score: any tempo", "return max(0.0, (seconds - _TOO_QUICK_S)", "return 1.0 or ("),
        ("score: half a dose", "0.5 + 0.5 * share", "1.0"),
    ),
    *_mutants(
        "catalogue/registry.py",
        "test_registry.py",
        ("registry: no hint", "if near else", "if False else"),
        ("registry: anything is a drill", "if not isinstance(drill, Drill):", "if False:"),
    ),
    *_mutants(
        "drills/standing_hip_abduction.py",
        "test_contract.py",
        (
            "a fault that cannot fire",
            "decrease(hike).above(8, strong=12)",
            "decrease(hike).above(400, strong=500)",
        ),
        (
            "a measure that knows left from right",
            "foot = body.shift(body.work.toe, body.work.ankle) * body.outward(body.work.side)",
            "foot = body.shift(body.work.toe, body.work.ankle)",
        ),
        (
            "a measure in pixels",
            "ratio(body.gap(moving.knee, moving.ankle), body.gap(stands.knee, stands.ankle))",
            "abs(moving.knee - moving.ankle)",
        ),
        ("a forbidden word", "Your toes turned out.", "Your weak hips turned out."),
    ),
    *_mutants(
        "drills/single_leg_stance.py",
        "test_contract.py",
        (
            "a watched fault that cannot fire",
            "throughout(fppa, from_rest=True).above(12, strong=18",
            "throughout(fppa, from_rest=True).above(400, strong=500",
        ),
    ),
    *_mutants(
        "drills/squat.py",
        "test_real_people.py",
        (
            "people: a lunge to the side is a squat",
            "stood and feet_stayed and both_shorter and",
            "stood and feet_stayed and",
        ),
    ),
    *_mutants(
        "drills/march.py",
        "test_real_people.py",
        ("people: a kick is a step", "        and rep.top(shin_hangs) > 0.3\n", ""),
    ),
    *_mutants(
        "drills/standing_hip_abduction.py",
        "test_real_people.py",
        ("people: a kick is an abduction", "return went > 0.15 and", "return"),
    ),
    *_mutants(
        "drills/single_leg_stance.py",
        "test_real_people.py",
        ("people: a lunge is a stance", " and not hold.spread(stance_leg) > 0.35", ""),
        ("people: a floor aslant is a lift", "of.off_the_floor(", "of.height("),
    ),
    *_mutants(
        "drill/faults.py",
        "test_real_people.py",
        (
            "people: all is judged from askew",
            "if not (rep.square or self.seen.anywhere):",
            "if False:",
        ),
    ),
    *_mutants(
        "body/floor.py",
        "test_real_people.py",
        ("floor: one leg is believed", " and off < BETWEEN", ""),
        ("floor: a moving foot is believed", "max(slopes) - min(slopes) < STEADY", "True"),
        ("floor: steep floors", "steep < STEEPEST and", ""),
        (
            "floor: the camera is upright",
            "-1j * self._steady_roll(body)",
            "0j * self._steady_roll(body)",
        ),
        (
            "floor: a body that leans is a tilted camera",
            "return middle if as_one and",
            "return middle if",
        ),
        ("floor: at once", "t - self._seen[0][0] >= STEADY_S and", ""),
    ),
    *_mutants(
        "body/postures.py",
        "test_real_people.py",
        (
            "postures: lying on the side is on the front",
            "return side_on(b) or abs(b.along_trunk(shoulders)) >= 0.25",
            "return True",
        ),
        ("postures: askew is square", "return side_on(b) and apart <= 0.32", "return side_on(b)"),
    ),
]


def killed(mutant: Mutant, package: Path) -> str:
    """How the tests took it: ``killed``, ``SURVIVED`` or ``does not fit``."""
    path = package / mutant.file
    source = path.read_text(encoding="utf-8")
    if mutant.old not in source:
        return "does not fit"
    path.write_text(source.replace(mutant.old, mutant.new, 1), encoding="utf-8")
    try:
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "--no-header",
                "-p",
                "no:cacheprovider",
                *(str(HERE / t) for t in mutant.tests.split()),
            ],
            cwd=HERE.parent,
            env=os.environ | {"PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "killed (hung)"
    finally:
        path.write_text(source, encoding="utf-8")
    return "killed" if run.returncode in (1, 2) else "SURVIVED"


def main() -> int:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [m for m in MUTANTS if word in m.name]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "formcheck"
        shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
        untouched = Mutant(
            "untouched",
            "body/pose.py",
            "class Pose",
            "class Pose",
            "test_motion.py test_stabilise.py test_geometry.py test_signals.py test_contract.py test_analyzer.py test_scoring.py test_registry.py",
        )
        if killed(untouched, package) != "SURVIVED":
            print("the tests fail without any mutant: fix that first")
            return 1
        for mutant in chosen:
            how = killed(mutant, package)
            bad += not how.startswith("killed")
            print(f"{how:14} {mutant.name}", flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} killed")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
