"""What the timelines say about the verbs of findings and of their inspections."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences import sentence
from lifecycle.models import Event


@sentence("find", icon="search", tone="warn", group="status")
def _find(event: Event) -> str:
    words = {"name": event.data.get("inspection") or event.data.get("activity", "")}
    return _("found it: %(name)s") % words


@sentence("reappear", icon="arrow-forward-up", tone="bad", group="status")
def _reappear(_event: Event) -> str:
    return _("found it again")


@sentence("take_up", icon="hand-stop", group="status")
def _take_up(_event: Event) -> str:
    return _("took it up")


@sentence("settle", icon="check", group="status")
def _settle(_event: Event) -> str:
    return _("said that it is done")


@sentence("confirm", icon="status-verified", group="status")
def _confirm(_event: Event) -> str:
    return _("confirmed that it is gone")


@sentence("request_waiver", icon="status-requested", tone="warn")
def _request_waiver(_event: Event) -> str:
    return _("asked that the risk be borne")


@sentence("waive", icon="status-signed", tone="warn", group="status")
def _waive(_event: Event) -> str:
    return _("bears the risk")


@sentence("link_finding", icon="shield-check")
def _link_finding(event: Event) -> str:
    return _("linked the finding FND-%(number)s") % {"number": event.data.get("finding", "")}


@sentence("fail_run", icon="alert-triangle", tone="bad")
def _fail_run(_event: Event) -> str:
    return _("could not run it")


@sentence("run", icon="refresh")
def _run(_event: Event) -> str:
    return _("had it run at once")


@sentence("refuse_query", icon="alert-triangle", tone="bad")
def _refuse_query(_event: Event) -> str:
    return _("wrote a query that was refused")
