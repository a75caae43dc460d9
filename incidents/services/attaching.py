"""Attachments: kept as they came, under their digest, in a folder that no address leads to."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.content import LARGEST, Kind, UnknownContent, clean_name, kind_of
from incidents.models import Attachment, Incident
from incidents.models.attachment import place_of
from incidents.models.note import Visibility
from incidents.services.following import follow, may_write
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, record_event

MOST_FILES = 20
AnyFile = TypeVar("AnyFile", bound="LooseFile")


class LooseFile(Protocol):
    """A file as it came: the name that its sender gave it, and its bytes."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True)
class NamedFile:
    """The simplest LooseFile."""

    name: str
    content: bytes


@transaction.atomic
def attach_files(
    incident: Incident, *, actor: Person, via: str, files: Iterable[LooseFile], visibility: str = ""
) -> Event:
    """Add files to the timeline. A reporter's are public, since they know them; a colleague's are not unless they say
    so. Those for a merged incident go to the one that goes on. Raises InputRefused and NotPermitted."""
    if not may_write(incident, actor):
        raise NotPermitted("attach")
    taken = list(files)
    if not taken:
        raise InputRefused(files=_("Choose a file."))
    target, data = follow(incident)
    is_public = visibility == Visibility.PUBLIC or not actor.is_colleague
    data["visibility"] = Visibility.PUBLIC if is_public else Visibility.INTERNAL
    data["files"] = names_of(taken)
    event = record_event(target, "attach", actor=actor, via=via, data=data)
    store_attachments(target, event, taken, uploaded_by=actor, is_public=is_public)
    return event


def store_attachments(
    incident: Incident,
    event: Event | None,
    files: Iterable[LooseFile],
    *,
    uploaded_by: Person | None,
    is_public: bool = False,
) -> list[Attachment]:
    """Keep the files of one entry. Raises InputRefused (field ``files``) where one is not taken, and then none is:
    ``takeable`` says beforehand which are, for mails that nobody can be asked about."""
    taken = list(files)
    if len(taken) > MOST_FILES:
        raise InputRefused(files=_("At most %(number)d files at once.") % {"number": MOST_FILES})
    kinds = [_judge(file) for file in taken]
    return [
        _store(file, kind, incident=incident, event=event, uploaded_by=uploaded_by, is_public=is_public)
        for file, kind in zip(taken, kinds, strict=True)
    ]


def takeable(files: Iterable[AnyFile]) -> tuple[list[AnyFile], list[str]]:
    """Those that may be kept, and the cleaned names of the others."""
    kept: list[AnyFile] = []
    refused: list[str] = []
    for file in files:
        try:
            _judge(file)
        except InputRefused:
            refused.append(clean_name(file.name))
        else:
            kept.append(file)
    return kept[:MOST_FILES], refused + names_of(kept[MOST_FILES:])


def names_of(files: Iterable[LooseFile]) -> list[str]:
    return [clean_name(file.name) for file in files]


def _judge(file: LooseFile) -> Kind:
    words = {"name": clean_name(file.name)}
    if not file.content:
        raise InputRefused(files=_("“%(name)s” is empty.") % words)
    if len(file.content) > LARGEST:
        raise InputRefused(files=_("“%(name)s” is larger than 10 MB.") % words)
    try:
        return kind_of(file.content)
    except UnknownContent:
        sentence = _("“%(name)s” is not taken: only PNG, JPEG, GIF, WebP, PDF and plain text (logs, CSV, JSON) are.")
        raise InputRefused(files=sentence % words) from None


def _store(
    file: LooseFile,
    kind: Kind,
    *,
    incident: Incident,
    event: Event | None,
    uploaded_by: Person | None,
    is_public: bool,
) -> Attachment:
    attachment = Attachment(
        incident=incident,
        event=event,
        name=clean_name(file.name, kind),
        content_type=kind.content_type,
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        is_public=is_public,
        uploaded_by=uploaded_by,
    )
    attachment.file.name = _keep(place_of(attachment, ""), file.content)
    attachment.save()
    return attachment


def _keep(place: str, content: bytes) -> str:
    """Write the bytes where they are not yet. A file that a crash cut short is not taken for them.

    A transaction that is rolled back leaves the file: it lies under its digest and serves the next one.
    """
    if default_storage.exists(place) and default_storage.size(place) == len(content):
        return place
    return default_storage.save(place, ContentFile(content))
