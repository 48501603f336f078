"""The background of the map: water, green, built-up land, railways and names, simplified when built."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from roads.background_kinds import LINES
from roads.extract_items import Patch, PlaceName
from roads.places import METRES_PER_DEGREE, SCALE, Ints

MIN_STEP = round(4 / METRES_PER_DEGREE * SCALE)  # points of one ring are at least 4 m apart
MIN_SPAN = round(12 / METRES_PER_DEGREE * SCALE)  # what is smaller than 12 m is left out


@dataclass(frozen=True)
class Background:
    """Ring r has the points ring_start[r] to ring_start[r + 1]; a hole turns against its outer ring."""

    x: Ints
    y: Ints
    ring_start: Ints
    ring_layer: npt.NDArray[np.uint8]
    ring_box: Ints  # west, south, east, north per ring
    name_text: npt.NDArray[np.str_]
    name_rank: npt.NDArray[np.uint8]
    name_x: Ints
    name_y: Ints

    @classmethod
    def load(cls, folder: Path) -> Background:
        """Maps the arrays that `save` wrote. Raises OSError or ValueError when one is missing or damaged."""
        return cls(**{field.name: np.load(folder / f"map_{field.name}.npy", mmap_mode="r") for field in fields(cls)})

    def save(self, folder: Path) -> None:
        """Writes one file per array."""
        for field in fields(self):
            np.save(folder / f"map_{field.name}.npy", getattr(self, field.name))


class BackgroundBuilder:
    """Collects patches and names."""

    def __init__(self) -> None:
        self._xs = array("i")
        self._ys = array("i")
        self._start = array("i", [0])
        self._layers = array("B")
        self._boxes = array("i")
        self._names: list[PlaceName] = []

    def add(self, patch: Patch) -> None:
        """Takes one area or line, if it is large enough to be seen."""
        for xs, ys in patch.rings:
            x, y = thinned(np.array(xs, dtype=np.int32), np.array(ys, dtype=np.int32))
            if len(x) < (2 if patch.layer in LINES else 4) or max(np.ptp(x), np.ptp(y)) < MIN_SPAN:
                continue
            self._xs.extend(x.tolist())
            self._ys.extend(y.tolist())
            self._start.append(len(self._xs))
            self._layers.append(patch.layer)
            self._boxes.extend([int(x.min()), int(y.min()), int(x.max()), int(y.max())])

    def add_name(self, name: PlaceName) -> None:
        """Takes the name of a town or neighbourhood."""
        self._names.append(name)

    def build(self) -> Background:
        """The arrays."""
        names = sorted(self._names)
        return Background(
            x=np.array(self._xs, dtype=np.int32),
            y=np.array(self._ys, dtype=np.int32),
            ring_start=np.array(self._start, dtype=np.int32),
            ring_layer=np.array(self._layers, dtype=np.uint8),
            ring_box=np.array(self._boxes, dtype=np.int32).reshape(-1, 4),
            name_text=np.array([name.name for name in names], dtype=np.str_),
            name_rank=np.array([name.rank for name in names], dtype=np.uint8),
            name_x=np.array([name.x for name in names], dtype=np.int32),
            name_y=np.array([name.y for name in names], dtype=np.int32),
        )


def thinned(x: Ints, y: Ints) -> tuple[Ints, Ints]:
    """The line with points closer than MIN_STEP to the kept one before them left out; both ends stay."""
    if len(x) < 3:
        return x, y
    cell = np.stack([x // MIN_STEP, y // MIN_STEP])
    is_kept = np.ones(len(x), dtype=np.bool_)
    is_kept[1:-1] = (np.diff(cell, axis=1) != 0).any(axis=0)[:-1]
    return x[is_kept], y[is_kept]
