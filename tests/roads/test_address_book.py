"""Where an address is, and how sure the book is of it."""

from __future__ import annotations

import threading

import pytest

from roads.queries import Located, MatchQuality, find_address, locate_many
from tests.roads.towns import at


def test_without_a_network_no_address_is_known() -> None:
    assert find_address("1234AB", 1) is None
    assert locate_many([("1234AB", 1, ""), ("1234AB", 3, "")]) == [None, None]


@pytest.mark.usefixtures("in_village")
class TestInTheVillage:
    """With the village's address book in use."""

    def test_an_address_is_found_exactly_with_its_street(self) -> None:
        found = find_address("1234 ab", "3-a")
        assert found is not None
        assert (found.quality, found.street, found.town) == (MatchQuality.EXACT, "Dorpsstraat", "Dorp")
        assert (found.postcode, found.number, found.suffix) == ("1234AB", 3, "A")
        assert found.place.metres_to(at(300, 10)) < 0.1

    def test_an_unknown_suffix_falls_back_to_the_number(self) -> None:
        found = find_address("1234AB", 3, "b")
        assert found is not None
        assert (found.quality, found.suffix) == (MatchQuality.NUMBER, "")

    def test_a_missing_suffix_falls_back_to_one_that_is_there(self) -> None:
        found = find_address("1234CD", 12)
        assert found is not None
        assert (found.quality, found.suffix) == (MatchQuality.NUMBER, "2")

    def test_an_unknown_number_falls_back_to_the_middle_of_the_postcode(self) -> None:
        found = find_address("1234AB", 99)
        assert found is not None
        assert (found.quality, found.number) == (MatchQuality.POSTCODE, 99)
        assert found.place.metres_to(at(200, 10)) < 0.1

    @pytest.mark.parametrize(("postcode", "number"), [("9999ZZ", 1), ("12", 1), ("1234AB", "x"), ("", "")])
    def test_what_is_unknown_or_no_address_is_not_found(self, postcode: str, number: int | str) -> None:
        assert find_address(postcode, number) is None

    def test_many_are_found_in_their_order(self) -> None:
        found = locate_many([("1234AB", 3, ""), ("9999ZZ", 1, ""), ("1234AB", "1", "")])
        assert [one.number if one else None for one in found] == [3, None, 1]

    def test_every_thread_may_look_up(self) -> None:
        found: list[Located | None] = []
        threads = [threading.Thread(target=lambda: found.append(find_address("1234AB", 1))) for _nth in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([one for one in found if one is not None]) == 4
