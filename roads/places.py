"""Places on earth and straight lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_METRES = 6_371_008.8
METRES_PER_DEGREE = EARTH_RADIUS_METRES * np.pi / 180
SCALE = 10_000_000  # kept coordinates are whole numbers of 1e-7 degree, as in OpenStreetMap's own files

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


class Mode(StrEnum):
    """How somebody travels. Plain strings are accepted wherever a mode is asked."""

    BIKE = "bike"
    CAR = "car"
    FOOT = "foot"


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS84 degrees."""

    lat: float
    lon: float

    def metres_to(self, other: Place) -> float:
        """Straight-line distance in metres."""
        return float(metres_between(self.lon, self.lat, other.lon, other.lat))


def metres_between(lon_a: npt.ArrayLike, lat_a: npt.ArrayLike, lon_b: npt.ArrayLike, lat_b: npt.ArrayLike) -> Floats:
    """Great-circle distance in metres (haversine), element by element; degrees in."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lon_a, lat_a, lon_b, lat_b))
    chord = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def coordinates(places: Sequence[Place]) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of the places, as two arrays."""
    lon = np.array([place.lon for place in places], dtype=np.float64)
    lat = np.array([place.lat for place in places], dtype=np.float64)
    return lon, lat


def straight_metres(places: Sequence[Place]) -> Floats:
    """Matrix of straight-line distances in metres between all places."""
    lon, lat = coordinates(places)
    return metres_between(lon[:, None], lat[:, None], lon[None, :], lat[None, :])
