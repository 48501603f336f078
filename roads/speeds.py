"""How fast somebody travels: along the streets, and as an estimate in a straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roads.network import Network
from roads.places import Mode

# A choice of the product, and a setting per school and per mentor. For a car it is the mean speed in a town;
# another value makes every street faster or slower by the same factor.
DEFAULT_KMH = {Mode.BIKE: 15.0, Mode.CAR: 30.0, Mode.FOOT: 5.0}
# Finding a place to park, and the walk from there.
DEFAULT_ACCESS_MINUTES = {Mode.BIKE: 0.0, Mode.CAR: 2.0, Mode.FOOT: 0.0}
WALKING_KMH = 5.0

# Crossings, bends and lights: the share of the signed speed that is driven on average.
SLOW_STREET_KMH = 50
SLOW_STREET_FACTOR = 0.8
FAST_ROAD_FACTOR = 0.9

# Measured on Kampen, a town on a river with few bridges: seconds of travel per straight kilometre at the
# default speeds, and metres of street per straight metre.
STRAIGHT_SECONDS_PER_KM = {Mode.BIKE: 291.0, Mode.CAR: 171.0, Mode.FOOT: 956.0}
STRAIGHT_DETOUR = {Mode.BIKE: 1.31, Mode.CAR: 1.66, Mode.FOOT: 1.28}


@dataclass(frozen=True, slots=True)
class Travelling:
    """A mode with its speed. Raises ValueError for a speed or access time that cannot be."""

    mode: Mode
    kmh: float
    access_seconds: float

    @classmethod
    def by(cls, mode: Mode | str, kmh: float | None = None, access_minutes: float | None = None) -> Travelling:
        """The defaults of the mode, or the given speed and access time."""
        mode = Mode(mode)
        kmh = DEFAULT_KMH[mode] if kmh is None else float(kmh)
        access = DEFAULT_ACCESS_MINUTES[mode] if access_minutes is None else float(access_minutes)
        if not 1 <= kmh <= 130:
            raise ValueError(f"speed of {kmh} km/h")
        if not 0 <= access <= 60:
            raise ValueError(f"access time of {access} minutes")
        return cls(mode, kmh, access * 60)

    @property
    def scale(self) -> float:
        """How much longer everything takes than at the default speed."""
        return DEFAULT_KMH[self.mode] / self.kmh

    @property
    def snap_pace(self) -> float:
        """Seconds a metre between the door and the street; who comes by car walks it."""
        return 3.6 / (WALKING_KMH if self.mode is Mode.CAR else self.kmh)

    def paces(self, network: Network, edges: npt.NDArray[np.integer] | slice) -> npt.NDArray[np.float64]:
        """Seconds a metre on each of the edges."""
        ferry = network.ferry_pace[edges].astype(np.float64)
        if self.mode is Mode.CAR:
            kmh = network.car_kmh[edges].astype(np.float64)
            kmh *= np.where(kmh <= SLOW_STREET_KMH, SLOW_STREET_FACTOR, FAST_ROAD_FACTOR)
            pace = 3.6 * self.scale / np.maximum(kmh, 3.0)
        else:
            pace = np.full(len(ferry), 3.6 / self.kmh)
        if self.mode is Mode.BIKE:
            pace = np.where(network.is_pushed[edges], 3.6 / min(WALKING_KMH, self.kmh), pace)
        return np.where(ferry > 0, ferry, pace)
