"""Addresses of the reports room: a school's under /school/, a board's under /bestuur/."""

from django.urls import URLPattern, URLResolver, include, path

from reports.views import board, dashboard, packs, worklist

app_name = "reports"
of_a_school: list[URLPattern | URLResolver] = [
    path("", dashboard.dashboard, name="dashboard"),
    path("cijfers.pdf", dashboard.dashboard_pdf, name="dashboard_pdf"),
    path("cijfers.xlsx", dashboard.dashboard_sheet, name="dashboard_sheet"),
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
