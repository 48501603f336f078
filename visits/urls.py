"""Addresses of the visits room."""

from django.urls import path

from visits.views import campaigns, letters, plans, shifts, topics, visit_list, visits

app_name = "visits"
urlpatterns = [
    path("", visit_list.visits, name="visits"),
    path("mijn-avonden/", shifts.my_shifts, name="my_shifts"),
    path("rondes/", campaigns.campaigns, name="campaigns"),
    path("rondes/nieuw/", campaigns.campaign_open, name="campaign_open"),
    path("rondes/<int:campaign>/", campaigns.campaign, name="campaign"),
    path("rondes/<int:campaign>/wijzigen/", campaigns.campaign_change, name="campaign_change"),
    path("rondes/<int:campaign>/leerlingen/", campaigns.campaign_join, name="campaign_join"),
    path("rondes/<int:campaign>/afsluiten/", campaigns.campaign_close, name="campaign_close"),
    path("rondes/<int:campaign>/avonden/", shifts.campaign_shifts, name="campaign_shifts"),
    path("rondes/<int:campaign>/avonden/<int:mentor>/", shifts.campaign_mentor_shifts, name="campaign_mentor_shifts"),
    path("rondes/<int:campaign>/plannen/", plans.plans, name="plans"),
    path("rondes/<int:campaign>/plannen/nieuw/", plans.plan_request, name="plan_request"),
    path("plannen/<int:plan>/", plans.plan, name="plan"),
    path("plannen/<int:plan>/voortgang/", plans.plan_progress, name="plan_progress"),
    path("plannen/<int:plan>/stoppen/", plans.plan_stop, name="plan_stop"),
    path("plannen/<int:plan>/weggooien/", plans.plan_discard, name="plan_discard"),
    path("plannen/<int:plan>/publiceren/", plans.plan_publish, name="plan_publish"),
    path("plannen/<int:plan>/mentor/<int:mentor>/", plans.plan_mentor, name="plan_mentor"),
    path("plannen/<int:plan>/avond/", plans.plan_evening, name="plan_evening"),
    path("gespreksonderwerpen/", topics.campaign_topics, name="campaign_topics"),
    path("gespreksonderwerpen/lijst/", topics.topics_seed, name="topics_seed"),
    path("gespreksonderwerpen/<int:topic>/plaats/", topics.topic_move, name="topic_move"),
    path("gespreksonderwerpen/<int:topic>/gebruik/", topics.topic_switch, name="topic_switch"),
    path("<int:visit>/", visits.visit, name="visit"),
    path("<int:visit>/verzetten/", visits.visit_reschedule, name="visit_reschedule"),
    path("<int:visit>/afzeggen/", visits.visit_cancel, name="visit_cancel"),
    path("<int:visit>/antwoord/", visits.visit_answer, name="visit_answer"),
    path("<int:visit>/ongedaan/<str:token>/", visits.visit_undo, name="visit_undo"),
    path("<int:visit>/link/<int:invitation>/", visits.visit_link, name="visit_link"),
    path("brieven/<int:campaign>/", letters.letters, name="letters"),
    path("brieven/<int:campaign>/afdrukken/", letters.letters_print, name="letters_print"),
    path("niet-bezorgd/", letters.messages_undelivered, name="messages_undelivered"),
]
