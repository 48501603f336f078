"""The least of millions of values, in three passes and without a copy of them."""

from __future__ import annotations

import numba
import numpy as np

from planner.base.arrays import Columns, Floats

_DIGITS = 1 << 16


def least_of(values: Floats, count: int) -> Columns:
    """The positions of the `count` least values, rising; all of them when there are no more.

    Values below 0 count as 0. Values that differ by less than a millionth of themselves count as equal; of equal
    values the first come first.
    """
    if len(values) <= count:
        return np.arange(len(values))
    least: Columns = _least_of(values, count)
    return least


@numba.njit(cache=True, nogil=True, inline="always")
def _digits(value):  # type: ignore[no-untyped-def]
    """The first two digits, of 16 bits each, of a number that grows with the value: the bits of a float from 0 on."""
    bits = np.float64(max(value, 0.0) + 0.0).view(np.uint64)
    return np.int64(bits >> np.uint64(48)), np.int64((bits >> np.uint64(32)) & np.uint64(_DIGITS - 1))


@numba.njit(cache=True, nogil=True)
def _least_of(values, count):  # type: ignore[no-untyped-def]
    """Count the first digits, then the second ones of the values at the limit, then take (a radix selection)."""
    at_first, at_second = np.zeros(_DIGITS, dtype=np.int64), np.zeros(_DIGITS, dtype=np.int64)
    for value in values:
        at_first[_digits(value)[0]] += 1
    first, left = _limit(at_first, count)
    for value in values:
        digits = _digits(value)
        if digits[0] == first:
            at_second[digits[1]] += 1
    second, left = _limit(at_second, left)
    chosen = np.empty(count, dtype=np.int64)
    size = 0
    for number in range(len(values)):
        digits = _digits(values[number])
        is_equal = digits[0] == first and digits[1] == second
        if digits[0] < first or (digits[0] == first and digits[1] < second) or (is_equal and left > 0):
            chosen[size] = number
            size += 1
            left -= is_equal
    return chosen


@numba.njit(cache=True, nogil=True)
def _limit(counts, count):  # type: ignore[no-untyped-def]
    """The digit at which the `count` least end, and how many with that digit belong to them."""
    digit = 0
    while count > counts[digit]:
        count -= counts[digit]
        digit += 1
    return digit, count
