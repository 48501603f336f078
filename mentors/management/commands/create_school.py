"""`manage.py create_school`: a school, its calendar where the region is known, and its first coordinator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from mentors.actions.accounts import invite_colleague
from mentors.actions.schools import open_school, open_year
from mentors.holidays import known_years
from mentors.mail import password_link
from mentors.models import HolidayRegion, Role, School


class Command(BaseCommand):
    """Opens a school and prints the link with which its coordinator sets a password."""

    help = "Open a school with its first coordinator; prints the link to set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What has to be known of a school."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", required=True, help="the school's name in addresses: letters, digits, dashes")
        parser.add_argument("--region", required=True, choices=[str(region) for region in HolidayRegion])
        parser.add_argument("--brin", default="", help="such as 99ZZ or 99ZZ00")
        parser.add_argument("--coordinator", required=True, help="e-mail address of the first coordinator")
        parser.add_argument("--coordinator-name", required=True)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """All of it, or nothing."""
        now = timezone.now()
        self.refuse_nonsense(options)
        school = open_school(
            name=options["name"],
            slug=options["slug"],
            region=HolidayRegion(options["region"]),
            brin=options["brin"].upper(),
            by=None,
            now=now,
        )
        today = timezone.localdate(now)
        for starts_on, ends_on in known_years(options["region"]):
            if ends_on > today:
                open_year(school=school, starts_on=starts_on, ends_on=ends_on, by=None, now=now)
                break
        user = invite_colleague(
            email=options["coordinator"],
            name=options["coordinator_name"],
            roles=[Role.COORDINATOR],
            school=school,
            by=None,
            now=now,
        )
        self.stdout.write(f"{school.name}: /school/{school.slug}/")
        self.stdout.write(f"{user.email}: {password_link(user)}")

    def refuse_nonsense(self, options: dict[str, Any]) -> None:
        """Check the options as the page of a school does. Raises CommandError."""
        school = School(
            name=options["name"],
            slug=options["slug"],
            holiday_region=options["region"],
            brin=options["brin"].upper(),
            email=options["coordinator"],
        )
        try:
            school.full_clean(exclude=["board"])
        except ValidationError as error:
            raise CommandError(
                "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
            ) from error
