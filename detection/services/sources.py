"""Verbs of sources: add, edit, remove, look whether one answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from catalog.models import Person
from catalog.sealing import seal
from detection import permissions
from detection.models import Source
from detection.services.secrets import refusal_of, secret_of, way_of
from detection.sources import KINDS, Access, Sample, SourceError, Table, reader_of
from detection.sources.checking import checked_options
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, VersionConflict, lock, record_event

LONGEST_TIMEOUT = timedelta(seconds=30)
MOST_ROWS = 1_000_000
EDITABLE = ("name", "options", "secret", "secret_env", "timeout", "row_cap")


@transaction.atomic
def add_source(
    *,
    name: str,
    slug: str,
    kind: str,
    options: Mapping[str, Any],
    secret: str = "",
    secret_env: str = "",
    timeout: timedelta = timedelta(seconds=10),
    row_cap: int = 100_000,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
) -> Source:
    """Add a source. ``secret`` is kept sealed and never shown again; ``secret_env`` names the variable that holds it,
    which the environment binds to a place (secrets.py).

    Raises InputRefused by field, NotPermitted.
    """
    _require_editor(actor)
    source = Source(
        name=name,
        slug=slug,
        kind=kind,
        options=dict(options),
        secret_env=secret_env,
        sealed_secret=seal(secret),
        timeout=timeout,
        row_cap=row_cap,
    )
    _check(source)
    source.save()
    record_event(source, "add", actor=actor, via=via, data={"kind": kind})
    return source


@transaction.atomic
def edit_source(
    source: Source, *, actor: Person | None, via: str, expected_version: int | None = None, **changes: Any
) -> Source:
    """Change any of EDITABLE; a ``secret`` of None stays as it is. A password is never sent to another place than it
    was given for, nor in another way: where any of that changes it must be given again.

    Raises InputRefused by field, NotPermitted, VersionConflict.
    """
    _require_editor(actor)
    lock(source)
    if expected_version is not None and source.version != expected_version:
        reason = _("Somebody else changed this in the meantime. Look at it again, then repeat.")
        raise VersionConflict(status="", verb="edit", reason=reason, allowed=["edit"])
    before = way_of(source)
    secret = changes.pop("secret", None)
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(source, name, value)
    if secret is not None:
        source.sealed_secret = seal(secret)
    _check(source)
    if source.sealed_secret and secret is None and way_of(source) != before:
        raise InputRefused(secret=_("Where the password goes, or whose it is, has changed: give it again."))
    source.version += 1
    source.save()
    record_event(source, "edit", actor=actor, via=via, data={"changed": sorted(changes)})
    return source


@transaction.atomic
def remove_source(source: Source, *, actor: Person | None, via: str) -> None:
    """Raises InputRefused while metrics are read from it; NotPermitted."""
    _require_editor(actor)
    record_event(source, "remove", actor=actor, via=via, data={"name": source.name, "slug": source.slug})
    try:
        with transaction.atomic():
            source.delete()
    except ProtectedError:
        raise InputRefused(source=_("Metrics are read from it.")) from None


@dataclass(frozen=True)
class Seen:
    """What a source showed: its tables, the first rows of one of them, or what is wrong."""

    tables: list[Table]
    table: str = ""
    sample: Sample | None = None
    error: str = ""


def look_at(source: Source, *, actor: Person | None, table: str = "") -> Seen:
    """Ask a source for its tables and a few rows. Raises NotPermitted; what is wrong stands in the answer."""
    _require_editor(actor)
    seen = _look(source, table)
    if source.pk:
        Source.objects.filter(pk=source.pk).update(checked_at=clock.now(), check_error=seen.error)
    return seen


def _look(source: Source, table: str) -> Seen:
    tables: list[Table] = []
    try:
        with reader_of(source.kind, access_of(source)) as reader:
            tables = reader.tables()
            chosen = table if table or not tables else tables[0].name
            return Seen(tables, chosen, reader.sample(chosen) if chosen else None)
    except SourceError as error:
        return Seen(tables, table, error=str(error))


def access_of(source: Source) -> Access:
    """With its password, for a reader. Raises SourceError."""
    return Access(
        options=source.options,
        secret=secret_of(source),
        seconds=source.timeout.total_seconds(),
        row_cap=source.row_cap,
    )


def _check(source: Source) -> None:
    errors: dict[str, str] = {}
    try:
        source.full_clean(exclude=["options"], validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if source.kind not in KINDS:
        raise InputRefused(**errors, kind=_("There is no such kind of source."))
    try:
        source.options = checked_options(source.kind, source.options)
    except InputRefused as refused:
        errors |= refused.errors
    if refusal := refusal_of(source):
        errors["secret_env"] = refusal
    if source.secret_env and source.sealed_secret:
        errors["secret"] = _("Give the password or the variable that holds it, not both.")
    if "timeout" not in errors and not timedelta(seconds=1) <= source.timeout <= LONGEST_TIMEOUT:
        errors["timeout"] = _("The time-out must lie between 1 and %(most)d seconds.") % {
            "most": LONGEST_TIMEOUT.total_seconds()
        }
    if "row_cap" not in errors and not 1 <= source.row_cap <= MOST_ROWS:
        errors["row_cap"] = _("Enter a number from 1 to %(most)d.") % {"most": MOST_ROWS}
    if errors:
        raise InputRefused(**errors)


def _require_editor(actor: Person | None) -> None:
    if actor is not None and not permissions.edits_sources(actor):
        raise NotPermitted("edit")
