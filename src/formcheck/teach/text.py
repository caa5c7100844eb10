"""A drill file in the words of the drill language, its evidence in comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .faults import Difference
from .words import Word

__all__ = ["Plan", "drill_text"]

#: How far a companion may start from, or move otherwise than, the person who showed it (EC).
ROOM = {"deg": 40.0, "T": 0.6}
MOVE = {"deg": 35.0, "T": 0.45}


@dataclass(frozen=True)
class Plan:
    """A drill to be written: its main measure, how far it rises, and what goes with it.

    ``kept`` holds (word, median at rest, median change to the top) of the good repetitions.
    """

    word: Word
    moving: bool
    sign: int
    rise: float
    noise: float
    follows: float
    score: float
    kept: tuple[tuple[Word, float, float], ...] = ()
    place: str = "side"
    posture: str = "from_anywhere"
    fits: str = "from_anywhere"
    reps: int = 0
    clip: str = ""


def drill_text(name: str, plan: Plan, fault: Difference | None = None, cue: str = "") -> str:
    """The drill file."""
    title = name.replace("_", " ").capitalize()
    word, digits = plan.word, 0 if plan.word.unit == "deg" else 3
    begin, end, whole, full = (f"{round(share * plan.rise, digits):g}"
                               for share in (0.25, 0.15, 0.5, 0.9))  # fmt: skip
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
    lines = []
    for w, rest, change in plan.kept:
        lines.append(f"        {rest - ROOM[w.unit]:.2f} < rep.rest({w.name}) < "
                     f"{rest + ROOM[w.unit]:.2f},")  # fmt: skip
        lines.append(f"        {change - MOVE[w.unit]:.2f} < rep.change({w.name}) < "
                     f"{change + MOVE[w.unit]:.2f},")  # fmt: skip
    names = ", ".join(w.name for w, _, _ in plan.kept)
    return _FILE.format(
        title=title, name=name, n=plan.reps,
        clip=re.sub(r"[^\w .()-]", "_", plan.clip),  # a file name is no code
        word=word.name.replace("_", " "),
        follows=f"{plan.follows:.2f}", rise=f"{plan.rise:.{digits}f}", unit=word.unit,
        noise=f"{plan.noise:.{digits + 1}f}", main=main, measures="".join(measures),
        checks="\n".join(lines), place=plan.place, fits=plan.fits, posture=plan.posture,
        sides="MOVING" if plan.moving else "NONE", begin=begin, end=end, whole=whole, full=full,
        names=names + ("," if names else ""), fault=_fault(fault, cue), body="Body, " if
        plan.sign < 0 else "", change="change, fault, " if fault else "",
    )  # fmt: skip


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

Learned from {n} repetitions of {clip}. Try it on other people before you trust it.
"""

from formcheck.drill import (
    {body}{change}Dose, Drill, Facts, Sides, View, measure, of, postures, reps,
)  # fmt: skip

# Main measure: {word}. It follows the repetitions with a correlation of {follows}, rises by
# {rise} {unit} (median) and is within {noise} {unit} at rest.
{main}
# How the others stood at rest and changed to the top; another exercise differs in some.
{measures}

def as_shown(rep: Facts) -> bool:
    """It starts and moves as the movement that was shown (within 40 deg or 0.6 T at rest)."""
    # A measure that is hidden (NaN) tells nothing, and one may differ from body to body.
    checks = (
{checks}
    )
    return sum(checks) >= 0.75 * len(checks)


DRILL = Drill(
    name="{name}", title="{title}", card="own",
    summary="As it was shown in {clip}.",
    setup="Start as in the clip, the whole body in the picture.",
    view=View("{place}", camera="Where it stood for {clip}, whole body in the picture.",
        fits=postures.{fits}, posture=postures.{posture}, needs=("shoulder", "hip")),
    sides=Sides.{sides},
    # 0.25, 0.15, 0.5 and 0.9 of the person's own median rise.
    counts=reps(main, begins={begin}, ends={end}, whole={whole}, full={full}, only_if=as_shown),
    measures=({names}),
    faults={fault},
    dose=Dose(sets=2, reps=8), weights="strength",
    cannot_see=("what was not shown in the clip",), sources=("taught",),
)
'''
