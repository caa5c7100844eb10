"""Leads a session: what to ask, say, show and run, told of poses and answers.

Read ``leader`` first: a leader is asked for its next move, and told the outcome. ``plan``
leads through a plan. ``questions`` has every question as data, ``asking`` their order, ``advice``
today's session in words. ``sets`` is the loop that does what a leader wants through a front: the
terminal is one, a page can be another. May import ``journal``, ``run`` and ``coach``, and knows
no terminal, window, camera or clock of its own.
"""
