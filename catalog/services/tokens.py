"""Keys of the API."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from catalog import permissions
from catalog.models import ApiToken, Person
from catalog.services.records import record
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted


def issue_token(*, person: Person, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """Make an API token; returns it with the key, which is never to be seen again."""
    key = f"mst_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(person=person, name=name, digest=digest_of(key), expires_at=expires_at)
    return token, key


@transaction.atomic
def withdraw_token(token: ApiToken, *, actor: Person, via: str = Via.WEB) -> None:
    """From now on the key opens nothing."""
    if token.person_id != actor.pk and not permissions.administers(actor):
        raise NotPermitted("withdraw_token")
    record(token.person, "withdraw_token", actor, via, {"name": token.name})
    token.delete()


def digest_of(key: str) -> str:
    """SHA-256 in hex: the key has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()
