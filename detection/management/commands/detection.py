"""``manage.py detection WHAT``: what the workers do, by hand; and definitions out of files and into them."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from detection.documents import read_document, starter, write_document
from detection.inspections.services import run_due_inspections
from detection.models import Rule
from detection.services import apply_document, collect_due, drop_expired_frames, evaluate_due, export_document
from lifecycle import clock
from lifecycle.transitions import InputRefused


class Command(BaseCommand):
    help = (
        "evaluate, collect, inspect, expire: do what is due now. status: show the rules. apply FILE: make sources, "
        "metrics and rules as the YAML says. export: write that YAML. template NAME --source SLUG: apply one that "
        "ships with us."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what", choices=["evaluate", "collect", "inspect", "expire", "status", "apply", "export", "template"]
        )
        parser.add_argument("name", nargs="?", default="", help="the file to apply, or the template's name")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
        parser.add_argument("--source", default="", help="the source that a template reads out of")
        parser.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of the template's collection"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[], str]] = {
            "evaluate": lambda: f"{evaluate_due()} verdicts",
            "collect": lambda: f"{collect_due()} intervals",
            "inspect": lambda: f"{run_due_inspections()} inspections",
            "expire": lambda: f"{drop_expired_frames()} frames dropped",
            "status": _status,
            "apply": lambda: _apply(_read(options["name"]), dry_run=options["dry_run"]),
            "export": lambda: write_document(export_document()),
            "template": lambda: _apply(_template(options), dry_run=options["dry_run"]),
        }
        try:
            told = verbs[options["what"]]()
        except InputRefused as refused:
            raise CommandError("\n".join(f"{name}: {text}" for name, text in refused.errors.items())) from refused
        if told:
            self.stdout.write(told)


def _status() -> str:
    now = clock.now()
    rows = [
        f"{rule.pk}\t{rule.status_at(now).label}\t{rule.open_alerts} open\t{rule.name}\t{rule.last_error}"  # type: ignore[attr-defined]
        for rule in Rule.objects.for_list()
    ]
    return "\n".join(rows)


def _read(name: str) -> dict[str, Any]:
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name or 'Name a file: it'} cannot be read.") from error
    return read_document(text)


def _template(options: dict[str, Any]) -> dict[str, Any]:
    document = starter(options["name"], options["source"])
    for setting in options["set"]:
        field, equals, value = setting.partition("=")
        if not equals:
            raise CommandError(f"--set {setting}: write FIELD=VALUE.")
        for metric in document["metrics"].values():
            labels = metric["collection"]["labels"]
            (labels if field in labels else metric["collection"])[field] = value
    return document


def _apply(document: dict[str, Any], *, dry_run: bool) -> str:
    changes = apply_document(document, dry_run=dry_run)
    if not changes:
        return "nothing to change"
    head = "would change" if dry_run else "changed"
    return "\n".join([f"{head}:", *(line for change in changes for line in change.lines())])
