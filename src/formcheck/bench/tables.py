"""A bench document in words: plain text for the terminal, Markdown with curves for the docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..wording import amount, in_words
from .bars import MEASURES, TARGETS, verdicts

__all__ = ["BY_HAND", "comparison_text", "kept", "markdown", "misses_text", "summary_text"]

Row = Sequence[str]


def percent(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{100 * value:.{digits}f} %"


def number(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _columns(rows: Sequence[Row]) -> str:
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _table(rows: Sequence[Row]) -> str:
    head, *body = rows
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


# ------------------------------------------------------------------------------------- tables


def _count_row(name: str, s: Mapping[str, Any]) -> Row:
    counts, reps, holds = s["counts"], s["reps"], s["holds"]
    faults, view = s["faults"], s["view"]
    alarms = faults["false_alarms_per_100"]
    return (
        name,
        str(s["clips"]),
        percent(counts["exact"]),
        str(counts["worse"]),
        percent(reps["matched"]),
        str(reps["extra"]),
        number(reps["start"]["median"]),
        number(reps["peak"]["median"]),
        number(reps["end"]["median"]),
        number(holds["median"]),
        number(holds["p95"]),
        percent(faults["recall"]) + (f" of {faults['clear']}" if faults["clear"] else ""),
        f"{number(alarms, 1)} ({faults['false_alarms']}/{faults['clean_reps']})",
        str(faults["not_visible_claimed"]),
        percent(view["refused_share"], 1),
        "-"
        if not view["unsuitable"]
        else f"{percent(view['unsuitable_refused'])} of {view['unsuitable']}",
    )


_COUNT_HEAD: Row = (
    "", "clips", "count exact", ">1 off", "reps matched", "extra", "start", "peak", "end",
    "hold", "hold p95", "recall", "alarms/100", "unseen", "refused", "bad view refused",
)  # fmt: skip


def _count_rows(data: Mapping[str, Any], key: str) -> list[Row]:
    return [_COUNT_HEAD] + [_count_row(name, s) for name, s in data[key].items()]


def _code_rows(data: Mapping[str, Any]) -> list[Row]:
    by_name = {f"{c['drill']}.{c['code']}": c for c in data["curves"]}
    rows: list[Row] = [
        ("fault", "clear", "recall", "borderline", "not visible", "alarms", "per 100",
         "beside", "50 %", "90 %"),
    ]  # fmt: skip
    for name, c in data["overall"]["faults"]["codes"].items():
        curve = by_name.get(name, {})
        unit = curve.get("unit", "")
        rows.append(
            (
                name + ("" if c["labelled"] else " (not in labels)"),
                str(c["clear"]),
                percent(c["recall"]),
                f"{c['borderline_claimed']}/{c['borderline']}",
                f"{c['not_visible_claimed']}/{c['not_visible']}",
                str(c["false_alarms"]),
                number(c["false_alarms_per_100"], 1),
                str(c["beside"]),
                *(
                    "-" if curve.get(k) is None else amount(curve[k], unit, ".1f")
                    for k in ("at50", "at90")
                ),
            )
        )
    return rows


def _replay_rows(data: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = [
        (
            "replay",
            "tracks",
            "same count",
            "same faults",
            "same side",
            "hold p95",
            "invented",
            "lost",
        )
    ]
    for name, r in (data["robustness"] or {}).items():
        rows.append(
            (
                in_words(name),
                str(r["tracks"]),
                percent(r["same_count"], 1),
                percent(r["same_faults"], 1),
                percent(r["same_side"], 1),
                number(r["hold_change_p95"]),
                str(r["invented"]),
                str(r["lost"]),
            )
        )
    return rows


def _wrong_lines(data: Mapping[str, Any]) -> list[str]:
    w = data["wrong_exercise"]
    if not w:
        return []
    return [
        f"{w['pairs_with_reps']} of {w['pairs']} (clip, other drill) pairs with complete "
        f"repetitions ({percent(w['share_with_reps'], 1)}), {w['pairs_with_holds']} with a hold "
        f"({percent(w['share_with_holds'], 1)}); {w['relatives_left_out']} pairs of relatives "
        "left out.",
        f"Drills that a label excludes: {w['declared_with_reps']} of {w['declared_pairs']} "
        f"counted, {w['declared_with_holds']} held.",
    ]


def _wrong_rows(data: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = [("analyzer", "other clips", "with reps", "with holds", "reps")]
    for name, w in (data["wrong_by_analyzer"] or {}).items():
        rows.append(
            (
                name,
                str(w["pairs"]),
                str(w["pairs_with_reps"]),
                str(w["pairs_with_holds"]),
                str(w["reps"]),
            )
        )
    return rows


def _target_rows(data: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = [("target", "bar", "measured", "met")]
    for v in verdicts(data, TARGETS):
        sign = "≥" if v.more_is_better else "≤"
        rows.append(
            (
                v.what,
                f"{sign} {v.form.format(v.bar)}",
                "not measured" if v.value is None else v.form.format(v.value),
                {True: "yes", False: "**no**", None: "-"}[v.met],
            )
        )
    return rows


def _speed_rows(speed: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = [("stage, ms a frame", "p50", "p95", "p99")]
    for name, s in speed["stages"].items():
        rows.append((name, number(s["p50"], 3), number(s["p95"], 3), number(s["p99"], 3)))
    return rows


def _speed_lines(speed: Mapping[str, Any]) -> list[str]:
    return [
        f"The whole pipeline runs at {percent(speed['ratio'], 1)} of the bare loop's frame rate "
        f"({number(speed['pipeline_fps'], 1)} against {number(speed['bare_fps'], 1)} frames a "
        f"second on this machine; {speed['frames']} frames of {speed['clip']} by each, in turns "
        f"of {speed['chunk']}, medians); in processor time {percent(speed['ratio_cpu'], 1)}.",
        f"Analysis takes {percent(speed['analyse_to_landmark'], 1)} of landmarking. "
        f"Start-up (import, model, first pose) {number(speed['start_up_s'])} s; peak memory "
        f"{number(speed['peak_memory_mb'], 0)} MB.",
    ]


# ---------------------------------------------------------------------------------- terminal


def summary_text(data: Mapping[str, Any]) -> str:
    """The run on one screen."""
    d = data["data"]
    parts = [
        f"{d['clips']} clips, {d['frames']} frames, {len(d['drills'])} drills"
        + (f", landmarks made for {d['landmarked']}" if d["landmarked"] else ""),
        _columns([*_count_rows(data, "by_drill"), _count_row("all", data["overall"])]),
    ]
    if len(data["by_folder"]) > 1:
        parts.append(_columns(_count_rows(data, "by_folder")))
    codes = _code_rows(data)
    if len(codes) > 1:
        parts.append(_columns(codes))
    f = data["overall"]["faults"]
    parts.append(
        f"faults: {f['false_alarms']} false alarms on {f['clean_reps']} clean reps, of them "
        f"{f['false_alarms_outside_labels']} with codes that labels do not use, {f['stray']} "
        f"outside repetitions, {f['false_alarms_only_possible']} only called possible; "
        f"{f['beside']} beside a clear fault; {f['unchecked']} on clips without fault labels"
    )
    holds, side = data["overall"]["holds"], data["overall"]["side"]
    if holds["true"]:
        parts.append(
            f"holds: {percent(holds['found'])} of {holds['true']} found, {holds['extra']} extra, "
            f"{holds['cut']} cut in pieces; ended by {holds['ended_by']}"
        )
    if side["clips"]:
        parts.append(f"side: right in {percent(side['right'])} of {side['clips']} clips")
    if data["overall"]["view"]["reasons"]:
        parts.append(f"good views refused for: {data['overall']['view']['reasons']}")
    if data["wrong_exercise"]:
        parts.append("wrong exercise: " + " ".join(_wrong_lines(data)))
        parts.append(_columns(_wrong_rows(data)))
    if data["robustness"]:
        parts.append(_columns(_replay_rows(data)))
    if data["speed"]:
        parts.append("\n".join(_speed_lines(data["speed"])))
        parts.append(_columns(_speed_rows(data["speed"])))
    parts += [f"left out: {line}" for line in d["skipped"]]
    parts += [f"broke: {line}" for line in d["errors"]]
    return "\n\n".join(parts)


def misses_text(data: Mapping[str, Any]) -> str:
    """One line a miss, with the signals around it below: median before, smallest..largest."""
    lines = []
    for m in data["misses"]:
        when = "" if m["from_s"] is None else f" {m['from_s']:.1f}-{m['to_s']:.1f} s"
        rep = "" if m["rep"] is None else f" #{m['rep']}"
        lines.append(
            f"{m['clip']}{rep}{when}  {m['what']}: truth {m['truth']}, answer {m['answer']}"
        )
        if m["signals"]:
            lines.append(
                "    "
                + "  ".join(
                    f"{name} {'?' if rest is None else f'{rest:.4g}'} | {low:.4g}..{high:.4g}"
                    for name, (rest, low, high) in m["signals"].items()
                )
            )
    for w in (data["wrong_exercise"] or {}).get("found", ()):
        if not w["relative"]:
            sure = " (excluded by its label)" if w["declared"] else ""
            lines.append(
                f"{w['clip']}  wrong exercise: {w['analyzer']} answered {w['reps']} reps, "
                f"{w['holds']} holds ({w['hold_s']:.1f} s){sure}"
            )
    for name, r in (data["robustness"] or {}).items():
        for c in r["changed"]:
            lines.append(
                f"{c['clip']}  {name}: {c['count'][0]} became {c['count'][1]}, "
                f"{c['invented']} invented, {c['lost']} lost"
            )
        for clip in r["faults_changed"]:
            lines.append(f"{clip}  {name}: other faults")
    return "\n".join(lines) or "no misses"


def comparison_text(comparison: Mapping[str, Any]) -> str:
    """What got better and worse since the baseline."""
    rows: list[Row] = [("measure", "baseline", "now", "")]
    for name, c in comparison["measures"].items():
        form = MEASURES[name].form
        rows.append(
            (
                name,
                *("-" if c[k] is None else form.format(c[k]) for k in ("old", "new")),
                {True: "better", False: "WORSE", None: ""}[c["better"]],
            )
        )
    lines = [_columns(rows), ""]
    for title, key in (("fixed", "fixed"), ("BROKEN", "broken"), ("changed", "changed")):
        for m in comparison[key]:
            was = f" (was {m['was']})" if "was" in m else ""
            lines.append(f"{title}: {m['key']}: truth {m['truth']}, answer {m['answer']}{was}")
    for key, words in (("only_old", "only in the baseline"), ("only_new", "not in the baseline")):
        if comparison[key]:
            lines.append(f"{len(comparison[key])} clips are {words}")
    return "\n".join(lines)


# ---------------------------------------------------------------------------------- markdown


def _esc(text: str) -> str:
    return text.replace("_", "\\_").replace("|", "\\|")


#: What stands below this line of a page was measured by other means, and stays.
BY_HAND = "<!-- Measured by the scripts of benchmarks/; `--markdown` leaves this part as it is. -->"


def kept(page: str) -> str:
    """The part of an earlier page that the next one goes on with; empty when there is none."""
    _, mark, below = page.partition(BY_HAND)
    return f"\n{mark}{below}" if mark else ""


def markdown(data: Mapping[str, Any], figures: Mapping[str, str] | None = None) -> str:
    """``docs/benchmarks.md``.

    Args:
        data: the document.
        figures: file name of the drawn curve for each ``drill.code``, relative to the page.
    """
    d, v = data["data"], data["versions"]
    sources = ", ".join(f"{n} {source}" for source, n in d["sources"].items())
    parts = [
        "# Benchmarks",
        "This page is written by `formcheck bench --markdown`, down to *Live and folders*, which "
        "it leaves as it is.",
        f"{data['date']}: {d['clips']} clips ({sources}), {d['frames']} frames, "
        f"{len(d['drills'])} drills. formcheck {v['formcheck']}, mediapipe {v['mediapipe']}, "
        f"OpenCV {v['opencv']}, Python {v['python']}, {v['system']}, {v['processors']} "
        f"processors; landmarks of {', '.join(d['models']) or 'unknown models'}. "
        f"Command: `{data['arguments'].get('command', 'formcheck bench')}`.",
        "Synthetic clips are rendered people whose joint angles are known; they move more calmly "
        "than real ones. Real clips were counted and timed by eye.",
        "## Against the targets",
        _table(_target_rows(data)),
        "## By drill",
        "Errors are medians in seconds. A repetition is matched when it shares half its time with "
        "the true one (IoU 0.5) and is called complete where it must be. Recall is on faults that "
        "are clear in the picture; false alarms are claims on repetitions without a clear fault, "
        "borderline faults left out. *unseen*: claims of faults nobody can see. *refused*: share "
        "of the working time of good views called impossible to judge.",
        _table([*_count_rows(data, "by_drill"), _count_row("**all**", data["overall"])]),
        "## By folder, source and view",
        _table(
            [
                _COUNT_HEAD,
                *(
                    (f"{word} {row[0]}", *row[1:])
                    for word in ("folder", "source", "view", "model")
                    for row in _count_rows(data, f"by_{word}")[1:]
                ),
            ]
        ),
        "## Faults",
        "*50 %* and *90 %*: true magnitudes at which the fault is flagged half and nine tenths of "
        "the time (logistic fit, curves below). *beside*: claims next to another, clear fault, "
        "which are not charged.",
        _escaped(_code_rows(data)),
        *_more(data),
        *_curves(data, figures or {}),
    ]
    if data["misses"]:
        parts += ["## Every miss", _escaped(_miss_rows(data))]
    parts += [
        "\n".join(f"- {line}" for line in lines) for lines in (d["skipped"], d["errors"]) if lines
    ]
    return "\n\n".join(parts) + "\n"


def _escaped(rows: Sequence[Row]) -> str:
    return _table([tuple(_esc(str(cell)) for cell in row) for row in rows])


def _more(data: Mapping[str, Any]) -> Iterator[str]:
    """The parts that can be skipped."""
    if data["wrong_exercise"]:
        yield from ("## Wrong exercise", *_wrong_lines(data), _escaped(_wrong_rows(data)))
    if data["robustness"]:
        yield "## Robustness"
        yield (
            "Each good-view track again: mirrored, slower, with frames lost, with the landmark "
            "noise of real clips (0.0075 of the torso), and with nobody found for 2 s, once in "
            "the middle of a repetition and once between two. *lost*: repetitions of the track's "
            "own answer that are gone, those that a blackout hides left out."
        )
        yield _table(_replay_rows(data))
    if data["speed"]:
        yield from ("## Speed", *_speed_lines(data["speed"]), _table(_speed_rows(data["speed"])))
        yield "Ratios carry over to other machines, absolute figures do not."


def _curves(data: Mapping[str, Any], figures: Mapping[str, str]) -> Iterator[str]:
    names = [name for c in data["curves"] if (name := f"{c['drill']}.{c['code']}") in figures]
    if names:
        yield "## Detection curves"
        yield (
            "Each dot is a repetition, flagged (top) or not (bottom): filled where the fault is "
            "clear, ringed where it is borderline or not visible, grey where there is none."
        )
    yield from (f"![{name}]({figures[name]})" for name in names)


def _miss_rows(data: Mapping[str, Any]) -> list[Row]:
    keys = ("clip", "rep", "what", "truth", "answer")
    return [keys, *(tuple(str(m[key] or "") for key in keys) for m in data["misses"])]
