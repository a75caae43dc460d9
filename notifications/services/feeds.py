"""Secret addresses under which calendar programs read duty. Only their SHA-256 is kept."""

import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from catalog.services import digest_of
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import CalendarFeed, Schedule

MOST_FEEDS = 20


@transaction.atomic
def make_feed(*, actor: Person, schedule: Schedule | None = None) -> tuple[CalendarFeed, str]:
    """A feed of the actor's own duty, or of everybody's in a schedule, with the secret that is shown once."""
    if not actor.is_colleague:
        raise NotPermitted("make_feed")
    if actor.calendar_feeds.filter(revoked_at=None).count() >= MOST_FEEDS:
        raise InputRefused(schedule=_("You have %(number)d addresses: revoke one first.") % {"number": MOST_FEEDS})
    secret = secrets.token_urlsafe(32)
    return CalendarFeed.objects.create(digest=digest_of(secret), owner=actor, schedule=schedule), secret


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, actor: Person) -> None:
    """The address answers nothing from now on."""
    if feed.owner_id != actor.pk:
        raise NotPermitted("revoke_feed")
    feed.revoked_at = feed.revoked_at or clock.now()
    feed.save(update_fields=["revoked_at"])


@transaction.atomic
def rotate_feed(feed: CalendarFeed, *, actor: Person) -> tuple[CalendarFeed, str]:
    """A new address for the same duty; the old one answers nothing from now on."""
    revoke_feed(feed, actor=actor)
    return make_feed(actor=actor, schedule=feed.schedule)


def find_feed(secret: str) -> CalendarFeed | None:
    """The feed that a calendar program asks for, with a note that it was asked for. Inactive owners have none."""
    feeds = CalendarFeed.objects.filter(digest=digest_of(secret), revoked_at=None, owner__is_active=True)
    feed = feeds.select_related("owner", "schedule__team").first()
    if feed is None or not feed.owner.is_colleague:
        return None
    CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=clock.now())
    return feed
