"""``manage.py import_problems FILE --profile NAME``: take over the problems that another system has recorded."""

from pathlib import Path
from typing import Any

from incidents.imports.faults import Faults
from incidents.imports.profile import Profile
from incidents.imports.running import Import, import_file
from incidents.management.commands import import_incidents
from problems.imports.writing import ProblemImporter


class Command(import_incidents.Command):
    help = "Import the problems of another system (CSV, also gzip) by a profile; see docs/imports.md."
    noun = "problems"

    def import_file(self, path: Path, profile: Profile, *, faults: Faults, **options: Any) -> Import:
        return import_file(path, profile, faults=faults, importer=ProblemImporter, **options)
