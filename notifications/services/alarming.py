"""Alarms about paging itself: raised anywhere, told by the cycle through an incident of the internal service.

``raise_alarm`` only writes a row, so it may be called inside any transaction and under any lock. The cycle opens one
incident a kind (``report_alarms``), which is paged like any other: where a carrier is what is wrong, its pages fall
through to the next channel. Without an internal service the health page alone tells of it.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation

from incidents.models import Incident, Level
from incidents.models.status import OVER
from incidents.services import open_or_find, recover_incident, reopen_incident
from incidents.services.claiming import act_on_each, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import TransitionRefused, lock, record_event
from notifications.models import Alarm, AlarmKind, PagingSettings

CALM = timedelta(minutes=5)
"""How long a cause must stay away before its incident recovers, and how soon the next one may follow one that somebody
ended: what comes and goes is one incident."""
LOOKED_AT = timedelta(seconds=10)
LEVELS = {AlarmKind.CLOCK_SKEW: 3, AlarmKind.NUMBER_FLAGGED: 3}
"""Levels of their incidents; 2 where nothing is said."""


def raise_alarm(kind: str, *, about: str = "", detail: str = "", incident: Incident | None = None) -> None:
    """Something is wrong with paging; a repeat while it lasts only counts.

    ``about`` names which (a queue, a carrier and channel, a team), ``detail`` says more in words, ``incident`` is the
    one whose paging was hit: of an incident about paging itself nothing further is opened. Waits for nobody's lock.
    """
    now = clock.now()
    is_quiet = incident is not None and is_internal(incident)
    known = Alarm.objects.unsettled().filter(kind=kind, about=about[:100], is_quiet=is_quiet).first()
    if known is None:
        alarm = Alarm(kind=kind, about=about[:100], detail=detail[:300], is_quiet=is_quiet)
        Alarm.objects.bulk_create([alarm], ignore_conflicts=True)
    elif known.ended_at is not None or now - known.seen_at > LOOKED_AT:
        _repeat(known, detail=detail)


@transaction.atomic
def _repeat(alarm: Alarm, *, detail: str) -> None:
    free = Alarm.objects.select_for_update(skip_locked=True).filter(pk=alarm.pk).values("pk")
    Alarm.objects.filter(pk__in=free).update(
        seen_at=clock.now(), times=F("times") + 1, ended_at=None, detail=detail[:300] or alarm.detail
    )


def end_alarm(kind: str, *, about: str = "") -> None:
    """Its cause is gone. The incident recovers when that has lasted a while."""
    Alarm.objects.unsettled().open().filter(kind=kind, about=about[:100]).update(ended_at=clock.now())


def is_internal(incident: Incident) -> bool:
    """Whether it is about paging itself."""
    return PagingSettings.objects.filter(internal_service=incident.service_id).exists()


def report_alarms() -> int:
    """Open, join and recover the incidents of alarms; part of the cycle. Returns how many kinds were looked at."""
    kinds = Alarm.objects.unsettled().order_by("kind").values_list("kind").distinct()
    done, failures = act_on_each(_report, list(kinds))
    complain(failures)
    return len(done)


@transaction.atomic
def _report(kind: str) -> None:
    """The alarms of one kind. Where another holds one of them, the next cycle is a second away."""
    unsettled = Alarm.objects.unsettled().filter(kind=kind)
    alarms = list(unsettled.select_for_update(skip_locked=True).order_by("pk"))
    if not alarms or len(alarms) < unsettled.count():
        return
    rest = _settle_what_people_ended(alarms)
    if news := [each for each in rest if not each.is_quiet and each.incident_id is None and each.ended_at is None]:
        _tell(kind, news)
    if rest and all(alarm.ended_at is not None and alarm.ended_at <= clock.now() - CALM for alarm in rest):
        _settle(kind, rest)


def _settle_what_people_ended(alarms: list[Alarm]) -> list[Alarm]:
    """Whoever ended the incident has ended its alarms; where the cause is still there they are raised anew. Returns
    the others."""
    incidents = Incident.objects.filter(pk__in={each.incident_id for each in alarms}, status__in=OVER)
    over = set(incidents.values_list("pk", flat=True))
    for alarm in alarms:
        if alarm.incident_id in over:
            alarm.ended_at = alarm.ended_at or clock.now()
            _close_row(alarm)
    return [alarm for alarm in alarms if alarm.incident_id not in over]


def _close_row(alarm: Alarm) -> None:
    alarm.settled_at = clock.now()
    alarm.save(update_fields=["ended_at", "settled_at"])


def _tell(kind: str, news: list[Alarm]) -> None:
    """Open the incident of the kind, or tell the open one of more."""
    service = PagingSettings.objects.select_related("internal_service").get(pk=1).internal_service
    if service is None or _was_ended_just_now(kind):
        return
    with translation.override(settings.LANGUAGE_CODE):
        label, words = str(AlarmKind(kind).label), "\n".join(_line(alarm) for alarm in news)
    incident, is_new = open_or_find(
        title=label,
        service=service,
        level=Level.objects.get(pk=LEVELS.get(AlarmKind(kind), 2)),
        dedup_key=key_of(kind),
        occurred_at=min(clock.now(), *(alarm.raised_at for alarm in news)),
        description=words,
        note=words,
    )
    if not is_new:
        _join(incident, kind, words)
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in news]).update(incident=incident)


def _join(incident: Incident, kind: str, words: str) -> None:
    lock(incident)
    if incident.recovered_at is not None:
        _try_to_reopen(incident, words)
    record_event(incident, "alarm", actor=None, via=Via.SYSTEM, note=words, data={"kind": kind})


def _try_to_reopen(incident: Incident, words: str) -> None:
    """A refusal is a normal outcome: people may have taken the incident elsewhere."""
    try:
        reopen_incident(incident, actor=None, via=Via.SYSTEM, reason=words, is_down=True)
    except TransitionRefused as refusal:
        record_event(incident, "alarm", actor=None, via=Via.SYSTEM, note=refusal.reason, data={"verb": "reopen"})


def _settle(kind: str, alarms: list[Alarm]) -> None:
    """Nothing of the kind is left: its incidents recover, and the rows rest."""
    for incident in Incident.objects.filter(pk__in={alarm.incident_id for alarm in alarms}):
        lock(incident)
        if incident.recovered_at is None and incident.status not in OVER:
            _try_to_recover(incident, kind)
    for alarm in alarms:
        _close_row(alarm)


def _try_to_recover(incident: Incident, kind: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        note = translation.gettext("The cause has been gone for %(minutes)d minutes.") % {
            "minutes": CALM.total_seconds() // 60
        }
    try:
        recover_incident(incident, actor=None, via=Via.SYSTEM, note=note)
    except TransitionRefused as refusal:
        data = {"kind": kind, "verb": "recover"}
        record_event(incident, "alarm", actor=None, via=Via.SYSTEM, note=refusal.reason, data=data)


def _was_ended_just_now(kind: str) -> bool:
    ended = Incident.objects.filter(dedup_key=key_of(kind), status__in=OVER, updated_at__gt=clock.now() - CALM)
    return ended.exists()


def key_of(kind: str) -> str:
    """What makes the incident of the kind single."""
    return f"paging:{kind}"


def _line(alarm: Alarm) -> str:
    return ": ".join(part for part in (alarm.about, alarm.detail) if part) or str(AlarmKind(alarm.kind).label)
