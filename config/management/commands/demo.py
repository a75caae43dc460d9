"""Builds the demo company with a month of history."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.models import Person
from config.demo.build import USERNAMES, build_demo, is_built


class Command(BaseCommand):
    help = "Builds a believable company with a month of incidents, once, in a database without people of its names."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_built():
            self.stdout.write("The demo is there already.")
            return
        taken = list(Person.objects.filter(username__in=USERNAMES).values_list("username", flat=True))
        if taken:
            raise CommandError(f"These user names are taken, so this is no place for a demo: {', '.join(taken)}.")
        passwords = {name: secrets.token_urlsafe(9) for name in USERNAMES}
        company = build_demo(passwords)
        self.stdout.write("The demo company is built. Sign in as one of these people; the passwords are shown once:")
        for name, password in passwords.items():
            person = company.people[name]
            self.stdout.write(f"  {name:<8} {password}   {person.name}, {', '.join(person.role_names)}")
