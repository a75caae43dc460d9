"""Swaps: somebody offers a stretch of their duty, somebody else takes it. The schedule changes by an override."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.claiming import act_on_due, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event
from notifications.duty import on_duty_throughout
from notifications.models import DutyRole, Override, OverrideKind, Schedule, SwapRequest, SwapStatus
from notifications.rosters import read_rota
from notifications.services.duty_news import Sentence, tell, words_of
from notifications.services.overriding import is_member, make_override, withdraw_override
from notifications.services.scheduling import may_schedule


@transaction.atomic
def offer_swap(
    schedule: Schedule,
    *,
    actor: Person,
    starts_at: datetime,
    ends_at: datetime,
    role: str = DutyRole.PRIMARY,
    asked_of: Person | None = None,
    note: str = "",
    via: str = Via.WEB,
) -> SwapRequest:
    """Offer a stretch of the actor's own duty, to somebody or to whoever of the team."""
    if not actor.is_colleague:
        raise NotPermitted("offer_swap")
    lock(schedule)
    swap = SwapRequest(
        schedule=schedule,
        role=role,
        asker=actor,
        asked_of=asked_of,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note.strip()[:300],
    )
    _check(swap)
    swap.save()
    data = {"before": {}, "after": describe(swap)}
    record_event(schedule, "offer_swap", actor=actor, via=via, data=data, note=swap.note)
    tell(_asked(swap), swap, _offered(swap), key=f"swap:{swap.pk}:offered")
    return swap


@transaction.atomic
def take_swap(swap: SwapRequest, *, actor: Person, via: str = Via.WEB) -> SwapRequest:
    """The actor is on call instead of the asker."""
    lock(swap.schedule)
    lock(swap)
    if actor == swap.asker or not may_take(swap, actor):
        raise NotPermitted("take")
    if swap.status == SwapStatus.OFFERED and not _is_on_duty(swap):
        sentence = _("%(person)s is not on call any more in all of that time: the schedule has changed.")
        raise InputRefused(swap=sentence % {"person": swap.asker})
    perform(swap, "take", actor=actor, via=via, arguments={"taker": actor}, data=describe(swap))
    swap.override = _hand_over(swap, actor, via)
    swap.save(update_fields=["override"])
    tell([swap.asker], swap, _taken(swap, actor), key=f"swap:{swap.pk}:taken")
    return swap


@transaction.atomic
def withdraw_swap(swap: SwapRequest, *, actor: Person, via: str = Via.WEB) -> SwapRequest:
    """The asker keeps the duty after all."""
    lock(swap.schedule)
    if actor != swap.asker and not may_schedule(actor):
        raise NotPermitted("withdraw")
    perform(swap, "withdraw", actor=actor, via=via, data=describe(swap))
    tell(_asked(swap), swap, lambda: _withdrawn(swap), key=f"swap:{swap.pk}:withdrawn")
    return swap


def expire_swaps(*, limit: int = 100) -> int:
    """Offers whose stretch has begun without a taker; part of the cycle. Returns how many."""
    due = SwapRequest.objects.filter(status=SwapStatus.OFFERED, starts_at__lte=clock.now()).order_by("starts_at")
    done, failures = act_on_due(_expire, due.values_list("pk"), limit=limit)
    complain(failures)
    return sum(done)


@transaction.atomic
def _expire(pk: int) -> int:
    rows = SwapRequest.objects.select_for_update(skip_locked=True, no_key=True)
    swap = rows.filter(pk=pk, status=SwapStatus.OFFERED).first()
    if swap is None:
        return 0
    perform(swap, "expire", actor=None, via=Via.SYSTEM, data=describe(swap))
    tell([swap.asker], swap, lambda: _expired(swap), key=f"swap:{swap.pk}:expired")
    return 1


def may_take(swap: SwapRequest, person: Person) -> bool:
    """Whoever was asked; where nobody was named, any other member of the schedule."""
    if person == swap.asker or not person.is_colleague:
        return False
    if swap.asked_of_id is not None:
        return swap.asked_of_id == person.pk
    return is_member(swap.schedule, person)


def describe(swap: SwapRequest) -> dict[str, str]:
    return {
        "role": swap.role,
        "asker": swap.asker.name,
        "asked_of": swap.asked_of.name if swap.asked_of else "",
        "starts_at": swap.starts_at.isoformat(),
        "ends_at": swap.ends_at.isoformat(),
    }


def _check(swap: SwapRequest) -> None:
    if swap.ends_at <= swap.starts_at:
        raise InputRefused(ends_at=_("It ends after it has begun."))
    if swap.starts_at <= clock.now():
        raise InputRefused(starts_at=_("A swap begins in the future; for the hours that run, use an override."))
    if swap.asked_of == swap.asker:
        raise InputRefused(asked_of=_("Ask somebody else."))
    if swap.asked_of is not None and not swap.asked_of.is_colleague:
        raise InputRefused(asked_of=_("%(person)s cannot be on call.") % {"person": swap.asked_of})
    if not _is_on_duty(swap):
        raise InputRefused(starts_at=_("You are not on call in all of that time."))
    open_offers = swap.schedule.swaps.filter(
        status=SwapStatus.OFFERED,
        role=swap.role,
        asker=swap.asker,
        starts_at__lt=swap.ends_at,
        ends_at__gt=swap.starts_at,
    )
    if open_offers.exists():
        raise InputRefused(starts_at=_("You have offered that time already."))


def _is_on_duty(swap: SwapRequest) -> bool:
    rota = read_rota(swap.schedule, swap.starts_at, swap.ends_at)
    duties = rota.duties_between(swap.starts_at, swap.ends_at)
    return on_duty_throughout(duties, swap.asker_id, is_secondary=swap.role == DutyRole.SECONDARY)


def _hand_over(swap: SwapRequest, taker: Person, via: str) -> Override:
    """Duty that the asker has by an override is handed on with it; duty by a layer is replaced."""
    held = swap.schedule.overrides.filter(
        role=swap.role,
        person=swap.asker,
        withdrawn_at=None,
        starts_at__lt=swap.ends_at,
        ends_at__gt=swap.starts_at,
    ).first()
    if held is None:
        return _stand_in(swap, OverrideKind.REPLACE, taker, swap.asker, swap.starts_at, swap.ends_at, via)
    if held.starts_at > swap.starts_at or held.ends_at < swap.ends_at:
        raise InputRefused(swap=_("A part of that time comes from another change: swap each part by itself."))
    start, end, kind, replaces = held.starts_at, held.ends_at, held.kind, held.replaces
    withdraw_override(held, actor=None, via=via)
    if max(start, clock.now()) < swap.starts_at:
        _stand_in(swap, kind, swap.asker, replaces, max(start, clock.now()), swap.starts_at, via)
    if swap.ends_at < end:
        _stand_in(swap, kind, swap.asker, replaces, swap.ends_at, end, via)
    return _stand_in(swap, kind, taker, replaces, swap.starts_at, swap.ends_at, via)


def _stand_in(
    swap: SwapRequest,
    kind: str,
    person: Person,
    replaces: Person | None,
    starts_at: datetime,
    ends_at: datetime,
    via: str,
) -> Override:
    if replaces == person:
        replaces = None  # the duty comes back to whom it belongs
    return make_override(
        swap.schedule,
        actor=None,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        person=person,
        replaces=replaces,
        role=swap.role,
        reason=_("Swap"),
        via=via,
    )


def _asked(swap: SwapRequest) -> list[Person]:
    """Whom an offer concerns."""
    if swap.asked_of is not None:
        return [swap.asked_of]
    rota = read_rota(swap.schedule, swap.starts_at, swap.ends_at)
    people = {person.pk: person for person in (*swap.schedule.team.members.all(), *rota.members.values())}
    people.pop(swap.asker_id, None)
    return [person for person in people.values() if person.is_colleague]


def _offered(swap: SwapRequest) -> Sentence:
    def make() -> str:
        words = words_of(swap) | {"person": swap.asker.name}
        return (
            _("%(team)s: %(person)s offers duty as %(role)s from %(start)s to %(end)s (%(zone)s). Take it: %(link)s")
            % words
        )

    return make


def _taken(swap: SwapRequest, taker: Person) -> Sentence:
    def make() -> str:
        words = words_of(swap) | {"person": taker.name}
        return _("%(team)s: %(person)s takes your duty as %(role)s from %(start)s to %(end)s (%(zone)s).") % words

    return make


def _withdrawn(swap: SwapRequest) -> str:
    words = words_of(swap) | {"person": swap.asker.name}
    return _("%(team)s: %(person)s keeps the duty as %(role)s from %(start)s to %(end)s (%(zone)s).") % words


def _expired(swap: SwapRequest) -> str:
    words = words_of(swap)
    return _("%(team)s: nobody took your duty as %(role)s from %(start)s to %(end)s (%(zone)s): you have it.") % words
