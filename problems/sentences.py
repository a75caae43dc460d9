"""What the timelines say about the verbs of problems, on the problem's page and on the incident's."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences import sentence
from lifecycle.models import Event
from problems.models import Outcome


@sentence("raise", icon="status-logged", group="status")
def _raise(event: Event) -> str:
    incident = event.data.get("incident")
    return _("raised it from %(incident)s") % {"incident": incident} if incident else _("raised it")


@sentence("investigate", icon="status-investigating", group="status")
def _investigate(_event: Event) -> str:
    return _("started to look for the cause")


@sentence("mark_known_error", icon="status-known_error", tone="warn", group="status")
def _mark_known_error(_event: Event) -> str:
    return _("found the cause: a known error with a workaround")


@sentence("update_known_error", icon="pencil")
def _update_known_error(event: Event) -> str:
    return _("rewrote the known error (revision %(revision)s)") % {"revision": event.data.get("revision", "")}


@sentence("plan_fix", icon="status-fix_planned", group="status")
def _plan_fix(_event: Event) -> str:
    return _("planned the fix")


@sentence("verify", icon="status-verifying", group="status")
def _verify(_event: Event) -> str:
    return _("put the fix in place; whether it holds is being verified")


@sentence("record_outcome", icon="shield-check")
def _record_outcome(event: Event) -> str:
    outcome = dict(Outcome.choices).get(event.data.get("outcome", ""), "")
    return _("recorded the outcome: %(outcome)s") % {"outcome": outcome}


@sentence("sign_waiver", icon="status-signed", tone="warn")
def _sign_waiver(_event: Event) -> str:
    return _("signed the waiver")


@sentence("step_back", icon="arrow-left", tone="warn", group="status")
def _step_back(_event: Event) -> str:
    return _("took it back a step")


@sentence("reject", icon="status-rejected", group="status")
def _reject(_event: Event) -> str:
    return _("rejected it")


@sentence("link_incident", icon="link")
def _link_incident(event: Event) -> str:
    return _("linked %(incident)s") % {"incident": event.data.get("incident", "")}


@sentence("unlink_incident", icon="x")
def _unlink_incident(event: Event) -> str:
    return _("unlinked %(incident)s") % {"incident": event.data.get("incident", "")}


@sentence("raise_problem", icon="nav-problems")
def _raise_problem(event: Event) -> str:
    return _("raised the problem %(problem)s") % {"problem": event.data.get("reference", "")}


@sentence("link_problem", icon="nav-problems")
def _link_problem(event: Event) -> str:
    return _("linked the problem %(problem)s") % {"problem": event.data.get("reference", "")}


@sentence("unlink_problem", icon="x")
def _unlink_problem(event: Event) -> str:
    return _("unlinked the problem %(problem)s") % {"problem": event.data.get("reference", "")}


@sentence("receive_workaround", icon="status-known_error", tone="warn")
def _receive_workaround(event: Event) -> str:
    words = {"known_error": event.data.get("known_error", ""), "problem": event.data.get("reference", "")}
    return _("gave a workaround: %(known_error)s of %(problem)s") % words
