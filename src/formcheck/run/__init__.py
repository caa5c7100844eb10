"""Runs sets: the one loop from a stream through an analyzer to the sinks, and many clips.

Read ``loop`` first: it serves live, recorded and bench alike. ``workers`` guards the sinks.
``task`` is one clip and all that decides its result; ``pool`` spreads tasks over processes,
``cluster`` over machines, and ``store`` keeps what is done. May import ``vision``, ``judge`` and
``sinks``.
"""
