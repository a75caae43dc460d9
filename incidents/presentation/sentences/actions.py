"""What action items say in their own history, and on the timeline of their incident."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.presentation.sentences.register import sentence
from lifecycle.models import Event

ITEM = "incidents.actionitem"


@sentence("add", icon="plus", of=ITEM)
@sentence("open", icon="plus", of=ITEM)
def _open(event: Event) -> str:
    words = {"owner": event.data.get("owner", ""), "day": event.data.get("due_on", "")}
    if not words["owner"]:
        return _("opened it")
    return _("opened it for %(owner)s, due on %(day)s") % words


@sentence("complete", icon="status-done", tone="ok", of=ITEM)
def _complete(_event: Event) -> str:
    return _("said that it is done, with this proof")


@sentence("verify", icon="status-verified", tone="ok", of=ITEM)
def _verify(_event: Event) -> str:
    return _("verified that it is done")


@sentence("send_back", icon="thumb-down", tone="warn", of=ITEM)
def _send_back(_event: Event) -> str:
    return _("sent it back: it is not done yet")


@sentence("cancel", icon="status-cancelled", of=ITEM)
def _cancel(_event: Event) -> str:
    return _("cancelled it")


@sentence("change_due", icon="calendar", tone="warn", of=ITEM)
def _change_due(event: Event) -> str:
    return _("moved the due date from %(from)s to %(to)s") % {
        "from": event.data.get("from", ""),
        "to": event.data.get("to", ""),
    }


@sentence("reassign", icon="user", of=ITEM)
def _reassign(event: Event) -> str:
    return _("gave it from %(from)s to %(to)s") % {"from": event.data.get("from", ""), "to": event.data.get("to", "")}


@sentence("set_reminder", icon="bell", of=ITEM)
def _set_reminder(event: Event) -> str:
    if not event.data.get("on"):
        return _("took the reminder back")
    return _("set a reminder to %(day)s") % {"day": event.data["on"]}


@sentence("remind", icon="mail", of=ITEM)
def _remind(event: Event) -> str:
    days = int(event.data.get("days_left", 0))
    if not days:
        return _("reminded the owner: it is due today")
    return ngettext(
        "reminded the owner: it is due in %(days)d day", "reminded the owner: it is due in %(days)d days", days
    ) % {"days": days}


@sentence("nag", icon="clock-exclamation", tone="bad", of=ITEM)
def _nag(event: Event) -> str:
    days = int(event.data.get("days_over", 0))
    return ngettext("told that it is overdue by %(days)d day", "told that it is overdue by %(days)d days", days) % {
        "days": days
    }


@sentence("open_action", icon="checkbox")
def _open_action(event: Event) -> str:
    words = {"owner": event.data.get("owner", ""), "day": event.data.get("due_on", "")}
    return _("opened an action item for %(owner)s, due on %(day)s") % words


@sentence("complete_action", icon="checkbox")
def _complete_action(_event: Event) -> str:
    return _("said that an action item is done")


@sentence("verify_action", icon="checkbox", tone="ok")
def _verify_action(_event: Event) -> str:
    return _("verified that an action item is done")


@sentence("send_back_action", icon="checkbox", tone="warn")
def _send_back_action(_event: Event) -> str:
    return _("sent an action item back")


@sentence("cancel_action", icon="checkbox")
def _cancel_action(_event: Event) -> str:
    return _("cancelled an action item")
