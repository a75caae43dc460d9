"""Verbs about the links of wall-boards."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Role
from catalog.services import digest_of
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, record_event
from reports.models import WallLink

MOST_LINKS = 50
SEEN_EVERY = timedelta(minutes=1)
"""A screen asks every few seconds; that it still does is written down no more often than this."""


def may_link(person: Person) -> bool:
    return person.has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


@transaction.atomic
def make_wall_link(*, actor: Person, name: str, detail: str, language: str, via: str = Via.WEB) -> tuple[WallLink, str]:
    """A link with its secret, which is shown once. Raises NotPermitted, InputRefused, ValidationError by field."""
    if not may_link(actor):
        raise NotPermitted("make_wall_link")
    if WallLink.objects.filter(revoked_at=None).count() >= MOST_LINKS:
        raise InputRefused(name=_("There are %(number)d links: revoke one first.") % {"number": MOST_LINKS})
    secret = secrets.token_urlsafe(32)
    link = WallLink(name=name, detail=detail, language=language, made_by=actor, digest=digest_of(secret))
    link.full_clean()
    link.save()
    record_event(link, "make_wall_link", actor=actor, via=via, data={"name": name, "detail": detail})
    return link, secret


@transaction.atomic
def revoke_wall_link(link: WallLink, *, actor: Person, via: str = Via.WEB) -> None:
    """The screen goes blank at its next question."""
    if not may_link(actor):
        raise NotPermitted("revoke_wall_link")
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        link.save(update_fields=["revoked_at"])
        record_event(link, "revoke_wall_link", actor=actor, via=via, data={"name": link.name})


def find_wall_link(secret: str) -> WallLink | None:
    """The link behind a secret. One whose maker may no longer make any answers nothing."""
    links = WallLink.objects.filter(digest=digest_of(secret), revoked_at=None)
    link = links.select_related("made_by").first()
    if link is None or not may_link(link.made_by):
        return None
    now = clock.now()
    if link.last_used_at is None or link.last_used_at < now - SEEN_EVERY:
        WallLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link
