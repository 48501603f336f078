"""When a school's mails may go out: not in its quiet hours, and not on days when it is closed."""

from __future__ import annotations

import datetime as dt

from mentors.dates import AMSTERDAM, local_day, minutes_of, moment_at
from mentors.models import Closure, School

LONGEST_CLOSURE_DAYS = 120
QUIET_HOURS, CLOSED = "quiet_hours", "closed"


class SendingHours:
    """One school's quiet hours and closures, read once."""

    def __init__(self, school: School) -> None:
        self._from, self._until = minutes_of(school.quiet_from), minutes_of(school.quiet_until)
        self._closures = list(Closure.objects.filter(school_year__school=school).values_list("starts_on", "ends_on"))

    def reason_to_wait(self, moment: dt.datetime) -> str:
        """QUIET_HOURS, CLOSED, or '' when a mail may go out at this moment."""
        if self._is_closed(local_day(moment)):
            return CLOSED
        return QUIET_HOURS if self._is_quiet(moment) else ""

    def next_open(self, moment: dt.datetime) -> dt.datetime:
        """The first moment from this one on at which a mail may go out."""
        for _day in range(LONGEST_CLOSURE_DAYS):
            reason = self.reason_to_wait(moment)
            if not reason:
                return moment
            moment = self._end_of_quiet(moment) if reason == QUIET_HOURS else self._next_morning(moment)
        return moment

    def evening_before(self, starts_at: dt.datetime, at: dt.time) -> dt.datetime:
        """The local time `at` on the day before; when that is quiet, the start of the hours before it that are not."""
        on = local_day(starts_at) - dt.timedelta(days=1)
        moment = moment_at(on, minutes_of(at))
        return moment_at(on, self._until) if self._is_quiet(moment) and self._until < minutes_of(at) else moment

    def morning_after(self, moment: dt.datetime) -> dt.datetime:
        """When quiet hours end on the next day."""
        return self._next_morning(moment)

    def _is_closed(self, on: dt.date) -> bool:
        return any(first <= on <= last for first, last in self._closures)

    def _is_quiet(self, moment: dt.datetime) -> bool:
        local = moment.astimezone(AMSTERDAM)
        minutes = local.hour * 60 + local.minute
        if self._from <= self._until:
            return self._from <= minutes < self._until
        return minutes >= self._from or minutes < self._until

    def _end_of_quiet(self, moment: dt.datetime) -> dt.datetime:
        today = moment_at(local_day(moment), self._until)
        return today if today > moment else self._next_morning(moment)

    def _next_morning(self, moment: dt.datetime) -> dt.datetime:
        return moment_at(local_day(moment) + dt.timedelta(days=1), self._until)
