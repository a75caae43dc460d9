"""What the timelines say about the verbs of postmortems."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences import sentence
from lifecycle.lists import listed
from lifecycle.models import Event


@sentence("start_postmortem", icon="nav-postmortems")
def _start_postmortem(event: Event) -> str:
    return _("started the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("publish_postmortem", icon="status-published", tone="ok")
def _publish_postmortem(event: Event) -> str:
    return _("published the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("start", icon="nav-postmortems", group="status")
def _start(event: Event) -> str:
    return _("started it about %(incidents)s") % {"incidents": event.data.get("incidents", "")}


@sentence("draw_in_events", icon="download")
def _draw_in(event: Event) -> str:
    return _("drew in what was recorded since: %(number)s entries") % {"number": event.data.get("entries", 0)}


@sentence("open_issues", icon="status-issues", group="status")
def _open_issues(_event: Event) -> str:
    return _("opened the issue phase")


@sentence("open_actions", icon="status-actions", group="status")
def _open_actions(_event: Event) -> str:
    return _("opened the action phase")


@sentence("publish", icon="status-published", tone="ok", group="status")
def _publish(_event: Event) -> str:
    return _("signed it off and published it")


@sentence("repeat_pass", icon="refresh")
def _repeat_pass(_event: Event) -> str:
    return _("went over the list of issues once more")


@sentence("go_back", icon="arrow-left", tone="warn", group="status")
def _go_back(_event: Event) -> str:
    return _("went back a phase")


@sentence("add_entry", icon="plus")
def _add_entry(event: Event) -> str:
    if event.data.get("overridden"):
        words = listed(event.data["overridden"])
        return _("added a fact, insisting on its wording (%(words)s)") % {"words": words}
    return _("added a fact")


@sentence("edit_entry", icon="pencil")
def _edit_entry(event: Event) -> str:
    if event.data.get("overridden"):
        words = listed(event.data["overridden"])
        return _("corrected a fact, insisting on its wording (%(words)s)") % {"words": words}
    return _("corrected a fact")


@sentence("remove_entry", icon="trash")
def _remove_entry(_event: Event) -> str:
    return _("took a fact out")


@sentence("drop_parked", icon="trash")
def _drop_parked(_event: Event) -> str:
    return _("dropped a parked thought")


@sentence("add_issue", icon="plus")
def _add_issue(_event: Event) -> str:
    return _("logged an issue")


@sentence("edit_issue", icon="pencil")
def _edit_issue(_event: Event) -> str:
    return _("worded an issue anew")


@sentence("remove_issue", icon="trash")
def _remove_issue(_event: Event) -> str:
    return _("took an issue off the list")


@sentence("add_action", icon="checkbox")
def _add_action(_event: Event) -> str:
    return _("added an action")


@sentence("decline_action", icon="hand-stop")
def _decline_action(_event: Event) -> str:
    return _("stated why nothing is done about an issue")
