"""A result in words and as a table, for people. No degrees: those are in the JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..drill import Dose
from ..judge.scoring import band, parts_of, shown
from ..lead.questions import counted
from ..wording import because, in_words, to_be_judged

if TYPE_CHECKING:
    from ..drill import Drill
    from ..events import FaultSpan, Hold, Rep, SetResult


def seconds(value: float) -> str:
    """``4.2 s`` under ten seconds, ``42 s`` under a hundred, else ``1:42``."""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 100 else f"{int(value) // 60}:{int(value) % 60:02d} min"


def summary(result: SetResult, drill: Drill) -> list[str]:
    """A few plain sentences: what was done, what to work on, what could not be judged."""
    side = f", {result.side} side" if result.side else ""
    lines = [f"{drill.title}{side}: {_done(result)} in {seconds(result.seconds)}."]
    faults = _faults(result)
    if faults:
        cue, code, times = faults[0]
        lines.append(f"Work on first: {cue} ({in_words(code)}, {times}).")
    elif (result.reps or result.holds) and result.seconds_judged > result.seconds_counted_only:
        lines.append("No form fault was seen from this camera.")
    lines += _parts(result, drill)
    if result.form is not None:
        lines.append(f"Form {shown(result.form)} of 100: {band(result.form)}.")
    return [*lines, *_share(result), *result.notes]


def _share(result: SetResult) -> list[str]:
    """How much of what was asked for was done: a figure of its own, beside form."""
    if result.done is None:
        return []
    asked = result.parameters.get("dose", {})
    if asked.get("reps"):
        what = "holds" if result.holds and not result.reps else "repetitions"
        did = len(result.holds) if what == "holds" else result.complete
        of = f"{did} of {asked['reps']} {what} asked for"
    else:
        best = max((hold.seconds for hold in result.holds), default=0.0)
        of = f"{seconds(best)} of {seconds(asked['hold_s'])} asked for"
    return [f"Done {100 * result.done:.0f} %: {of}."]


def _done(result: SetResult) -> str:
    parts = []
    if result.reps or not result.holds:
        parts.append(counted(result.complete, "repetition"))
        if result.partial:
            parts[-1] += f" and {counted(result.partial, 'partial one')}"
    if result.holds:
        best = max(hold.seconds for hold in result.holds)
        parts.append(f"{counted(len(result.holds), 'hold')}, the longest {seconds(best)},")
    return " and ".join(parts)


def _faults(result: SetResult) -> list[tuple[str, str, str]]:
    """(cue, code, "2 of 3 repetitions"), the worst and most frequent first."""
    items: Sequence[Any] = (*result.reps, *result.holds)
    seen: Counter[str] = Counter()
    worst: dict[str, FaultSpan] = {}
    for item in items:
        for code in {fault.code for fault in item.faults}:
            seen[code] += 1
        for fault in item.faults:
            if fault.code not in worst or fault.severity > worst[fault.code].severity:
                worst[fault.code] = fault
    what = "hold" if not result.reps else "repetition"
    order = sorted(seen, key=lambda code: (-worst[code].severity, -seen[code], code))
    return [
        (worst[code].cue, code, f"{seen[code]} of {counted(len(items), what)}") for code in order
    ]


#: A set of which less than this share was judged says so.
NEARLY_ALL = 0.95


def _parts(result: SetResult, drill: Drill) -> list[str]:
    """``Judged 12 s of 30 s; …``, one line where less than nearly all was judged."""
    if result.seconds_judged >= NEARLY_ALL * result.seconds:
        return []
    parts = []
    if result.seconds_counted_only >= 0.05:
        turn = to_be_judged(drill.view.name)
        only = seconds(result.seconds_counted_only)
        parts.append(f"{only} counted only ({turn[0].lower()}{turn[1:]})")
    if result.seconds_refused >= 0.05:
        lost: Counter[str] = Counter()
        for span in result.cannot_judge:
            lost[span.reason.value] += span.to_s - span.from_s  # type: ignore[assignment]
        why = "; ".join(because(reason) for reason, _ in lost.most_common())
        parts.append(f"{seconds(result.seconds_refused)} refused ({why})")
    whole = f"Judged {seconds(result.seconds_judged)} of {seconds(result.seconds)}"
    return [f"{whole}; {', '.join(parts)}."]


def _blind(result: SetResult) -> list[str]:
    """What could not be judged, the longest reason first; getting ready is no loss."""
    lost: Counter[str] = Counter()
    for span in result.cannot_judge:
        lost[span.reason.value] += span.to_s - span.from_s  # type: ignore[assignment]
    nothing = not (result.reps or result.holds)
    lines = []
    for reason, time in lost.most_common():
        if time >= 1.0 and (nothing or reason != "not_in_start_position"):
            lines.append(f"Could not judge {seconds(time)}: {because(reason)}.")
    return lines


def table(result: SetResult) -> Any:
    """A rich table with one row a repetition or hold; None where there is none."""
    from rich import box
    from rich.table import Table

    if not (result.reps or result.holds):
        return None
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, justify in (
        ("#", "right"), ("side", "left"), ("from", "right"), ("time", "right"),
        ("hold", "right"), ("", "left"), ("form", "right"), ("to work on", "left"),
    ):  # fmt: skip
        out.add_column(name, justify=justify)  # type: ignore[arg-type]
    for r in result.reps:
        out.add_row(
            str(r.n), str(r.side or ""), f"{r.start_s:.1f} s", f"{r.end_s - r.start_s:.1f} s",
            f"{r.hold_s:.1f} s", "complete" if r.complete else "partial", _score(r.score),
            _cues(r.faults),
        )  # fmt: skip
    for h in result.holds:
        asked = f" of {h.target_s:g} s" if h.target_s else ""
        out.add_row(
            str(h.n), str(h.side or ""), f"{h.from_s:.1f} s", f"{h.to_s - h.from_s:.1f} s",
            f"{h.seconds:.1f} s{asked}", in_words(h.ended_by), _score(h.score),
            _cues(h.faults),
        )  # fmt: skip
    return out


def _score(score: int | None) -> str:
    return "" if score is None else str(score)


def _cues(faults: Sequence[FaultSpan]) -> str:
    cues = dict.fromkeys(f.cue for f in sorted(faults, key=lambda f: -f.severity))
    return "; ".join(cues)


def show(result: SetResult, drill: Drill | None, head: str | None = None) -> None:
    """Table and sentences on stdout."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, 120)  # a pipe has no width of its own
    if head:
        console.print(head, style="bold")
    if drill is None or not result.drill:
        console.print("None of the drills that formcheck knows was recognised.")
        return
    rows = table(result)
    if rows is not None:
        console.print(rows)
    for line in summary(result, drill):
        console.print(line, soft_wrap=True)


#: The parts of a score in words, and what they are.
_PARTS = {
    "range": "how far, from the least that counts to the full mark",
    "hold": "the hold, of the seconds asked for",
    "control": "tempo and smoothness",
    "faults": "100 less what the faults cost",
}


def explain(result: SetResult, drill: Drill) -> None:
    """What the scores are made of, on stdout."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    asked = Dose(**result.parameters.get("dose", {}))
    done: Sequence[Rep | Hold] = (*result.reps, *result.holds)
    made = [(x, parts_of(x, drill, asked)) for x in done]
    if not any(parts for _, parts in made):
        console.print("No score: nothing was done, or this drill has none.")
        return
    weights = {part.name: part.weight for _, parts in made for part in parts}
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    heads = [f"{name} {100 * weight:.0f} %" for name, weight in weights.items()]
    for name in ("#", *heads, "form"):
        out.add_column(name, justify="right")
    for x, parts in made:
        values = {part.name: f"{100 * part.value:.0f}" for part in parts}
        out.add_row(str(x.n), *(values.get(name, "") for name in weights), _score(x.score))
    console.print(out)
    for name in weights:
        console.print(f"{name}: {_PARTS[name]}.", soft_wrap=True)
    for line in _set_score(result, asked):
        console.print(line, soft_wrap=True)


def _set_score(result: SetResult, asked: Dose) -> list[str]:
    if result.form is None:
        return ["No form of the set: it was stopped, or too little of it could be judged."]
    lines = [f"Form of the set: {result.form}, the mean."]
    if asked.reps:
        n = sum(r.score is not None for r in result.reps)
        n += sum(h.score is not None for h in result.holds)
        lines.append(
            f"The key score of the JSON, {result.score}, has both figures in one: form x (0.5 + "
            f"0.5 x {min(n, asked.reps)}/{asked.reps}), the partial ones counted too."
        )
    return lines


def overview(rows: Sequence[tuple[str, SetResult, Drill]]) -> None:
    """One row a clip on stdout."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("clip", "drill", "side", "reps", "partial", "holds", "done", "form", "to work on"):
        numbers = ("reps", "partial", "holds", "done", "form")
        out.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    for clip, result, drill in rows:
        faults = _faults(result)
        blind = [] if result.reps or result.holds else _blind(result)
        holds = ", ".join(seconds(hold.seconds) for hold in result.holds)
        out.add_row(
            clip, drill.title if result.drill else "not one of mine", str(result.side or ""),
            str(result.complete) if drill.kind == "reps" else "",
            str(result.partial) if drill.kind == "reps" else "", holds,
            "" if result.done is None else f"{100 * result.done:.0f} %", _score(result.form),
            faults[0][0] if faults else blind[0] if blind else "",
        )  # fmt: skip
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(out)
