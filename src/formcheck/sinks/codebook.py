"""The columns of the tables for statistics, declared once: name, kind, unit, meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..events import Reason
from ..wording import UNITS, because

__all__ = ["MOVEMENTS", "SIGNALS", "Column", "codebook"]


@dataclass(frozen=True)
class Column:
    """One column. ``kind`` is text, whole, number or yes/no; names stay what they are."""

    name: str
    kind: str
    unit: str
    means: str


SIGNALS = (
    Column("clip", "text", "", "the clip's name"),
    Column("drill", "text", "", "what it was judged as"),
    Column("set", "whole", "", "1 for a clip; live, 1 for the first set of a session"),
    Column("t_s", "number", "s", "seconds from the first frame of the clip"),
    Column("measure", "text", "", "which measure; formcheck drills NAME --explain says what it is"),
    Column("unit", "text", "", "the unit of value"),
    Column("value", "number", "unit", "empty where it was not seen, or nothing was judged"),
    Column("counted", "yes/no", "", "whether this is the measure that is counted or timed"),
    Column("visibility", "number", "0..1", "of the least visible joint that the drill needs; how "
           "sure the model is that it is in view"),
    Column("judged", "yes/no", "", "whether anything was judged in this frame"),
    Column("reason", "text", "", "why not; see the reasons below"),
    Column("form_judged", "yes/no", "", "no: it counted, but the camera did not stand where form "
           "can be judged"),
    Column("phase", "text", "", "setup, rest, rise, top, fall, hold or paused"),
    Column("side", "text", "", "the working side, left or right; empty where there is none"),
    Column("n", "whole", "", "which repetition or hold the frame belongs to; empty between them"),
)  # fmt: skip

MOVEMENTS = (
    Column("clip", "text", "", "the clip's name"),
    Column("drill", "text", "", "what it was judged as; empty where auto recognised none"),
    Column("set", "whole", "", "1 for a clip; live, 1 for the first set of a session"),
    Column("kind", "text", "", "what the row is: clip, rep, hold, fault or refused"),
    Column("n", "whole", "", "rep, hold: its number; fault: that of the first repetition or hold "
           "it falls in; clip: how many whole repetitions, or holds"),
    Column("side", "text", "", "the working side, left or right; empty where there is none"),
    Column("from_s", "number", "s", "where it begins, from the first frame of the clip"),
    Column("to_s", "number", "s", "where it ends"),
    Column("seconds", "number", "s", "how long; of a hold, the time in position"),
    Column("complete", "yes/no", "", "rep: whether it counts or is partial; hold: whether it "
           "reached the seconds asked for"),
    Column("measure", "text", "", "the measure that is counted or timed"),
    Column("unit", "text", "", "of rest, peak, range, magnitude; speeds are in it per second"),
    Column("rest", "number", "unit", "rep: the measure at rest before it"),
    Column("peak", "number", "unit", "rep: the measure at the top"),
    Column("range", "number", "unit", "rep: range of motion, peak less rest"),
    Column("rise_s", "number", "s", "rep: from its beginning to the top"),
    Column("top_s", "number", "s", "rep: time at the top"),
    Column("fall_s", "number", "s", "rep: from leaving the top to its end"),
    Column("rise_speed", "number", "unit/s", "rep: range over rise_s, the mean speed up"),
    Column("fall_speed", "number", "unit/s", "rep: range over fall_s, the mean speed down"),
    Column("peak_speed", "number", "unit/s", "rep: the fastest, up or down, over 0.2 s; empty in "
           "tables of score --out, which keeps no frames"),
    Column("symmetry", "number", "ratio", "rep: its range over the mean range of the whole "
           "repetitions of the other side in the same clip; 1 is equal"),
    Column("target_s", "number", "s", "the seconds that were asked for"),
    Column("ended_by", "text", "", "hold: what ended it"),
    Column("form", "number", "0..100", "score of a repetition or hold; of a clip their mean"),
    Column("done", "number", "0..1", "clip: how much of what was asked for was done"),
    Column("fault", "text", "", "fault: its code"),
    Column("magnitude", "number", "unit", "fault: its worst value"),
    Column("severity", "whole", "", "fault: 0 note, 1 polish, 2 fix now, 3 stop"),
    Column("certain", "yes/no", "", "fault: no where the camera can only suspect it"),
    Column("reason", "text", "", "refused: why nothing was judged; see the reasons below"),
    Column("faults", "whole", "", "rep, hold: how many different faults; clip: how many in all"),
    Column("judged_s", "number", "s", "clip: seconds in which form was judged"),
    Column("counted_only_s", "number", "s", "clip: seconds in which it only counted"),
    Column("refused_s", "number", "s", "clip: seconds in which nothing was judged"),
)  # fmt: skip

_HEAD = """\
# Codebook

What the columns of the tables mean (`formcheck codebook` prints this page). Names stay what they
are; columns may be added at the end. An empty cell is a missing value, never zero. A file whose
name ends in `.parquet` has real numbers and yes/no values (`pip install 'formcheck[tables]'`);
`.csv` writes numbers with a point, yes/no as `yes` and `no`. `--decimal-comma` writes a decimal
comma and semicolons between cells, as Excel, SPSS and jamovi read them in many countries. A table
that is there is kept: `--overwrite` replaces it.

```python
import pandas as pd

table = pd.read_parquet("results.parquet")
table[table["kind"] == "rep"].groupby("drill")["range"].mean()
```

```r
table <- read.csv("results.csv") # read.csv2 with --decimal-comma
aggregate(range ~ drill, table[table$kind == "rep", ], mean)
```

"""
_OPENSIM = """\
## Markers and angles for OpenSim (`score --trc OUT`, `score --mot OUT`)

`.trc` holds the 33 landmarks that the model places in space, in metres about the middle of the
hips: x to the right in the picture, y up, z towards the camera. Depth is compressed: use it for
looking, not for thresholds. `.mot` holds angles in degrees in the plane of the picture, as seen
by the camera: `hip_flexion`, `knee_angle` and `elbow_flexion` (0 is straight), `_l` and `_r`;
`trunk_lean` (0 is upright, to the right in the picture positive). They are the joint's angles
only where the camera looks at right angles to the movement. Both are as detected, without
smoothing; a joint that the model hardly sees (visibility under 0.5) is a gap, written empty in
`.trc` and `nan` in `.mot`.
"""


def codebook() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    for title, columns in (
        ("Every frame: `score --signals FILE`, one row a frame and measure", SIGNALS),
        ("Every movement: `score --table FILE`, one row a repetition, hold or fault", MOVEMENTS),
    ):
        parts.append(f"## {title}\n\n| column | kind | unit | meaning |\n|---|---|---|---|\n")
        parts.append(_rows(columns) + "\n")
    parts.append("## Units\n\n| unit | name | meaning |\n|---|---|---|\n")
    parts.append(
        "".join(
            f"| `{sign}` | {u.name} | {u.means} |\n" for sign, u in UNITS.items() if sign != "cm"
        )
    )
    parts.append("\n## Reasons\n\n| reason | in words |\n|---|---|\n")
    parts.append("".join(f"| `{r.value}` | {because(r.value)} |\n" for r in Reason))
    return "".join(parts) + "\n" + _OPENSIM


def _rows(columns: Sequence[Column]) -> str:
    return "".join(f"| `{c.name}` | {c.kind} | {c.unit} | {c.means} |\n" for c in columns)
