"""The walls: who gets 200, 403 and 404."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from mentors.actions.record import record_event
from mentors.models import Event, School

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("statement", ["UPDATE mentors_event SET verb = 'x'", "DELETE FROM mentors_event"])
def test_the_record_refuses_changes_in_the_database_itself(school: School, now: dt.datetime, statement: str) -> None:
    event = record_event(verb="test", by=None, now=now, school=school)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get(pk=event.pk).verb == "test"
