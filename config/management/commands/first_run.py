"""Makes a new installation usable: an administrator with a one-time password, and the demo where it is wanted."""

import os
import secrets
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from catalog.models import Person, Role
from catalog.services import add_person


class Command(BaseCommand):
    help = "Adds the first administrator and offers the demo. Does nothing where an administrator exists already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Person.objects.with_role(Role.ADMINISTRATOR).exists():
            self._add_administrator()
            if self._wants_demo():
                call_command("demo", stdout=self.stdout)

    def _add_administrator(self) -> None:
        password = secrets.token_urlsafe(12)
        add_person(
            username="admin",
            name="Administrator",
            roles=[Role.ADMINISTRATOR],
            password=password,
            must_change_password=True,
        )
        self.stdout.write("The first administrator (the password works until it is changed at the first sign-in):")
        self.stdout.write(f"  admin    {password}")

    def _wants_demo(self) -> bool:
        """DEMO=yes or no decides; else a person at the terminal is asked, and a machine gets the demo."""
        answer = os.environ.get("DEMO", "").lower()
        if answer in {"yes", "no"}:
            return answer == "yes"
        if not sys.stdin.isatty():
            return True
        return input("Build a demo company with a month of incidents? [Y/n] ").strip().lower() not in {"n", "no"}
