"""Addresses of the family's pages. A link's token is 43 signs long, the name of a family's page eight."""

from django.urls import path, re_path

from portal.views import answers, choosing, entry, home, topics

_KEY = r"^(?P<key>[a-z2-7]{8})/"

app_name = "portal"
urlpatterns = [
    path("", entry.start, name="start"),
    path("code/", entry.enter_code, name="enter_code"),
    re_path(r"^(?P<token>[A-Za-z0-9_-]{43})/?$", entry.enter, name="enter"),
    re_path(_KEY + r"$", home.home, name="home"),
    re_path(_KEY + r"akkoord/$", answers.accept, name="accept"),
    re_path(_KEY + r"anders/$", answers.other, name="other"),
    re_path(_KEY + r"moment/$", answers.moment, name="moment"),
    re_path(_KEY + r"bevestigen/$", choosing.confirm, name="confirm"),
    re_path(_KEY + r"teruggeven/$", choosing.release, name="release"),
    re_path(_KEY + r"wensen/$", choosing.wishes, name="wishes"),
    re_path(_KEY + r"plek/$", answers.place, name="place"),
    re_path(_KEY + r"wanneer/$", answers.hours, name="hours"),
    re_path(_KEY + r"liever-niet/$", answers.decline, name="decline"),
    re_path(_KEY + r"onderwerpen/$", topics.topics, name="topics"),
    re_path(_KEY + r"leerling/$", topics.pupil, name="pupil"),
    re_path(_KEY + r"taal/$", home.language, name="language"),
    path("<path:rest>", entry.lost, name="lost"),
]
