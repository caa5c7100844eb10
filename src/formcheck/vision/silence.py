"""Keeps MediaPipe and the C library from printing and from growing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from functools import cache

__all__ = ["QUIET", "few_heaps", "steady_heap"]


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


#: Of the C library's mallopt, and the bytes from which on a block is mapped by itself: a picture of
#: 640 x 480 is larger.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
MAPPED_FROM = 512 << 10


def _mallopt(parameter: int, value: int) -> None:
    """Tell the C library, where it is glibc."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(parameter, value)


@cache
def few_heaps() -> None:
    """Let all threads share two heaps.

    The C library gives each new thread a heap of its own, and every graph begins threads: over a
    hundred clips a process grew from 520 to 740 MB and beyond, with two heaps it stays at 370
    (measured).
    """
    _mallopt(_M_ARENA_MAX, 2)


@cache
def steady_heap() -> None:
    """The same, and keep pictures out of the heaps, for a process that goes on for hours.

    The C library stops mapping pictures by themselves once the first has been freed: small blocks
    that stay then lie between the holes that pictures leave. In a set on the page 159 MB stayed in
    use while the process grew from 372 to 419 MB in five minutes; with a fixed threshold, and
    called before the threads begin, it stays between 349 and 363 (measured).
    Each picture is a fresh map then, which costs a scored clip 5 % more CPU: only the page does so.
    """
    few_heaps()
    _mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM)
