"""What the evening of a companion costs, with everybody whom it goes along with: the best moments of its stops.

For an order of the stops, the least cost of all up to a stop by its start follows from the stop before by a running
minimum, so one pass over the slots of the day (`Day.grid` minutes each) a stop is exact. A visitor who makes some of
these stops waits from the first to the last of them but for visits and roads, so that waiting is a price of the start
of the first and the last. All orders are tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numba
import numpy as np

from planner.aggregation.company_program import CompanyStops
from planner.aggregation.company_types import CompanyTypes
from planner.base.arrays import Columns, Floats, Integers
from planner.columns.routes import Pool
from planner.columns.stop_options import StopOption
from planner.model.index import ProblemIndex
from planner.model.plan import SECOND, VISITOR, Route, Stop
from planner.model.problem import Problem, Shift

# the columns of the table of stops: facts of a candidate, all integers, and of whom it goes along with
_PRICES, _PLACE, _MINUTES, _LED, _LEAVE, _BACK, _DEPOT, _MODE = range(8)


@dataclass(frozen=True)
class EveningPrices:
    """The compiled view of all stops that evenings of companions can have.

    stops: (candidates, 8) int64: row of `prices`, place, minutes; and of the visitor whom the companion goes along
        with the number, -1 for an own visit, earliest departure, latest return, depot and mode.
    companions: (types, 4) int64: earliest departure, latest return, depot and mode.
    prices: (tables, slots) float64, cost of a start without the week, infinite where it may not be.
    legs: (modes, places, places) int64 minutes.
    day: (3,) int64: minutes after midnight of the first slot, minutes of a slot, slack. waiting, travel: cost a minute.
    """

    stops: Integers
    companions: Integers
    prices: Floats
    legs: Integers
    day: Integers
    travel: float
    waiting: float

    def of(self, pool: Pool, columns: Columns) -> tuple[Floats, Integers]:
        """Of each route the least cost, infinite when no order is in time, and its order: positions of stops."""
        at = _stops(pool, columns)
        orders = _orders(at.shape[1])
        costs, best = _price_all(
            at, pool.evening[columns].astype(np.int64), orders, self.stops, self.companions, self.prices, self.legs,
            self.day, self.travel, self.waiting,
        )  # fmt: skip
        return costs, best

    def starts(self, at: Integers, kind: int) -> Integers:
        """The cheapest starts, minutes after midnight, of these stops in this order."""
        slots = np.zeros(len(at), dtype=np.int64)
        layers = np.zeros((len(at), self.prices.shape[1]))
        _price(
            at, len(at), kind, self.stops, self.companions, self.prices, self.legs, self.day, self.travel,
            self.waiting, layers, slots,
        )  # fmt: skip
        starts: Integers = self.day[0] + slots * self.day[1]
        return starts


def evening_prices(problem: Problem, company: CompanyTypes, pool: Pool, table: CompanyStops) -> EveningPrices:
    """The prices of all candidate stops of the pool of a relaxation."""
    index = ProblemIndex(problem)
    modes = {mode: number for number, mode in enumerate(problem.travel_minutes)}
    starts = _starts(problem)
    shift_of, option_of = _offers(company)
    rows: dict[tuple[int, int, int], int] = {}
    prices: list[Floats] = []
    stops = np.zeros((int(pool.offset[-1]), 8), dtype=np.int64)
    for number, (kind, some) in enumerate(zip(company.types, pool.candidates, strict=True)):
        own, date_class = kind.shifts[0], company.date_class[number]
        for place, k in enumerate(range(int(pool.offset[number]), int(pool.offset[number + 1]))):
            visit, led = int(table.visit[k]), int(table.visitor[k]) if table.is_second[k] else -1
            who = led if table.is_second[k] else kind.visitor
            key = (number, visit, led)
            if key not in rows:
                rows[key] = len(prices)
                offer = option_of.get((who, date_class, visit))
                grid = _grid(problem, visit in company.second_of)
                prices.append(_by_slot(offer, starts, grid, own if led >= 0 else None))
            shift, visitor = shift_of.get((who, date_class), own), problem.visitors[who]
            stops[k] = (
                rows[key], index.place_number[problem.visits[visit].place], int(some.minutes[place]), led,
                shift.leave_from, shift.back_by, index.place_number[visitor.depot], modes[visitor.mode],
            )  # fmt: skip
    companions = [
        (kind.shifts[0].leave_from, kind.shifts[0].back_by, index.place_number[visitor.depot], modes[visitor.mode])
        for kind in company.types
        for visitor in [problem.visitors[kind.visitor]]
    ]
    return EveningPrices(
        stops=stops,
        companions=np.array(companions, dtype=np.int64).reshape(-1, 4),
        prices=np.array(prices).reshape(-1, len(starts)),
        legs=np.array(list(problem.travel_minutes.values()), dtype=np.int64),
        day=np.array([starts[0], _grid(problem, is_coupled=False), problem.rules.slack_minutes], dtype=np.int64),
        travel=float(problem.weights.travel_minute),
        waiting=float(problem.weights.waiting_minute),
    )


def _grid(problem: Problem, is_coupled: bool) -> int:
    """Minutes between two starts that a visit may have."""
    return problem.rules.joint_grid_minutes if is_coupled else problem.rules.start_grid_minutes


def _starts(problem: Problem) -> Integers:
    """(slots,) int64, the minutes after midnight at which a stop of anybody could start."""
    shifts = [shift for visitor in problem.visitors for shift in visitor.shifts]
    grid = problem.rules.start_grid_minutes
    low = min((shift.leave_from for shift in shifts), default=0) // grid * grid
    high = max((shift.visits_until for shift in shifts), default=0)
    return low + grid * np.arange((high - low) // grid + 1, dtype=np.int64)


def _offers(company: CompanyTypes) -> tuple[dict[tuple[int, int], Shift], dict[tuple[int, int, int], StopOption]]:
    """By visitor and class of dates the shift, and with a visit what is offered; coupled ones on the coarse grid."""
    shifts, options = {}, {}
    coupled = {*company.second_of}
    for kind, date_class, is_coarse in zip(company.types, company.date_class, company.is_coarse, strict=True):
        shifts[kind.visitor, date_class] = kind.shifts[0]
        for option in kind.options.options:
            if is_coarse or option.visits[0] not in coupled:
                options[kind.visitor, date_class, option.visits[0]] = option
    return shifts, options


def _by_slot(offer: StopOption | None, starts: Integers, grid: int, companion: Shift | None) -> Floats:
    """(slots,) float64, what each start costs; within the shift of a companion when there is one."""
    prices = np.full(len(starts), np.inf)
    if offer is None:
        return prices
    for span in offer.spans:
        inside = (starts >= span.first) & (starts <= span.last) & ((starts - span.first) % grid == 0)
        prices[inside] = np.minimum(prices[inside], span.cost)
    if companion is not None:
        out = (starts < companion.leave_from) | (starts + offer.minutes > companion.visits_until)
        prices[out] = np.inf
    return prices


def _stops(pool: Pool, columns: Columns) -> Integers:
    order = pool.order[columns].astype(np.int64)
    at: Integers = np.where(order >= 0, order + pool.offset[pool.evening[columns]][:, None], -1)
    return at


def _orders(most: int) -> Integers:
    """(most, orders of `most`, most) int64: of each number of stops, less one, all orders; -1 behind the last."""
    count = len(list(permutations(range(most))))
    orders = np.full((most, count, most), -1, dtype=np.int64)
    for stops in range(1, most + 1):
        every = list(permutations(range(stops)))
        orders[stops - 1, : len(every), :stops] = every
    return orders


@numba.njit(cache=True, nogil=True)
def _price_all(at, kinds, orders, stops, companions, prices, legs, day, travel, waiting):  # type: ignore[no-untyped-def]
    """The least cost of every route and the order of its stops."""
    costs = np.full(len(at), np.inf)
    best = np.full(at.shape, -1, dtype=np.int64)
    layers = np.zeros((at.shape[1], prices.shape[1]))
    some = np.zeros(at.shape[1], dtype=np.int64)
    slots = np.zeros(0, dtype=np.int64)
    for number in range(len(at)):
        count = 0
        while count < at.shape[1] and at[number, count] >= 0:
            count += 1
        for order in range(orders.shape[1]):
            if orders[count - 1, order, 0] < 0:
                break
            for place in range(count):
                some[place] = at[number, orders[count - 1, order, place]]
            cost = _price(
                some, count, kinds[number], stops, companions, prices, legs, day, travel, waiting, layers, slots
            )
            if cost < costs[number]:
                costs[number] = cost
                best[number, :count] = some[:count]
    return costs, best


@numba.njit(cache=True, nogil=True)
def _price(at, count, kind, stops, companions, prices, legs, day, travel, waiting, layers, slots):  # type: ignore[no-untyped-def]
    """The cost of these stops in this order, infinite when it is too late; `slots` (if any) become the cheapest starts.

    layers: (stops, slots) float64 scratch: the least cost of all up to a stop by its start.
    """
    low, grid, slack = day[0], day[1], day[2]
    leave, back_by, depot, mode = companions[kind]
    leg, fixed = legs[mode], 0.0
    for i in range(count):
        k = at[i]
        place, led = stops[k, _PLACE], stops[k, _LED]
        earliest = leave + leg[depot, place] if i == 0 else 0
        latest = back_by - stops[k, _MINUTES] - leg[place, depot] if i == count - 1 else 1 << 30
        before, slope = -1, 0.0
        if led >= 0:
            before, after = _neighbours(at, count, i, stops)
            least, most, cost = _of_led(at, i, before, after, stops, legs, leg, slack, travel, waiting)
            if cost == np.inf:
                return np.inf
            earliest, latest = max(earliest, least), min(latest, most)
            fixed += cost
            slope = waiting * ((after < 0) - (before < 0))
        if i == 0:
            fixed += travel * leg[depot, place]
            _begin(layers, prices[stops[k, _PRICES]], earliest, latest, slope, low, grid)
        else:
            last = at[i - 1]
            way = leg[stops[last, _PLACE], place]
            if before == i - 1:
                way = max(way, legs[stops[k, _MODE], stops[last, _PLACE], place])
            fixed += travel * leg[stops[last, _PLACE], place]
            fixed -= waiting * (stops[last, _MINUTES] + leg[stops[last, _PLACE], place] + slack)
            gap = stops[last, _MINUTES] + way + slack
            _extend(layers, i, prices[stops[k, _PRICES]], gap, earliest, latest, slope, waiting, low, grid)
    fixed += travel * leg[stops[at[count - 1], _PLACE], depot]
    end = int(np.argmin(layers[count - 1]))
    if len(slots):
        _trace(at, count, stops, legs, mode, slack, layers, slots, end, waiting, grid)
    return layers[count - 1, end] + fixed


@numba.njit(cache=True, nogil=True)
def _neighbours(at, count, i, stops):  # type: ignore[no-untyped-def]
    """The places of the stops before and after stop i that the same visitor makes, -1 for none."""
    before, after = -1, -1
    for j in range(count):
        if j != i and stops[at[j], _LED] == stops[at[i], _LED]:
            if j < i:
                before = j
            elif after < 0:
                after = j
    return before, after


@numba.njit(cache=True, nogil=True)
def _of_led(at, i, before, after, stops, legs, leg, slack, travel, waiting):  # type: ignore[no-untyped-def]
    """For the visitor of stop i: the earliest and the latest start, and the cost of the way to it and after the last.

    The cost is infinite when the visitor cannot be there as soon as the companion may be.
    """
    k = at[i]
    own, place, depot = legs[stops[k, _MODE]], stops[k, _PLACE], stops[k, _DEPOT]
    earliest, latest, cost = 0, 1 << 30, 0.0
    if before < 0:
        cost += travel * own[depot, place]
        earliest = stops[k, _LEAVE] + own[depot, place]
    else:
        busy = stops[at[before], _MINUTES] + own[stops[at[before], _PLACE], place] + slack
        cost += travel * own[stops[at[before], _PLACE], place] - waiting * busy
        if before < i - 1 and _passes(at, before, i, stops, leg, slack) < busy:
            cost = np.inf
    if after < 0:
        cost += travel * own[place, depot]
        latest = stops[k, _BACK] - stops[k, _MINUTES] - own[place, depot]
    return earliest, latest, cost


@numba.njit(cache=True, nogil=True)
def _begin(layers, prices, earliest, latest, slope, low, grid):  # type: ignore[no-untyped-def]
    """The cost of the first stop by its start."""
    for slot in range(layers.shape[1]):
        start = low + grid * slot
        layers[0, slot] = prices[slot] + slope * start if earliest <= start <= latest else np.inf


@numba.njit(cache=True, nogil=True)
def _passes(at, first, last, stops, leg, slack):  # type: ignore[no-untyped-def]
    """The least minutes from the start of stop `first` to that of stop `last` on the companion's way."""
    total = 0
    for i in range(first, last):
        total += stops[at[i], _MINUTES] + leg[stops[at[i], _PLACE], stops[at[i + 1], _PLACE]] + slack
    return total


@numba.njit(cache=True, nogil=True)
def _extend(layers, i, prices, gap, earliest, latest, slope, waiting, low, grid):  # type: ignore[no-untyped-def]
    """The least cost up to stop i by its start: waiting counts from the start of the stop before."""
    least, upto = np.inf, 0
    shift = -(-gap // grid)
    for slot in range(layers.shape[1]):
        start = low + grid * slot
        while upto <= slot - shift:
            least = min(least, layers[i - 1, upto] - waiting * (low + grid * upto))
            upto += 1
        layers[i, slot] = np.inf
        if earliest <= start <= latest:
            layers[i, slot] = least + prices[slot] + (waiting + slope) * start


@numba.njit(cache=True, nogil=True)
def _trace(at, count, stops, legs, mode, slack, layers, slots, end, waiting, grid):  # type: ignore[no-untyped-def]
    """The starts that the last layer's best entry came from."""
    slots[count - 1] = end
    for i in range(count - 2, -1, -1):
        k, after = at[i], at[i + 1]
        way = legs[mode, stops[k, _PLACE], stops[after, _PLACE]]
        if stops[k, _LED] >= 0 and stops[k, _LED] == stops[after, _LED]:
            way = max(way, legs[stops[k, _MODE], stops[k, _PLACE], stops[after, _PLACE]])
        shift = -(-(stops[k, _MINUTES] + way + slack) // grid)
        best = 0
        for slot in range(slots[i + 1] - shift + 1):
            if layers[i, slot] - waiting * grid * slot < layers[i, best] - waiting * grid * best:
                best = slot
        slots[i] = best


def routes_of_evening(
    problem: Problem, table: CompanyStops, at: Sequence[int], starts: Sequence[int], companion: str, shift: Shift
) -> list[Route]:
    """The routes of a companion and of everybody whom it goes along with."""
    own: list[Stop] = []
    led: dict[str, list[Stop]] = {}
    for k, start in zip(at, starts, strict=True):
        name = problem.visits[int(table.visit[k])].id
        if table.is_second[k]:
            own.append(Stop((name,), int(start), SECOND))
            visitor = problem.visitors[int(table.visitor[k])].id
            led.setdefault(visitor, []).append(Stop((name,), int(start), VISITOR))
        else:
            own.append(Stop((name,), int(start), VISITOR))
    routes = [Route(companion, shift.on, tuple(own))]
    return routes + [Route(visitor, shift.on, tuple(stops)) for visitor, stops in led.items()]
