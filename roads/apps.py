"""The Django app of the roads room. It has no models: its data are files in settings.ROADS_DIR."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoadsConfig(AppConfig):
    """Registers commands and template tags."""

    name = "roads"
    verbose_name = _("Adressen en reistijden")
