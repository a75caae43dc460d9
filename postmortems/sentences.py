"""What the timelines say about the verbs of postmortems."""

from django.utils.translation import gettext as _

from incidents.presentation.sentences import sentence
from lifecycle.lists import listed
from lifecycle.models import Event
from postmortems.models import Milestone


@sentence("start_postmortem", icon="nav-postmortems")
def _start_postmortem(event: Event) -> str:
    return _("started the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("publish_postmortem", icon="status-published", tone="ok")
def _publish_postmortem(event: Event) -> str:
    return _("published the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("propose_postmortem", icon="nav-postmortems")
def _propose_postmortem(event: Event) -> str:
    return _("proposed the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("join_postmortem", icon="nav-postmortems")
def _join_postmortem(event: Event) -> str:
    return _("made it part of the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("decline_postmortem", icon="hand-stop")
def _decline_postmortem(event: Event) -> str:
    return _("declined the postmortem %(postmortem)s") % {"postmortem": event.data.get("reference", "")}


@sentence("propose", icon="nav-postmortems", group="status")
def _propose(event: Event) -> str:
    return _("proposed it about %(incidents)s") % {"incidents": event.data.get("incidents", "")}


@sentence("join", icon="nav-postmortems")
def _join(event: Event) -> str:
    return _("added %(incidents)s, which belongs to the same") % {"incidents": event.data.get("incidents", "")}


@sentence("begin", icon="status-timeline", group="status")
def _begin(_event: Event) -> str:
    return _("started the postmortem that was proposed")


@sentence("decline", icon="hand-stop", group="status")
def _decline(_event: Event) -> str:
    return _("declined it")


@sentence("answer_gap", icon="user-question")
def _answer_gap(event: Event) -> str:
    if event.data.get("milestone") in Milestone.values:
        return _("said that there is nothing to enter: %(question)s") % {
            "question": Milestone(event.data["milestone"]).label
        }
    return _("said that nothing happened in a silence of the timeline")


@sentence("replay_detection", icon="history")
def _replay_detection(event: Event) -> str:
    words = {"fired": event.data.get("fired", 0), "rules": event.data.get("rules", 0)}
    return _("replayed today's rules: %(fired)s of %(rules)s would have fired") % words


@sentence("record_session", icon="users")
def _record_session(event: Event) -> str:
    return _("wrote down who was there: %(people)s people") % {"people": event.data.get("people", 0)}


@sentence("name_facilitator", icon="user")
def _name_facilitator(event: Event) -> str:
    return _("gave the lead to %(name)s") % {"name": event.data.get("name", "")}


@sentence("comment", icon="message")
def _comment(_event: Event) -> str:
    return _("commented")


@sentence("start", icon="nav-postmortems", group="status")
def _start(event: Event) -> str:
    if "incidents" not in event.data:  # a meeting
        return _("started it")
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
def _repeat_pass(event: Event) -> str:
    return _("went over the list of issues once more: pass %(number)s") % {"number": event.data.get("pass", "")}


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
def _drop_parked(event: Event) -> str:
    return _("dropped the parked thought “%(text)s”") % {"text": event.data.get("text", "")}


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


@sentence("set_word_list", icon="settings")
def _set_word_list(event: Event) -> str:
    return _("changed the word list “%(name)s”") % {"name": event.data.get("name", "")}


@sentence("import_postmortem", icon="download")
def _import_postmortem(event: Event) -> str:
    return _("imported it from %(file)s") % {"file": event.data.get("file", "")}


@sentence("edit_section", icon="pencil")
def _edit_section(event: Event) -> str:
    return _("wrote in “%(section)s”") % {"section": event.data.get("section", "")}


@sentence("set_trigger", icon="settings")
def _set_trigger(event: Event) -> str:
    return _("changed the trigger “%(name)s”") % {"name": event.data.get("name", "")}


@sentence("add_trigger", icon="settings")
def _add_trigger(event: Event) -> str:
    return _("added the trigger “%(name)s”") % {"name": event.data.get("name", "")}


@sentence("set_review_policy", icon="settings")
def _set_review_policy(_event: Event) -> str:
    return _("changed the policy of postmortems")
