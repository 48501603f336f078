"""Every address of the application. A room adds its own in its urls.py."""

from allauth.account import views as account
from django.urls import include, path, re_path

from mentors.access import open_page, signed_in
from thuisbezoek import views

account_page = open_page("Somebody who is not logged in has to get in; the pages show nothing of anybody.")
accounts = [
    path("inloggen/", account_page(account.login), name="account_login"),
    path("uitloggen/", account_page(account.logout), name="account_logout"),
    path("wachtwoord/vergeten/", account_page(account.password_reset), name="account_reset_password"),
    path(
        "wachtwoord/vergeten/verstuurd/",
        account_page(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(  # the key holds dashes, the account's number before it does not
        r"^wachtwoord/nieuw/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account_page(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "wachtwoord/nieuw/klaar/",
        account_page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("wachtwoord/wijzigen/", signed_in(account.password_change), name="account_change_password"),
]
urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("mentors.urls")),
    path("taal/", views.choose_language, name="choose_language"),
    path("school/<slug:school>/leerlingen/", include("students.urls")),
    path("school/<slug:school>/bezoeken/", include("visits.urls")),
    path("school/<slug:school>/bezoeken/", include("planning.urls")),
    path("school/<slug:school>/verslagen/", include("notes.urls")),
    path("", include("reports.urls")),
    path("gezin/", include("portal.urls")),
    *accounts,
]
