"""What the verbs of handling say on the timeline."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import CauseClass, ClockKind, Source
from incidents.presentation.durations import round_words
from incidents.presentation.sentences.register import sentence
from lifecycle.lists import listed
from lifecycle.models import Event


@sentence("report", icon="status-reported", group="status")
def _report(event: Event) -> str:
    source = dict(Source.choices).get(event.data.get("source", ""), "")
    words = {"level": event.data.get("level", ""), "source": source}
    return _("reported it at Level %(level)s (%(source)s)") % words


@sentence("acknowledge", icon="status-acknowledged", tone="ok", group="status")
def _acknowledge(_event: Event) -> str:
    return _("acknowledged it")


@sentence("recover", icon="status-recovered", tone="ok", group="status")
def _recover(_event: Event) -> str:
    return _("recovered it: the service works again")


@sentence("transfer", icon="status-transferred", group="status")
def _transfer(event: Event) -> str:
    return _("transferred it to %(team)s") % {"team": event.data.get("team", "")}


@sentence("accept", icon="check", group="status")
def _accept(_event: Event) -> str:
    return _("accepted the transfer")


@sentence("refuse", icon="thumb-down", tone="warn", group="status")
def _refuse(_event: Event) -> str:
    return _("refused the transfer: it is back with O&M")


@sentence("hold", icon="status-pending", tone="warn", group="status")
def _hold(_event: Event) -> str:
    return _("put it on hold")


@sentence("resume", icon="refresh", group="status")
def _resume(_event: Event) -> str:
    return _("resumed it")


@sentence("resolve", icon="status-resolved", tone="ok", group="status")
def _resolve(event: Event) -> str:
    cause = dict(CauseClass.choices).get(event.data.get("cause_class", ""), "")
    return _("resolved it (%(cause)s)") % {"cause": cause}


@sentence("confirm", icon="thumb-up", tone="ok", group="status")
def _confirm(_event: Event) -> str:
    return _("confirmed that it is well again")


@sentence("close", icon="status-closed", group="status")
def _close(_event: Event) -> str:
    return _("closed it")


@sentence("reopen", icon="arrow-forward-up", tone="bad", group="status")
def _reopen(event: Event) -> str:
    if event.data.get("is_down"):
        return _("reopened it: the service is broken again")
    return _("reopened it")


@sentence("cancel", icon="status-cancelled", group="status")
def _cancel(_event: Event) -> str:
    return _("cancelled it: a false alarm")


@sentence("merge", icon="copy", group="status")
def _merge(event: Event) -> str:
    return _("merged it into %(reference)s") % {"reference": f"INC-{event.data.get('target', '')}"}


@sentence("change_level", icon="adjustments", tone="warn", group="status")
def _change_level(event: Event) -> str:
    words = {"before": event.data.get("from", ""), "after": event.data.get("to", "")}
    return _("changed the level from %(before)s to %(after)s: every deadline was derived anew") % words


@sentence("declare_major", icon="speakerphone", tone="bad", group="status")
def _declare_major(_event: Event) -> str:
    return _("declared it a major incident")


@sentence("assign", icon="user")
def _assign(event: Event) -> str:
    words = {
        "owner": _("made %(person)s its owner"),
        "handler": _("made %(person)s its handler"),
        "manager": _("made %(person)s its incident manager"),
        "communications_lead": _("made %(person)s its communications lead"),
    }
    return listed(words[role] % {"person": name} for role, name in event.data.items() if role in words)


@sentence("restrict", icon="lock")
def _restrict(event: Event) -> str:
    is_restricted = event.data.get("is_restricted")
    said = [
        _("restricted it to those who have to do with it") if is_restricted else _("let every colleague see it again")
    ]
    if people := event.data.get("people"):
        said.append(_("added %(people)s") % {"people": listed(people)})
    if removed := event.data.get("removed"):
        said.append(_("took %(people)s out") % {"people": listed(removed)})
    return listed(said)


@sentence("warn", icon="clock-exclamation", tone="warn", group="status")
def _warn(event: Event) -> str:
    kind = dict(ClockKind.choices).get(event.data.get("clock", ""), "")
    words = {"clock": kind, "percent": event.data.get("percent", "")}
    if event.data.get("percent", 0) >= 100:
        return _("warns: the clock “%(clock)s” is still overdue, %(percent)s %% of its target are used") % words
    return _("warns: %(percent)s %% of the target of the clock “%(clock)s” are used") % words


@sentence("breach", icon="clock-exclamation", tone="bad", group="status")
def _breach(event: Event) -> str:
    clock = dict(ClockKind.choices).get(event.data.get("clock", ""), event.data.get("clock", ""))
    due_at = timezone.localtime(datetime.fromisoformat(event.data["due_at"]))
    late = round_words(event.recorded_at - due_at)
    words = {"clock": clock, "time": due_at.strftime("%H:%M:%S"), "late": late}
    return _("saw the deadline pass: %(clock)s was due at %(time)s (seen %(late)s later)") % words


@sentence("record_impact", icon="users")
def _record_impact(event: Event) -> str:
    words = {"users": f"{event.data.get('users', 0):,}", "views": f"{event.data.get('page_views', 0):,}"}
    if event.data.get("is_estimate"):
        return _("estimated the impact: %(users)s users, %(views)s page views") % words
    return _("recorded the impact: %(users)s users, %(views)s page views") % words


@sentence("change_impact", icon="users")
def _change_impact(event: Event) -> str:
    now, before = event.data, event.data.get("before", {})
    words = {
        "users": f"{now.get('users', 0):,}",
        "views": f"{now.get('page_views', 0):,}",
        "before": f"{before.get('users', 0):,}",
        "views_before": f"{before.get('page_views', 0):,}",
    }
    return _("changed the impact to %(users)s users, %(views)s page views; it was %(before)s, %(views_before)s") % words


@sentence("remove_impact", icon="users")
def _remove_impact(event: Event) -> str:
    before = event.data.get("before", {})
    words = {"users": f"{before.get('users', 0):,}", "views": f"{before.get('page_views', 0):,}"}
    return _("took an impact back: %(users)s users, %(views)s page views") % words


@sentence("unmerge", icon="refresh", group="status")
def _unmerge(event: Event) -> str:
    return _("undid the merge into INC-%(target)s") % {"target": event.data.get("target", "")}


@sentence("gain_duplicate", icon="copy", group="status")
def _gain_duplicate(event: Event) -> str:
    return _("merged INC-%(source)s into it") % {"source": event.data.get("source")}


@sentence("lose_duplicate", icon="copy", group="status")
def _lose_duplicate(event: Event) -> str:
    return _("undid the merge of INC-%(source)s") % {"source": event.data.get("source")}


@sentence("lapse", icon="bell-ringing", tone="warn", group="status")
def _lapse(_event: Event) -> str:
    return _("let the acknowledgement lapse: nobody had followed it up")


@sentence("snooze", icon="clock-pause")
def _snooze(event: Event) -> str:
    until = datetime.fromisoformat(event.data["until"])
    return _("snoozed it until %(moment)s") % {"moment": timezone.localtime(until).strftime("%m-%d %H:%M")}


@sentence("wake", icon="bell")
def _wake(event: Event) -> str:
    return _("ended the snooze") if event.actor_id else _("says that the snooze is over")


@sentence("set_parent", icon="copy")
def _set_parent(event: Event) -> str:
    if event.data.get("to") is None:
        return _("took it away from its parent INC-%(parent)s") % {"parent": event.data.get("from")}
    return _("put it below its parent INC-%(parent)s") % {"parent": event.data["to"]}


@sentence("gain_child", icon="copy")
def _gain_child(event: Event) -> str:
    return _("put INC-%(child)s below it") % {"child": event.data.get("child")}


@sentence("cascade", icon="copy")
def _cascade(event: Event) -> str:
    words = {"parent": event.data.get("parent"), "refused": event.data.get("refused", "")}
    if words["refused"]:
        return _("could not follow its parent INC-%(parent)s: %(refused)s") % words
    return _("followed its parent INC-%(parent)s") % words


@sentence("propose_solution", icon="tool")
def _propose(_event: Event) -> str:
    return _("proposed a solution")


@sentence("approve_solution", icon="thumb-up", tone="ok")
def _approve(_event: Event) -> str:
    return _("approved the solution")


@sentence("reject_solution", icon="thumb-down", tone="warn")
def _reject(_event: Event) -> str:
    return _("rejected the solution")


@sentence("bypass_solution", icon="rocket", tone="bad")
def _bypass(_event: Event) -> str:
    return _("applied the solution in an emergency, before its approval")
