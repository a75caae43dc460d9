"""What the services refuse beside the declared transitions, and the checks that every content verb begins with."""

from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict, lock, offers
from postmortems import permissions
from postmortems.models import Postmortem, Status


class WrongPhase(TransitionRefused):
    """The phase that is open does not take this kind of content."""


class WordingRefused(InputRefused):
    """It reads like a cause or a fault, so it was parked for the issue phase. ``words`` are those that tell."""

    def __init__(self, words: list[str], **errors: str) -> None:
        super().__init__(**errors)
        self.words = words


class StaleEdit(VersionConflict):
    """Somebody else edited the row after the asker had read it. ``current`` is the row as it is now."""

    def __init__(self, current: Any, **parts: Any) -> None:
        super().__init__(**parts)
        self.current = current


def begin(postmortem: Postmortem, verb: str, *, phase: str, actor: Person | None) -> None:
    """Lock the postmortem; refuse strangers, and content that belongs to another phase."""
    if actor is not None and not permissions.contributes(postmortem, actor):
        raise NotPermitted(verb)
    lock(postmortem)
    if postmortem.status != phase:
        words = {"needed": Status(phase).label, "present": postmortem.get_status_display()}
        reason = _("That belongs to the phase “%(needed)s”; “%(present)s” is open.") % words
        raise WrongPhase(status=postmortem.status, verb=verb, reason=reason, allowed=_allowed(postmortem))


def refuse_stale(postmortem: Postmortem, row: Any, verb: str, *, expected_version: int | None) -> None:
    """Refuse an edit of a row that has changed since; the row is locked and read anew by the caller."""
    if expected_version is not None and row.version != expected_version:
        reason = _("Somebody else changed this in the meantime. Both texts are shown; keep what is right.")
        raise StaleEdit(row, status=postmortem.status, verb=verb, reason=reason, allowed=_allowed(postmortem))


def _allowed(postmortem: Postmortem) -> list[str]:
    return [offer.verb for offer in offers(postmortem, None) if offer.is_allowed]
