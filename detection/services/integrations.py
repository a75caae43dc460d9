"""Verbs of integrations: add, edit, rotate the key, enable, disable. ``actor`` is None where the product acts."""

import secrets
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from catalog.services.tokens import digest_of
from detection.intake import mapped
from detection.models import Integration, Receipt, ReceiptStatus
from detection.services.ordering import require_editor
from incidents.models import Level
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, VersionConflict, lock, record_event

EDITABLE = ("name", "kind", "mapping", "service", "level", "recover_on", "most_per_minute")
OLD_KEY_LASTS = timedelta(days=1)


@transaction.atomic
def add_integration(
    *,
    name: str,
    kind: str,
    service: Service,
    level: Level,
    actor: Person | None = None,
    via: str = Via.SYSTEM,
    **more: Any,
) -> tuple[Integration, str]:
    """Returns it with its key, which is never to be seen again. Raises InputRefused by field, NotPermitted."""
    require_editor(actor)
    key = new_key()
    integration = Integration(name=name, kind=kind, service=service, level=level, digest=digest_of(key))
    _set(integration, more)
    _check(integration)
    integration.save()
    record_event(integration, "add", actor=actor, via=via, data={"kind": kind})
    return integration, key


@transaction.atomic
def edit_integration(
    integration: Integration, *, actor: Person | None, via: str, expected_version: int | None = None, **changes: Any
) -> Integration:
    """Change any of EDITABLE. Raises InputRefused by field, NotPermitted, VersionConflict."""
    require_editor(actor)
    lock_version(integration, expected_version)
    _set(integration, changes)
    _check(integration)
    integration.version += 1
    integration.save(update_fields=[*changes, "version"])
    record_event(integration, "edit", actor=actor, via=via, data={"changed": sorted(changes)})
    return integration


@transaction.atomic
def rotate_key(integration: Integration, *, actor: Person | None, via: str, at_once: bool = False) -> str:
    """A new key; the old one opens for a day more, or no longer where it has leaked (``at_once``)."""
    require_editor(actor)
    lock(integration)
    key = new_key()
    integration.old_digest = "" if at_once else integration.digest
    integration.old_digest_until = None if at_once else clock.now() + OLD_KEY_LASTS
    integration.digest = digest_of(key)
    integration.version += 1
    integration.save(update_fields=["old_digest", "old_digest_until", "digest", "version"])
    record_event(integration, "rotate_key", actor=actor, via=via, data={"at_once": at_once})
    return key


@transaction.atomic
def switch_integration(integration: Integration, *, is_active: bool, actor: Person | None, via: str) -> Integration:
    """Take bodies in, or answer as if there were no such address. What has been received is worked off anyway."""
    require_editor(actor)
    lock(integration)
    if integration.is_active != is_active:
        integration.is_active = is_active
        integration.version += 1
        integration.save(update_fields=["is_active", "version"])
        record_event(integration, "enable" if is_active else "disable", actor=actor, via=via)
    return integration


@transaction.atomic
def retry_receipt(receipt: Receipt, *, actor: Person | None, via: str) -> Receipt:
    """Read a body that was not understood once more, as after a change of the mapping."""
    require_editor(actor)
    lock(receipt)
    if receipt.status == ReceiptStatus.QUARANTINED:
        receipt.status, receipt.attempts, receipt.due_at = ReceiptStatus.WAITING, 0, clock.now()
        receipt.save(update_fields=["status", "attempts", "due_at"])
        record_event(receipt.integration, "retry_body", actor=actor, via=via, data={"receipt": receipt.pk})
    return receipt


def find_integration(key: str) -> Integration | None:
    """Whose key that is, the old one for a day; None for a wrong key and for one that takes nothing in."""
    if not key or len(key) > 200:
        return None
    digest = digest_of(key)
    is_theirs = Q(digest=digest) | Q(old_digest=digest, old_digest_until__gt=Now())
    return Integration.objects.filter(is_theirs, is_active=True).first()


def new_key() -> str:
    return f"mint_{secrets.token_urlsafe(32)}"


def lock_version(record: Any, expected_version: int | None) -> None:
    """Lock it, unless somebody has changed it since it was read. Raises VersionConflict."""
    lock(record)
    if expected_version is not None and record.version != expected_version:
        reason = _("Somebody else changed this in the meantime. Look at it again, then repeat.")
        raise VersionConflict(status="", verb="edit", reason=reason, allowed=["edit"])


def _set(integration: Integration, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(integration, name, value)


def _check(integration: Integration) -> None:
    errors: dict[str, str] = {}
    try:
        integration.full_clean(exclude=["mapping"], validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if refusal := _error_of_mapping(integration):
        errors["mapping"] = refusal
    if not 1 <= integration.most_per_minute <= 1_000_000:
        errors["most_per_minute"] = _("Enter a number from 1 to 1000000.")
    if errors:
        raise InputRefused(**errors)


def _error_of_mapping(integration: Integration) -> str:
    mapping = integration.mapping
    if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
        return _("It must be an object of fields and paths.")
    if slips := sorted(set(mapping) - {*mapped.FIELDS, *mapped.WORDS}):
        known = ", ".join((*mapped.FIELDS, *mapped.WORDS))
        return _("“%(name)s” is no field; there are %(known)s.") % {"name": slips[0][:40], "known": known}
    if any(len(path) > mapped.LONGEST_PATH for path in mapping.values()):
        return _("A path is at most %(count)d letters long.") % {"count": mapped.LONGEST_PATH}
    if integration.kind == "mapped" and not mapping:
        return _("Name the path of a field at least.")
    return ""
