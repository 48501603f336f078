"""Room for everybody: what may be given away without leaving anybody without an evening."""

import datetime as dt

from visits.queries.capacity import CapacityNeed, EveningCapacity, MentorCapacity

MONDAY, TUESDAY = dt.date(2026, 9, 28), dt.date(2026, 9, 29)
LEGS = [[0, 10, 10, 25], [10, 0, 5, 30], [10, 5, 0, 30], [25, 30, 30, 0]]  # the depot, two neighbours, one far away
SIX, NINE = 18 * 60, 21 * 60


def evening(on: dt.date, until: int = NINE) -> EveningCapacity:
    return EveningCapacity(on, SIX, until, until + 30)


def need(key: int, place: int, *days: dt.date, from_: int = SIX, until: int = NINE) -> CapacityNeed:
    return CapacityNeed(key, place, 45, {on: [(from_, until)] for on in days})


def room_of(*needs: CapacityNeed, most: int = 3, **evenings: EveningCapacity) -> MentorCapacity:
    days = {found.on: found for found in evenings.values()} or {MONDAY: evening(MONDAY), TUESDAY: evening(TUESDAY)}
    room = MentorCapacity(days, LEGS, most)
    room.fill(needs)
    return room


def test_a_moment_costs_the_ride_there_and_back() -> None:
    room = room_of(need(1, 1, MONDAY))
    assert room.cost_of(need(1, 1, MONDAY), MONDAY, SIX + 15) == 20


def test_an_evening_with_a_neighbour_costs_less_than_an_empty_one() -> None:
    neighbour, me = need(1, 1, MONDAY), need(2, 2, MONDAY, TUESDAY)
    room = room_of(neighbour, me)
    beside = room.cost_of(me, MONDAY, SIX + 15 + 60)
    alone = room.cost_of(me, TUESDAY, SIX + 15)
    assert beside is not None and alone is not None and beside < alone


def test_who_can_only_be_on_one_evening_keeps_a_place_on_it() -> None:
    me, other = need(1, 1, MONDAY, TUESDAY), need(2, 2, MONDAY)
    room = room_of(me, other, most=1)
    assert room.placed == {1, 2}
    assert room.cost_of(me, MONDAY, SIX + 15) is None
    assert room.cost_of(me, TUESDAY, SIX + 15) == 20


def test_a_moment_in_the_middle_of_a_short_evening_is_not_given_when_two_have_to_fit() -> None:
    me, other = need(1, 1, MONDAY, until=SIX + 125), need(2, 2, MONDAY, until=SIX + 125)
    room = room_of(me, other, monday=evening(MONDAY, SIX + 125))
    assert room.cost_of(me, MONDAY, SIX + 15) is not None
    assert room.cost_of(me, MONDAY, SIX + 45) is None


def test_one_who_does_not_stand_moves_to_another_evening_to_make_room() -> None:
    me, other = need(1, 1, MONDAY), need(2, 2, MONDAY, TUESDAY)
    room = room_of(other, me, most=1)
    assert room.placed == {1, 2}
    assert room.cost_of(me, MONDAY, SIX + 15) is not None


def test_where_there_is_too_little_room_for_all_some_may_still_choose() -> None:
    me, other = need(1, 1, MONDAY), need(2, 2, MONDAY)
    room = room_of(me, other, most=1)
    assert len(room.placed) == 1
    assert room.cost_of(me, MONDAY, SIX + 15) is not None  # both may: there, the first to choose goes before
    assert room.cost_of(other, MONDAY, SIX + 15) is not None


def test_a_family_too_far_away_fits_nowhere_and_holds_nobody_up() -> None:
    far = need(3, 3, MONDAY, until=SIX + 60)
    me = need(1, 1, MONDAY)
    room = room_of(far, me)
    assert room.placed == {1}
    assert room.cost_of(me, MONDAY, SIX + 15) is not None


def test_slack_takes_room_between_two_families_and_not_before_the_first() -> None:
    first, second = need(1, 1, MONDAY), need(2, 2, MONDAY)
    for slack, fits in (
        (0, True),
        (10, True),
        (15, False),
    ):  # a quarter past six, and a quarter past seven or half past
        alone = EveningCapacity(MONDAY, SIX, SIX + 120, NINE, slack=slack)
        assert (alone.along((first, second), LEGS) is not None) == fits
        assert alone.along((first,), LEGS) is not None
