"""What the incident's timeline says when alerts join it. The note beside it names them."""

from django.utils.translation import ngettext

from incidents.presentation.sentences import sentence
from lifecycle.models import Event


@sentence("alert", icon="status-firing", tone="bad", group="status")
def _alert(event: Event) -> str:
    count = int(event.data.get("alerts", 1))
    return ngettext("%(count)d more alert joined", "%(count)d more alerts joined", count) % {"count": count}
