"""The cheapest insertion of a unit, over days, visitors, companions and slots.

What each block costs on each day is kept until something changes on that day. Numbers that are handed on begin as
`np.int64`: numba compiles a loop anew for a literal.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from planner.search.apart import find_busy, is_clear, pin_busy
from planner.search.evening_tables import position, profile
from planner.search.insertion_data import MOST_CHILDREN
from planner.search.removal import place, remove_unit
from planner.search.search_state import MOST_OPTIONS, touch

BLINK = 0.02  # share of the days that an insertion passes over, so that plans differ
SINGLE = np.int64(-1)


@numba.njit(cache=True, nogil=True)
def mark_allowed(d, st, sc, u, mask, day, minutes_of):  # type: ignore[no-untyped-def]
    """The slots of a day at which interpreters are there for these visits."""
    sc.allowed[:] = True
    first = d.unit_first[u]
    days = st.day_version.shape[0]
    for i in range(d.unit_first[u + 1] - first):
        if not mask >> i & 1:
            continue
        v = first + i
        own = minutes_of[i]
        if d.language[v] >= 0:
            mark_interpreters(d, st, sc, u, mask, v, day, own, days, minutes_of)


@numba.njit(cache=True, nogil=True)
def mark_interpreters(d, st, sc, u, mask, v, day, own, days, minutes_of):  # type: ignore[no-untyped-def]
    """Close the slots at which too few interpreters of the language of visit v are there."""
    code = d.language[v]
    first = d.unit_first[u]
    more = 0  # of this block who need one of the same language at the same moment
    for i in range(d.unit_first[u + 1] - first):
        if mask >> i & 1 and d.language[first + i] == code:
            more += 1
    for t in range(d.prices.shape[1]):
        if not sc.allowed[t]:
            continue
        start = (t + d.low) * d.grid
        end = start + own + d.buffer
        at_once = more
        for j in range(d.speakers_first[code], d.speakers_first[code + 1]):
            w = d.speakers[j]
            if st.v_day[w] != day:
                continue
            a = (st.v_slot[w] + d.low) * d.grid
            b = a + st.v_minutes[w] + d.buffer
            if a <= start < b:
                at_once += 1
        if at_once > interpreters(d, code * days + day, start, end):
            sc.allowed[t] = False
            continue
        for j in range(d.speakers_first[code], d.speakers_first[code + 1]):
            w = d.speakers[j]
            if st.v_day[w] != day:
                continue
            a = (st.v_slot[w] + d.low) * d.grid
            if not start <= a < end:
                continue
            count = more
            for k in range(d.speakers_first[code], d.speakers_first[code + 1]):
                x = d.speakers[k]
                if st.v_day[x] == day:
                    c = (st.v_slot[x] + d.low) * d.grid
                    count += c <= a < c + st.v_minutes[x] + d.buffer
            if count > interpreters(d, code * days + day, a, a + st.v_minutes[w] + d.buffer):
                sc.allowed[t] = False
                break


@numba.njit(cache=True, nogil=True)
def interpreters(d, key, start, end):  # type: ignore[no-untyped-def]
    """How many interpreters are there from `start` to `end` (minutes)."""
    count = 0
    for j in range(d.there_first[key], d.there_first[key + 1]):
        if d.there[j, 0] <= start and end <= d.there[j, 1]:
            count += d.there[j, 2]
    return count


@numba.njit(cache=True, nogil=True)
def main(d, st, sc, q, o):  # type: ignore[no-untyped-def]
    """Bring up to date what option o of stop set q costs its evening; the least of it."""
    s = d.option_shift[o]
    if sc.main_at[o] != st.version[s]:
        profile(d, st, s, d.set_place[q], d.set_minutes[q], d.option_row[o], sc.main[o], sc.line)
        sc.main_least[o] = sc.main[o].min()
        sc.main_at[o] = st.version[s]
    return sc.main_least[o]


@numba.njit(cache=True, nogil=True)
def second(d, st, sc, q, c):  # type: ignore[no-untyped-def]
    """Bring up to date what companion c of stop set q costs an evening of its own; the least of it."""
    s = d.second_shift[c]
    if sc.second_at[c] != st.version[s]:
        profile(d, st, s, d.set_place[q], d.set_second_minutes[q], np.int64(-1), sc.second[c], sc.line)
        sc.second_least[c] = sc.second[c].min()
        sc.second_at[c] = st.version[s]
    return sc.second_least[c]


@numba.njit(cache=True, nogil=True)
def list_ways(d, st, sc, q, j, key, limit):  # type: ignore[no-untyped-def]
    """The ways to make stop set q on a day as stop j of a partition, each by less than `limit`; the least of all."""
    count = 0
    least = np.inf
    option_shift, visitor, version, main_at, main_least = (
        d.option_shift,
        d.shift_visitor,
        st.version,
        sc.main_at,
        sc.main_least,
    )
    ways, ways_least = sc.ways[j], sc.ways_least[j]
    first, last = d.second_first[key], d.second_first[key + 1]
    needs_second = d.set_second_mask[q] != 0
    for o in range(d.option_first[key], d.option_first[key + 1]):
        s = option_shift[o]
        m = visitor[s]
        if st.total[m] >= d.limit[m] or count >= MOST_OPTIONS:
            continue
        if main_at[o] != version[s]:
            main(d, st, sc, q, o)
        low = main_least[o]
        if low >= limit:
            continue
        if not needs_second:
            ways[count, 0], ways[count, 1], ways_least[count] = o, -1, low
            least = min(least, low)
            count += 1
            continue
        for c in range(first, last):
            other = visitor[d.second_shift[c]]
            if other == m or st.total[other] >= d.limit[other] or count >= MOST_OPTIONS:
                continue
            if sc.second_at[c] != version[d.second_shift[c]]:
                second(d, st, sc, q, c)
            both = low + sc.second_least[c]
            if both < limit:
                ways[count, 0], ways[count, 1], ways_least[count] = o, c, both
                least = min(least, both)
                count += 1
    sc.number_of_ways[j] = count
    return least


@numba.njit(cache=True, nogil=True)
def are_apart(d, sc, parts, at):  # type: ignore[no-untyped-def]
    """Whether nobody makes two of the stops."""
    for j in range(parts):
        o, c = sc.ways[j, at[j], 0], sc.ways[j, at[j], 1]
        a = d.shift_visitor[d.option_shift[o]]
        b = d.shift_visitor[d.second_shift[c]] if c >= 0 else SINGLE
        for i in range(j):
            p, r = sc.ways[i, at[i], 0], sc.ways[i, at[i], 1]
            e = d.shift_visitor[d.option_shift[p]]
            f = d.shift_visitor[d.second_shift[r]] if r >= 0 else SINGLE - 1
            if a in (e, f) or b in (e, f):
                return False
    return True


@numba.njit(cache=True, nogil=True)
def best_slot(d, sc, parts, at, needs_slot, best, pt):  # type: ignore[no-untyped-def]
    """The slot below `best` at which these ways cost least together, and that cost; -1 when there is none."""
    slot = -1
    for t in range(d.prices.shape[1]):
        if needs_slot and (not sc.allowed[t] or (parts > 1 and ((t + d.low) * d.grid) % d.joint != 0)):
            continue
        cost = 0.0
        for j in range(parts):
            o, c = sc.ways[j, at[j], 0], sc.ways[j, at[j], 1]
            cost += sc.main[o, t]
            if c >= 0:
                cost += sc.second[c, t]
        if cost < best and (sc.sizes[5] == 0 or are_clear(d, sc, parts, at, t, pt)):
            best, slot = cost, t
    return slot, best


@numba.njit(cache=True, nogil=True)
def are_clear(d, sc, parts, at, t, pt):  # type: ignore[no-untyped-def]
    """Whether the stops, all at slot t, overlap no visit that must be apart from theirs."""
    for j in range(parts):
        if not is_clear(d, sc, d.option_shift[sc.ways[j, at[j], 0]], t, d.set_minutes[d.partition[pt, j]]):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def try_ways(d, sc, parts, needs_slot, best, found, pt):  # type: ignore[no-untyped-def]
    """Combine the listed ways to make the stops of a partition; the least cost, and in `found` how it is had."""
    at = np.zeros(MOST_CHILDREN, dtype=np.int64)
    while True:
        total = 0.0
        for j in range(parts):
            total += sc.ways_least[j, at[j]]
        if total < best and (parts == 1 or are_apart(d, sc, parts, at)):
            slot, cost = best_slot(d, sc, parts, at, needs_slot, best, pt)
            if slot >= 0:
                best = cost
                found[0], found[1] = slot if needs_slot else -1, pt
                for j in range(parts):
                    o, c = sc.ways[j, at[j], 0], sc.ways[j, at[j], 1]
                    found[2 + 3 * j], found[3 + 3 * j] = d.option_shift[o], d.option_row[o]
                    found[4 + 3 * j] = d.second_shift[c] if c >= 0 else -1
        j = parts - 1
        while j >= 0 and at[j] == sc.number_of_ways[j] - 1:
            at[j] = 0
            j -= 1
        if j < 0:
            return best
        at[j] += 1


@numba.njit(cache=True, nogil=True)
def best_on_day(d, st, sc, u, block, day):  # type: ignore[no-untyped-def]
    """Work out the cheapest insertion of a block on a day, for as long as nothing changes on it."""
    days = st.day_version.shape[0]
    minutes_of = np.zeros(MOST_CHILDREN, dtype=np.int64)
    first = d.unit_first[u]
    best = np.inf
    find_busy(d, st, sc, u, d.block_mask[block], day)
    for pt in range(d.partition_first[block], d.partition_first[block + 1]):
        parts: Any = np.int64(0)
        needs_slot = False
        total = 0.0
        for j in range(MOST_CHILDREN):
            q = d.partition[pt, j]
            if q < 0:
                break
            parts += 1
            needs_slot |= d.set_is_pinned[q] != 0
            for i in range(d.unit_first[u + 1] - first):
                if d.set_mask[q] >> i & 1:
                    minutes_of[i] = d.set_minutes[q]
            if total < best:
                total += list_ways(d, st, sc, q, j, q * days + day, best)
        if not total < best:
            continue
        needs_slot |= parts > 1 or sc.sizes[5] > 0
        if needs_slot:
            mark_allowed(d, st, sc, u, d.block_mask[block], day, minutes_of)
        best = try_ways(d, sc, parts, needs_slot, best, sc.day_best[block, day], pt)
    sc.day_cost[block, day] = best
    sc.day_at[block, day] = st.day_version[day]


@numba.njit(cache=True, nogil=True)
def best_block(d, st, sc, u, block):  # type: ignore[no-untyped-def]
    """The cheapest insertion of a block; written to `sc.best`. Returns its cost, infinite when there is none."""
    day_at, day_cost, day_version = sc.day_at[block], sc.day_cost[block], st.day_version
    best, on = np.inf, -1
    for day in range(len(day_version)):
        if day_at[day] != day_version[day]:
            best_on_day(d, st, sc, u, block, day)
        if day_cost[day] < best and (best == np.inf or np.random.random() >= BLINK):
            best, on = day_cost[day], day
    if on >= 0:
        sc.best[0] = on
        sc.best[1:] = sc.day_best[block, on]
    return best


@numba.njit(cache=True, nogil=True)
def insert_block(d, st, sc, u, block):  # type: ignore[no-untyped-def]
    """Carry out the insertion that `sc.best` holds."""
    day, slot, pt = sc.best[0], sc.best[1], sc.best[2]
    first = d.unit_first[u]
    size = d.unit_first[u + 1] - first
    if d.apart_first[first] < d.apart_first[first + size]:
        pin_busy(d, st, sc, u, d.block_mask[block], day)
    for j in range(MOST_CHILDREN):
        q = d.partition[pt, j]
        if q < 0:
            break
        for role in range(2):
            s = sc.best[3 + 3 * j] if role == 0 else sc.best[5 + 3 * j]
            if s < 0:
                continue
            p = 2 * first
            while st.p_shift[p] >= 0:
                p += 1
            st.p_set[p], st.p_is_second[p], st.p_slot[p] = q, role, slot
            st.p_row[p] = sc.best[4 + 3 * j] if role == 0 else -1
            st.p_minutes[p] = d.set_minutes[q] if role == 0 else d.set_second_minutes[q]
            st.p_place[p] = d.set_place[q]
            touch(st, sc, s)
            at = position(d, st, s, st.p_place[p], st.p_minutes[p], st.p_row[p], slot, sc.line)
            place(d, st, sc, p, s, at)
        for i in range(size):
            if d.set_mask[q] >> i & 1:
                st.v_day[first + i], st.v_slot[first + i] = day, slot
                st.v_minutes[first + i] = d.set_minutes[q]
    st.u_mask[u] |= d.block_mask[block]


@numba.njit(cache=True, nogil=True)
def insert_unit(d, st, sc, u, split_chance):  # type: ignore[no-untyped-def]
    """Place a unit as cheaply as can be; what has no place stays out."""
    size = d.unit_first[u + 1] - d.unit_first[u]
    full = (1 << size) - 1
    whole: Any = np.int64(-1)
    for block in range(d.block_first[u], d.block_first[u + 1]):
        if d.block_mask[block] == full:
            whole = block
    cost = np.inf
    if whole >= 0:
        cost = best_block(d, st, sc, u, whole)
        if cost < d.unplaced * size and (size == 1 or np.random.random() >= split_chance):
            insert_block(d, st, sc, u, whole)
            return
    if size == 1:
        return
    x = d.split_first[u] + np.random.randint(d.split_first[u + 1] - d.split_first[u])
    total = 0.0
    for j in range(MOST_CHILDREN):
        block = d.split[x, j]
        if block < 0:
            continue
        more = best_block(d, st, sc, u, block)
        if more < d.unplaced * bits(d.block_mask[block]):
            insert_block(d, st, sc, u, block)
            total += more
    extra = split_cost(d, u, x, st.u_mask[u])
    total += extra + d.unplaced * bits(full & ~st.u_mask[u])
    keeps_fixed = cost == np.inf and d.unit_fixed_mask[u] & st.u_mask[u] != 0
    if keeps_fixed or total < min(cost, d.unplaced * size):
        st.u_extra[u] = extra
        return
    remove_unit(d, st, sc, u)
    if cost < d.unplaced * size and best_block(d, st, sc, u, whole) < np.inf:
        insert_block(d, st, sc, u, whole)


@numba.njit(cache=True, nogil=True)
def split_cost(d, u, x, made):  # type: ignore[no-untyped-def]
    """What it costs that the blocks of split x are at different moments, those whose visits are made."""
    cost = 0.0
    for g in range(d.group_first[u], d.group_first[u + 1]):
        moments = 0
        for j in range(MOST_CHILDREN):
            block = d.split[x, j]
            if block >= 0 and d.block_mask[block] & d.group_mask[g] & made:
                moments += 1
        cost += d.splitting * max(0, moments - 1)
    return cost


@numba.njit(cache=True, nogil=True)
def bits(mask):  # type: ignore[no-untyped-def]
    """How many visits a set holds."""
    count = 0
    while mask:
        count += mask & 1
        mask >>= 1
    return count
