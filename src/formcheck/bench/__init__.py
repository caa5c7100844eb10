"""How right and how fast the analyzers are, on labelled clips, in one command.

``labels`` is the truth, ``metrics`` compares an answer with it, ``sums`` adds up and ``misses``
lists what is wrong, ``curves`` tells how large a fault must be to be flagged, ``replays`` changes
tracks that should not change answers,
``run`` puts them together, ``answers`` keeps what one version of the code gave, ``speed`` measures
time; ``document``, ``tables`` and ``plots`` write.
"""
