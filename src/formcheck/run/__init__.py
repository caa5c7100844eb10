"""Runs sets: the one loop from a stream through an analyzer to the sinks, and many clips.

Read ``loop`` first: it serves live, recorded and bench alike. ``workers`` guards the sinks;
``batch`` spreads clips over processes, ``cluster`` over machines. May import ``vision``,
``judge`` and ``sinks``.
"""
