"""Teaching a drill by showing it: from the poses of a good clip to a readable drill file.

``words`` are the measures that are tried, ``watch`` follows them over a clip and finds the
repetitions, ``choose`` ranks them and sets the levels, ``faults`` compares with a faulty clip,
``text`` writes the file. May import ``judge``, ``catalogue`` and below; opens no clip itself.
"""

from .choose import Taught, teach
from .watch import Rep, label_reps

__all__ = ["Rep", "Taught", "label_reps", "teach"]
