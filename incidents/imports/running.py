"""One run of an import: file -> rows -> one history a reference -> incidents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from catalog.models import Person
from incidents.imports.drafts import Draft
from incidents.imports.faults import Faults
from incidents.imports.figures import Figures
from incidents.imports.folding import fold
from incidents.imports.lines import digest_of, open_export
from incidents.imports.places import Places
from incidents.imports.profile import Profile
from incidents.imports.rows import Row, Rows
from incidents.imports.spool import Spool
from incidents.imports.writing import Importer
from incidents.models import ImportRun
from lifecycle import clock

BATCH = 500
Passed = Callable[[int], Any]
"""Called with how many bytes or incidents have been done since the last call."""


@dataclass
class Import:
    """The file of one profile. ``run`` is None where nothing was written (a dry run)."""

    path: Path
    profile: Profile
    faults: Faults
    figures: Figures
    places: Places
    begun_at: datetime
    """No moment of the file may lie after it."""
    rows: int = 0
    run: ImportRun | None = None

    @property
    def counts(self) -> dict[str, Any]:
        return self.figures.as_counts(self.faults, self.rows)


def import_file(
    path: Path,
    profile: Profile,
    *,
    faults: Faults | None = None,
    is_dry: bool = False,
    most: int | None = None,
    actor: Person | None = None,
    read: Passed = lambda _size: None,
    begin: Callable[[int], Passed] = lambda _total: lambda _count: None,
    importer: type[Importer] = Importer,
) -> Import:
    """Read the export and write its incidents; ``most``: the first so many references only.

    ``importer`` writes them; problems have one of their own.
    ``read`` hears of the bytes read, ``begin`` of the number of incidents, and returns who hears of those done.
    Raises ImportRefusedError where the file as a whole cannot be used; then nothing was written.
    """
    places = Places(profile, owner=actor, is_rehearsal=is_dry)
    made = Import(path, profile, faults or Faults(), Figures(), places, clock.now())
    with Spool() as spool:
        made.rows = _fill(spool, made, most, read)
        made.run = None if is_dry else _start(path, profile, actor)
        writer = importer(profile, places, made.faults.add, made.run, made.figures.done)
        done = begin(len(spool))
        for group in _batches(spool.references()):
            writer.take(_drafts(group, made))
            done(len(group))
        made.figures.done = writer.done
    if made.run is not None:
        made.run.counts, made.run.finished_at = made.counts, clock.now()
        made.run.save(update_fields=["counts", "finished_at"])
    return made


def _start(path: Path, profile: Profile, actor: Person | None) -> ImportRun:
    return ImportRun.objects.create(
        profile=profile.name, file_name=path.name[-255:], digest=digest_of(path), started_by=actor
    )


def _fill(spool: Spool, made: Import, most: int | None, read: Passed) -> int:
    with open_export(made.path, made.profile.reading.encoding, read) as text:
        rows = Rows(text, made.profile, made.faults.add)
        spool.fill(rows, most=most)
    return rows.count


def _drafts(group: Iterable[tuple[str, Sequence[Row]]], made: Import) -> list[Draft]:
    folded = [fold(rows, made.profile, latest=made.begun_at, complain=made.faults.add) for _reference, rows in group]
    drafts = [draft for draft in folded if draft is not None]
    for draft in drafts:
        made.figures.count(draft)
    return drafts


def _batches(groups: Iterator[tuple[str, list[Row]]]) -> Iterator[list[tuple[str, list[Row]]]]:
    while batch := list(islice(groups, BATCH)):
        yield batch
