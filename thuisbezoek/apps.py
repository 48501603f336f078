"""The project as an app: it owns the commands that know every room."""

from django.apps import AppConfig


class ThuisbezoekConfig(AppConfig):
    name = "thuisbezoek"
