"""Addresses of accounts and of the school itself."""

from django.urls import include, path

from mentors.views import calendar, home, school, staff

app_name = "mentors"
of_school = [
    path("", school.school, name="school"),
    path("gegevens/", school.details, name="details"),
    path("schooljaren/", calendar.calendar, name="calendar"),
    path("schooljaren/nieuw/", calendar.year_add, name="year_add"),
    path("schooljaren/<int:year>/", calendar.year_change, name="year_change"),
    path("schooljaren/<int:year>/vakanties/", calendar.year_fill, name="year_fill"),
    path("schooljaren/<int:year>/vrij/", calendar.closure_add, name="closure_add"),
    path("vrij/<int:closure>/", calendar.closure_change, name="closure_change"),
    path("vrij/<int:closure>/weghalen/", calendar.closure_remove, name="closure_remove"),
    path("medewerkers/", staff.staff, name="staff"),
    path("medewerkers/uitnodigen/", staff.invite, name="invite"),
    path("medewerkers/<int:user>/", staff.colleague, name="colleague"),
    path("medewerkers/<int:user>/rol-geven/", staff.role_give, name="role_give"),
    path("medewerkers/<int:user>/rol-weghalen/", staff.role_take, name="role_take"),
    path("medewerkers/<int:user>/link/", staff.link_send, name="link_send"),
    path("mentoren/<int:mentor>/", staff.mentor, name="mentor"),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("account/elders-uitloggen/", home.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("school/<slug:school>/", include(of_school)),
]
