"""Writes docs/states.md from the declared transitions."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lifecycle.diagrams import page


class Command(BaseCommand):
    help = "Writes docs/states.md from the declared transitions."

    def handle(self, *args: Any, **options: Any) -> None:
        (Path(settings.BASE_DIR) / "docs" / "states.md").write_text(page(), encoding="utf-8")
