"""One key for all spellings of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roads.address_keys import (
    TypedAddress,
    address_key,
    normalise_number,
    normalise_postcode,
    parse_address,
    split_numbers,
)

LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=0, max_size=3)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("12", (12, "")),
        ("12 A", (12, "A")),
        ("12-a", (12, "A")),
        ("12a", (12, "A")),
        ("12bis", (12, "BIS")),
        ("12 bis", (12, "BIS")),
        ("12-2", (12, "2")),
        ("12/2", (12, "2")),
        (" 0012 ", (12, "")),
        ("１２", (12, "")),
    ],
)
def test_all_spellings_of_a_number_have_one_key(typed: str, key: tuple[int, str]) -> None:
    assert normalise_number(typed) == key


@pytest.mark.parametrize("typed", ["", "a12", "0", "bis", "-", "123456", "-12"])
def test_what_does_not_begin_with_a_house_number_has_no_key(typed: str) -> None:
    assert normalise_number(typed) is None


@pytest.mark.parametrize("typed", ["8261AB", "8261 ab", " 8261  AB ", "8261\u00a0ab", "８２６１AB"])
def test_all_spellings_of_a_postcode_are_one(typed: str) -> None:
    assert normalise_postcode(typed) == "8261AB"


@pytest.mark.parametrize("typed", ["", "8261", "0261AB", "8261A", "8261ABC", "AB8261", "٨٢٦١AB", "8261-AB"])
def test_what_is_not_a_dutch_postcode_is_refused(typed: str) -> None:
    assert normalise_postcode(typed) == ""
    assert address_key(typed, 12) is None


@given(number=st.integers(1, 99_999), suffix=LETTERS, glue=st.sampled_from(["", " ", "-", " - ", "/", "."]))
def test_glue_and_case_never_change_the_key(number: int, suffix: str, glue: str) -> None:
    assert normalise_number(f"{number}{glue}{suffix.lower()}") == (number, suffix)
    assert normalise_number(number, f"{glue}{suffix}") == (number, suffix)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=6))
def test_a_key_is_a_key_of_itself_whatever_was_typed(postcode: str, number: str, suffix: str) -> None:
    key = address_key(postcode, number, suffix)
    assert key is None or address_key(*key) == key


@given(st.text(max_size=60))
def test_any_line_of_text_is_taken_apart_or_refused(line: str) -> None:
    typed = parse_address(line)
    assert typed is None or (typed.street and typed.number >= 1)


def test_a_list_holds_several_numbers_and_leaves_out_what_is_none() -> None:
    assert split_numbers("12; 12a;;x;14-16") == [(12, ""), (12, "A"), (14, "16")]


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("Lange Straat 12 a", TypedAddress("Lange Straat", 12, "A", "", "")),
        ("Langestraat 12-2", TypedAddress("Langestraat", 12, "2", "", "")),
        ("Langestraat 12bis", TypedAddress("Langestraat", 12, "BIS", "", "")),
        ("Langestraat 12, 8261 AB Kampen", TypedAddress("Langestraat", 12, "", "8261AB", "Kampen")),
        ("Langestraat 12 a 8261ab  't Harde", TypedAddress("Langestraat", 12, "A", "8261AB", "'t Harde")),
        ("Langestraat 12, Kampen", TypedAddress("Langestraat", 12, "", "", "Kampen")),
        ("1e Kruisstraat 7", TypedAddress("1e Kruisstraat", 7, "", "", "")),
        ("Plein 1945 12", TypedAddress("Plein 1945", 12, "", "", "")),
        ("Plein 1945 12-b", TypedAddress("Plein 1945", 12, "B", "", "")),
        ("Plein 40-45 3", TypedAddress("Plein 40-45", 3, "", "", "")),
    ],
)
def test_a_typed_line_is_taken_apart(line: str, typed: TypedAddress) -> None:
    assert parse_address(line) == typed


@pytest.mark.parametrize("line", ["", "Langestraat", "8261 AB Kampen", "12", "12 12"])
def test_a_line_without_street_and_number_is_refused(line: str) -> None:
    assert parse_address(line) is None
