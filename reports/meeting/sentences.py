"""What histories say about meetings and hand-over notes. Verbs that other records have too keep their sentence."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences import sentence
from lifecycle.models import Event
from reports.meeting.words import section_title


@sentence("plan", icon="calendar", group="status")
def _plan(_event: Event) -> str:
    return _("planned it")


@sentence("arrange", icon="users")
def _arrange(_event: Event) -> str:
    return _("said who takes part")


@sentence("turn_to", icon="arrow-right")
def _turn_to(event: Event) -> str:
    return _("went on to “%(section)s”") % {"section": section_title(event.data.get("section", ""))}


@sentence("end", icon="flag", tone="ok", group="status")
def _end(_event: Event) -> str:
    return _("ended it")


@sentence("reinstate", icon="arrow-forward-up", group="status")
def _reinstate(_event: Event) -> str:
    return _("put it back on the calendar")


@sentence("decide", icon="checkbox")
def _decide(event: Event) -> str:
    if event.data.get("owner"):
        return _("recorded a decision, for %(owner)s to do by %(day)s") % {
            "owner": event.data["owner"],
            "day": event.data.get("due_on", ""),
        }
    return _("recorded a decision")


@sentence("draft", icon="pencil")
def _draft(_event: Event) -> str:
    return _("drafted it")


@sentence("redraft", icon="refresh")
def _redraft(_event: Event) -> str:
    return _("learned of a change of the schedule")


@sentence("hand_over", icon="send", group="status")
def _hand_over(_event: Event) -> str:
    return _("handed it over")


@sentence("replace_note", icon="pencil")
def _replace_note(_event: Event) -> str:
    return _("wrote over this text")


@sentence("keep_note", icon="note")
def _keep_note(_event: Event) -> str:
    return _("typed this while somebody else was writing")


@sentence("set_meeting_policy", icon="settings")
def _set_policy(_event: Event) -> str:
    return _("changed when meetings are held")
