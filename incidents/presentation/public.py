"""What a reporter reads of a timeline. ONE table: a verb that does not stand in it is internal.

Pages, deliveries, solutions, levels, roles and reasons are ours. What a public entry says is stated here, not by the
sentences for colleagues, and its note is shown only where the table says that it was written for the reporter.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from incidents.models import WaitingFor
from incidents.models.note import Visibility
from lifecycle.models import Event

Condition = Callable[[Event], bool]


def _never(_event: Event) -> bool:
    return False


def _always(_event: Event) -> bool:
    return True


def is_by_reporter(event: Event) -> bool:
    """By a link or a mail, of people without an account; by an account is seen from the reader."""
    return event.actor_id is None and event.via in ("web", "email")


def _asks_reporter(event: Event) -> bool:
    return bool(event.data.get("waiting_for") == WaitingFor.REPORTER)


@dataclass(frozen=True)
class PublicWords:
    """``sentence`` follows the name of whoever acted; ``shows_note``: whether the event's note is for the reporter."""

    sentence: str | Promise
    shows_note: Condition = _never


WRITTEN = ("note", "update", "reply", "attach")
"""Each of these says itself who may read it: ``data["visibility"]``."""
WORDS: dict[str, PublicWords] = {
    "note": PublicWords(gettext_lazy("wrote"), _always),
    "update": PublicWords(gettext_lazy("told how it stands"), _always),
    "reply": PublicWords(gettext_lazy("wrote"), _always),
    "attach": PublicWords(gettext_lazy("attached files"), _always),
    "report": PublicWords(gettext_lazy("received the report")),
    "acknowledge": PublicWords(gettext_lazy("started to work on it")),
    "recover": PublicWords(gettext_lazy("made the service work again")),
    "transfer": PublicWords(gettext_lazy("handed it to the developers")),
    "hold": PublicWords(gettext_lazy("cannot go on at the moment"), _asks_reporter),
    "resume": PublicWords(gettext_lazy("went on working on it")),
    "resolve": PublicWords(gettext_lazy("solved it")),
    "confirm": PublicWords(gettext_lazy("confirmed that it is well again"), is_by_reporter),
    "close": PublicWords(gettext_lazy("closed it")),
    "reopen": PublicWords(gettext_lazy("took it up again"), is_by_reporter),
    "cancel": PublicWords(gettext_lazy("withdrew it")),
    "merge": PublicWords(gettext_lazy("handles it together with another report of the same")),
    "unmerge": PublicWords(gettext_lazy("handles it by itself again")),
}
OURS = pgettext_lazy("who acted, to a reporter", "Our team")
THEIRS = pgettext_lazy("who acted, to a reporter", "You")


def public_only() -> Q:
    """The events that the table lets through, as a condition."""
    by_status = [verb for verb in WORDS if verb not in WRITTEN]
    return Q(verb__in=by_status) | Q(verb__in=WRITTEN, data__visibility=Visibility.PUBLIC)


def is_public(event: Event) -> bool:
    """The same of one event."""
    if event.verb in WRITTEN:
        return bool(event.data.get("visibility") == Visibility.PUBLIC)
    return event.verb in WORDS


def public_text(event: Event, *, reporter_id: int | None) -> str:
    if event.verb == "hold" and _asks_reporter(event):
        return _("asks you")
    if event.verb == "report" and is_own(event, reporter_id):
        return _("reported it")
    return str(WORDS[event.verb].sentence)


def public_note(event: Event, *, reporter_id: int | None) -> str:
    """The note where it is for the reporter: written for them, or by them."""
    is_shown = event.verb in WORDS and (WORDS[event.verb].shows_note(event) or is_own(event, reporter_id))
    return event.note if is_shown else ""


def public_actor(event: Event, *, reporter_id: int | None) -> str:
    """No names of ours."""
    return str(THEIRS if is_own(event, reporter_id) else OURS)


def is_own(event: Event, reporter_id: int | None) -> bool:
    """Whether the reporter did it, with an account or without."""
    if event.actor_id is not None:
        return event.actor_id == reporter_id
    return event.verb in ("reply", "confirm", "reopen", "report") and is_by_reporter(event)
