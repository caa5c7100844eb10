"""A drill file in the words of the drill language, its evidence in comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .faults import Difference
from .words import Word

__all__ = ["Plan", "drill_text"]

#: How far another measure may be from where it was shown, at rest or held, and how far its change
#: may differ (measured: of 134 pairs of rendered bodies that do the same, 95 % lie within 25-60 deg
#: and 0.1-0.4 T at rest, 6-35 deg and 0.1-0.3 T in their change).
ROOM = {"deg": 40.0, "T": 0.4}
MOVE = {"deg": 35.0, "T": 0.3}
#: Knees and hips that start further from where they were shown, deg, start another exercise
#: (measured: 95 % of those pairs lie within 36).
BENT = 70
#: A hold that begins lower on the way than this begins by its level alone (EC).
LOW_EDGE = 0.6


@dataclass(frozen=True)
class Plan:
    """A drill to be written: its main measure, how far it rises, and what goes with it.

    ``kept`` holds (word, median at rest, median change to the top) of the good repetitions.
    ``free``: it reads the same from every side. ``rest`` is the main measure's at rest, ``edge``
    the share of the way from there at which a hold was said to begin and end, ``held_s`` the
    median of the holds, None for repetitions.
    """

    word: Word
    moving: bool
    sign: int
    rise: float
    noise: float
    follows: float
    score: float
    rest: float = 0.0
    edge: float = 0.75
    held_s: float | None = None
    kept: tuple[tuple[Word, float, float], ...] = ()
    place: str = "side"
    posture: str = "from_anywhere"
    fits: str = "from_anywhere"
    free: bool = False
    reps: int = 0
    clip: str = ""


def drill_text(name: str, plan: Plan, fault: Difference | None = None, cue: str = "") -> str:
    """The drill file."""
    title = name.replace("_", " ").capitalize()
    word, digits = plan.word, 0 if plan.word.unit == "deg" else 3
    code = word.code(plan.moving)
    if plan.sign < 0:
        main = (f"def falls(body: Body) -> float:\n    \"\"\"minus {word.name.replace('_', ' ')}: "
                f"it rises with the movement\"\"\"\n    return -_{word.name}(body)\n\n\n"
                f'main = measure("main", "{word.unit}", falls)\n')  # fmt: skip
        main = f"_{word.name} = {code}\n\n\n" + main
    else:
        main = f'main = measure("main", "{word.unit}", {code})\n'
    measures = [f'{w.name} = measure("{w.name}", "{w.unit}", {w.code(plan.moving)})\n'
                for w, _, _ in plan.kept]  # fmt: skip
    names = ", ".join(w.name for w, _, _ in plan.kept)
    hold = plan.held_s is not None
    return _FILE.format(
        title=title, name=name, n=plan.reps, what="holds" if hold else "repetitions",
        clip=re.sub(r"[^\w .()-]", "_", plan.clip),  # a file name is no code
        word=word.name.replace("_", " "), does="stays held" if hold else "moves",
        follows=f"{plan.follows:.2f}", rise=f"{plan.rise:.{digits}f}", unit=word.unit,
        noise=f"{plan.noise:.{digits + 1}f}", main=main, measures="".join(measures),
        checks="\n".join(_checks(plan)), place=plan.place, fits=plan.fits,
        posture=plan.posture, sides="MOVING" if plan.moving else "NONE", counts=_counts(plan),
        names=names + ("," if names else ""), fault=_fault(fault, cue), body="Body, " if
        plan.sign < 0 else "", change="change, fault, " if fault else "",
        least=len(plan.kept), bent=_bent(plan), verb="holds" if hold else "reps", dose=_dose(plan),
        weights="hold" if hold else "strength",
    )  # fmt: skip


def _checks(plan: Plan) -> list[str]:
    """The lines by which another movement is told."""
    checks = []
    for w, rest, change in plan.kept:
        second = (
            ("top", rest + change, ROOM) if plan.held_s is not None else ("change", change, MOVE)
        )
        for what, shown, rooms in (("rest", rest, ROOM), second):
            low, high = shown - rooms[w.unit], shown + rooms[w.unit]
            checks.append(f"        ({low:.2f}, rep.{what}({w.name}), {high:.2f}),")
    return checks


def _bent(plan: Plan) -> str:
    """Lines by which bent knees are told from straight ones."""
    rests = [(w.name, rest) for w, rest, _ in plan.kept if w.name in ("hip_angle", "knee_angle")]
    return "".join(f"\n        and not abs(rep.rest({name}) - {rest:.0f}) > {BENT}"
                   for name, rest in rests)  # fmt: skip


def _counts(plan: Plan) -> str:
    """The rule, with where its levels come from."""
    digits = 0 if plan.word.unit == "deg" else 3

    def level(share: float, base: float = 0.0) -> str:
        return f"{round(base + share * plan.rise, digits):g}"

    if plan.held_s is None:
        return (
            "    # 0.25, 0.15, 0.4 and 0.9 of the person's own median rise.\n"
            f"    counts=reps(main, begins={level(0.25)}, ends={level(0.15)}, whole={level(0.4)}, "
            f"full={level(0.9)}, only_if=as_shown),"
        )
    # Where the label began its holds low on the way, that level is the hold's; where at the top,
    # the hold lasts while the measure is near its own level.
    low = plan.edge < LOW_EDGE
    on = plan.edge if low else 0.4
    near = "" if low else f"within={level(1 - plan.edge)}, "
    return (
        f"    # The label began and ended its holds at {plan.edge:.2f} of the way from rest "
        f"({level(0, plan.rest)}).\n"
        f"    counts=holds(main, on_above={level(on, plan.rest)}, "
        f'off_below={level(0.6 * on, plan.rest)}, ended_by="came_out",\n'
        f"        least_s={_least_s(plan.held_s)}, {near}only_if=as_shown),"
    )


def _least_s(held_s: float) -> str:
    """A quarter of what was shown, 1 to 3 s: a shorter stay is no hold (EC)."""
    return f"{min(max(held_s / 4, 1.0), 3.0):.1f}"


def _dose(plan: Plan) -> str:
    return "reps=8" if plan.held_s is None else f"hold_s={max(round(plan.held_s), 1)}"


def _fault(found: Difference | None, cue: str) -> str:
    if found is None:
        return "()"
    middle = (found.good + found.faulty) / 2
    way = "above" if found.faulty > found.good else "below"
    word = found.word
    saw = f"Your {word.name.replace('_', ' ')} changed otherwise than in the good clip."
    return (f"(\n        fault(\"{word.name}_differs\", {cue or 'As you were shown'!r},\n"
            f"            {saw!r},\n            change({word.name}).{way}({middle:.2f}, "
            f"strong={found.faulty:.2f}),\n            source=\"taught: good {found.good:.2f} "
            f"(spread {found.spread:.2f}), faulty {found.faulty:.2f} {word.unit}\"),\n    )"
            )  # fmt: skip


_FILE = '''\
"""{title}: taught by showing it; read it and change what you know better.

Learned from {n} {what} of {clip}. Try it on other people before you trust it.
"""

from formcheck.drill import (
    {body}{change}Dose, Drill, Facts, Sides, View, {verb}, measure, of, postures,
)  # fmt: skip

# Main measure: {word}. It follows the {what} with a correlation of {follows}, rises by
# {rise} {unit} (median) and is within {noise} {unit} at rest.
{main}
# How the others stood at rest and changed to the top; another exercise differs in some.
{measures}

def as_shown(rep: Facts) -> bool:
    """It starts and {does} as it was shown; one check in four may be off, one in eight far off."""
    checks = (
{checks}
    )  # fmt: skip
    # How far outside, in widths, below 0 inside; what is hidden (NaN) tells nothing.
    off = [max(low - x, x - high) / (high - low) for low, x, high in checks if x == x]
    near, far = sum(x < 0 for x in off), sum(x > 0.25 for x in off)
    return (
        len(off) >= {least} and near >= 0.75 * len(off) and far <= len(off) / 8{bent}
    )


DRILL = Drill(
    name="{name}", title="{title}", card="own",
    summary="As it was shown in {clip}.",
    setup="Start as in the clip, the whole body in the picture.",
    view=View("{place}", camera="Where it stood for {clip}, whole body in the picture.",
        fits=postures.{fits}, posture=postures.{posture}, needs=("shoulder", "hip")),
    sides=Sides.{sides},
{counts}
    measures=({names}),
    faults={fault},
    dose=Dose(sets=2, {dose}), weights="{weights}",
    cannot_see=("what was not shown in the clip",), sources=("taught",),
)
'''
