"""Lines and areas in drawing units, cut to the view, thinned, and written as SVG path data."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from roads.background import Background
from roads.background_kinds import LINES, Layer
from roads.map_view import MapView
from roads.network import Network
from roads.places import Floats, Longs
from roads.snapping import segments_within
from roads.street_rules import StreetClass

MARGIN = 12.0  # drawing units beyond the edge, so that no cut shows


def street_paths(view: MapView, network: Network, detail: int, left_out: Collection[str] = ()) -> dict[str, str]:
    """Path data of all streets in view, by class name. `detail`: the smallest step between points, in units."""
    segment, edge = segments_within(network, *view.box)
    drawn = [kind for kind in StreetClass if kind.name.lower() not in left_out]
    is_drawn = np.isin(network.street_class[edge], drawn)
    segment, first = np.unique(segment[is_drawn], return_index=True)
    street_class = network.street_class[edge[is_drawn][first]]
    x, y = view.project(
        np.stack([network.x[segment], network.x[segment + 1]]), np.stack([network.y[segment], network.y[segment + 1]])
    )
    is_visible = _touches(view, x.min(axis=0), y.min(axis=0), x.max(axis=0), y.max(axis=0))
    segment, street_class = segment[is_visible], street_class[is_visible]
    paths: dict[str, str] = {}
    for kind in drawn:
        own = segment[street_class == kind]
        if len(own):
            paths[kind.name.lower()] = _runs_path(view, network, own, detail)
    return paths


def background_paths(
    view: MapView, background: Background, detail: int, left_out: Collection[str] = ()
) -> dict[str, str]:
    """Path data of the background in view, by the name of its layer."""
    west, south, east, north = view.box
    box = background.ring_box
    step = (east - west) / view.size[0] * detail
    is_visible = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
    is_visible &= np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) > 2 * step
    is_inside = (box[:, 0] >= west) & (box[:, 2] <= east) & (box[:, 1] >= south) & (box[:, 3] <= north)
    paths: dict[str, str] = {}
    for layer in Layer:
        if layer.name.lower() in left_out:
            continue
        own = is_visible & (background.ring_layer == layer)
        if layer in LINES:
            parts = [_rings_path(view, background, np.flatnonzero(own), detail, "")]
        else:
            parts = [_rings_path(view, background, np.flatnonzero(own & is_inside), detail, "z")]
            parts.append(_cut_rings_path(view, background, np.flatnonzero(own & ~is_inside), detail))
        if data := "".join(parts):
            paths[layer.name.lower()] = data
    return paths


def line_path(x: Floats, y: Floats, detail: int) -> str:
    """Path data of one line; empty when it is smaller than a step."""
    xs, ys, is_start = _thinned(_whole(x), _whole(y), np.arange(len(x)) == 0, detail)
    return _path_data(xs, ys, is_start) if len(xs) > 1 else ""


def clip_ring(x: Floats, y: Floats, box: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    """The part of a closed ring within a box (west, north, east, south), side by side (Sutherland-Hodgman)."""
    left, top, right, bottom = box
    for is_across, limit, sign in ((True, left, 1), (True, right, -1), (False, top, 1), (False, bottom, -1)):
        if not len(x):
            break
        depth = sign * ((x if is_across else y) - limit)
        x, y = _clip_side(x, y, depth)
    return x, y


def _clip_side(x: Floats, y: Floats, depth: Floats) -> tuple[Floats, Floats]:
    """What has a depth of 0 or more, with new points where the ring passes depth 0."""
    is_in = depth >= 0
    if is_in.all():
        return x, y
    after = np.roll(np.arange(len(x)), -1)
    crosses = is_in != is_in[after]
    share = depth / np.where(crosses, depth - depth[after], 1.0)
    doubled_x = np.stack([x, x + share * (x[after] - x)], axis=1).ravel()
    doubled_y = np.stack([y, y + share * (y[after] - y)], axis=1).ravel()
    is_kept = np.stack([is_in, crosses], axis=1).ravel()
    return doubled_x[is_kept], doubled_y[is_kept]


def _touches(view: MapView, left: Floats, top: Floats, right: Floats, bottom: Floats) -> npt.NDArray[np.bool_]:
    wide, high = view.size
    return np.asarray((right >= -MARGIN) & (left <= wide + MARGIN) & (bottom >= -MARGIN) & (top <= high + MARGIN))


def _runs_path(view: MapView, network: Network, segment: Longs, detail: int) -> str:
    """Segments that follow one another become one line."""
    begins = np.flatnonzero(np.concatenate([[True], np.diff(segment) != 1]))
    counts = np.diff(np.concatenate([begins, [len(segment)]])) + 1
    position, is_start = _points_of_runs(segment[begins], counts)
    x, y = view.project(network.x[position], network.y[position])
    return _path_data(*_thinned(_whole(x), _whole(y), is_start, detail))


def _rings_path(view: MapView, background: Background, rings: Longs, detail: int, close: str) -> str:
    """Rings and lines that need no cutting, all at once."""
    if not len(rings):
        return ""
    begins = background.ring_start[rings].astype(np.int64)
    position, is_start = _points_of_runs(begins, background.ring_start[rings + 1] - begins)
    x, y = view.project(background.x[position], background.y[position])
    return _path_data(*_thinned(_whole(x), _whole(y), is_start, detail), close=close)


def _cut_rings_path(view: MapView, background: Background, rings: Longs, detail: int) -> str:
    """Rings that reach beyond the edge of the view, cut there one by one and written together."""
    wide, high = view.size
    box = (-MARGIN, -MARGIN, wide + MARGIN, high + MARGIN)
    cut = []
    for ring in rings.tolist():
        points = slice(int(background.ring_start[ring]), int(background.ring_start[ring + 1]) - 1)
        x, y = clip_ring(*view.project(background.x[points], background.y[points]), box)
        if len(x) > 2:
            cut.append((x, y))
    if not cut:
        return ""
    xs, ys = (np.concatenate(column) for column in zip(*cut, strict=True))
    is_start = np.zeros(len(xs), dtype=np.bool_)
    is_start[np.cumsum([0, *(len(x) for x, _y in cut[:-1])])] = True
    return _path_data(*_thinned(_whole(xs), _whole(ys), is_start, detail), close="z")


def _points_of_runs(begins: Longs, counts: Longs) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """The numbers begin, begin + 1, … of all runs, one run after the other, and where each run starts."""
    starts = np.cumsum(counts) - counts
    position = np.repeat(begins - starts, counts) + np.arange(counts.sum())
    is_start = np.zeros(len(position), dtype=np.bool_)
    is_start[starts] = True
    return position, is_start


def _whole(values: Floats) -> Longs:
    return np.rint(values).astype(np.int64)


def _thinned(
    x: Longs, y: Longs, is_start: npt.NDArray[np.bool_], detail: int
) -> tuple[Longs, Longs, npt.NDArray[np.bool_]]:
    """Of the points in one square of `detail` units only the first stays; the ends of every line stay."""
    is_end = np.roll(is_start, -1)
    is_new = np.ones(len(x), dtype=np.bool_)
    is_new[1:] = (np.diff(x // detail) != 0) | (np.diff(y // detail) != 0)
    is_kept = is_new | is_start | is_end
    x, y, is_start, is_end = x[is_kept], y[is_kept], is_start[is_kept], is_end[is_kept]
    is_dot = np.zeros(len(x), dtype=np.bool_)  # a line of two points on one spot
    is_dot[:-1] = is_start[:-1] & is_end[1:] & (np.abs(np.diff(x)) + np.abs(np.diff(y)) < 2)
    is_dot[1:] |= is_dot[:-1].copy()
    return x[~is_dot], y[~is_dot], is_start[~is_dot]


def _path_data(x: Longs, y: Longs, is_start: npt.NDArray[np.bool_], close: str = "") -> str:
    """'M10 20l3 4 5-6M…': absolute at the start of each line, then steps; `close` is 'z' for rings."""
    if not len(x):
        return ""
    steps_x, steps_y = np.where(is_start, x, np.diff(x, prepend=0)), np.where(is_start, y, np.diff(y, prepend=0))
    heads = np.where(is_start, f"{close}M", np.where(np.roll(is_start, 1), "l", " ")).tolist()
    steps = zip(heads, steps_x.tolist(), steps_y.tolist(), strict=True)
    data = "".join([f"{head}{x} {y}" for head, x, y in steps]).replace(" -", "-")
    return data.removeprefix(close) + close
