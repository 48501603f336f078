"""Why a calculation of costs failed: a code in the row, a sentence in the reader's language on the page."""

from __future__ import annotations

import pytest
from django.utils import translation

from reports.models import CostFailure
from reports.words.failures import failure_words


@pytest.mark.parametrize("failure", CostFailure)
def test_every_failure_has_a_sentence_of_its_own_in_each_language(failure: CostFailure) -> None:
    with translation.override("nl"):
        dutch = failure_words(failure)
    with translation.override("en"):
        english = failure_words(failure)
    assert dutch.endswith(".") and english.endswith(".") and dutch != english


def test_what_did_not_fail_has_no_sentence() -> None:
    assert failure_words("") == ""
