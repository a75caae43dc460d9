"""What people wrote, and what was done to entries."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences.register import sentence
from lifecycle.models import Event


@sentence("note", icon="note")
def _note(event: Event) -> str:
    words = {"decision": _("decided"), "evidence": _("added evidence")}
    return _with_source(event, words.get(event.data.get("kind", ""), _("noted")))


@sentence("update", icon="speakerphone")
def _update(event: Event) -> str:
    return _with_source(event, _("told those affected how it stands"))


@sentence("reply", icon="message")
def _reply(event: Event) -> str:
    if event.data.get("mail") is None:
        return _with_source(event, _("wrote"))
    if event.actor_id and event.via != "email":
        return _("added a mail of %(name)s") % {"name": event.data.get("name", "")}
    return _with_source(event, _("wrote by e-mail"))


@sentence("attach", icon="paperclip")
def _attach(event: Event) -> str:
    return _with_source(event, _("attached files"))


@sentence("pin", icon="flag")
def _pin(_event: Event) -> str:
    return _("pinned an entry")


@sentence("unpin", icon="flag")
def _unpin(_event: Event) -> str:
    return _("unpinned an entry")


@sentence("watch", icon="eye")
def _watch(_event: Event) -> str:
    return _("watches it from now on")


@sentence("unwatch", icon="eye")
def _unwatch(_event: Event) -> str:
    return _("watches it no longer")


def _with_source(event: Event, text: str) -> str:
    """Says of what was written for a merged incident that it came here."""
    source = event.data.get("source")
    if source is None:
        return text
    return _("%(text)s (for INC-%(source)s, which was merged into this one)") % {"text": text, "source": source}
