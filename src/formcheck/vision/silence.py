"""Keeps MediaPipe and the C library from printing and from growing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from functools import cache

__all__ = ["QUIET", "few_heaps", "give_back"]


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


#: Of the C library's mallopt.
_M_ARENA_MAX = -8


@cache
def few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc.

    It gives each new thread a heap of its own, and every graph begins threads: over a hundred
    clips a process grew from 520 to 740 MB and beyond, with two heaps it stays at 370 (measured).
    """
    _libc("mallopt", _M_ARENA_MAX, 2)


def give_back() -> None:
    """Give memory that is free back to the system, where the C library is glibc.

    Small blocks that stay lie between the holes that pictures leave. In a set on the page 159 MB
    stayed in use while the process grew from 372 to 419 MB in five minutes. Mapping each picture
    by itself stops that, too, but the page judges a sixth fewer of them then (measured).
    """
    _libc("malloc_trim", 0)


def _libc(name: str, *numbers: int) -> None:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            getattr(ctypes.CDLL(None), name)(*numbers)
