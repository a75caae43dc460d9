"""What the timelines say about emergency plans, on the plan's page and on the incident's."""

from datetime import timedelta

from django.utils.translation import gettext as _

from incidents.presentation.durations import in_words
from incidents.presentation.sentences import sentence
from lifecycle.models import Event


def _words(event: Event) -> dict[str, object]:
    data = event.data
    return {
        "plan": data.get("name", ""),
        "step": data.get("step", ""),
        "title": data.get("title", ""),
        "whom": data.get("whom", ""),
        "host": data.get("host", ""),
        "number": data.get("number", ""),
        "took": in_words(timedelta(seconds=data.get("seconds") or 0)),
        "done": data.get("done", 0),
        "steps": data.get("steps", 0),
    }


@sentence("attach_plan", icon="clipboard-text")
def _attach_plan(event: Event) -> str:
    return _("attached the plan “%(plan)s”") % _words(event)


@sentence("detach_plan", icon="x")
def _detach_plan(event: Event) -> str:
    return _("took the plan “%(plan)s” off") % _words(event)


@sentence("start_plan", icon="status-running")
def _start_plan(event: Event) -> str:
    return _("started the plan “%(plan)s”, version %(number)s") % _words(event)


@sentence("tick_step", icon="check")
def _tick_step(event: Event) -> str:
    return _("did step %(step)s, “%(title)s”, after %(took)s") % _words(event)


@sentence("skip_step", icon="status-skipped", tone="warn")
def _skip_step(event: Event) -> str:
    return _("skipped step %(step)s, “%(title)s”") % _words(event)


@sentence("undo_step", icon="arrow-left", tone="warn")
def _undo_step(event: Event) -> str:
    return _("took step %(step)s, “%(title)s”, back") % _words(event)


@sentence("note_step", icon="note")
def _note_step(event: Event) -> str:
    return _("noted at step %(step)s, “%(title)s”") % _words(event)


@sentence("call_step", icon="send")
def _call_step(event: Event) -> str:
    return _("made the call of step %(step)s, “%(title)s”, to %(host)s") % _words(event)


@sentence("fail_call", icon="alert-circle", tone="bad")
def _fail_call(event: Event) -> str:
    status = event.data.get("status")
    if status:
        return _("got the answer %(status)s for step %(step)s, “%(title)s”") % {**_words(event), "status": status}
    return _("got no answer for step %(step)s, “%(title)s”, from %(host)s") % _words(event)


@sentence("answer_call", icon="send")
def _answer_call(event: Event) -> str:
    words = {**_words(event), "status": event.data.get("status", "")}
    return _("got the answer %(status)s for step %(step)s, “%(title)s”, which was over by then") % words


@sentence("page_from_plan", icon="bell", group="pages")
def _page_from_plan(event: Event) -> str:
    return _("paged %(whom)s by step %(step)s of the plan “%(plan)s”") % _words(event)


@sentence("finish_plan", icon="status-finished", tone="ok")
def _finish_plan(event: Event) -> str:
    return _("finished the plan “%(plan)s”: %(done)s of %(steps)s steps in %(took)s") % _words(event)


@sentence("abort_plan", icon="x", tone="warn")
def _abort_plan(event: Event) -> str:
    return _("aborted the plan “%(plan)s” after %(done)s of %(steps)s steps") % _words(event)


# --- The plan's own page ----------------------------------------------------------------------------------------------


@sentence("add_plan", icon="plus")
def _add_plan(_event: Event) -> str:
    return _("began to write it")


@sentence("save_draft", icon="pencil")
def _save_draft(event: Event) -> str:
    return _("changed the draft, version %(number)s") % _words(event) if event.data else _("described it anew")


@sentence("publish_version", icon="status-published", tone="ok", group="status")
def _publish_version(event: Event) -> str:
    return _("published version %(number)s") % _words(event)


@sentence("restore_version", icon="history")
def _restore_version(event: Event) -> str:
    return _("made the draft a copy of version %(number)s") % _words(event)


@sentence("discard_draft", icon="x")
def _discard_draft(event: Event) -> str:
    return _("discarded the draft, version %(number)s") % _words(event)


@sentence("set_conditions", icon="adjustments")
def _set_conditions(_event: Event) -> str:
    return _("changed when it is attached by itself")


@sentence("refuse_call", icon="lock", tone="bad")
def _refuse_call(event: Event) -> str:
    return _("was refused an address in step %(step)s: %(host)s") % _words(event)


@sentence("retire", icon="x", tone="warn", group="status")
def _retire(_event: Event) -> str:
    return _("retired it")


@sentence("revive", icon="arrow-left", group="status")
def _revive(_event: Event) -> str:
    return _("brought it back")
