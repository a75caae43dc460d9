"""``manage.py index_incidents``: write the words of the full-text search anew, of every incident or of a few."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from incidents.models import Incident
from incidents.services.searching import index_incidents

BATCH = 500


class Command(BaseCommand):
    help = "Write the words by which incidents are found anew; needed once after an upgrade from 0.1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", type=int, help="running numbers; every incident if left out")
        parser.add_argument("--missing", action="store_true", help="only those that have no words yet")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        incidents = Incident.objects.order_by("pk")
        if options["numbers"]:
            incidents = incidents.filter(pk__in=options["numbers"])
        if options["missing"]:
            incidents = incidents.filter(search=None)
        pks = list(incidents.values_list("pk", flat=True))
        with tqdm(total=len(pks), unit=" incidents", file=self.stderr) as bar:
            for start in range(0, len(pks), BATCH):
                bar.update(index_incidents(Incident.objects.filter(pk__in=pks[start : start + BATCH])))
        self.stdout.write(f"{len(pks)} incidents indexed")
