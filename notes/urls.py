"""Addresses of the notes room."""

from django.urls import path

from notes.views import agreements, concerns, evening, log, memory_aids, reports

app_name = "notes"
urlpatterns = [
    path("", evening.evening, name="evening"),
    path("steun/", evening.support, name="support"),
    path("bezoek/<int:visit>/kaart/", evening.card, name="card"),
    path("bezoek/<int:visit>/verslag/", log.log, name="log"),
    path("bezoek/<int:visit>/concept/", log.draft, name="draft"),
    path("bezoek/<int:visit>/geheugensteun/", memory_aids.memory_aid, name="memory_aid"),
    path("bezoek/<int:visit>/zorgen/", concerns.hand_over, name="hand_over"),
    path("dossier/", reports.reports, name="reports"),
    path("dossier/<int:report>/", reports.report, name="report"),
    path("dossier/<int:report>/verbeteren/", reports.amend, name="amend"),
    path("afspraken/", agreements.agreements, name="agreements"),
    path("afspraken/<int:agreement>/nagekomen/", agreements.keep, name="keep"),
    path("afspraken/<int:agreement>/terugzetten/", agreements.reopen, name="reopen"),
    path("zorgmeldingen/", concerns.concerns, name="concerns"),
    path("zorgmeldingen/<int:concern>/", concerns.concern, name="concern"),
    path("zorgmeldingen/<int:concern>/overnemen/", concerns.take_over, name="take_over"),
]
