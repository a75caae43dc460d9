"""Plays the demo's live incident: a gateway that fails a minute from now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from catalog.models import Service
from config.demo.carrier import introduce
from config.demo.live import feed, prepare


class Command(BaseCommand):
    help = "Feeds a metric as if a payment gateway failed after 40 seconds and recovered once somebody acknowledged."

    def handle(self, *args: Any, **options: Any) -> None:
        service = Service.objects.filter(slug="card-payments").first()
        if service is None:
            return
        if settings.FAKE_CARRIER_URL:
            introduce()
        feed(prepare(service))
