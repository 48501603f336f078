"""`manage.py create_account`: an account with roles at a school, or at the board that runs it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from mentors.actions.accounts import AccountError, give_board_role, invite_colleague
from mentors.mail import password_link
from mentors.models import Board, Role, School, User

SCHOOL_ROLES = [str(role) for role in Role if role != Role.BOARD]


class Command(BaseCommand):
    """Makes an account, or gives an existing one more roles; prints the link to set a password."""

    help = "Make an account with roles at a school or a board; prints the link to set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and as what."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--school", help="the school's name in addresses")
        parser.add_argument("--role", action="append", choices=SCHOOL_ROLES, default=[], help="may be given twice")
        parser.add_argument("--board", help="the name of a board; made when it is not there")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """All of it, or nothing."""
        if bool(options["school"]) == bool(options["board"]):
            raise CommandError("Give --school with --role, or --board.")
        try:
            validate_email(options["email"])
            user = self.at_board(options) if options["board"] else self.at_school(options)
        except (AccountError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        self.stdout.write(f"{user.email}: {password_link(user)}")

    def at_school(self, options: dict[str, Any]) -> User:
        """An account with roles at a school."""
        school = School.objects.filter(slug=options["school"]).first()
        if school is None:
            raise CommandError(f"There is no school {options['school']}.")
        return invite_colleague(
            email=options["email"],
            name=options["name"],
            roles=[Role(role) for role in options["role"]],
            school=school,
            by=None,
            now=timezone.now(),
        )

    def at_board(self, options: dict[str, Any]) -> User:
        """An account that sees the figures of all schools of a board."""
        board, _is_new = Board.objects.get_or_create(name=options["board"])
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            user = User.objects.create_user(options["email"], None, name=options["name"])
        give_board_role(user=user, board=board, by=None, now=timezone.now())
        return user
