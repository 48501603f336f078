"""Travel times between places, along the streets where that can be, in a straight line where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roads.network import Network
from roads.paths import proven_graph
from roads.places import Floats, Place, straight_metres
from roads.snapping import Snap, snap_places
from roads.speeds import STRAIGHT_DETOUR, STRAIGHT_SECONDS_PER_KM, Travelling


@dataclass(frozen=True)
class TravelMatrix:
    """Travel between all places: rows from, columns to; not necessarily symmetric.

    `minutes` are whole, rounded up, 0 only between equal places. `is_estimated` marks the pairs that are a
    straight line and not a way along the streets; `snap_metres` is how far each place lies from the street
    (nan: not within 300 m of one, or there is no network).
    """

    minutes: npt.NDArray[np.int32]
    metres: npt.NDArray[np.int32]
    is_estimated: npt.NDArray[np.bool_]
    snap_metres: Floats

    @property
    def is_estimate(self) -> bool:
        """Whether any pair is an estimate: then the page must say so."""
        return bool(self.is_estimated.any())


def matrix(network: Network | None, places: Sequence[Place], travelling: Travelling) -> TravelMatrix:
    """The matrix of these places. Without a network all of it is an estimate."""
    seconds, metres = straight_line(places, travelling)
    is_estimated = np.ones(seconds.shape, dtype=np.bool_)
    snap_metres = np.full(len(places), np.nan)
    snaps = snap_places(network, places, travelling.mode) if network is not None else []
    on_street = np.array([nth for nth, snap in enumerate(snaps) if snap is not None], dtype=np.int64)
    if network is not None and len(on_street):
        found = [snap for snap in snaps if snap is not None]
        snap_metres[on_street] = [snap.metres for snap in found]
        block = np.ix_(on_street, on_street)
        street_seconds, street_metres = _along_streets(network, found, travelling)
        seconds[block], metres[block] = street_seconds, street_metres
        is_estimated[block] = False
    is_same = _is_same(places)
    minutes = np.maximum(np.ceil((seconds + travelling.access_seconds) / 60 - 1e-9), 1)
    return TravelMatrix(
        minutes=np.where(is_same, 0, minutes).astype(np.int32),
        metres=np.where(is_same, 0, np.rint(metres)).astype(np.int32),
        is_estimated=is_estimated & ~is_same,
        snap_metres=snap_metres,
    )


def straight_line(places: Sequence[Place], travelling: Travelling) -> tuple[Floats, Floats]:
    """Estimated seconds and metres from straight-line distances, without access time."""
    straight = straight_metres(places)
    seconds = straight / 1000 * STRAIGHT_SECONDS_PER_KM[travelling.mode] * travelling.scale
    return seconds, straight * STRAIGHT_DETOUR[travelling.mode]


def _along_streets(network: Network, snaps: Sequence[Snap], travelling: Travelling) -> tuple[Floats, Floats]:
    """Seconds and metres between snapped places, each with its way from the door to the street."""
    unique = list(dict.fromkeys(snaps))
    where = {snap: nth for nth, snap in enumerate(unique)}
    index = np.array([where[snap] for snap in snaps])
    _graph, seconds, metres = proven_graph(network, unique, travelling)
    doors = np.array([snap.metres for snap in snaps])
    door_metres = doors[:, None] + doors[None, :]
    pairs = np.ix_(index, index)
    return seconds[pairs] + door_metres * travelling.snap_pace, metres[pairs] + door_metres


def _is_same(places: Sequence[Place]) -> npt.NDArray[np.bool_]:
    lon = np.array([place.lon for place in places])
    lat = np.array([place.lat for place in places])
    return np.asarray((lon[:, None] == lon[None, :]) & (lat[:, None] == lat[None, :]))
