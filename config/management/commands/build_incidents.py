"""Fills the database with very many incidents, to see how fast the pages stay."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from config.demo.crowd import build_crowd, build_long_timeline


class Command(BaseCommand):
    help = "Writes many incidents with clocks and events in bulk. For measurements: not for a database in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, default=100_000, help="incidents (100,000)")
        parser.add_argument("--events", type=int, default=0, help="and one more incident with this many notes")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tqdm(total=options["count"], unit=" incidents", disable=not self.stderr.isatty()) as bar:
                for written in build_crowd(options["count"], seed=options["seed"]):
                    bar.update(written)
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{options['count']:,} incidents written.")
        if options["events"]:
            incident = build_long_timeline(options["events"])
            self.stdout.write(f"{incident.reference} has {options['events']:,} notes.")
