"""A plan while it is searched for, as arrays, and the room that a search works in."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from planner.base.arrays import Flags, Floats, Integers
from planner.base.packed import packed
from planner.search.insertion_data import MOST_CHILDREN, InsertionData

MOST_OPTIONS = 48  # ways to make a stop on one day: who may, with each companion


class State(NamedTuple):
    """A plan while it is searched for. Placed stops p are kept per unit, two a visit (its own and its second's)."""

    size: Integers  # (S,) stops of an evening
    stops: Integers  # (S, K) placed stops, in driving order
    cost: Floats  # (S,) cost of an evening
    before: Floats  # (S, K, T) least cost up to the start of a stop at a slot
    after: Floats  # (S, K, T) least cost from the start of a stop at a slot, its own price excluded
    p_set: Integers
    p_is_second: Integers
    p_slot: Integers  # the slot at which a stop has to start; -1 is any
    p_row: Integers
    p_shift: Integers  # -1: not placed
    p_minutes: Integers
    p_place: Integers
    u_mask: Integers  # visits of a unit that are placed
    u_extra: Floats  # what a unit pays for being split
    v_day: Integers
    v_slot: Integers  # -1: free
    v_minutes: Integers
    total: Integers  # (M,) stops of a visitor in all
    version: Integers  # (S,) a number that no other contents of the evening has
    day_version: Integers  # (D,) likewise, of all evenings of a day


class Scratch(NamedTuple):
    """Room that insertions work in, what they remember of evenings, and what undoing takes."""

    main_at: Integers  # (options,) the version of the evening for which `main` was worked out
    main: Floats  # (options, T) what a stop more costs this evening, by slot
    main_least: Floats
    second_at: Integers
    second: Floats
    second_least: Floats
    ways: Integers  # (MOST_CHILDREN, MOST_OPTIONS, 2) option and companion (-1: none) of each way to make a stop
    ways_least: Floats
    number_of_ways: Integers  # (MOST_CHILDREN,)
    day_at: Integers  # (blocks, D) the version of the day for which the best of a block on it was worked out
    day_cost: Floats
    day_best: Integers  # (blocks, D, 2 + 3 * MOST_CHILDREN) slot, partition, and three a stop
    allowed: Flags
    busy: Integers  # (B, 3) evening, from and until: when visits are made that must be apart from those of a block
    slots: Integers  # (K,) when the stops of an evening start
    line: Floats  # (3, T)
    best: Integers  # of the best insertion: day, slot, partition, and three a stop: shift, row, companion's shift
    touched: Integers
    touched_stamp: Integers
    units: Integers
    unit_stamp: Integers
    sizes: Integers  # touched evenings, touched units, stamp, versions given out, whether all days changed, busy


def new_state(data: InsertionData, max_stops: int) -> State:
    """A plan without any visit."""
    evenings, slots = len(data.shift_visitor), data.prices.shape[1]
    visits = int(data.unit_first[-1])
    placed = 2 * visits
    minus = lambda size: np.full(size, -1, dtype=np.int64)  # noqa: E731
    zeros = lambda size: np.zeros(size, dtype=np.int64)  # noqa: E731
    return packed(
        State(
            size=zeros(evenings),
            stops=np.full((evenings, max_stops), -1, dtype=np.int64),
            cost=np.zeros(evenings),
            before=np.full((evenings, max_stops, slots), np.inf),
            after=np.full((evenings, max_stops, slots), np.inf),
            p_set=minus(placed),
            p_is_second=zeros(placed),
            p_slot=minus(placed),
            p_row=minus(placed),
            p_shift=minus(placed),
            p_minutes=zeros(placed),
            p_place=zeros(placed),
            u_mask=zeros(len(data.unit_first) - 1),
            u_extra=np.zeros(len(data.unit_first) - 1),
            v_day=minus(visits),
            v_slot=minus(visits),
            v_minutes=zeros(visits),
            total=zeros(len(data.mode)),
            version=zeros(evenings),
            day_version=zeros(int(data.shift_day.max(initial=0)) + 1),
        )
    )


def new_scratch(data: InsertionData, max_stops: int) -> Scratch:
    """Room for one search."""
    apart = np.diff(data.apart_first[data.unit_first])
    evenings, slots, units = len(data.shift_visitor), data.prices.shape[1], len(data.unit_first) - 1
    options, seconds = len(data.option_shift), len(data.second_shift)
    by_day = len(data.block_mask), int(data.shift_day.max(initial=0)) + 1
    return packed(
        Scratch(
            main_at=np.full(options, -1, dtype=np.int64),
            main=np.empty((options, slots)),
            main_least=np.empty(options),
            second_at=np.full(seconds, -1, dtype=np.int64),
            second=np.empty((seconds, slots)),
            second_least=np.empty(seconds),
            ways=np.zeros((MOST_CHILDREN, MOST_OPTIONS, 2), dtype=np.int64),
            ways_least=np.zeros((MOST_CHILDREN, MOST_OPTIONS)),
            number_of_ways=np.zeros(MOST_CHILDREN, dtype=np.int64),
            day_at=np.full(by_day, -1, dtype=np.int64),
            day_cost=np.empty(by_day),
            day_best=np.empty(
                (len(data.block_mask), int(data.shift_day.max(initial=0)) + 1, 2 + 3 * MOST_CHILDREN), dtype=np.int64
            ),
            allowed=np.ones(slots, dtype=np.bool_),
            busy=np.zeros((int(apart.max(initial=0)), 3), dtype=np.int64),
            slots=np.zeros(max_stops, dtype=np.int64),
            line=np.zeros((3, slots)),
            best=np.zeros(3 + 3 * MOST_CHILDREN, dtype=np.int64),
            touched=np.zeros(evenings, dtype=np.int64),
            touched_stamp=np.zeros(evenings, dtype=np.int64),
            units=np.zeros(units, dtype=np.int64),
            unit_stamp=np.zeros(units, dtype=np.int64),
            sizes=np.zeros(6, dtype=np.int64),
        )
    )


@numba.njit(cache=True, nogil=True)
def touch(st, sc, s):  # type: ignore[no-untyped-def]
    """Note that an evening changes in this round."""
    if sc.touched_stamp[s] != sc.sizes[2]:
        sc.touched_stamp[s] = sc.sizes[2]
        sc.touched[sc.sizes[0]] = s
        sc.sizes[0] += 1


@numba.njit(cache=True, nogil=True)
def touch_unit(st, sc, u):  # type: ignore[no-untyped-def]
    """Note that a unit changes in this round."""
    if sc.unit_stamp[u] != sc.sizes[2]:
        sc.unit_stamp[u] = sc.sizes[2]
        sc.units[sc.sizes[1]] = u
        sc.sizes[1] += 1


@numba.njit(cache=True, nogil=True)
def copy_plan(a, b):  # type: ignore[no-untyped-def]
    """Make plan b what plan a is."""
    b.size[:] = a.size
    b.stops[:] = a.stops
    b.cost[:] = a.cost
    b.before[:] = a.before
    b.after[:] = a.after
    b.p_set[:] = a.p_set
    b.p_is_second[:] = a.p_is_second
    b.p_slot[:] = a.p_slot
    b.p_row[:] = a.p_row
    b.p_shift[:] = a.p_shift
    b.p_minutes[:] = a.p_minutes
    b.p_place[:] = a.p_place
    b.u_mask[:] = a.u_mask
    b.u_extra[:] = a.u_extra
    b.v_day[:] = a.v_day
    b.v_slot[:] = a.v_slot
    b.v_minutes[:] = a.v_minutes
    b.total[:] = a.total
    b.version[:] = a.version
    b.day_version[:] = a.day_version


@numba.njit(cache=True, nogil=True)
def sync(d, a, b, sc):  # type: ignore[no-untyped-def]
    """Make plan b what plan a is, where they can differ: the touched evenings and units."""
    for i in range(sc.sizes[0]):
        s = sc.touched[i]
        b.size[s] = a.size[s]
        b.stops[s] = a.stops[s]
        b.cost[s] = a.cost[s]
        b.version[s] = a.version[s]
        b.day_version[d.shift_day[s]] = a.day_version[d.shift_day[s]]
        n = a.size[s]
        b.before[s, :n] = a.before[s, :n]
        b.after[s, :n] = a.after[s, :n]
        m = d.shift_visitor[s]
        b.total[m] = a.total[m]
    if sc.sizes[4]:
        b.day_version[:] = a.day_version
        sc.sizes[4] = 0
    for i in range(sc.sizes[1]):
        u = sc.units[i]
        first, last = d.unit_first[u], d.unit_first[u + 1]
        b.u_mask[u], b.u_extra[u] = a.u_mask[u], a.u_extra[u]
        for p in range(2 * first, 2 * last):
            b.p_set[p], b.p_is_second[p], b.p_slot[p] = a.p_set[p], a.p_is_second[p], a.p_slot[p]
            b.p_row[p], b.p_shift[p] = a.p_row[p], a.p_shift[p]
            b.p_minutes[p], b.p_place[p] = a.p_minutes[p], a.p_place[p]
        for v in range(first, last):
            b.v_day[v], b.v_slot[v], b.v_minutes[v] = a.v_day[v], a.v_slot[v], a.v_minutes[v]
