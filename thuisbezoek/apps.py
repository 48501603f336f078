"""The project as an app (it owns the commands that know every room), and which static files are served."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from thuisbezoek.celery import app as queue

__all__ = ["ServedFilesConfig", "ThuisbezoekConfig", "queue"]  # so that a page's `current_app` is this queue


class ThuisbezoekConfig(AppConfig):
    """The project as Django sees it: checks of its own, and the erasing of what is kept too long."""

    name = "thuisbezoek"


class ServedFilesConfig(StaticFilesConfig):
    """Of the packages' files only those that a page uses are collected: the rest is most of the work."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("bootstrap-*", "bootstrap.css*", "bootstrap.rtl.css*", "bootstrap.js*", "bootstrap.min.js*"),
        *("bootstrap.bundle*", "bootstrap.esm*", "htmax-*", "htmx-4*", "ext"),
    ]
