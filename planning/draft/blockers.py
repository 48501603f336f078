"""What stands in the way of publishing a draft, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class BlockerCode(StrEnum):
    """Why a draft cannot be published."""

    ALREADY_PUBLISHED = "already_published"
    NOT_READY = "not_ready"
    CAMPAIGN_CLOSED = "campaign_closed"
    WISHES_OPEN = "wishes_open"
    CHANGED_BY_HAND = "changed_by_hand"
    NO_MOMENTS = "no_moments"
    CHANGED_VISITS = "changed_visits"
    OVERLAPPING_SIBLINGS = "overlapping_siblings"
    PAST_EVENING = "past_evening"
    CLOSED_DAY = "closed_day"
    CHANGED_EVENING = "changed_evening"
    BLOCKING_FINDING = "blocking_finding"
    RESERVED_MOMENT = "reserved_moment"
    BUSY_MENTOR = "busy_mentor"
    BUSY_HOME = "busy_home"


@dataclass(frozen=True)
class Blocker:
    """One reason not to publish a draft.

    `facts` by code: wishes_open, closed_day, changed_evening: day (a date) · changed_visits, overlapping_siblings:
    number · blocking_finding: finding (of the planner), names (of those it is about; planning/words/board.py) ·
    busy_mentor: mentors (their names), starts_at · busy_home: families (their names), starts_at. Facts may name people:
    they do not belong in a log.
    """

    code: BlockerCode
    facts: Mapping[str, Any] = field(default_factory=dict)
