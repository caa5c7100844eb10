"""The drill language up to 0.1, as far as it takes to say what is written today."""

from __future__ import annotations

import re

__all__ = ["OLD_NAMES", "changed"]

#: Names that an old drill file imports, and what is written today.
OLD_NAMES = {
    "Signal": "measure(…)",
    "RepRule": "counts=reps(…)",
    "HoldRule": "counts=holds(…)",
    "Reason": "seen=from_the_front(…) and its like",
}
#: Keywords of its faults and drills.
_OLD_WORDS = {
    "warn": "at_top(measure).above(warn, strong=…)",
    "judge": "each_rep(function, unit).above(warn, strong=…)",
    "can_see": "seen=",
    "what": "saw=",
    "signal": "counts=reps(measure, …)",
    "motion": "counts=reps(measure, …)",
    "confirm": "only_if=, in reps(…) or holds(…)",
}


def changed(error: Exception) -> str | None:
    """What an error of an old drill file means: one line that names what changed and where to
    read; None for any other error."""
    said = str(error)
    if isinstance(error, ImportError) and (error.name or "").startswith("formcheck"):
        found = re.search(r"cannot import name '(\w+)'", said)
        today = OLD_NAMES.get(found[1]) if found else None
    elif isinstance(error, TypeError):
        found = re.search(r"unexpected keyword argument '(\w+)'", said)
        today = _OLD_WORDS.get(found[1]) if found else None
    else:
        return None
    if found is None or today is None:
        return None
    return (
        f"written in the drill language of 0.1: {found[1]} is now {today}; see "
        '"From the old language" in docs/add-a-drill.md'
    )
