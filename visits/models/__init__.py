"""A campaign, the evenings that mentors give, the visits and their routes, and every message about them.

All models of this room are imported from here: Django looks for them in this package.
"""

from __future__ import annotations

from visits.models.campaigns import (
    Booking,
    Campaign,
    CampaignQuerySet,
    CampaignState,
    DayPart,
    Frequency,
    Shift,
    SiblingChoice,
)
from visits.models.commitments import Commitment
from visits.models.interpreters import InterpreterShift
from visits.models.invitations import Answer, AnswerChannel, Availability, Invitation
from visits.models.messages import Message, MessageKind, MessageQuerySet, MessageState
from visits.models.refused_moments import RefusedMoment
from visits.models.reservations import MomentReservation, MomentReservationQuerySet
from visits.models.siblings import SiblingPair
from visits.models.topics import AgendaTopic, ConversationTopic
from visits.models.visits import PlaceKind, Route, Visit, VisitQuerySet, VisitState

__all__ = [
    "AgendaTopic",
    "Answer",
    "AnswerChannel",
    "Availability",
    "Booking",
    "Campaign",
    "CampaignQuerySet",
    "CampaignState",
    "Commitment",
    "ConversationTopic",
    "DayPart",
    "Frequency",
    "InterpreterShift",
    "Invitation",
    "Message",
    "MessageKind",
    "MessageQuerySet",
    "MessageState",
    "MomentReservation",
    "MomentReservationQuerySet",
    "PlaceKind",
    "RefusedMoment",
    "Route",
    "Shift",
    "SiblingChoice",
    "SiblingPair",
    "Visit",
    "VisitQuerySet",
    "VisitState",
]
