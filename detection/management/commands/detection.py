"""``manage.py detection evaluate|expire|status``: what the worker does, by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from detection.models import Rule
from detection.services import drop_expired_frames, evaluate_due
from lifecycle import clock


class Command(BaseCommand):
    help = "Judge what is due now, drop what has expired, or show the rules."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["evaluate", "expire", "status"])

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["what"] == "evaluate":
            self.stdout.write(f"{evaluate_due()} verdicts")
        elif options["what"] == "expire":
            self.stdout.write(f"{drop_expired_frames()} frames dropped")
        else:
            self._show_status()

    def _show_status(self) -> None:
        now = clock.now()
        for rule in Rule.objects.for_list():
            status = rule.status_at(now).label
            self.stdout.write(f"{rule.pk}\t{status}\t{rule.open_alerts} open\t{rule.name}\t{rule.last_error}")  # type: ignore[attr-defined]
