"""Addresses of accounts and of the school itself."""

from django.urls import include, path

from mentors import views

app_name = "mentors"
school = [
    path("", views.school, name="school"),
    path("gegevens/", views.details, name="details"),
    path("schooljaren/", views.calendar, name="calendar"),
    path("schooljaren/nieuw/", views.year_add, name="year_add"),
    path("schooljaren/<int:year>/", views.year_change, name="year_change"),
    path("schooljaren/<int:year>/vakanties/", views.year_fill, name="year_fill"),
    path("schooljaren/<int:year>/vrij/", views.closure_add, name="closure_add"),
    path("vrij/<int:closure>/", views.closure_change, name="closure_change"),
    path("vrij/<int:closure>/weghalen/", views.closure_remove, name="closure_remove"),
    path("medewerkers/", views.staff, name="staff"),
    path("medewerkers/uitnodigen/", views.invite, name="invite"),
    path("medewerkers/<int:user>/", views.colleague, name="colleague"),
    path("medewerkers/<int:user>/rol-geven/", views.role_give, name="role_give"),
    path("medewerkers/<int:user>/rol-weghalen/", views.role_take, name="role_take"),
    path("medewerkers/<int:user>/link/", views.link_send, name="link_send"),
    path("mentoren/<int:mentor>/", views.mentor, name="mentor"),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("account/elders-uitloggen/", views.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("school/<slug:school>/", include(school)),
]
