"""Rows as a queue: taken by one worker at a time, kept by renewing, left to the next, and given up in the end.

The rows are cost studies: the smallest model that is worked on with a lease.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from mentors.leases import Lease, LeaseLost, WorkQueue
from reports.models import CostState, CostStudy
from tests.factories import make_school

NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)
QUEUE = WorkQueue(CostStudy, length=dt.timedelta(minutes=2), most_attempts=3)
AFTER_THE_LEASE = NOW + QUEUE.length + dt.timedelta(seconds=1)
WORKERS = 8


def make_study(**values: object) -> CostStudy:
    return CostStudy.objects.create(school=make_school(), question={}, **{"created_at": NOW} | values)


def claim(study: CostStudy, now: dt.datetime = NOW) -> Lease | None:
    given_up = {"finished_at": now}
    return QUEUE.claim(study.pk, now=lambda: now, afresh={"progress": 0.0}, given_up=given_up)


def claim_many(most: int, now: dt.datetime = NOW) -> list[Lease]:
    return QUEUE.claim_many(CostStudy.objects.free(now).order_by("pk"), now=lambda: now, most=most)


@pytest.fixture
def study(db: None) -> CostStudy:
    return make_study(progress=0.7)


def test_a_claim_takes_the_row_for_the_length_of_a_lease_and_begins_afresh(study: CostStudy) -> None:
    lease = claim(study)
    assert lease is not None
    study.refresh_from_db()
    assert (study.state, study.lease_until, study.progress) == (CostState.RUNNING, NOW + QUEUE.length, 0.0)
    assert lease.until == study.lease_until


def test_a_row_that_is_taken_is_free_again_after_its_lease_and_not_before(study: CostStudy) -> None:
    claim(study)
    assert claim(study, NOW + QUEUE.length) is None
    assert QUEUE.waiting(NOW + QUEUE.length) == []
    assert QUEUE.waiting(AFTER_THE_LEASE) == [study.pk]
    assert claim(study, AFTER_THE_LEASE) is not None


def test_a_row_that_is_taken_without_a_lease_is_free(study: CostStudy) -> None:
    CostStudy.objects.update(state=CostState.RUNNING, lease_until=None)
    assert claim(study) is not None


@pytest.mark.parametrize("state", [CostState.READY, CostState.STOPPED, CostState.FAILED])
def test_a_row_that_has_ended_is_not_taken(study: CostStudy, state: CostState) -> None:
    CostStudy.objects.update(state=state)
    assert claim(study) is None
    assert claim_many(5) == []


def test_the_rows_that_wait_come_in_the_order_in_which_they_were_made(db: None) -> None:
    late, early = make_study(), make_study(created_at=NOW - dt.timedelta(hours=1))
    make_study(state=CostState.READY)
    assert QUEUE.waiting(NOW) == [early.pk, late.pk]


def test_renewing_writes_and_keeps_the_row_from_that_moment_on(study: CostStudy) -> None:
    times = iter([NOW, NOW + dt.timedelta(seconds=90)])
    lease = QUEUE.claim(study.pk, now=lambda: next(times), afresh={}, given_up={})
    assert lease is not None
    lease.renew(progress=0.4)
    study.refresh_from_db()
    assert (study.progress, study.lease_until) == (0.4, NOW + dt.timedelta(seconds=90) + QUEUE.length)
    assert claim(study, AFTER_THE_LEASE) is None


def loses_to_another(study: CostStudy) -> None:
    assert claim(study, AFTER_THE_LEASE) is not None


def loses_to_a_change_of_state(study: CostStudy) -> None:
    CostStudy.objects.filter(pk=study.pk).update(state=CostState.STOPPED)


@pytest.mark.parametrize("lose", [loses_to_another, loses_to_a_change_of_state])
def test_a_worker_that_lost_its_lease_writes_nothing(study: CostStudy, lose: Callable[[CostStudy], None]) -> None:
    lease = claim(study)
    assert lease is not None
    lose(study)
    before = CostStudy.objects.values().get()
    with pytest.raises(LeaseLost):
        lease.renew(progress=0.9)
    with pytest.raises(LeaseLost):
        lease.begin()
    assert not lease.release(CostState.READY, progress=1.0)
    assert CostStudy.objects.values().get() == before


def test_a_released_row_has_no_lease_and_is_no_longer_this_workers(study: CostStudy) -> None:
    lease = claim(study)
    assert lease is not None
    assert lease.release(CostState.READY, progress=1.0)
    study.refresh_from_db()
    assert (study.state, study.progress, study.lease_until) == (CostState.READY, 1.0, None)
    assert not lease.release(CostState.FAILED)


def test_every_claim_counts_an_attempt_and_the_row_is_given_up_after_the_last_one(study: CostStudy) -> None:
    moments = [NOW + number * dt.timedelta(minutes=5) for number in range(5)]
    assert [claim(study, moment) is not None for moment in moments] == [True, True, True, False, False]
    study.refresh_from_db()
    assert (study.state, study.attempts, study.lease_until) == (CostState.FAILED, 3, None)
    assert study.finished_at == moments[3]


def test_a_worker_at_its_last_attempt_is_not_given_up_while_its_lease_stands(study: CostStudy) -> None:
    CostStudy.objects.update(attempts=2)
    assert claim(study) is not None
    assert claim(study, NOW + dt.timedelta(minutes=1)) is None
    study.refresh_from_db()
    assert (study.state, study.attempts) == (CostState.RUNNING, 3)


def test_many_at_once_are_taken_up_to_the_most_and_count_an_attempt_when_each_begins(db: None) -> None:
    first, second, third = (make_study() for _number in range(3))
    leases = claim_many(2)
    assert [lease.pk for lease in leases] == [first.pk, second.pk]
    assert [lease.pk for lease in claim_many(2)] == [third.pk]
    leases[0].begin()
    attempts = dict(CostStudy.objects.values_list("pk", "attempts"))
    assert attempts == {first.pk: 1, second.pk: 0, third.pk: 0}
    assert leases[1].release(CostState.QUEUED)
    assert [lease.pk for lease in claim_many(2)] == [second.pk]


def at_once(work: Callable[[], object]) -> list[object]:
    """What each of WORKERS threads gets that do this work at the same moment."""
    start, found = threading.Barrier(WORKERS), list[object]()

    def one() -> None:
        start.wait()
        try:
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == WORKERS
    return found


def test_of_workers_that_claim_a_row_at_once_one_has_it(several_connections: None) -> None:
    study = make_study()
    leases = [lease for lease in at_once(lambda: claim(study)) if lease is not None]
    assert len(leases) == 1
    study.refresh_from_db()
    assert (study.state, study.attempts) == (CostState.RUNNING, 1)


def test_workers_that_claim_many_at_once_have_each_row_once(several_connections: None) -> None:
    studies = [make_study() for _number in range(12)]

    def sweep() -> list[int]:
        taken: list[int] = []
        while found := claim_many(2):
            taken += [lease.pk for lease in found]
        return taken

    taken = [pk for found in at_once(sweep) if isinstance(found, list) for pk in found]
    assert sorted(taken) == [study.pk for study in studies]
