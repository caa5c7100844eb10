"""The person's own record: plans, today, history, export, import, forget."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from ..lead.questions import counted
from . import common

if TYPE_CHECKING:
    from ..coach.progression import Weeks
    from ..journal import Journal


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("plans")(plans)
    app.command("today")(today)
    app.command("history")(history)
    app.command("export")(export)
    app.command("import")(import_)
    app.command("forget")(forget)


# -- shared with `live PLAN` ---------------------------------------------------------------------


def open_journal() -> Journal:
    """The person's journal; trouble with the disk is one line and a journal in memory."""
    from ..journal import Journal, default_path

    return Journal(default_path(), warn=common.warn)


def plans_folder() -> Path:
    """Where the person's own plans are."""
    return common.settings().plans_folder


# -- commands ------------------------------------------------------------------------------------


def plans(
    name: Annotated[str | None, typer.Argument(metavar="[PLAN]", help="Show one plan.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> None:
    """The plans there are: built-in ones and your own."""
    from ..coach.plans import FIRST_PLAN, check_drills, find_plan, plan_names
    from ..lead.advice import dose_words
    from ..wording import in_words

    folder = plans_folder()
    if name is not None:
        found = [find_plan(name, folder)]
        if not found[0].builtin:
            from ..catalogue.registry import drill_names

            check_drills(found[0], drill_names(common.settings().drills_folder))
    else:
        found = [find_plan(n, folder) for n in plan_names(folder)]
    if json_:
        from dataclasses import asdict

        print(json.dumps([asdict(plan) for plan in found], indent=1, ensure_ascii=False))
        return
    for plan in found:
        own = "" if plan.builtin else " (your own)"
        print(f"{plan.name}{own}: {plan.title}. {plan.about}")
        if name is not None:
            print(f"  warm up {plan.warm_up_min:g} minutes")
            if plan.walk_min:
                print(f"  walk {plan.walk_min:g} minutes a day")
            for entry in plan.drills:
                forms = f" ({', then '.join(entry.variants)})" if entry.variants else ""
                title = in_words(entry.name)
                print(f"  {title}{forms}: {dose_words(entry.dose, entry.both_sides)}")
            print(f"It begins with {plan.start_share:.0%} of these doses and builds up to them.")
            print(f"Begin with: formcheck live {plan.name}")
    if name is None:
        first = f"Begin with: formcheck live {FIRST_PLAN}"
        print(f"{first}   See one whole: formcheck plans {FIRST_PLAN}")
        print(f"Your own plans are TOML files in {folder}")


def today(
    plan: Annotated[str | None, typer.Argument(metavar="[PLAN]", help="Else the last one.")] = None,
    walked: Annotated[
        float | None, typer.Option(metavar="MIN", help="Note a walk of so many minutes.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Note something in your own words.")] = None,
) -> None:
    """What is planned today and why; asks how yesterday felt."""
    from .. import __version__
    from ..coach.plans import FIRST_PLAN, find_plan
    from ..coach.progression import weeks
    from ..coach.safety import questions_due
    from ..journal.past import last_check, past_sessions
    from ..journal.queries import last_plan
    from ..lead import asking
    from ..lead.advice import advice_lines, advice_now, last_red
    from . import front

    if walked is not None and not 0 < walked <= 1440:
        raise UsageError(f"--walked: expected minutes above 0, got {walked:g}")
    with open_journal() as journal:
        now = journal.now()
        if sys.stdin.isatty():
            asking.answered(asking.next_day(journal), front.ask, front.tell)
        if walked is not None or note:
            journal.note_down(__version__, walked, note or "")
            print("Noted." if walked is None else f"Noted: a walk of {walked:g} minutes.")
        past = past_sessions(journal)
        chosen = find_plan(plan or last_plan(journal) or FIRST_PLAN, plans_folder())
        advice = advice_now(journal, chosen, now.date(), past)
        print(f"{now:%A %d %B}, {chosen.title}:")
        did = {done.drill for p in past if p.day >= now.date() for done in p.done}
        if did.intersection(d.name for d in chosen.drills):
            print("Today's session is done. Tomorrow you are asked how it felt.")
            for line in advice.notes:
                print(line)
        else:
            print("\n".join(advice_lines(advice)))
            if advice.drills:
                print(f"Begin with: formcheck live {chosen.name}")
        count = weeks([p.day for p in past], now.date())
        print(_week(count))
        if questions_due(last_check(journal), now.date(), last_red=last_red(past)):
            print("The safety questions come first next time (formcheck live asks them).")


def history(
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on.")] = None,
    drill: Annotated[str | None, typer.Option(help="Only this drill.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> None:
    """Days, drills, trends, left and right: what the journal says."""
    from ..coach.progression import weeks
    from ..journal.past import past_sessions
    from ..journal.queries import fault_counts, sets_since
    from ..journal.rules import parameters_of

    day = parse_day(since, "--since").isoformat() if since else ""
    with open_journal() as journal:
        rows = sets_since(journal, day, drill)
        past = [p for p in past_sessions(journal) if p.day.isoformat() >= day]
        now = journal.now().date()
        faults = fault_counts(journal, day)
    if json_:
        for row in rows:
            del row["trace"]  # export has it
            row["parameters"] = parameters_of(row["parameters"]) or {}
        print(json.dumps({"schema": "formcheck.history/1", "sets": rows}, indent=1))
        return
    if not past and not rows:
        print("Nothing yet. Begin with: formcheck live start-small")
        return
    count = weeks([p.day for p in past], now)
    print(_week(count))
    lights = Counter(p.light.word for p in past if p.done)
    if lights:
        said = [f"{n} {_LIGHTS.get(word, word)}" for word, n in lights.most_common()]
        print("How it felt: " + ", ".join(said))
    for name in dict.fromkeys(r["drill"] for r in rows):
        _show_drill(name, [r for r in rows if r["drill"] == name], faults)


#: Lights that need more than their colour.
_LIGHTS = {"unknown": "not answered"}


def _week(count: Weeks) -> str:
    from ..coach.progression import DAYS_A_WEEK

    days = f"Days this week: {count.this_week} of {DAYS_A_WEEK}."
    return f"{days} Weeks with three days: {count.full_weeks}."


def _show_drill(name: str, rows: list[dict[str, Any]], faults: list[dict[str, Any]]) -> None:
    from ..judge.scoring import mean_words
    from ..wording import in_words

    print(
        f"{in_words(name)}: "
        f"{counted(len({r['day'] for r in rows}), 'day')}, {counted(len(rows), 'set')}"
    )
    days = list(dict.fromkeys(r["day"] for r in rows))[-6:]
    for day in days:
        sets = [r for r in rows if r["day"] == day]
        reps, held = sum(r["reps"] for r in sets), sum(r["held"] for r in sets)
        forms = _forms(sets)
        form = f", form {mean_words(forms)}" if forms else ""
        ouch = ", stopped" if any(r["status"] == "ouch" for r in sets) else ""
        did = f"{reps} reps" if reps else f"{held:.0f} s held"
        planned = sum(r["planned_reps"] or 0 for r in sets)
        asked = f" of {planned} asked for" if reps and planned else ""
        print(f"  {day}  {did}{asked}{form}{ouch}")
    left, right = (_forms(r for r in rows if r["side"] == side) for side in ("left", "right"))
    if left and right:
        print(f"  left: form {mean_words(left)}, right: form {mean_words(right)}")
    most = [f for f in faults if f["drill"] == name][:2]
    if most:
        seen = [f"{in_words(f['code'])} {f['n']}x" for f in most]
        print(f"  seen most: {', '.join(seen)}")


def _forms(rows: Iterable[Mapping[str, Any]]) -> list[float]:
    """The form of sets that have one; a set that was stopped because it hurt has none."""
    return [r["form"] for r in rows if r["form"] is not None]


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Written into this folder.")],
    csv: Annotated[bool, typer.Option("--csv", help="One table a file.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="One document (the default).")] = False,
) -> None:
    """Write everything the journal holds into a folder, for you or your clinician."""
    from .. import __version__
    from ..journal import export_csv, export_json
    from ..journal.schema import TABLES

    common.protect([folder / name for name in ("journal.json", *(f"{t}.csv" for t in TABLES))], [])
    with open_journal() as journal:
        paths = export_csv(journal, folder) if csv else []
        if json_ or not csv:
            paths += export_json(journal, folder, __version__)
    what = counted(len(paths), "file") + f" in {folder}" if len(paths) > 1 else paths[0]
    print(f"Written: {what}")


def import_(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="A folder made by export.")],
) -> None:
    """Bring an export back in; sessions that are already there are left alone."""
    from ..journal import import_folder

    with open_journal() as journal:
        print(f"{counted(import_folder(journal, source), 'new session')}")


def forget(
    day: Annotated[str | None, typer.Option(metavar="DAY", help="This day.")] = None,
    drill: Annotated[str | None, typer.Option(help="This drill, on every day.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a day, a drill or everything from the journal, without a trace in its file."""
    from ..journal import default_path

    if sum([day is not None, drill is not None, everything]) != 1:
        raise UsageError("forget expects one of --day DAY, --drill NAME or --all")
    when = parse_day(day, "--day").isoformat() if day else None
    path = default_path()
    if not path.exists():
        print("There is no journal: nothing to forget.")
        return
    what = f"the day {when}" if when else f"the drill {drill}" if drill else "everything"
    if not yes and not typer.confirm(
        f"Delete {what} from {path} for good?", default=None, err=True
    ):
        print("Nothing was deleted.")
        return
    with open_journal() as journal:
        gone = journal.forget(day=when, drill=drill, everything=everything)
    if not gone:
        print(f"Nothing of {what} was there.")
        return
    rows = ", ".join(counted(n, table.removesuffix("s")) for table, n in gone.items())
    print(
        f"Deleted {what}: {rows}. The file was cleared of old pages. Exports are yours to delete."
    )


def parse_day(text: str, option: str) -> date:
    """``2026-03-02``, ``today``, ``yesterday`` or ``30d`` (days ago).

    Raises:
        UsageError: none of these.
    """
    now = datetime.now().astimezone().date()
    names = {"today": now, "yesterday": now - timedelta(days=1)}
    if text in names:
        return names[text]
    if text.endswith("d") and text[:-1].isdecimal() and len(text) < 6:
        return now - timedelta(days=int(text[:-1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option}: expected a day such as 2026-03-02, today or 30d, got {text!r}"
        ) from None
