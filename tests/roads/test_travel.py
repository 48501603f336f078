"""Travel times and routes along the streets, and honest estimates where there are none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.queries import Mode, Place, network_info, route_geometry, travel_matrix
from tests.roads.towns import TinyTown, at, village

UseTown = Callable[[TinyTown], None]
NEAR = st.floats(0, 20_000).map(round)


def test_without_a_network_all_is_a_straight_line_that_says_so() -> None:
    places = [at(0, 0), at(1000, 0)]
    for mode, minutes in ((Mode.BIKE, 5), (Mode.CAR, 5), (Mode.FOOT, 16)):
        found = travel_matrix(places, mode)
        assert found.is_estimate
        assert found.minutes.tolist() == [[0, minutes], [minutes, 0]]
        assert found.is_estimated.tolist() == [[False, True], [True, False]]
        assert np.isnan(found.snap_metres).all()


@given(st.lists(st.tuples(NEAR, NEAR), max_size=6), st.sampled_from(list(Mode)))
def test_minutes_are_0_on_the_same_place_and_at_least_1_elsewhere(spots: list[tuple[int, int]], mode: Mode) -> None:
    places = [at(*spot) for spot in spots]
    minutes = travel_matrix(places, mode).minutes
    assert minutes.shape == (len(places), len(places))
    for row, here in enumerate(places):
        for column, there in enumerate(places):
            assert (minutes[row, column] == 0) == (here == there)


@pytest.mark.parametrize(
    ("mode", "speed", "access"),
    [("horse", None, None), ("bike", 0, None), ("bike", float("nan"), None), ("car", 500, None), ("car", None, -1)],
)
def test_a_mode_or_speed_that_cannot_be_is_refused(mode: str, speed: float | None, access: float | None) -> None:
    with pytest.raises(ValueError):
        travel_matrix([at(0, 0)], mode, speed_kmh=speed, access_minutes=access)


@pytest.mark.usefixtures("in_village")
class TestInTheVillage:
    """A square of streets of 1,000 m a side."""

    def test_the_way_follows_the_streets_around_the_corner(self) -> None:
        found = travel_matrix([at(480, 0), at(1000, 500)], "bike")
        assert not found.is_estimate
        assert found.metres[0, 1] == pytest.approx(1020, abs=3)
        assert found.minutes[0, 1] == 5  # 250 m a minute, rounded up

    def test_two_homes_in_one_street_are_joined_along_it(self) -> None:
        assert travel_matrix([at(200, 0), at(300, 0)], "foot").metres.tolist() == [
            [0, pytest.approx(100, abs=1)],
            [pytest.approx(100, abs=1), 0],
        ]

    def test_the_way_from_the_door_to_the_street_counts(self) -> None:
        found = travel_matrix([at(200, 100), at(300, 0)], "foot")
        assert found.snap_metres.tolist() == [pytest.approx(100, abs=1), pytest.approx(0, abs=1)]
        assert found.metres[0, 1] == pytest.approx(200, abs=2)

    def test_beyond_300_metres_nothing_is_snapped_and_that_pair_is_an_estimate(self) -> None:
        found = travel_matrix([at(500, 0), at(600, 0), at(500, -290), at(500, -310)], "bike")
        assert np.isnan(found.snap_metres).tolist() == [False, False, False, True]
        assert found.is_estimated[:3, :3].any() == np.False_
        assert found.is_estimated[3, :3].all()
        assert found.is_estimate

    def test_speed_and_access_time_are_settings(self) -> None:
        places = [at(0, 520), at(1000, 520)]
        assert travel_matrix(places, "bike", speed_kmh=15).minutes[0, 1] == 8
        assert travel_matrix(places, "bike", speed_kmh=30).minutes[0, 1] == 4
        assert travel_matrix(places, "bike", access_minutes=3).minutes[0, 1] == 11
        assert travel_matrix(places, "car").minutes[0, 1] > travel_matrix(places, "car", access_minutes=0).minutes[0, 1]
        slow, fast = (travel_matrix(places, "car", speed_kmh=kmh).minutes[0, 1] for kmh in (15, 60))
        assert slow > fast

    def test_a_route_is_drawn_leg_by_leg_from_door_to_door(self) -> None:
        places = [at(500, 50), at(1000, 500), at(500, 1000)]
        legs = route_geometry(places, "bike")
        assert len(legs) == 2
        first = [Place(lat=lat, lon=lon) for lon, lat in legs[0].line]
        assert first[0].metres_to(places[0]) < 0.1
        assert first[-1].metres_to(places[1]) < 0.1
        assert any(point.metres_to(at(1000, 0)) < 1 for point in first)
        length = sum(here.metres_to(there) for here, there in pairwise(first))
        assert length == pytest.approx(legs[0].metres, abs=3)
        assert not legs[0].is_estimate

    def test_a_leg_that_leaves_the_map_is_a_straight_line(self) -> None:
        legs = route_geometry([at(500, 0), at(9000, 0), at(9000, 0)], "bike")
        assert [(len(leg.line), leg.is_estimate, leg.minutes == 0) for leg in legs] == [
            (2, True, False),
            (2, False, True),
        ]

    def test_a_route_of_one_stop_has_no_legs(self) -> None:
        assert route_geometry([at(0, 0)], "bike") == []
        assert travel_matrix([], "bike").minutes.shape == (0, 0)


def test_a_one_way_street_counts_from_the_front_door(use_town: UseTown) -> None:
    town = village()
    town.street((0, 1000), (0, 1500), oneway="yes", oneway__bicycle="no")
    town.street((0, 1500), (1000, 1500), oneway="yes", oneway__bicycle="no")
    town.street((1000, 1500), (1000, 1000), oneway="yes", oneway__bicycle="no")
    use_town(town)
    places = [at(400, 1500), at(600, 1500)]
    by_car, by_bike = travel_matrix(places, "car"), travel_matrix(places, "bike")
    assert by_car.metres[0, 1] == pytest.approx(200, abs=2)
    assert by_car.metres[1, 0] == pytest.approx(2800, abs=9)
    assert by_bike.metres[1, 0] == pytest.approx(200, abs=2)


def test_a_bollard_stops_cars_and_nobody_else(use_town: UseTown) -> None:
    town = village()
    town.street((0, 500), (500, 500), (1000, 500))
    town.street((0, 0), (0, 500), (0, 1000))
    town.street((1000, 0), (1000, 500), (1000, 1000))
    town.node((500, 500), barrier="bollard")
    use_town(town)
    places = [at(450, 500), at(550, 500)]
    assert travel_matrix(places, "bike").metres[0, 1] == pytest.approx(100, abs=1)
    assert travel_matrix(places, "car").metres[0, 1] == pytest.approx(2900, abs=9)


def test_an_island_without_a_bridge_is_an_estimate_and_its_ferry_takes_its_time(use_town: UseTown) -> None:
    town = village()
    town.street((0, 2000), (600, 2000))
    use_town(town)
    places = [at(510, 1000), at(510, 2000)]
    assert travel_matrix(places, "foot").is_estimate
    town.way((0, 1000), (0, 2000), route="ferry", duration="00:10", interval="00:20", motor_vehicle="no")
    use_town(town)
    assert travel_matrix(places, "foot").minutes[0, 1] == 33  # 12.2 on foot, 10 on the water, 10 of waiting
    assert not travel_matrix(places, "foot").is_estimate
    assert travel_matrix(places, "car").is_estimate


def test_cyclists_push_through_a_shopping_street(use_town: UseTown) -> None:
    town = TinyTown()
    town.way((0, 500), (1000, 500), highway="pedestrian")
    town.street((0, 500), (0, 0), (1000, 0), (1000, 500))
    town.address((0, 1), "1234AB", "1")
    use_town(town)
    found = travel_matrix([at(0, 500), at(1000, 500)], "bike")
    assert found.metres[0, 1] == pytest.approx(2000, abs=6)  # around is faster than on foot through
    assert travel_matrix([at(0, 500), at(1000, 500)], "foot").metres[0, 1] == pytest.approx(1000, abs=3)


def test_a_detour_outside_the_first_window_is_found(use_town: UseTown) -> None:
    town = TinyTown()
    town.street((0, 0), (0, 30_000), maxspeed="50")
    town.street((0, 30_000), (200, 30_000))
    town.street((200, 30_000), (200, 0))
    town.address((0, 1), "1234AB", "1")
    use_town(town)
    found = travel_matrix([at(0, 0), at(200, 0)], "bike")
    assert not found.is_estimate
    assert found.metres[0, 1] == pytest.approx(60_200, rel=0.002)


def test_a_private_road_is_not_used_nor_snapped_to(use_town: UseTown) -> None:
    town = village()
    town.street((0, 500), (1000, 500), access="private")
    use_town(town)
    found = travel_matrix([at(250, 500), at(0, 0)], "foot")
    assert found.snap_metres[0] == pytest.approx(250, abs=1)


@pytest.mark.usefixtures("in_kampen")
class TestInKampen:
    """On real streets: a river with few bridges."""

    def test_there_are_25883_unique_addresses(self) -> None:
        info = network_info()
        assert info is not None
        assert (info.addresses, info.address_keys) == (25_883, 25_880)

    def test_the_river_makes_a_straight_line_mislead(self) -> None:
        places = [Place(52.5590, 5.9166), Place(52.5600, 5.9290)]
        found = travel_matrix(places, "bike")
        assert not found.is_estimate
        assert found.metres[0, 1] > places[0].metres_to(places[1])

    def test_all_modes_reach_across_the_town(self) -> None:
        places = [Place(52.5560, 5.9060), Place(52.5653, 5.9291), Place(52.5450, 5.9150)]
        for mode in Mode:
            found = travel_matrix(places, mode)
            assert not found.is_estimate
            assert (found.minutes[~np.eye(3, dtype=bool)] < 60).all()
