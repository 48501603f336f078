"""Addresses of the planning room; they stand among those of the visits."""

from django.urls import path

from planning.views import campaign, comparison, plans, publishing, repairs, why_not
from planning.views.board import completion, edits, page

app_name = "planning"
urlpatterns = [
    path("rondes/<int:campaign>/", campaign.campaign, name="campaign"),
    path("rondes/<int:campaign>/kiezen/rest/", plans.campaign_booking_rest, name="campaign_booking_rest"),
    path("rondes/<int:campaign>/plannen/", plans.plans, name="plans"),
    path("rondes/<int:campaign>/plannen/nieuw/", plans.plan_request, name="plan_request"),
    path("rondes/<int:campaign>/plannen/vergelijken/", comparison.plans_compare, name="plans_compare"),
    path("plannen/<int:plan>/", plans.plan, name="plan"),
    path("plannen/<int:plan>/voortgang/", plans.plan_progress, name="plan_progress"),
    path("plannen/<int:plan>/stoppen/", plans.plan_stop, name="plan_stop"),
    path("plannen/<int:plan>/naam/", comparison.plan_rename, name="plan_rename"),
    path("plannen/<int:plan>/weggooien/", plans.plan_discard, name="plan_discard"),
    path("plannen/<int:plan>/publiceren/", publishing.plan_publish, name="plan_publish"),
    path("plannen/<int:plan>/mentor/<int:mentor>/", plans.plan_mentor, name="plan_mentor"),
    path("plannen/<int:plan>/waarom/<int:visit>/", why_not.plan_why, name="plan_why"),
    path("plannen/<int:plan>/avond/", plans.plan_evening, name="plan_evening"),
    path("rondes/<int:campaign>/veranderd/", repairs.repair_start, name="repair_start"),
    path("rondes/<int:campaign>/veranderd/<slug:what>/", repairs.repair_new, name="repair_new"),
    path("plannen/<int:plan>/herstel/", repairs.repair, name="repair"),
    path("plannen/<int:plan>/herstel/voortgang/", repairs.repair_progress, name="repair_progress"),
    path("plannen/<int:plan>/herstel/opnieuw/", repairs.repair_again, name="repair_again"),
    path("plannen/<int:plan>/herstel/terugdraaien/", repairs.repair_undo, name="repair_undo"),
    path("plannen/<int:plan>/herstel/toch-niet/", repairs.repair_drop, name="repair_drop"),
    path("rondes/<int:campaign>/bord/", page.board_standing, name="board_standing"),
    path("plannen/<int:plan>/bord/", page.board, name="board"),
    path("plannen/<int:plan>/bord/nieuws/", page.board_news, name="board_news"),
    path("plannen/<int:plan>/bord/ongedaan/", edits.board_undo, name="board_undo"),
    path("plannen/<int:plan>/bord/opnieuw/", edits.board_redo, name="board_redo"),
    path("plannen/<int:plan>/bord/herstel/", completion.board_complete, name="board_complete"),
    path(
        "plannen/<int:plan>/bord/herstel/voortgang/", completion.board_complete_progress, name="board_complete_progress"
    ),
    path("plannen/<int:plan>/bord/herstel/overnemen/", completion.board_complete_apply, name="board_complete_apply"),
    path("plannen/<int:plan>/bord/mentor/<int:mentor>/", page.board_evening, name="board_evening"),
    path("plannen/<int:plan>/bord/gezin/<int:visit>/", page.board_visit, name="board_visit"),
    path("plannen/<int:plan>/bord/gezin/<int:visit>/plekken/", page.board_spots, name="board_spots"),
    path("plannen/<int:plan>/bord/gezin/<int:visit>/verplaatsen/", edits.board_move, name="board_move"),
    path("plannen/<int:plan>/bord/gezin/<int:visit>/vastzetten/", edits.board_pin, name="board_pin"),
]
