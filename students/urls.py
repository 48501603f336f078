"""Addresses of the students room, all under /school/<slug>/leerlingen/."""

from django.urls import path

from students.views import households, imports, roster, work

app_name = "students"
urlpatterns = [
    path("", roster.roster, name="roster"),
    path("<int:pk>/", roster.student, name="student"),
    path("<int:pk>/twee-gezinnen/", roster.student_two_homes, name="student_two_homes"),
    path("klassen/", roster.classes, name="classes"),
    path("klassen/<int:pk>/", roster.class_mentors, name="class_mentors"),
    path("invoer/", imports.import_start, name="import_start"),
    path("invoer/eerder/", imports.imports, name="imports"),
    path("invoer/sjabloon.<slug:form>", imports.import_template, name="import_template"),
    path("invoer/<int:pk>/", imports.import_preview, name="import_preview"),
    path("invoer/<int:pk>/invoeren/", imports.import_apply, name="import_apply"),
    path("invoer/<int:pk>/weggooien/", imports.import_discard, name="import_discard"),
    path("invoer/<int:pk>/klaar/", imports.import_result, name="import_result"),
    path("gezin/<int:pk>/", households.household, name="household"),
    path("gezin/<int:pk>/plek/", households.household_pin, name="household_pin"),
    path("gezin/<int:pk>/ouder/", households.guardian_new, name="guardian_new"),
    path("ouder/<int:pk>/", households.guardian, name="guardian"),
    path("ouder/<int:pk>/weghalen/", households.guardian_remove, name="guardian_remove"),
    path("adressen/", work.addresses, name="addresses"),
    path("adressen/opzoeken/", work.addresses_locate, name="addresses_locate"),
    path("voorstellen/", work.suggestions, name="suggestions"),
    path("voorstellen/<int:pk>/samen/", work.suggestion_confirm, name="suggestion_confirm"),
    path("voorstellen/<int:pk>/apart/", work.suggestion_reject, name="suggestion_reject"),
]
