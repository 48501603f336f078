"""The places of a campaign by number, and the way between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mentors.models import Mentor, TravelMode
from planning.problem.visit_facts import is_located
from roads.queries import Place, travel_matrix
from visits.models import Campaign, PlaceKind, Visit
from visits.models.visits import NEAR_HOME

MinutesMatrix = npt.NDArray[np.int32]


class SchoolNotOnMap(Exception):
    """Nobody can leave from a school whose own place is unknown."""


def mode_of(campaign: Campaign, mentor: Mentor) -> str:
    """How a mentor travels: the campaign's way, unless the mentor chose another one than the bicycle."""
    return campaign.mode if mentor.mode == TravelMode.BIKE else mentor.mode


@dataclass(frozen=True)
class TravelPlaces:
    """The places of a campaign by number, and the way between them for each way of travelling."""

    places: list[Place]
    of_home: dict[int, int]  # household -> place
    of_depot: dict[int, int]  # mentor -> place
    minutes: dict[str, MinutesMatrix]
    metres: dict[str, MinutesMatrix]
    is_estimate: bool

    @classmethod
    def of(cls, campaign: Campaign, visits: list[Visit], others: Iterable[Mentor] = ()) -> TravelPlaces:
        """The places of these visits and of their mentors; `others` may visit too.

        Raises SchoolNotOnMap.
        """
        school = campaign.school
        if school.latitude is None or school.longitude is None:
            raise SchoolNotOnMap
        places = [Place(school.latitude, school.longitude)]
        of_depot: dict[int, int] = {}
        of_home: dict[int, int] = {}
        own = {visit.mentor_id: visit.mentor for visit in visits if visit.mentor}
        mentors = own | {mentor.pk: mentor for mentor in others}
        for mentor in mentors.values():
            of_depot[mentor.pk] = 0
            if mentor.starts_from_home and mentor.home_latitude is not None and mentor.home_longitude is not None:
                of_depot[mentor.pk] = len(places)
                places.append(Place(mentor.home_latitude, mentor.home_longitude))
        for visit in visits:
            home = visit.household
            if visit.place_kind in NEAR_HOME and is_located(visit) and home.pk not in of_home:
                of_home[home.pk] = len(places)
                places.append(Place(home.latitude or 0.0, home.longitude or 0.0))
        modes = {mode_of(campaign, mentor) for mentor in mentors.values()} or {campaign.mode}
        matrices = {mode: travel_matrix(places, mode) for mode in sorted(modes)}
        return cls(
            places=places,
            of_home=of_home,
            of_depot=of_depot,
            minutes={mode: matrix.minutes for mode, matrix in matrices.items()},
            metres={mode: matrix.metres for mode, matrix in matrices.items()},
            is_estimate=any(matrix.is_estimate for matrix in matrices.values()),
        )

    def of_visit(self, visit: Visit) -> int:
        """Home (or near it), the school, or for a call the place where the mentor's evening begins."""
        match PlaceKind(visit.place_kind):
            case PlaceKind.HOME | PlaceKind.ELSEWHERE:
                return self.of_home[visit.household_id]
            case PlaceKind.SCHOOL:
                return 0
            case _:
                return self.of_depot.get(visit.mentor_id or 0, 0)
