"""What the incident's timeline says about paging."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.presentation.sentences import sentence
from lifecycle.lists import listed
from lifecycle.models import Event
from notifications.conditions import ALERTS, HOURS, WEEKDAYS
from notifications.foresight import UNREACHABLE
from notifications.models import Channel, StepTarget
from notifications.models.notice import NoticeKind
from notifications.wording import failure_words

LEFT_OUT = {
    HOURS: gettext_lazy("the step is not for that hour"),
    WEEKDAYS: gettext_lazy("the step is not for that day of the week"),
    ALERTS: gettext_lazy("there were too few alerts"),
}


def _names(event: Event) -> str:
    return listed(event.data.get("people", [])) or _("nobody")


def _channels(event: Event) -> str:
    labels = dict(Channel.choices)
    values = event.data.get("channels") or [event.data.get("channel", "")]
    return listed(labels.get(value, value) for value in values)


@sentence("page", icon="bell-ringing", group="pages")
def _page(event: Event) -> str:
    words = {"people": _names(event), "channels": _channels(event), "chat": event.data.get("chat", "")}
    if event.data.get("gap") == UNREACHABLE:
        return (
            _("paged %(people)s, stand-ins included, because nobody of the step can be reached (%(channels)s)") % words
        )
    if event.data.get("is_gap"):
        return _("paged the fallback contact %(people)s, because nobody stands there (%(channels)s)") % words
    if words["chat"] and not event.data.get("people"):
        return _("wrote to the chat %(chat)s") % words
    return _("paged %(people)s (%(channels)s)") % words


@sentence("page_left_out", icon="bell-off", group="pages")
def _page_left_out(event: Event) -> str:
    target = dict(StepTarget.choices).get(event.data.get("target", ""), "")
    return _("did not page the %(target)s: %(why)s") % {"target": target, "why": _why(event)}


def _why(event: Event) -> str:
    why = event.data.get("why", "")
    return str(LEFT_OUT.get(why, why))


@sentence("skip_page", icon="bell-off", tone="warn", group="pages")
def _skip_page(event: Event) -> str:
    target = dict(StepTarget.choices).get(event.data.get("target", ""), "")
    return _("left out the next step (%(target)s)") % {"target": target}


@sentence("page_person", icon="bell-ringing", group="pages")
def _page_person(event: Event) -> str:
    return _("paged %(people)s at once") % {"people": _names(event)}


@sentence("add_to_pages", icon="users", group="pages")
def _add_to_pages(event: Event) -> str:
    return _("added %(people)s to every step to come") % {"people": _names(event)}


@sentence("page_skipped", icon="bell-off", tone="warn", group="pages")
def _page_skipped(_event: Event) -> str:
    return _("left out a step that was long overdue, because a later one was due too")


@sentence("escalate", icon="arrow-forward-up", tone="warn", group="pages")
def _escalate(_event: Event) -> str:
    return _("asked for the next person at once")


@sentence("escalation_exhausted", icon="bell-off", tone="bad", group="pages")
def _exhausted(_event: Event) -> str:
    return _("tried every step; nobody acknowledged")


@sentence("notify", icon="mail", group="pages")
def _notify(event: Event) -> str:
    kind = dict(NoticeKind.choices).get(event.data.get("kind", ""), event.data.get("kind", ""))
    return _("sent the notice “%(kind)s” to %(people)s") % {"kind": kind, "people": _names(event)}


@sentence("delivery_failed", icon="alert-triangle", tone="bad", group="pages")
def _delivery_failed(event: Event) -> str:
    error = failure_words(event.data.get("error", ""))
    words = {"person": event.data.get("person", ""), "channels": _channels(event), "error": error}
    return _("could not reach %(person)s (%(channels)s): %(error)s") % words


@sentence("want_war_room", icon="users", group="pages")
def _want_war_room(_event: Event) -> str:
    return _("asked for a chat group")


@sentence("open_war_room", icon="users", tone="ok", group="pages")
def _open_war_room(event: Event) -> str:
    words = {
        "name": event.data.get("name", ""),
        "people": _names(event),
        "missing": listed(event.data.get("missing", [])),
    }
    if event.data.get("missing"):
        return _("made the chat group %(name)s with %(people)s; without an account there: %(missing)s") % words
    return _("made the chat group %(name)s with %(people)s") % words


@sentence("fail_war_room", icon="alert-triangle", tone="bad", group="pages")
def _fail_war_room(event: Event) -> str:
    return _("could not make or write to the chat group: %(error)s") % {"error": event.data.get("error", "")}


@sentence("reached", icon="phone-call", tone="ok", group="pages")
def _reached(_event: Event) -> str:
    return _("was reached")


@sentence("delivery_sent", icon="send", group="pages")
def _delivery_sent(event: Event) -> str:
    words = {"person": event.data.get("person", ""), "channels": _channels(event)}
    if "seconds_late" in event.data:
        words["seconds"] = event.data["seconds_late"]
        return _("sent it to %(person)s (%(channels)s), %(seconds)s s after the acknowledgement") % words
    return _("sent it to %(person)s (%(channels)s)") % words


@sentence("alarm", icon="alert-triangle", tone="warn", group="alerts")
def _alarm(_event: Event) -> str:
    return _("noticed more of it")


@sentence("set_paging", icon="settings")
def _set_paging(_event: Event) -> str:
    return _("changed the settings of paging")
