"""Plays the telephone company and the mail server of the demo (docs/fake-carrier.md)."""

import os
import signal
from argparse import ArgumentParser
from contextlib import suppress
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.fake_carrier.server import FakeCarrier, NotLoopbackError


class Command(BaseCommand):
    help = "Serves a fake Twilio, a mail server and a page with their phones, on the loopback only."
    requires_system_checks: list[str] = []  # noqa: RUF012 - declared so by Django

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
        parser.add_argument("--port", type=int, default=8020)
        parser.add_argument("--smtp-port", type=int, default=8025)
        parser.add_argument("--public-url", default="", help="where browsers see the page, if not at --host and --port")
        parser.add_argument("--inbound-sms-url", default="", help="default: $MAINSTAY_PUBLIC_URL/twilio/sms/")
        parser.add_argument("--speed", type=float, default=1.0, help="divides the delays of the network")

    def handle(self, *args: Any, **options: Any) -> None:
        carrier = self._make_carrier(options)
        signal.signal(signal.SIGTERM, _interrupt)
        with suppress(KeyboardInterrupt), carrier:
            self.stdout.write(f"Fake carrier: phones at {carrier.url}, mail at port {carrier.smtp_port}")
            self.stdout.flush()
            carrier.wait()
        self.stdout.write("Fake carrier: stopped")

    @staticmethod
    def _make_carrier(options: dict[str, Any]) -> FakeCarrier:
        for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
            if not os.environ.get(name):
                raise CommandError(f"Set {name} to what the product uses: the fake carrier checks and signs with it.")
        try:
            return FakeCarrier(
                inbound_sms_url=options["inbound_sms_url"],
                speed=options["speed"],
                host=options["host"],
                port=options["port"],
                smtp_port=options["smtp_port"],
                public_url=options["public_url"],
            )
        except NotLoopbackError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The fake carrier cannot listen: {error}") from error


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
