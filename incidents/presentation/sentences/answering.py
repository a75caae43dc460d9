"""What those say on the timeline who write from outside."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences.register import sentence
from lifecycle.models import Event


@sentence("reply", icon="mail", tone="human")
def _reply(event: Event) -> str:
    words = {"name": event.data.get("name", "")}
    if event.actor_id and event.via != "email":
        return _("added a mail of %(name)s") % words
    return _("answered by e-mail") if event.actor_id else _("took in a mail of %(name)s") % words
