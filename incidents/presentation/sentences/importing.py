"""What the history of an imported incident says on the timeline."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences.register import sentence
from lifecycle.lists import listed
from lifecycle.models import Event


@sentence("import", icon="history", group="status")
def _import(event: Event) -> str:
    words = {"state": event.data.get("state", ""), "what": _changed(event)}
    if not event.from_status:
        return _("recorded elsewhere: opened as “%(state)s” (%(what)s)") % words
    return _("recorded elsewhere: “%(state)s” (%(what)s)") % words


def _changed(event: Event) -> str:
    """Who did it, where it lay, and what changed beside the status."""
    parts = [event.data[key] for key in ("by", "group") if event.data.get(key)] or [event.data.get("imported", "")]
    changes = event.data.get("changes") or {}
    parts += [f"{column}: {before or '?'} → {after or '?'}" for column, (before, after) in changes.items()]
    return listed(parts)
