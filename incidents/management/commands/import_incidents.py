"""``manage.py import_incidents FILE --profile NAME``: take over what another ticket system has recorded."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.models import Person
from incidents.imports.faults import Faults, ImportRefusedError, report_to
from incidents.imports.profile import Profile
from incidents.imports.profile_reading import load_profile, shipped_profiles
from incidents.imports.running import Import, import_file

SHOWN_REASONS = 10


class Command(BaseCommand):
    help = "Import the export of another ticket system (CSV, also gzip) by a profile; see docs/imports.md."
    noun = "incidents"

    def import_file(self, path: Path, profile: Profile, *, faults: Faults, **options: Any) -> Import:
        """What the command runs; the command for problems runs it with a writer of its own."""
        return import_file(path, profile, faults=faults, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = ", ".join(shipped_profiles())
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", required=True, help=f"{names}, or the path of a .toml file of your own")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, say what would happen")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N incidents of the file")
        parser.add_argument("--errors", type=Path, metavar="FILE.csv", help="write every row that has a fault here")
        parser.add_argument("--owner", metavar="USERNAME", help="who owns services that the import adds")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit must be at least 1.")
        owner = _person(options["owner"])
        try:
            profile = load_profile(options["profile"])
            with _reported(options["errors"]) as faults:
                made = self._import(options, profile, faults, owner)
        except ImportRefusedError as error:
            raise CommandError(str(error)) from error
        self._tell(made)

    def _import(self, options: dict[str, Any], profile: Profile, faults: Faults, owner: Person | None) -> Import:
        size = options["file"].stat().st_size if options["file"].is_file() else 0
        bars = Bars("checking" if options["dry_run"] else "writing")
        try:
            return self.import_file(
                options["file"],
                profile,
                faults=faults,
                is_dry=options["dry_run"],
                most=options["limit"],
                actor=owner,
                read=bars.begin_reading(size),
                begin=bars.begin_writing,
            )
        finally:
            bars.close()

    # --- What is said at the end --------------------------------------------------------------------------

    def _tell(self, made: Import) -> None:
        write, counts, would = self.stdout.write, made.counts, "would be " if made.run is None else ""
        if made.run is None:
            write("Dry run: nothing was written.")
        write(f"{made.path.name}, profile {made.profile.name}: {counts['rows']:,} rows")
        write(f"{self.noun}: {counts['incidents']:,} (events: {counts['events']:,})")
        write(
            f"  {would}created: {counts['created']:,}, {would}updated: {counts['updated']:,}, "
            f"unchanged: {counts['unchanged']:,}, worked on here and only their history completed: "
            f"{counts['kept_own']:,}"
        )
        if made.run is not None:
            write(f"  events added: {counts['events_added']:,}")
        self._tell_names(made, would)
        write(f"reopened: {counts['reopened']:,}, reopen rate {_percent(counts['reopen_rate'])}")
        judged = counts["sla_met"] + counts["sla_missed"]
        write(
            f"SLA met as the source recorded it: {counts['sla_met']:,} of {judged:,}, "
            f"share {_percent(counts['sla_met_share'])}"
        )
        self._tell_faults(made.faults)

    def _tell_names(self, made: Import, would: str) -> None:
        for kind, names in (("services", made.places.new_services), ("categories", made.places.new_categories)):
            if names:
                self.stdout.write(f"  {kind} that {would or 'were '}added: {len(names):,}")

    def _tell_faults(self, faults: Faults) -> None:
        if not faults.total:
            self.stdout.write("Every row could be used.")
            return
        told = ", ".join(f"{count:,} × {outcome}" for outcome, count in faults.by_outcome.most_common())
        self.stdout.write(f"Faults: {told}")
        for reason, count in faults.by_reason.most_common(SHOWN_REASONS):
            self.stdout.write(f"  {count:,} × {reason}")
        self.stdout.write("The first of them:")
        for fault in faults.first:
            where = f"row {fault.row}" + (f", {fault.reference}" if fault.reference else "")
            value = f" (“{fault.value[:60]}”)" if fault.value else ""
            column = f", {fault.column}" if fault.column else ""
            self.stdout.write(f"  {where}{column}{value}: {fault.reason}: {fault.outcome}")


class Bars:
    """Progress on stderr: the bytes read, then the incidents done."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.bar: tqdm[Any] | None = None

    def begin_reading(self, total: int) -> Callable[[int], Any]:
        self.bar = tqdm(total=total, desc="reading", unit="B", unit_scale=True, mininterval=0.5, file=sys.stderr)
        return self.bar.update

    def begin_writing(self, total: int) -> Callable[[int], Any]:
        self.close()
        self.bar = tqdm(total=total, desc=self.verb, unit=" incidents", mininterval=0.5, file=sys.stderr)
        return self.bar.update

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


@contextmanager
def _reported(path: Path | None) -> Iterator[Faults]:
    if path is None:
        yield Faults()
        return
    try:
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        yield Faults(report_to(file))


def _person(username: str | None) -> Person | None:
    if username is None:
        return None
    found = Person.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active person “{username}”.")
    return found


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share * 100:.4f} %"
