"""Addresses of accounts and of the school itself."""

from django.urls import path

from mentors import views

app_name = "mentors"
urlpatterns = [
    path("", views.home, name="home"),
    path("school/<slug:school>/", views.school, name="school"),
]
