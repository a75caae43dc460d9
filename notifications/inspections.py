"""Inspections of what paging rests on: somebody on call at every moment, whose phone has proved to be theirs."""

from datetime import datetime, timedelta

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from detection.inspections.kinds import Fact, Kind, Look, ParametersForm, Seen, register
from detection.inspections.kinds.services import CATALOGUE
from detection.inspections.shipped import install
from detection.models import Risk
from notifications.models import Schedule
from notifications.rosters import Rota, read_rotas

MOST_TOLD = 5


SHIPPED = (
    (gettext_noop("Gaps in on-call duty"), "oncall_gap", {"days": 14}, Risk.HIGH, 3),
    (gettext_noop("On call without a verified phone"), "unverified_phone", {"days": 14}, Risk.HIGH, 3),
)


class AheadForm(ParametersForm):
    days = forms.IntegerField(label=gettext_lazy("Days looked ahead at"), min_value=1, max_value=90, initial=14)


def look_at_gaps(look: Look) -> Seen:
    """One finding a schedule, however many its gaps are."""
    return Seen([fact for rota in _rotas(look) if (fact := _gaps(rota, look)) is not None])


def look_at_phones(look: Look) -> Seen:
    """Those who are on call within the time: one finding a person."""
    facts: dict[int, Fact] = {}
    for rota in _rotas(look):
        duties = rota.duties_between(look.now, _end(look))
        numbers = {number for duty in duties for number in (*duty.primary, *duty.secondary)}
        for person in rota.who(sorted(numbers)):
            if not person.has_verified_phone:
                words = {"person": person, "schedule": rota.schedule}
                title = _("%(person)s is on call in %(schedule)s without a verified phone") % words
                facts.setdefault(
                    person.pk, Fact(f"person:{person.pk}", title, owner=person.pk, link=reverse("catalog:people"))
                )
    return Seen(list(facts.values()))


def _gaps(rota: Rota, look: Look) -> Fact | None:
    gaps = [duty for duty in rota.duties_between(look.now, _end(look)) if duty.is_gap]
    if not gaps:
        return None
    title = _("Nobody is on call in %(schedule)s at times") % {"schedule": rota.schedule}
    lines = [f"{_local(gap.start, rota)} - {_local(gap.end, rota)}" for gap in gaps[:MOST_TOLD]]
    lines += [_("and %(count)d more") % {"count": len(gaps) - MOST_TOLD}] if len(gaps) > MOST_TOLD else []
    lead = rota.schedule.team.leader_id
    return Fact(
        f"schedule:{rota.schedule.pk}",
        title,
        "\n".join(lines),
        owner=lead,
        link=reverse("notifications:schedule", args=[rota.schedule.team.slug]),
    )


def _local(moment: datetime, rota: Rota) -> str:
    return f"{moment.astimezone(rota.zone):%Y-%m-%d %H:%M}"


def _rotas(look: Look) -> list[Rota]:
    return read_rotas(Schedule.objects.select_related("team"), look.now, _end(look))


def _end(look: Look) -> datetime:
    return look.now + timedelta(days=look.parameters["days"])


register(
    Kind(
        slug="oncall_gap",
        label=gettext_lazy("Gap in on-call duty"),
        about=gettext_lazy("Times ahead at which nobody is on call in a schedule."),
        group=CATALOGUE,
        look=look_at_gaps,
        form=AheadForm,
        icon="headset",
    )
)
register(
    Kind(
        slug="unverified_phone",
        label=gettext_lazy("Unverified phone"),
        about=gettext_lazy("People who are on call soon and whose phone has not proved to be theirs."),
        group=CATALOGUE,
        look=look_at_phones,
        form=AheadForm,
        icon="phone",
    )
)


def install_inspections(**_signal: object) -> None:
    """Called after every migration."""
    install(*SHIPPED)
