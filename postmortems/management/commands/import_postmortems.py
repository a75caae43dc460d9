"""``manage.py import_postmortems FOLDER|FILE``: take over postmortems that were written in Markdown."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.models import Person
from lifecycle.models import Via
from postmortems.imports.running import FAULTY, Told, import_texts, read_folder

SHOWN = 20


class Command(BaseCommand):
    help = "Import postmortems written in Markdown, with or without front matter; see docs/postmortem-import.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a folder, searched with all folders in it, or one file")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, say what would happen")
        parser.add_argument("--owner", help="user name of who owns the actions whose owner is nobody here")

    def handle(self, *_args: Any, path: Path, dry_run: bool, owner: str | None, **_options: Any) -> None:
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        person = Person.objects.filter(username=owner, is_active=True).first() if owner else None
        if owner and person is None:
            raise CommandError(f"There is no active person “{owner}”.")
        try:
            told = import_texts(
                read_folder(path), name=path.name, actor=None, owner=person, via=Via.SYSTEM, is_dry=dry_run
            )
        except ValueError as fault:
            raise CommandError(str(fault)) from None
        self._tell(told, dry_run=dry_run)

    def _tell(self, told: list[Told], *, dry_run: bool) -> None:
        sums: Counter[str] = Counter(line.outcome for line in told)
        held: Counter[str] = Counter()
        for line in told:
            held.update(line.counts)
        self.stdout.write("Nothing was written: a dry run." if dry_run else "Done.")
        self.stdout.write(f"files {len(told)}: " + ", ".join(f"{name} {count}" for name, count in sorted(sums.items())))
        self.stdout.write("in them: " + ", ".join(f"{name} {count}" for name, count in sorted(held.items())))
        remarked = [line for line in told if line.remarks]
        for line in remarked[:SHOWN]:
            self.stdout.write(f"  {line.name}: {'; '.join(line.remarks)}")
        if sums[FAULTY]:
            raise CommandError(f"{sums[FAULTY]} files could not be imported.")
