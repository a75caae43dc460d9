"""What major incidents, their solutions and reports say on the timeline, and reminders of whatever is to be done."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import ReminderKind
from incidents.presentation.sentences.register import sentence
from lifecycle.models import Event


@sentence("propose_major", icon="speakerphone", tone="warn", group="status")
def _propose(_event: Event) -> str:
    return _("proposed it as a major incident")


@sentence("accept_major", icon="speakerphone", tone="bad", group="status")
def _accept(_event: Event) -> str:
    return _("accepted it as a major incident and manages it")


@sentence("reject_major", icon="thumb-down", group="status")
def _reject(_event: Event) -> str:
    return _("rejected it as a major incident")


@sentence("withdraw_major", icon="arrow-left", group="status")
def _withdraw(_event: Event) -> str:
    return _("took the proposal of a major incident back")


@sentence("ask_solution", icon="message")
def _ask(event: Event) -> str:
    return _("asked %(person)s about the solution") % {"person": event.data.get("person", "")}


@sentence("answer_solution", icon="message")
def _answer(_event: Event) -> str:
    return _("answered about the solution")


@sentence("delegate_solution", icon="send")
def _delegate(event: Event) -> str:
    return _("asked %(person)s to decide about the solution") % {"person": event.data.get("person", "")}


@sentence("open_report", icon="clipboard-text", tone="warn")
def _open_report(event: Event) -> str:
    words = {"person": event.data.get("person", ""), "day": _day(event.data.get("due_at"))}
    if not words["person"]:
        return _("asks for the major-incident report by %(day)s") % words
    return _("asks %(person)s for the major-incident report by %(day)s") % words


@sentence("assign_report", icon="user")
def _assign_report(event: Event) -> str:
    return _("gave the major-incident report to %(person)s") % {"person": event.data.get("person", "")}


@sentence("submit_report", icon="send")
def _submit_report(_event: Event) -> str:
    return _("submitted the major-incident report")


@sentence("sign_report", icon="status-signed", tone="ok")
def _sign_report(_event: Event) -> str:
    return _("signed the major-incident report")


@sentence("send_back_report", icon="thumb-down", tone="warn")
def _send_back_report(_event: Event) -> str:
    return _("sent the major-incident report back")


@sentence("remind", icon="bell", tone="warn")
def _remind(event: Event) -> str:
    kind = event.data.get("kind", "")
    what = str(ReminderKind(kind).label) if kind in ReminderKind.values else kind
    if event.data.get("reason"):
        what = f"{what} ({event.data['reason']})"
    if event.data.get("person"):
        return _("reminded %(person)s: %(what)s") % {"person": event.data["person"], "what": what}
    return _("reminded: %(what)s") % {"what": what}


def _day(moment: str | None) -> str:
    return timezone.localtime(datetime.fromisoformat(moment)).strftime("%Y-%m-%d") if moment else ""
