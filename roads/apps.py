"""The roads room as Django sees it."""

from django.apps import AppConfig


class RoadsConfig(AppConfig):
    name = "roads"
