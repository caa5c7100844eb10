"""How right and how fast the analyzers are, on labelled clips, in one command.

``labels`` is the truth, ``metrics`` compares an answer with it, ``misses`` lists what is wrong and
``sums`` adds up. ``curves`` tells how large a fault must be to be flagged, ``replays`` changes
tracks that should not change answers, ``run`` puts them together, ``answers`` keeps what one
version of the code gave, ``speed`` measures time. ``document`` holds it all, ``bars`` asks it;
``tables`` and ``plots`` write.
"""
