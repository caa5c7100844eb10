"""Finds drills and shows them: the registry, their cards and their drawings.

Read ``registry`` first. May import ``drill`` and the drill files.
"""
