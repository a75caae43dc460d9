"""What the timelines say about the verbs of problems, on the problem's page and on the incident's."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences import sentence
from lifecycle.models import Event
from problems.models import Kind, LinkKind, Outcome


@sentence("raise", icon="status-logged", group="status")
def _raise(event: Event) -> str:
    incident = event.data.get("incident")
    if event.data.get("kind"):
        words = {"kind": dict(Kind.choices).get(event.data["kind"], ""), "count": event.data.get("count", "")}
        return _("raised it: %(count)s occurrences, %(kind)s") % words
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
    if event.data.get("ends_on"):
        words = {"outcome": outcome, "day": event.data["ends_on"]}
        return _("recorded the outcome: %(outcome)s, until %(day)s") % words
    return _("recorded the outcome: %(outcome)s") % {"outcome": outcome}


@sentence("sign_waiver", icon="status-signed", tone="warn")
def _sign_waiver(_event: Event) -> str:
    return _("signed the waiver")


@sentence("end_waiver", icon="alert-triangle", tone="warn", group="status")
def _end_waiver(event: Event) -> str:
    return _("noticed that the waiver ended on %(day)s") % {"day": event.data.get("ended_on", "")}


@sentence("step_back", icon="arrow-left", tone="warn", group="status")
def _step_back(_event: Event) -> str:
    return _("took it back a step")


@sentence("reject", icon="status-rejected", group="status")
def _reject(_event: Event) -> str:
    return _("rejected it")


@sentence("link_incident", icon="link")
def _link_incident(event: Event) -> str:
    return _("linked %(incident)s") % {"incident": event.data.get("incident", "")}


@sentence("gather_evidence", icon="refresh")
def _gather_evidence(event: Event) -> str:
    words = {
        "incident": event.data.get("incident", ""),
        "kind": dict(Kind.choices).get(event.data.get("kind", ""), ""),
    }
    return _("linked %(incident)s as a recurrence: %(kind)s") % words


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


@sentence("add_why", icon="user-question")
def _add_why(event: Event) -> str:
    return _("answered why, and found a root cause") if event.data.get("is_root") else _("answered why")


@sentence("remove_why", icon="trash")
def _remove_why(_event: Event) -> str:
    return _("took an answer away")


@sentence("add_factor", icon="plus")
def _add_factor(event: Event) -> str:
    return _("named a contributing factor: %(cause)s") % {"cause": event.data.get("cause", "")}


@sentence("remove_factor", icon="trash")
def _remove_factor(_event: Event) -> str:
    return _("took a contributing factor away")


@sentence("link_change", icon="link")
def _link_change(event: Event) -> str:
    return _("linked a %(kind)s") % {"kind": str(dict(LinkKind.choices).get(event.data.get("kind", ""), "")).lower()}


@sentence("unlink_change", icon="x")
def _unlink_change(_event: Event) -> str:
    return _("unlinked a change")


@sentence("set_recurrence_policy", icon="settings")
def _set_recurrence_policy(event: Event) -> str:
    return _("changed when it is a recurrence: %(name)s") % {"name": event.data.get("name", "")}


@sentence("add_cause", icon="settings")
def _add_cause(event: Event) -> str:
    return _("added the cause “%(name)s”") % {"name": event.data.get("name", "")}


@sentence("change_cause", icon="settings")
def _change_cause(event: Event) -> str:
    return _("changed the cause “%(name)s”") % {"name": event.data.get("name", "")}
