"""The outbox: what is sent, what is left out, and when."""

import datetime as dt
from collections.abc import Callable
from email import message_from_bytes

import pytest
from django.core import mail
from django.test import override_settings
from icalendar import Calendar

from mentors.models import Role, School
from tests.factories import make_campaign, make_class, make_mentor, make_student, make_user, make_visit
from visits.actions import answers, moments
from visits.actions.invitations import invite, renew_link, revoke_link
from visits.actions.messages import queue_message
from visits.actions.outbox import QUEUE, claim_messages, retry_message, send_due_messages
from visits.actions.reminders import queue_reminders
from visits.links import find_invitation, token_of
from visits.models import (
    AnswerChannel,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    Visit,
    VisitState,
)

pytestmark = pytest.mark.django_db
EVENING = dt.datetime(2026, 9, 29, 16, 30, tzinfo=dt.UTC)  # Tuesday, 18.30 in Amsterdam
MINUTES = dt.timedelta(minutes=1)


@pytest.fixture
def visit(school: School, now: dt.datetime) -> Visit:
    """A proposed visit to a family with two adults, who have had their invitation; the outbox of mails is empty."""
    from tests.factories import make_household

    mentor = make_mentor(school)
    home = make_household(school, guardians=2)
    visit = make_visit(
        make_campaign(school), make_student(make_class(school, mentor), home, first_name="Sara"), starts_at=EVENING
    )
    invite(visit=visit, by=None, now=now)
    send_due_messages(now=now)
    assert len(mail.outbox) == 2
    mail.outbox.clear()
    return visit


@pytest.fixture
def invitation(visit: Visit) -> Invitation:
    return visit.invitations.get()


def accept(invitation: Invitation, now: dt.datetime) -> None:
    fresh = Invitation.objects.get(pk=invitation.pk)
    answers.accept(invitation=fresh, seen_version=fresh.visit.version, channel=AnswerChannel.LINK, by=None, now=now)


def outcomes(kind: MessageKind) -> set[tuple[str, str]]:
    return set(Message.objects.filter(kind=kind).values_list("state", "outcome"))


def kinds_sent() -> list[str]:
    return sorted(Message.objects.filter(state=MessageState.SENT).values_list("kind", flat=True))


# --- the invitation ---


def test_each_invited_adult_gets_a_mail_of_their_own(school: School, now: dt.datetime) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school, make_mentor(school))), starts_at=EVENING)
    home = visit.household
    home.guardians.create(name="Tweede", email="tweede@example.org")
    home.guardians.create(name="Zonder gezag", email="niet@example.org", is_invited=False)
    home.guardians.create(name="Zonder mail")
    (invitation,) = invite(visit=visit, by=None, now=now)
    assert send_due_messages(now=now)["sent"] == 2
    assert sorted(to for sent in mail.outbox for to in sent.to) == sorted(
        guardian.email for guardian in home.guardians.filter(is_invited=True).exclude(email="")
    )
    assert all(len(sent.recipients()) == 1 for sent in mail.outbox)
    invitation.refresh_from_db()
    assert (invitation.sent_at is not None, invitation.announced_starts_at) == (True, EVENING)


def test_the_link_in_the_mail_opens_this_invitation_and_is_kept_only_as_a_hash(
    school: School, now: dt.datetime
) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school, make_mentor(school))), starts_at=EVENING)
    (invitation,) = invite(visit=visit, by=None, now=now)
    send_due_messages(now=now)
    token = token_of(invitation)
    assert f"/gezin/{token}/" in mail.outbox[0].body
    assert find_invitation(token, now) == invitation
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert token not in {str(value) for value in row.values()}
    assert len(token) == 43


def test_a_sent_invitation_is_not_sent_again(visit: Visit, now: dt.datetime) -> None:
    invite(visit=visit, by=None, now=now)
    assert not send_due_messages(now=now + QUEUE.length)
    assert not mail.outbox


def test_a_mail_comes_from_the_school_and_says_no_more_than_it_may(school: School, now: dt.datetime) -> None:
    School.objects.filter(pk=school.pk).update(name="De Vuurtoren", email="vraag@example.org")
    mentor = make_mentor(school)
    student = make_student(make_class(school, mentor), first_name="Sara", last_name="Geheimzinnig")
    visit = make_visit(make_campaign(school), student, starts_at=EVENING)
    invite(visit=visit, by=None, now=now)
    send_due_messages(now=now)
    (sent,) = mail.outbox
    assert sent.from_email.startswith("De Vuurtoren <")
    assert sent.reply_to == ["vraag@example.org"]
    assert "Sara" not in sent.subject
    text = sent.message().as_string()
    assert "Sara" in sent.body and "di 29 september om 18.30 uur" in sent.body and "bij u thuis" in sent.body
    for secret in ("Geheimzinnig", "Voorbeeldstraat", "9998AA", "Voorbeeldstad", mentor.name):
        assert secret not in text


def test_a_family_with_another_language_gets_english_when_that_is_theirs(school: School, now: dt.datetime) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school, make_mentor(school))), starts_at=EVENING)
    type(visit.household).objects.filter(pk=visit.household_id).update(language="ti")  # no catalogue: Dutch
    invite(visit=visit, by=None, now=now)
    send_due_messages(now=now)
    assert "Beste ouder of verzorger" in mail.outbox[0].body


def test_an_invitation_that_was_answered_by_telephone_is_not_sent(school: School, now: dt.datetime) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school, make_mentor(school))), starts_at=EVENING)
    (invitation,) = invite(visit=visit, by=None, now=now)
    answers.decline(invitation=invitation, seen_version=visit.version, channel=AnswerChannel.PHONE, by=None, now=now)
    send_due_messages(now=now)
    assert outcomes(MessageKind.INVITATION) == {("superseded", "no_moment")}


def test_a_revoked_link_is_not_sent(school: School, now: dt.datetime) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school, make_mentor(school))), starts_at=EVENING)
    (invitation,) = invite(visit=visit, by=None, now=now)
    revoke_link(invitation=invitation, by=None, now=now)
    send_due_messages(now=now)
    assert outcomes(MessageKind.INVITATION) == {("superseded", "revoked")}
    assert find_invitation(token_of(invitation), now) is None


def test_a_renewed_link_goes_out_and_closes_the_old_one(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    old = token_of(invitation)
    accept(invitation, now)
    fresh = renew_link(invitation=invitation, by=None, now=now)
    mail.outbox.clear()
    send_due_messages(now=now)
    assert any(token_of(fresh) in sent.body for sent in mail.outbox)
    assert find_invitation(old, now) is None
    assert find_invitation(token_of(fresh), now) == invitation


def test_a_link_of_a_lost_key_fails_visibly(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    accept(invitation, now)
    with override_settings(SECRET_KEY="another-key-of-the-server-that-made-no-link"):
        send_due_messages(now=now)
    assert outcomes(MessageKind.CONFIRMATION) == {("failed", "link_lost")}


def test_a_former_key_still_repeats_the_link(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    from django.conf import settings

    old = token_of(invitation)
    with override_settings(SECRET_KEY="a-new-key-of-this-server", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert token_of(invitation) == old


# --- the second invitation ---


def test_who_has_not_answered_gets_one_friendly_reminder_and_never_another(visit: Visit, now: dt.datetime) -> None:
    queue_reminders(now=now + dt.timedelta(days=4))
    assert not Message.objects.filter(kind=MessageKind.SECOND_INVITATION).exists()
    for days in (5, 6):
        at = now + dt.timedelta(days=days)
        queue_reminders(now=at)
        queue_reminders(now=at)
        send_due_messages(now=at)
    assert len(mail.outbox) == 2  # one for each adult
    assert visit.invitations.get().reminded_at is not None


def test_a_family_that_was_just_told_of_another_moment_is_not_hurried(visit: Visit, now: dt.datetime) -> None:
    days = visit.campaign.reply_days
    moved_at = now + dt.timedelta(days=days - 1)
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=2), by=None, now=moved_at)
    send_due_messages(now=moved_at + dt.timedelta(hours=1))
    mail.outbox.clear()
    queue_reminders(now=now + dt.timedelta(days=days))
    assert not Message.objects.filter(kind=MessageKind.SECOND_INVITATION).exists()
    queue_reminders(now=moved_at + dt.timedelta(days=days))
    assert Message.objects.filter(kind=MessageKind.SECOND_INVITATION).exists()


def test_no_second_invitation_after_an_answer(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    later = now + dt.timedelta(days=5)
    queue_reminders(now=later)
    accept(invitation, later)
    send_due_messages(now=later)
    assert outcomes(MessageKind.SECOND_INVITATION) == {("superseded", "answered")}
    queue_reminders(now=later + dt.timedelta(days=1))
    assert kinds_sent() == ["confirmation"] * 2 + ["invitation"] * 2


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda visit, now: moments.cancel_visit(visit=visit, by=None, now=now), "changed_since"),
        (lambda visit, now: moments.decline_visit(visit=visit, by=None, now=now), "changed_since"),
        (
            lambda visit, now: moments.reschedule_visit(
                visit=visit, starts_at=EVENING + dt.timedelta(days=2), by=None, now=now
            ),
            "changed_since",
        ),
        (lambda visit, now: moments.mark_met(visit=visit, by=None, now=now), "met"),
        (
            lambda visit, now: (
                type(visit.campaign).objects.filter(pk=visit.campaign_id).update(state=CampaignState.CLOSED)
            ),
            "campaign_closed",
        ),
        (lambda visit, now: visit.invitations.update(revoked_at=now), "revoked"),
        (lambda visit, now: visit.invitations.update(expires_at=now), "expired"),
        (lambda visit, now: visit.household.guardians.update(email=""), "no_address"),
        (lambda visit, now: visit.household.guardians.update(is_invited=False), "no_address"),
    ],
)
def test_a_reminder_that_became_untrue_is_left_out(
    visit: Visit, now: dt.datetime, change: Callable[[Visit, dt.datetime], object], outcome: str
) -> None:
    later = now + dt.timedelta(days=5)
    queue_reminders(now=later)
    change(visit, later)
    send_due_messages(now=later)
    assert outcomes(MessageKind.SECOND_INVITATION) == {("superseded", outcome)}
    assert not mail.outbox


def test_a_reminder_after_the_conversation_began_is_left_out(visit: Visit, now: dt.datetime) -> None:
    later = now + dt.timedelta(days=5)
    queue_reminders(now=later)
    send_due_messages(now=EVENING + MINUTES)
    assert outcomes(MessageKind.SECOND_INVITATION) == {("superseded", "too_late")}


# --- agreed, moved, called off ---


def test_an_agreement_is_confirmed_with_a_calendar_file(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    accept(invitation, now)
    accept(invitation, now)
    send_due_messages(now=now)
    assert len(mail.outbox) == 2
    (event,) = events_of(mail.outbox[0])
    assert event["dtstart"].dt == EVENING and event["dtend"].dt == EVENING + 45 * MINUTES
    assert event["sequence"] == 1 and event["status"] == "CONFIRMED"
    assert "Sara" in event["summary"]


def test_a_moved_visit_is_told_once_with_the_same_uid_and_a_higher_sequence(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    send_due_messages(now=now)
    (agreed,) = events_of(mail.outbox[0])
    mail.outbox.clear()
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=now)
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=2), by=None, now=now)
    send_due_messages(now=now)
    assert not mail.outbox  # there is still time to undo
    send_due_messages(now=now + 11 * MINUTES)
    assert outcomes(MessageKind.MOVED) == {("superseded", "changed_since"), ("sent", "")}
    assert len(mail.outbox) == 2 and "do 1 oktober om 18.30 uur" in mail.outbox[0].body
    (moved,) = events_of(mail.outbox[0])
    assert moved["uid"] == agreed["uid"] and moved["sequence"] > agreed["sequence"]
    assert moved["status"] == "TENTATIVE"


def test_a_visit_that_moved_there_and_back_needs_no_letter(visit: Visit, now: dt.datetime) -> None:
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=now)
    moments.reschedule_visit(visit=visit, starts_at=EVENING, by=None, now=now)
    send_due_messages(now=now + 11 * MINUTES)
    assert outcomes(MessageKind.MOVED) == {("superseded", "changed_since"), ("superseded", "back_where_it_was")}
    assert not mail.outbox


def test_a_visit_that_moved_back_after_it_was_told_does_need_one(visit: Visit, now: dt.datetime) -> None:
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=now)
    send_due_messages(now=now + 11 * MINUTES)
    moments.reschedule_visit(visit=visit, starts_at=EVENING, by=None, now=now + 12 * MINUTES)
    send_due_messages(now=now + 23 * MINUTES)
    assert len(mail.outbox) == 4


def test_a_move_before_the_invitation_went_out_needs_no_letter(school: School, now: dt.datetime) -> None:
    visit = make_visit(make_campaign(school), make_student(make_class(school, make_mentor(school))), starts_at=EVENING)
    night = dt.datetime(2026, 9, 22, 21, 0, tzinfo=dt.UTC)
    invite(visit=visit, by=None, now=night)
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=night)
    send_due_messages(now=night + dt.timedelta(hours=10))
    assert kinds_sent() == ["invitation"]
    assert "wo 30 september" in mail.outbox[0].body


def test_a_cancellation_is_told_once_and_takes_the_calendar_entry_away(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    send_due_messages(now=now)
    mail.outbox.clear()
    moments.cancel_visit(visit=visit, by=None, now=now)
    moments.cancel_visit(visit=visit, by=None, now=now)
    send_due_messages(now=now + 11 * MINUTES)
    assert len(mail.outbox) == 2
    calendar = calendar_of(mail.outbox[0])
    (event,) = calendar.walk("VEVENT")
    assert calendar["method"] == "CANCEL" and event["status"] == "CANCELLED" and event["dtstart"].dt == EVENING
    queue_reminders(now=now + dt.timedelta(days=6))
    send_due_messages(now=now + dt.timedelta(days=6))
    assert len(mail.outbox) == 2


def test_a_cancellation_that_was_undone_in_time_sends_nothing(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    send_due_messages(now=now)
    mail.outbox.clear()
    ends_at = visit.ends_at
    moments.cancel_visit(visit=visit, by=None, now=now)
    moments.restore_moment(
        visit=visit,
        starts_at=EVENING,
        ends_at=ends_at,
        was_confirmed=True,
        seen_version=visit.version,
        by=None,
        now=now + 5 * MINUTES,
    )
    send_due_messages(now=now + 16 * MINUTES)
    assert not mail.outbox


def test_a_family_that_declines_a_mere_proposal_gets_no_mail(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    answers.decline(invitation=invitation, seen_version=1, channel=AnswerChannel.LINK, by=None, now=now)
    send_due_messages(now=now + 11 * MINUTES)
    assert [sent.subject for sent in mail.outbox] == ["Antwoord van een gezin"]


# --- the day before ---


def at_local(day: int, hour: int, minute: int = 0, month: int = 9) -> dt.datetime:
    from mentors.dates import AMSTERDAM

    return dt.datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(dt.UTC)


def test_who_has_an_appointment_is_reminded_the_day_before_at_five(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    send_due_messages(now=now)
    mail.outbox.clear()
    queue_reminders(now=at_local(28, 9))
    send_due_messages(now=at_local(28, 16, 59))
    assert not mail.outbox
    queue_reminders(now=at_local(28, 17, 0))
    send_due_messages(now=at_local(28, 17, 0))
    send_due_messages(now=at_local(28, 17, 30))
    assert len(mail.outbox) == 2
    assert "morgen" not in mail.outbox[0].body


def test_who_did_not_agree_gets_no_day_before_reminder(visit: Visit) -> None:
    queue_reminders(now=at_local(28, 9))
    assert not Message.objects.filter(kind=MessageKind.DAY_BEFORE).exists()


def test_who_agreed_today_is_not_reminded_today(visit: Visit, invitation: Invitation) -> None:
    accept(invitation, at_local(28, 10))
    queue_reminders(now=at_local(28, 11))
    send_due_messages(now=at_local(28, 17, 1))
    assert outcomes(MessageKind.DAY_BEFORE) == {("superseded", "just_answered")}


@pytest.mark.parametrize("act", [moments.cancel_visit, moments.open_visit, moments.decline_visit])
def test_a_cancelled_visit_gets_no_reminder(
    visit: Visit, invitation: Invitation, now: dt.datetime, act: Callable[..., Visit]
) -> None:
    accept(invitation, now)
    send_due_messages(now=now)
    queue_reminders(now=at_local(28, 9))
    act(visit=visit, by=None, now=at_local(28, 12))
    send_due_messages(now=at_local(28, 17, 1))
    assert outcomes(MessageKind.DAY_BEFORE) == {("superseded", "changed_since")}
    assert "day_before" not in kinds_sent()


def test_a_moved_visit_gets_the_reminder_of_its_new_day_only(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    queue_reminders(now=at_local(28, 9))
    moments.reschedule_visit(
        visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=at_local(28, 10), is_agreed=True
    )
    for day in (28, 29, 30):
        queue_reminders(now=at_local(day, 17, 1))
        send_due_messages(now=at_local(day, 17, 2))
    sent = Message.objects.filter(kind=MessageKind.DAY_BEFORE, state=MessageState.SENT)
    assert {message.sent_at.date() for message in sent} == {dt.date(2026, 9, 29)}


def test_a_reminder_waits_for_the_end_of_a_closure_but_not_past_the_visit(school: School, now: dt.datetime) -> None:
    monday = at_local(26, 16, 30, month=10)  # the first day after the autumn holiday, in winter time
    campaign = make_campaign(school, ends_on=dt.date(2026, 11, 20))
    visit = make_visit(campaign, make_student(make_class(school, make_mentor(school))), starts_at=monday)
    (invitation,) = invite(visit=visit, by=None, now=now)
    send_due_messages(now=now)
    accept(invitation, now)
    send_due_messages(now=now)
    mail.outbox.clear()
    queue_reminders(now=at_local(25, 17, 1, month=10))
    send_due_messages(now=at_local(25, 17, 2, month=10))
    assert outcomes(MessageKind.DAY_BEFORE) == {("due", "closed")}
    send_due_messages(now=at_local(26, 8, 0, month=10))
    assert len(mail.outbox) == 1
    assert "ma 26 oktober om 16.30 uur" in mail.outbox[0].body


def test_five_o_clock_is_five_o_clock_on_the_night_that_summer_time_ends(school: School) -> None:
    """Sunday 25 October 2026 has 25 hours; a school without the holiday visits on the Monday after it."""
    school.years.get().closures.all().delete()
    campaign = make_campaign(school, ends_on=dt.date(2026, 11, 20))
    visit = make_visit(
        campaign, make_student(make_class(school, make_mentor(school))), starts_at=at_local(26, 18, 0, month=10)
    )
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED)
    invite(visit=visit, by=None, now=at_local(20, 12, month=10))
    queue_reminders(now=at_local(25, 1, month=10))
    (row,) = Message.objects.filter(kind=MessageKind.DAY_BEFORE)
    assert row.due_at == dt.datetime(2026, 10, 25, 16, 0, tzinfo=dt.UTC)


# --- quiet hours ---


def test_nothing_goes_out_in_quiet_hours_and_nothing_is_dropped(visit: Visit, invitation: Invitation) -> None:
    accept(invitation, at_local(22, 20, 29))
    send_due_messages(now=at_local(22, 20, 30))
    send_due_messages(now=at_local(23, 7, 59))
    assert not mail.outbox
    assert outcomes(MessageKind.CONFIRMATION) == {("due", "quiet_hours")}
    send_due_messages(now=at_local(23, 8, 0))
    assert len(mail.outbox) == 2


def test_an_appointment_that_moved_during_the_night_is_told_once_in_the_morning(
    visit: Visit, invitation: Invitation
) -> None:
    accept(invitation, at_local(22, 21))
    send_due_messages(now=at_local(22, 21))
    moments.reschedule_visit(visit=visit, starts_at=EVENING + dt.timedelta(days=1), by=None, now=at_local(22, 22))
    send_due_messages(now=at_local(23, 8, 1))
    assert [sent.subject for sent in mail.outbox] == ["Een ander moment: kennismaken met de mentor"] * 2


# --- the mentor's log, and staff ---


def test_a_mentor_whose_log_is_missing_hears_of_it_the_next_morning_once(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    for at in (at_local(29, 19, 30), at_local(29, 22), at_local(30, 8), at_local(30, 9), at_local(30, 12)):
        queue_reminders(now=at)
        send_due_messages(now=at)
    to_mentor = [sent for sent in mail.outbox if sent.to == [visit.mentor.email]]
    assert len(to_mentor) == 1
    (row,) = Message.objects.filter(kind=MessageKind.LOG_MISSING)
    assert at_local(30, 8) <= row.sent_at < at_local(30, 8, 1)


def test_a_visit_that_was_logged_asks_for_no_log(visit: Visit) -> None:
    queue_reminders(now=at_local(29, 22))
    moments.mark_met(visit=visit, by=None, now=at_local(30, 7))
    send_due_messages(now=at_local(30, 9))
    assert outcomes(MessageKind.LOG_MISSING) == {("superseded", "logged")}
    moments.mark_met(visit=visit, by=None, now=at_local(30, 7))
    queue_reminders(now=at_local(30, 10))
    assert Message.objects.filter(kind=MessageKind.LOG_MISSING).count() == 1


def test_a_concern_that_waits_says_only_that(school: School, now: dt.datetime) -> None:
    care = make_user(school, Role.CARE)
    queue_message(key="concern:1", kind=MessageKind.CONCERN_WAITS, school=school, due_at=now, now=now, to_user=care)
    queue_message(key="concern:1", kind=MessageKind.CONCERN_WAITS, school=school, due_at=now, now=now, to_user=care)
    send_due_messages(now=now)
    (sent,) = mail.outbox
    assert sent.to == [care.email] and "Er wacht een bericht" in sent.body


# --- trouble ---


def test_a_mail_server_that_is_away_loses_nothing_and_repeats_nothing(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    at = now
    with override_settings(EMAIL_BACKEND="tests.visits.backends.AwayBackend"):
        done = send_due_messages(now=at)
        assert done == {"server_away": 1}  # the rest of the batch was not even tried
        for _attempt in range(60):
            at += dt.timedelta(minutes=61)
            if at.hour in range(7, 17):
                send_due_messages(now=at)
    rows = Message.objects.filter(kind=MessageKind.CONFIRMATION)
    assert outcomes(MessageKind.CONFIRMATION) == {("failed", "server_away")}
    assert {row.attempts for row in rows} == {QUEUE.most_attempts}
    for row in rows:
        retry_message(message=row, by=make_user(visit.campaign.school, Role.COORDINATOR), now=now)
    send_due_messages(now=now)
    assert len(mail.outbox) == 2


def test_an_address_that_does_not_exist_holds_nobody_else_up(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    bad = visit.household.guardians.first()
    type(bad).objects.filter(pk=bad.pk).update(email="weg@refused.example")
    accept(invitation, now)
    with override_settings(EMAIL_BACKEND="tests.visits.backends.RefusingBackend"):
        send_due_messages(now=now)
    assert outcomes(MessageKind.CONFIRMATION) == {("failed", "address_refused"), ("sent", "")}
    assert len(mail.outbox) == 1


def test_a_row_that_cannot_be_written_does_not_stop_the_others(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    first = Message.objects.filter(kind=MessageKind.CONFIRMATION).order_by("pk")[0]
    Message.objects.filter(pk=first.pk).update(kind="no_such_kind")
    send_due_messages(now=now)
    first.refresh_from_db()
    assert (first.state, first.outcome) == (MessageState.DUE, "ValueError")
    assert len(mail.outbox) == 1


def test_a_claimed_row_is_left_alone_until_its_lease_has_run_out(
    visit: Visit, invitation: Invitation, now: dt.datetime
) -> None:
    accept(invitation, now)
    assert len(claim_messages(now=lambda: now)) == 2  # a worker that died here
    assert not send_due_messages(now=now + QUEUE.length - MINUTES)
    assert send_due_messages(now=now + QUEUE.length + MINUTES)["sent"] == 2


def test_the_message_id_of_a_row_is_always_the_same(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    accept(invitation, now)
    send_due_messages(now=now)
    Message.objects.filter(kind=MessageKind.CONFIRMATION).update(state=MessageState.CLAIMED, lease_until=now)
    send_due_messages(now=now + MINUTES)
    ids = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert len(ids) == 4 and len(set(ids)) == 2


# --- signs in names ---

NASTY = 'Sára\r\nBcc: x@example.org\n;,:"\u202eeilrahC\u2028BEGIN:VALARM'


def test_signs_in_a_name_break_neither_the_mail_nor_the_calendar_file(school: School, now: dt.datetime) -> None:
    School.objects.filter(pk=school.pk).update(name='De "School"\r\nBcc: kwaad@example.org;,\u202e')
    school.refresh_from_db()
    student = make_student(make_class(school, make_mentor(school)), first_name=NASTY)
    visit = make_visit(make_campaign(school), student, starts_at=EVENING)
    (invitation,) = invite(visit=visit, by=None, now=now)
    accept(invitation, now)
    send_due_messages(now=now)
    (sent,) = mail.outbox
    parsed = message_from_bytes(sent.message().as_bytes())
    assert parsed["Bcc"] is None and len(parsed.get_all("To")) == 1
    calendar = calendar_of(sent)
    assert [type(part).__name__ for part in calendar.subcomponents] == ["Event"]
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]).startswith("Kennismaken met de mentor van Sára Bcc: x@example.org ;,:")
    assert "\u202e" not in sent.body and "\u2028" not in sent.body


def calendar_of(sent: mail.EmailMessage) -> Calendar:
    """The calendar file of a mail, read back from the bytes that went out."""
    parts = message_from_bytes(sent.message().as_bytes()).walk()
    (part,) = [part for part in parts if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == str(calendar["method"])
    assert isinstance(calendar, Calendar)
    return calendar


def events_of(sent: mail.EmailMessage) -> list:
    return list(calendar_of(sent).walk("VEVENT"))
