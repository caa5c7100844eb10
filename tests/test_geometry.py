"""Angles on known triangles, signs in all four directions, and no angle made up from nothing."""

from __future__ import annotations

import cmath
from math import inf, isnan, nan, radians

import pytest

from formcheck import geometry as g

NOWHERE = complex(nan, nan)


def ray(deg: float, length: float = 1.0) -> complex:
    return cmath.rect(length, radians(deg))


@pytest.mark.parametrize("deg", [0, 30, 90, 135, 179])
@pytest.mark.parametrize("turn", [0, 77, -160])
def test_angle(deg: float, turn: float) -> None:
    b = 3 + 2j
    assert g.angle(b + ray(turn), b, b + ray(turn + deg, 5)) == pytest.approx(deg)
    assert g.angle(b + ray(turn), b, b + ray(turn - deg, 5)) == pytest.approx(deg)


def test_towards_keeps_direction_and_length() -> None:
    assert g.towards(1 + 1j, 4 + 5j, 10) == pytest.approx(7 + 9j)
    assert isnan(g.towards(1j, 1j, 2).real)
    assert isnan(g.towards(1j, NOWHERE, 2).real)


@pytest.mark.parametrize("bends", [1.0, -1.0])
def test_a_signed_angle_passes_straight_without_folding(bends: float) -> None:
    for deg in (20, 90, 170, 180, 190, 220):
        assert g.signed_angle(ray(0), 0j, ray(deg * bends), bends) == pytest.approx(deg)


def test_directions() -> None:
    assert g.bearing(0j, ray(35)) == pytest.approx(35)
    assert g.bearing(0j, ray(180 - 35)) == pytest.approx(35)  # whichever way it looks
    assert g.bearing(0j, ray(-35)) == pytest.approx(-35)
    assert g.lean(0j, ray(90 - 20)) == pytest.approx(20)  # towards image right
    assert g.lean(0j, ray(90 + 20)) == pytest.approx(-20)
    assert g.lean(0j, -1j) == pytest.approx(-180) or g.lean(0j, -1j) == pytest.approx(180)
    assert g.swing(0j, ray(-90 + 20)) == pytest.approx(20)
    assert g.swing(0j, ray(-90 - 20)) == pytest.approx(-20)


def test_components() -> None:
    assert g.along(3 + 4j, 2j) == pytest.approx(4)
    assert g.along(3 + 4j, -5j) == pytest.approx(-4)
    assert g.across(-3 + 4j, 2j) == pytest.approx(3)  # left of an axis that points up
    assert g.across(3 + 4j, 2j) == pytest.approx(-3)
    assert g.above(1 + 5j, 9 + 2j) == 3
    assert g.midpoint(2j, 4 + 4j) == 2 + 3j


@pytest.mark.parametrize(
    "measured",
    [
        g.angle(NOWHERE, 0j, 1j),
        g.angle(1j, NOWHERE, 2j),
        g.angle(1j, 1j, 2j),
        g.signed_angle(1j, 0j, NOWHERE, 1.0),
        g.signed_angle(0j, 0j, 1j, 1.0),
        g.bearing(NOWHERE, 1j),
        g.bearing(1j, 1j),
        g.lean(1j, 1j),
        g.swing(1j, NOWHERE),
        g.along(1j, 0j),
        g.along(NOWHERE, 1j),
        g.across(1j, 0j),
        g.across(1j, NOWHERE),
        g.above(NOWHERE, 1j),
    ],
)
def test_no_angle_is_made_up(measured: float) -> None:
    assert isnan(measured)


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [(1.0, 4.0, 0.25), (-1.0, 4.0, -0.25), (0.0, 4.0, 0.0), (1.0, 0.0, nan), (0.0, 0.0, nan),
     (1.0, -0.0, nan), (nan, 1.0, nan), (1.0, nan, nan), (1e300, 1e-300, nan), (1.0, inf, 0.0),
     (inf, 1.0, nan), (inf, inf, nan)],
)  # fmt: skip
def test_a_ratio_is_a_number_or_nan(a: float, b: float, share: float) -> None:
    assert g.ratio(a, b) == pytest.approx(share, nan_ok=True)
