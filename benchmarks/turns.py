"""Side by side: run each way in turns, and tell the medians and the ratios of the pairs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Way = Callable[[], int]


def in_turns(ways: Mapping[str, Way], rounds: int = 5) -> dict[str, list[tuple[float, float]]]:
    """(wall, processor) seconds per unit of work of each round; a way returns its units.

    One more round before the others warms caches up. The order turns round in every second one,
    so that none is always the one after a pause.
    """
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name in list(ways)[:: 1 if number % 2 else -1]:
            wall, cpu = time.perf_counter(), time.process_time()
            units = ways[name]()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if number:
                took[name].append((wall / units, cpu / units))
    return took


def tell(took: Mapping[str, list[tuple[float, float]]], first: str, unit: str = "frame") -> None:
    """Print each way's median, and how many times as fast as ``first`` it was, pair by pair."""
    for name, rounds in took.items():
        wall, cpu = (median(values) * 1000 for values in zip(*rounds, strict=True))
        ratio = median(a[0] / b[0] for a, b in zip(took[first], rounds, strict=True))
        worst = min(a[0] / b[0] for a, b in zip(took[first], rounds, strict=True))
        best = max(a[0] / b[0] for a, b in zip(took[first], rounds, strict=True))
        print(
            f"{name:24} {wall:8.2f} ms a {unit}, processor {cpu:8.2f} ms"
            f"   {ratio:5.2f} x {first} ({worst:.2f} to {best:.2f})"
        )
