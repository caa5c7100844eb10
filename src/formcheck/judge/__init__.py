"""Judges one set of one drill: poses in, a step for each and a result out.

Read ``analyzer`` first; it asks ``lane`` (one working side), which counts by ``reps`` or times by
``holds``. ``scoring`` makes scores of the record, ``recognise`` tells which drill it is. Pure: no
clock, no file. May import ``drill``, ``events`` and ``body``.
"""
