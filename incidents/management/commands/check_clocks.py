"""Works every incident's clocks out anew from the event log and prints where the stored ones differ."""

from typing import Any

from django.core.management.base import BaseCommand

from incidents.services.checking import check_all_clocks


class Command(BaseCommand):
    help = "Works every incident's clocks out anew from the event log; prints differences, and then ends with code 1."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = different = 0
        for incident, differences in check_all_clocks():
            checked += 1
            different += bool(differences)
            for difference in differences:
                self.stdout.write(f"{incident.reference} {difference}")
        self.stdout.write(f"{checked} incidents checked, {different} with differences.")
        if different:
            raise SystemExit(1)
