"""One run over files: read, parse, write, and tell what became of each."""

import hashlib
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, transaction

from catalog.models import Person, Role
from incidents.models import ImportRun
from lifecycle import clock
from lifecycle.text import sanitise
from lifecycle.transitions import NotPermitted
from postmortems import permissions
from postmortems.imports.document import Document, parse
from postmortems.imports.writing import PROFILE, write_document
from postmortems.models import Postmortem

ENDINGS = (".md", ".markdown")
LARGEST_FILE = 2 * 1024 * 1024
MOST_FILES = 2000
FAULTY = "faulty"


@dataclass(frozen=True)
class NamedText:
    """A file: its name within the folder or archive, and its bytes; ``fault``: why it was not read."""

    name: str
    content: bytes = b""
    fault: str = ""


@dataclass(frozen=True)
class Told:
    """What became of a file. ``remarks``: what could not be read, and was kept as text."""

    name: str
    title: str
    outcome: str
    counts: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    postmortem: Postmortem | None = None


class DryRun(Exception):  # noqa: N818 (ends the transaction)
    """Nothing is to be kept."""


def import_texts(
    files: Iterable[NamedText], *, name: str, actor: Person | None, owner: Person | None, via: str, is_dry: bool = False
) -> list[Told]:
    """Import files; each is a transaction of its own, a dry run one that is undone. Raises NotPermitted."""
    if actor is not None and not permissions.leads(None, actor):
        raise NotPermitted("import_postmortem")
    owner = owner or actor or Person.objects.with_role(Role.ADMINISTRATOR).order_by("pk").first()
    if owner is None:
        raise ValueError("There is nobody to own the actions: name an owner.")
    told: list[Told] = []
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(profile=PROFILE, file_name=name[-255:], digest="", started_by=actor)
            told += [_import_one(file, run=run, actor=actor, owner=owner, via=via) for file in files]
            _finish(run, told)
            if is_dry or not any(line.postmortem for line in told if line.outcome in ("created", "updated")):
                raise DryRun
    except DryRun:
        pass
    return told


def _import_one(file: NamedText, *, run: ImportRun, actor: Person | None, owner: Person, via: str) -> Told:
    if file.fault:
        return Told(file.name, "", FAULTY, remarks=[file.fault])
    text, remarks = _decode(file.content)
    document: Document | None = None
    try:
        document = parse(text, name=Path(file.name).stem)
        with transaction.atomic():
            written = write_document(
                document, source=text, file_name=file.name, run=run, actor=actor, owner=owner, via=via
            )
    except (DatabaseError, ValueError, OverflowError) as fault:
        return Told(file.name, document.title if document else "", FAULTY, remarks=[" ".join(str(fault).split())[:200]])
    remarks += document.remarks
    return Told(file.name, document.title, written.outcome, written.counts, remarks, written.postmortem)


def _decode(content: bytes) -> tuple[str, list[str]]:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            return sanitise(content.decode(encoding)), []
        except UnicodeDecodeError:
            continue
    return sanitise(content.decode("utf-8", errors="replace")), [
        "bytes that are no text stand as \N{REPLACEMENT CHARACTER}"
    ]


def _finish(run: ImportRun, told: list[Told]) -> None:
    sums: Counter[str] = Counter(line.outcome for line in told)
    for line in told:
        sums.update(line.counts)
    run.counts = dict(sums)
    run.digest = hashlib.sha256("\n".join(line.name for line in told).encode(errors="replace")).hexdigest()
    run.finished_at = clock.now()
    run.save()


def read_folder(path: Path) -> Iterator[NamedText]:
    """The Markdown files of a folder and of those in it, by name; or the one file."""
    if path.is_file():
        yield _read(path, path.name)
        return
    for found in sorted(path.rglob("*")):
        if found.suffix.lower() in ENDINGS and found.is_file():
            yield _read(found, str(found.relative_to(path)))


def read_archive(name: str, content: zipfile.ZipFile) -> Iterator[NamedText]:
    """The Markdown files of a zip archive; no more than LARGEST_FILE is ever unpacked of one."""
    entries = [entry for entry in content.infolist() if entry.filename.lower().endswith(ENDINGS) and not entry.is_dir()]
    for entry in entries[:MOST_FILES]:
        try:
            with content.open(entry) as file:
                data = file.read(LARGEST_FILE + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as fault:
            yield NamedText(entry.filename, fault=str(fault)[:200])
            continue
        yield bounded(entry.filename, data)
    if len(entries) > MOST_FILES:
        yield NamedText(name, fault=f"more than {MOST_FILES} files; the others were left out")


def bounded(name: str, content: bytes) -> NamedText:
    if len(content) > LARGEST_FILE:
        return NamedText(name, fault=f"larger than {LARGEST_FILE // 1024 // 1024} MB")
    return NamedText(name, content)


def _read(path: Path, name: str) -> NamedText:
    try:
        with path.open("rb") as file:
            return bounded(name, file.read(LARGEST_FILE + 1))
    except OSError as fault:
        return NamedText(name, fault=str(fault.strerror))
