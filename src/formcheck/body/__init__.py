"""The body: named points in pixels, made steady, and what is measured on it.

Read ``pose`` first (33 points or nothing), then ``measures`` (``Body``, the names a
physiotherapist knows) and ``postures``; ``steady`` smooths and guards against swapped sides.
Pure: no picture, no clock. May import ``geometry``.
"""
