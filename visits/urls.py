"""Addresses of the visits room."""

from django.urls import path

from visits.views import (
    bookings,
    campaigns,
    commitments,
    interpreters,
    letters,
    shifts,
    siblings,
    topics,
    visit_list,
    visits,
)

app_name = "visits"
urlpatterns = [
    path("", visit_list.visits, name="visits"),
    path("mijn-avonden/", shifts.my_shifts, name="my_shifts"),
    path("rondes/", campaigns.campaigns, name="campaigns"),
    path("rondes/nieuw/", campaigns.campaign_open, name="campaign_open"),
    path("rondes/<int:campaign>/wijzigen/", campaigns.campaign_change, name="campaign_change"),
    path("rondes/<int:campaign>/leerlingen/", campaigns.campaign_join, name="campaign_join"),
    path("rondes/<int:campaign>/afsluiten/", campaigns.campaign_close, name="campaign_close"),
    path("rondes/<int:campaign>/kiezen/", bookings.campaign_booking, name="campaign_booking"),
    path("rondes/<int:campaign>/avonden/", shifts.campaign_shifts, name="campaign_shifts"),
    path("rondes/<int:campaign>/avonden/<int:mentor>/", shifts.campaign_mentor_shifts, name="campaign_mentor_shifts"),
    path("rondes/<int:campaign>/broers-en-zussen/", siblings.campaign_siblings, name="campaign_siblings"),
    path("rondes/<int:campaign>/inzet/", commitments.campaign_commitments, name="campaign_commitments"),
    path("rondes/<int:campaign>/inzet/<int:mentor>/", commitments.campaign_commitment, name="campaign_commitment"),
    path("rondes/<int:campaign>/inzet/<int:mentor>/uit-elkaar/", commitments.team_part, name="team_part"),
    path("rondes/<int:campaign>/tolken/", interpreters.campaign_interpreters, name="campaign_interpreters"),
    path("rondes/<int:campaign>/tolken/<int:hours>/weg/", interpreters.interpreters_remove, name="interpreters_remove"),
    path("gespreksonderwerpen/", topics.campaign_topics, name="campaign_topics"),
    path("gespreksonderwerpen/lijst/", topics.topics_seed, name="topics_seed"),
    path("gespreksonderwerpen/<int:topic>/plaats/", topics.topic_move, name="topic_move"),
    path("gespreksonderwerpen/<int:topic>/gebruik/", topics.topic_switch, name="topic_switch"),
    path("<int:visit>/", visits.visit, name="visit"),
    path("<int:visit>/verzetten/", visits.visit_reschedule, name="visit_reschedule"),
    path("<int:visit>/met-een-collega/", commitments.visit_company, name="visit_company"),
    path("<int:visit>/afzeggen/", visits.visit_cancel, name="visit_cancel"),
    path("<int:visit>/antwoord/", visits.visit_answer, name="visit_answer"),
    path("<int:visit>/ongedaan/<str:token>/", visits.visit_undo, name="visit_undo"),
    path("<int:visit>/mag-weer/<int:refused>/", visits.moment_allow, name="moment_allow"),
    path("<int:visit>/link/<int:invitation>/", visits.visit_link, name="visit_link"),
    path("brieven/<int:campaign>/", letters.letters, name="letters"),
    path("brieven/<int:campaign>/afdrukken/", letters.letters_print, name="letters_print"),
    path("niet-bezorgd/", letters.messages_undelivered, name="messages_undelivered"),
]
