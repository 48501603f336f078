"""Rank-1 cuts: of three rows that a solution meets once at most, no two of its routes meet two each.

For rows i, j, k of which each is met at most once, the routes that meet two or three of them exclude one
another: their sum is at most floor(3/2) = 1 (subset-row cuts: Jepsen, Petersen, Spoorendonk and Pisinger,
Operations Research 56, 2008). Rows are visits and evenings. So that a route's place in a cut is two machine
words and an `and`, each visitor numbers the rows of the own routes: its bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numba
import numpy as np

from planner.base.arrays import Columns, Floats, Integers, Positions, Words
from planner.columns.routes import Pool
from planner.master.program import Program
from planner.model.plan import VISITOR

BITS = 128
_WORD = 64

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Bits:
    """The rows (visits and evenings) that routes meet, as sets of 128 bits that each visitor numbers apart.

    bit_of: per visitor the bit of each of the rows that the visitor's routes meet. Rows from bit 128 on are in no set.
    candidate, evening: (candidates, 2) and (evenings, 2) uint64, the set of each candidate stop and of each evening.
    candidate_visitor, visitor: (candidates,) and (evenings,) int64, whose these are.
    """

    bit_of: dict[int, dict[int, int]]
    candidate: Words
    evening: Words
    candidate_visitor: Integers
    visitor: Integers

    def of_columns(self, pool: Pool, columns: Columns) -> Words:
        """The rows that each of these routes meets, in the bits of its visitor."""
        evening, order = pool.evening[columns], pool.order[columns]
        words = self.evening[evening]
        for place in range(order.shape[1]):
            there = order[:, place] >= 0
            at = order[there, place] + pool.offset[evening[there]]
            words[there] |= self.candidate[at]
        return words


def number_bits(program: Program) -> Bits:
    """Give the rows of each visitor's routes their bits; rows beyond 128 go without."""
    pool = program.pool
    visit_row = program.visit_row
    bit_of: dict[int, dict[int, int]] = {}
    candidate = np.zeros((int(pool.offset[-1]), 2), dtype=np.uint64)
    evening_words = np.zeros((len(pool.evenings), 2), dtype=np.uint64)
    for number, evening in enumerate(pool.evenings):
        bits = bit_of.setdefault(evening.visitor, {})
        _set(evening_words[number], bits, int(program.evening_row[number]))
        for at, option_number in enumerate(pool.candidates[number].option):
            for visit in evening.options[option_number].visits:
                if evening.options[option_number].role == VISITOR and visit in visit_row:
                    _set(candidate[pool.offset[number] + at], bits, visit_row[visit])
    visitor = np.array([evening.visitor for evening in pool.evenings], dtype=np.int64)
    return Bits(bit_of, candidate, evening_words, np.repeat(visitor, np.diff(pool.offset)), visitor)


def _set(words: Words, bits: dict[int, int], row: int) -> None:
    bit = bits.setdefault(row, len(bits))
    if bit < BITS:
        words[bit // _WORD] |= np.uint64(1) << np.uint64(bit % _WORD)


@numba.njit(cache=True, nogil=True, inline="always")
def meets_two(a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    """Whether two 128-bit sets share at least two members."""
    low, high = a0 & b0, a1 & b1
    if low and high:
        return True
    return (low & (low - np.uint64(1))) != 0 or (high & (high - np.uint64(1))) != 0


@dataclass(frozen=True)
class CutTable:
    """The cuts in the bits of each visitor: the entries of visitor v are `start[v]` to `start[v + 1]`.

    start: (visitors + 1,) int64. words: (entries, 2) uint64, the rows of the cut as bits. number: (entries,) int64,
    the number of the cut.

    The other way round, in words of which bit i is the visitor's cut i: which cuts have a row of each candidate
    (`once`), two rows of it (`twice`: a double stop) and the row of each evening (`evening`); (candidates, words) and
    (evenings, words) uint64.
    """

    start: Integers
    words: Words
    number: Integers
    once: Words
    twice: Words
    evening: Words


def cut_table(bits: Bits, cuts: Iterable[Triple]) -> CutTable:
    """Each cut under every visitor who can meet two of its rows."""
    visitors = max(bits.bit_of, default=-1) + 1
    found: list[list[tuple[Words, int]]] = [[] for _ in range(visitors)]
    for number, rows in enumerate(cuts):
        for visitor, bit_of in bits.bit_of.items():
            words = np.zeros(2, dtype=np.uint64)
            met = [bit_of[row] for row in rows if bit_of.get(row, BITS) < BITS]
            for bit in met:
                words[bit // _WORD] |= np.uint64(1) << np.uint64(bit % _WORD)
            if len(met) >= 2:
                found[visitor].append((words, number))
    start = np.concatenate([[0], np.cumsum([len(some) for some in found])]).astype(np.int64)
    flat = [pair for some in found for pair in some]
    table = np.array([words for words, _ in flat], dtype=np.uint64).reshape(-1, 2)
    numbers = np.array([number for _, number in flat], dtype=np.int64)
    once, twice = _members(bits.candidate, bits.candidate_visitor, start, table)
    evening, _ = _members(bits.evening, bits.visitor, start, table)
    return CutTable(start, table, numbers, once, twice, evening)


@numba.njit(cache=True, nogil=True)
def _members(words, visitor, start, cut_words):  # type: ignore[no-untyped-def]
    """Per set of rows, as words, which of its visitor's cuts share a member with it, and which share two."""
    width = 0
    for v in range(len(start) - 1):
        width = max(width, (start[v + 1] - start[v] + _WORD - 1) // _WORD)
    once, twice = np.zeros((len(words), width), dtype=np.uint64), np.zeros((len(words), width), dtype=np.uint64)
    for k in range(len(words)):
        first = start[visitor[k]]
        for cut in range(first, start[visitor[k] + 1]):
            low, high = words[k, 0] & cut_words[cut, 0], words[k, 1] & cut_words[cut, 1]
            bit = np.uint64(1) << np.uint64((cut - first) % _WORD)
            if low | high:
                once[k, (cut - first) // _WORD] |= bit
            if meets_two(words[k, 0], words[k, 1], cut_words[cut, 0], cut_words[cut, 1]):
                twice[k, (cut - first) // _WORD] |= bit
    return once, twice


def met_cuts(bits: Bits, table: CutTable, pool: Pool, columns: Columns) -> tuple[Positions, Positions]:
    """Which of these routes meets which cut: positions in `columns` and numbers of cuts."""
    words, visitor = bits.of_columns(pool, columns), bits.visitor[pool.evening[columns]]
    at, entry = _met(words, visitor, table.start, table.words)
    return at, table.number[entry]


@numba.njit(cache=True, nogil=True)
def _met(words, visitor, start, cut_words):  # type: ignore[no-untyped-def]
    at, entry = [], []
    for c in range(len(visitor)):
        for cut in range(start[visitor[c]], start[visitor[c] + 1]):
            if meets_two(words[c, 0], words[c, 1], cut_words[cut, 0], cut_words[cut, 1]):
                at.append(c)
                entry.append(cut)
    return np.array(at, dtype=np.int64), np.array(entry, dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def _violations(words, value, bits, least):  # type: ignore[no-untyped-def]
    """Triples of bits whose routes add up to more than 1 + least, with by how much."""
    count = len(value)
    has = np.zeros((bits, count), dtype=np.bool_)
    for bit in range(bits):
        word, shift = bit // 64, np.uint64(bit % 64)
        for c in range(count):
            has[bit, c] = (words[c, word] >> shift) & np.uint64(1)
    pair = np.zeros((bits, bits))
    for i in range(bits):
        for j in range(i + 1, bits):
            for c in range(count):
                if has[i, c] and has[j, c]:
                    pair[i, j] += value[c]
    found = []
    for i in range(bits):
        for j in range(i + 1, bits):
            for k in range(j + 1, bits):
                total = pair[i, j] + pair[i, k] + pair[j, k]
                if total <= 1 + least:
                    continue
                for c in range(count):
                    if has[i, c] and has[j, c] and has[k, c]:
                        total -= 2 * value[c]
                if total > 1 + least:
                    found.append((total - 1, i, j, k))
    return found


def violated(words: Words, value: Floats, bit_of: dict[int, int], most: int, least: float) -> list[Triple]:
    """The `most` most violated cuts on the rows of one visitor, given the routes in use and their values."""
    if not len(value):
        return []
    rows = {bit: row for row, bit in bit_of.items() if bit < BITS}
    found = sorted(_violations(words, value, len(rows), least), key=lambda cut: (-cut[0], cut[1:]))
    return [(rows[i], rows[j], rows[k]) for _, i, j, k in found[:most]]
