"""Addresses of the reports room: a school's under /school/, a board's under /bestuur/."""

from django.urls import URLPattern, URLResolver, include, path

from reports.views import board, costs, dashboard, packs, worklist

app_name = "reports"
of_a_school: list[URLPattern | URLResolver] = [
    path("", dashboard.dashboard, name="dashboard"),
    path("cijfers.pdf", dashboard.dashboard_pdf, name="dashboard_pdf"),
    path("cijfers.xlsx", dashboard.dashboard_sheet, name="dashboard_sheet"),
    path("kosten/", costs.costs, name="costs"),
    path("kosten/nieuw/", costs.cost_new, name="cost_new"),
    path("kosten/<int:study>/", costs.cost_study, name="cost_study"),
    path("kosten/<int:study>/stand/", costs.cost_progress, name="cost_progress"),
    path("kosten/<int:study>/stoppen/", costs.cost_stop, name="cost_stop"),
    path("kosten/<int:study>/verder/", costs.cost_resume, name="cost_resume"),
    path("kosten/<int:study>/kosten.pdf", costs.cost_pdf, name="cost_pdf"),
    path("kosten/<int:study>/kosten.xlsx", costs.cost_sheet, name="cost_sheet"),
    path("werklijst/", worklist.worklist, name="worklist"),
    path("teamoverleg/", packs.packs, name="packs"),
    path("teamoverleg/alle-klassen.pdf", packs.packs_pdf, name="packs_pdf"),
    path("teamoverleg/<int:school_class>/", packs.pack, name="pack"),
    path("teamoverleg/<int:school_class>/klas.pdf", packs.pack_pdf, name="pack_pdf"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("bestuur/<int:board>/", board.board, name="board"),
    path("school/<slug:school>/voortgang/", include(of_a_school)),
]
