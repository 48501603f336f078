"""Puts households on the map with the school's own address book; nothing leaves the machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import School, User
from mentors.refusals import Refusal
from roads.queries import locate_many
from students.models import Household, LocationQuality

LOCATED_FIELDS = ["latitude", "longitude", "location_quality", "street", "town"]


class PinRefused(Refusal):
    """A pin that cannot be; the text is for the person who set it."""


class PinOutsideCountry(PinRefused):
    text = _("Deze plek ligt niet in Nederland. Zet de speld op de kaart.")


def place_on_map(households: Iterable[Household]) -> list[Household]:
    """Look up the addresses and set place and quality on the objects, without saving; those that changed.

    A street or town that is missing is taken from the address book. A pin set by hand stays.
    """
    wanted = [household for household in households if household.location_quality != LocationQuality.PIN]
    found = locate_many([(home.postcode, home.house_number or "", home.house_suffix) for home in wanted])
    changed = []
    for household, located in zip(wanted, found, strict=True):
        before = [getattr(household, name) for name in LOCATED_FIELDS]
        if located is None:
            household.latitude = household.longitude = None
            household.location_quality = LocationQuality.NONE
        else:
            household.latitude, household.longitude = located.place.lat, located.place.lon
            household.location_quality = LocationQuality(str(located.quality))
            if located.quality != LocationQuality.POSTCODE:
                household.street = household.street or located.street[:120]
            household.town = household.town or located.town[:80]
        if before != [getattr(household, name) for name in LOCATED_FIELDS]:
            changed.append(household)
    return changed


@transaction.atomic
def locate_addresses(*, school: School, by: User | None, now: dt.datetime) -> dict[str, int]:
    """Look up every address of the school again, after a new address book; how many of each quality."""
    households = list(Household.objects.filter(school=school).select_for_update())
    changed = place_on_map(households)
    Household.objects.bulk_update(changed, LOCATED_FIELDS, batch_size=200)
    counts = {str(quality): 0 for quality in LocationQuality.values}
    for household in households:
        counts[household.location_quality] += 1
    facts: dict[str, Any] = counts | {"changed": len(changed)}
    record_event(verb="addresses.located", by=by, now=now, school=school, **facts)
    return facts


@transaction.atomic
def set_pin(*, household: Household, latitude: float, longitude: float, by: User, now: dt.datetime) -> None:
    """Put a household where somebody pointed. Raises PinRefused outside the Netherlands and its islands."""
    in_europe = 50.5 <= latitude <= 53.8 and 3.2 <= longitude <= 7.4
    in_caribbean = 12.0 <= latitude <= 18.1 and -70.2 <= longitude <= -62.8
    if not (in_europe or in_caribbean):
        raise PinOutsideCountry
    household.latitude, household.longitude = latitude, longitude
    household.location_quality = LocationQuality.PIN
    household.save(update_fields=["latitude", "longitude", "location_quality"])
    record_event(verb="household.pinned", by=by, now=now, school=household.school, subject=household)
