"""Keeps MediaPipe and the C library from printing and from growing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from functools import cache

__all__ = ["QUIET"]


class Silence:
    """While any thread is inside, file descriptor 2 goes nowhere: MediaPipe's C++ code prints there
    and has no switch for it. Several threads may be inside at once."""

    def __init__(self) -> None:
        self._lock, self._inside, self._kept = threading.Lock(), 0, -1

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            with contextlib.suppress(ValueError, AttributeError, OSError):
                sys.stderr.flush()
            self._kept = -1
            with contextlib.suppress(OSError):  # there is no stderr
                self._kept = os.dup(2)
                void = os.open(os.devnull, os.O_WRONLY)
                os.dup2(void, 2)
                os.close(void)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._kept >= 0:
                os.dup2(self._kept, 2)
                os.close(self._kept)


QUIET = Silence()


@cache
def few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc (its M_ARENA_MAX is -8).

    It gives each new thread one of its own, and every graph begins threads: over a hundred clips
    a process grew from 520 to 740 MB and beyond, with two heaps it stays at 370 (measured).
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(-8, 2)
