"""The street graph: streets of one extract, split at junctions, with what each mode may do.

Positions are the nodes of the ways, one after the other, way by way: `x`, `y` in 1e-7 degree. An edge is a
run of positions between two junctions, so the shape of a street is kept once. A junction with a barrier gets
a copy for each street that ends there; the copies are joined by edges without length that let through who
may pass. Bits of a mode are set only on edges of the mode's largest strongly connected part: whoever gets in
can get everywhere, and back.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from roads.places import SCALE, Ints, Mode
from roads.street_rules import mode_bits

CELL_METRES = 300.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Network:
    """The arrays of a street graph. All of them are files of their own, mapped into memory when read."""

    x: Ints  # positions
    y: Ints
    node_x: Ints  # junctions
    node_y: Ints
    start: Ints  # edges: first and last position
    stop: Ints
    tail: Ints  # edges: junction at the first and at the last position
    head: Ints
    metres: npt.NDArray[np.float32]
    bits: npt.NDArray[np.uint8]
    street_class: npt.NDArray[np.uint8]
    car_kmh: npt.NDArray[np.uint8]
    is_pushed: Bools
    ferry_pace: npt.NDArray[np.float32]  # seconds a metre, 0 where there is no ferry
    grid: npt.NDArray[np.int64]  # west, south, cell width, cell height (1e-7 degree), columns, rows
    cell_start: Ints  # segments of cell c: cell_segment[cell_start[c] : cell_start[c + 1]]
    cell_segment: Ints  # a segment runs from this position to the next
    cell_edge: Ints

    @classmethod
    def load(cls, folder: Path) -> Network:
        """Maps the arrays that `save` wrote. Raises OSError or ValueError when one is missing or damaged."""
        return cls(**{field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r") for field in fields(cls)})

    def save(self, folder: Path) -> None:
        """Writes one file per array."""
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name))

    def count(self, mode: Mode) -> int:
        """How many edges the mode may use in either direction."""
        return int(np.count_nonzero(np.asarray(self.bits) & mode_bits(mode)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        edges = (self.x.min(), self.y.min(), self.x.max(), self.y.max())
        return tuple(float(edge) / SCALE for edge in edges)  # type: ignore[return-value]
