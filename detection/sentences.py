"""What the incident's timeline says when alerts join it. The note beside it names them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.presentation.sentences import sentence
from lifecycle.models import Event


@sentence("alert", icon="status-firing", tone="bad", group="status")
def _alert(event: Event) -> str:
    count = int(event.data.get("alerts", 1))
    return ngettext("%(count)d more alert joined", "%(count)d more alerts joined", count) % {"count": count}


@sentence("localise", icon="radar-2", group="status")
def _localise(event: Event) -> str:
    return _("sees the fault elsewhere now: %(segment)s") % {"segment": event.data.get("name", "")}


@sentence("alert_again", icon="status-firing", tone="bad", group="status")
def _alert_again(_event: Event) -> str:
    return _("saw its alerts come again")


@sentence("flap", icon="status-firing", tone="bad", group="status")
def _flap(_event: Event) -> str:
    return _("sees an alert come and go")
