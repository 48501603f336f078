"""The piece of the world that a map shows, and where a place falls on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roads.places import METRES_PER_DEGREE, SCALE, Place

UNITS = 2  # drawing units a pixel: whole numbers keep the file small, half pixels keep it smooth
PADDING = 0.12
MIN_SPAN_METRES = 500.0


@dataclass(frozen=True, slots=True)
class MapView:
    """A box in degrees, drawn at a size in pixels."""

    west: float
    south: float
    east: float
    north: float
    width: int
    height: int

    @classmethod
    def around(
        cls, places: Sequence[Place], lines: Iterable[Sequence[tuple[float, float]]], *, width: int, height: int
    ) -> MapView:
        """The smallest view with all places and lines in it, and room at the edges. Needs one place or line."""
        points = [(place.lon, place.lat) for place in places] + [point for line in lines for point in line]
        if not points:
            raise ValueError("a map needs something to show")
        lons, lats = zip(*points, strict=True)
        centre = Place(lat=(min(lats) + max(lats)) / 2, lon=(min(lons) + max(lons)) / 2)
        squeeze = float(np.cos(np.radians(centre.lat)))
        wide = (max(lons) - min(lons)) * METRES_PER_DEGREE * squeeze
        high = (max(lats) - min(lats)) * METRES_PER_DEGREE
        span = max(wide, high * width / height, MIN_SPAN_METRES) * (1 + 2 * PADDING)
        return cls.centred(centre, span, width=width, height=height)

    @classmethod
    def centred(cls, centre: Place, span_metres: float, *, width: int, height: int) -> MapView:
        """A view of `span_metres` from left to right."""
        half_high = span_metres * height / width / METRES_PER_DEGREE / 2
        half_wide = span_metres / METRES_PER_DEGREE / float(np.cos(np.radians(centre.lat))) / 2
        return cls(
            centre.lon - half_wide,
            centre.lat - half_high,
            centre.lon + half_wide,
            centre.lat + half_high,
            width,
            height,
        )

    @property
    def box(self) -> tuple[int, int, int, int]:
        """West, south, east, north in 1e-7 degree."""
        return tuple(round(edge * SCALE) for edge in (self.west, self.south, self.east, self.north))  # type: ignore[return-value]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in drawing units."""
        return self.width * UNITS, self.height * UNITS

    @property
    def metres_per_unit(self) -> float:
        """How many metres one drawing unit is."""
        return (self.north - self.south) * float(METRES_PER_DEGREE) / self.size[1]

    def project(
        self, x: npt.ArrayLike, y: npt.ArrayLike, *, scale: float = SCALE
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Longitudes and latitudes (times `scale`) in drawing units, from the top left."""
        wide, high = self.size
        across = (np.asarray(x, dtype=np.float64) / scale - self.west) / (self.east - self.west) * wide
        down = (self.north - np.asarray(y, dtype=np.float64) / scale) / (self.north - self.south) * high
        return across, down
