"""The mentors room as Django sees it."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate

from mentors.database_rules import append_only, rule_receivers

install_rules, check_rules = rule_receivers([append_only("mentors_event")])


class MentorsConfig(AppConfig):
    name = "mentors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(install_rules, sender=self, dispatch_uid="mentors.rules", weak=False)
        checks.register(check_rules, checks.Tags.database)
