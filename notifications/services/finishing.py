"""Writes down what came of messages: those that a carrier took all at once, each of the others by itself.

Everything is fenced by the attempt number: whoever comes late, after somebody else has taken over, changes nothing.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction

from incidents.models.status import Status
from lifecycle import clock
from lifecycle.rows import update_rows
from notifications.channels import ChannelError, Fault
from notifications.channels.base import OF_THE_CARRIER
from notifications.models import AttemptOutcome, Delivery, DeliveryAttempt, DeliveryStatus, Purpose
from notifications.providers import provider_of, providers_for
from notifications.services.breaking import Switchboard, note_failure, note_successes
from notifications.services.bundling import bundle_of
from notifications.services.checking import first_check_at
from notifications.services.claims import Claim, Outcome
from notifications.services.ending import GIVE_UP_AFTER, fail, take_over, withdraw
from notifications.services.faulting import note_fault
from notifications.services.locking import lock_message
from notifications.services.recounting import Told, recount
from notifications.services.retrying import histories, next_try_after, tries_of

logger = logging.getLogger(__name__)

TAKEN_OVER_WITHIN = timedelta(seconds=60)
"""From the first try to the next channel, where a carrier fails."""
Ended = tuple[Claim, Outcome]
WRITTEN = (
    "status",
    "lease_until",
    "provider",
    "provider_id",
    "sent_at",
    "check_at",
    "finished_at",
    "error_code",
    "error",
)


def finish_all(ended: list[Ended]) -> list[Exception]:
    """Write all of them down and take them off the list; the errors of those that could not be.

    Raises OperationalError where the database is away. What is still on the list then can be written later.
    """
    taken = [each for each in ended if _was_taken(each[1])]
    if taken and _try_together(taken):
        ended[:] = [each for each in ended if each not in taken]
        note_successes({(outcome.provider, claim.channel) for claim, outcome in taken})
    failures = []
    while ended:
        try:
            finish(*ended[0])
        except OperationalError:
            raise
        except Exception as failure:
            failures.append(failure)
        ended.pop(0)
    return failures


def _try_together(taken: list[Ended]) -> bool:
    """False where one of them spoils it for the others: then each is written by itself."""
    try:
        _note_taken(taken)
    except OperationalError:
        raise
    except Exception:
        logger.exception("Messages could not be written down together")
        return False
    return True


def finish(claim: Claim, outcome: Outcome) -> None:
    """Write one of them down."""
    if _was_taken(outcome):
        _note_taken([(claim, outcome)])
        note_successes({(outcome.provider, claim.channel)})
    elif outcome.error is None:
        _note_withdrawn(claim)
    else:
        lane = (outcome.provider or claim.provider, claim.channel)
        if outcome.error.fault in OF_THE_CARRIER and outcome.error.code != "internal":
            note_failure(lane, outcome.error.fault, detail=str(outcome.error))
        _note_refused(claim, outcome.error, provider=lane[0])


def _was_taken(outcome: Outcome) -> bool:
    return outcome.error is None and not outcome.is_withdrawn


@transaction.atomic
def _note_taken(taken: list[Ended]) -> None:
    """The rows alone are locked, in one order: no incident changes by this."""
    ours = {claim.delivery_id: (claim, outcome) for claim, outcome in taken}
    rows = Delivery.objects.select_for_update(no_key=True, of=("self",)).select_related("incident", "recipient", "chat")
    mine = [row for row in rows.filter(pk__in=ours).order_by("pk") if row.attempt == ours[row.pk][0].attempt]
    now = clock.now()
    for delivery in mine:
        _mark_taken(delivery, ours[delivery.pk][1], now)
    update_rows(mine, WRITTEN)
    DeliveryAttempt.objects.bulk_create(_attempt(delivery, *ours[delivery.pk]) for delivery in mine)
    recount("delivery_sent", _sent_facts(mine, ours, now))


def _mark_taken(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    delivery.lease_until = None
    delivery.provider = outcome.provider or delivery.provider
    delivery.provider_id = delivery.provider_id or outcome.provider_id
    delivery.sent_at = delivery.sent_at or now
    if delivery.status != DeliveryStatus.SENDING:
        return  # A callback was faster.
    delivery.status = DeliveryStatus.SENT
    delivery.error_code = delivery.error = ""  # What an earlier attempt met stands with that attempt.
    provider = provider_of(delivery.provider, delivery.channel)
    if provider is not None and provider.reports:
        delivery.check_at = first_check_at(delivery.sent_at)
    else:
        delivery.finished_at = now  # Nobody will ever say more.


def _sent_facts(mine: list[Delivery], ours: dict[int, Ended], now: datetime) -> list[Told]:
    """For each message and for whatever it tells of besides; "so long after" where an acknowledgement was faster."""
    leaders = set(Delivery.objects.filter(bundled_into__in=mine).values_list("bundled_into", flat=True))
    facts = []
    for delivery in mine:
        outcome = ours[delivery.pk][1]
        data = {"attempt": delivery.attempt, "was_adopted": outcome.was_adopted, "provider": delivery.provider}
        for each in bundle_of(delivery) if delivery.pk in leaders else [delivery]:
            facts.append((each, data | _lateness(each, now)))
    return facts


def _lateness(delivery: Delivery, now: datetime) -> dict[str, float]:
    incident = delivery.incident
    if delivery.purpose != Purpose.PAGE or incident is None or incident.status == Status.REPORTED:
        return {}
    ended_at = incident.acknowledged_at or incident.updated_at or now
    return {"seconds_late": round(max((now - ended_at).total_seconds(), 0), 1)}


@transaction.atomic
def _note_withdrawn(claim: Claim) -> None:
    delivery = _locked(claim)
    if delivery is not None:
        withdraw([delivery], now=clock.now())


@transaction.atomic
def _note_refused(claim: Claim, error: ChannelError, *, provider: str) -> None:
    delivery = _locked(claim)
    if delivery is None:
        return
    DeliveryAttempt.objects.create(
        delivery=delivery,
        number=claim.attempt,
        provider=provider,
        channel=claim.channel,
        outcome=AttemptOutcome.UNAVAILABLE if error.fault in OF_THE_CARRIER else AttemptOutcome.REFUSED,
        is_unsure=error.is_unsure,
        error_code=error.code[:20],
        error=str(error)[:300],
    )
    note_fault(delivery, error.fault, code=error.code, provider=provider)
    delivery.lease_until = None
    if delivery.status != DeliveryStatus.SENDING:
        delivery.save()  # A callback came meanwhile: the carrier has it, though its answer to us got lost.
    else:
        _try_again_or_fail(delivery, error, provider)


def _locked(claim: Claim) -> Delivery | None:
    """The message under its locks; None where a later attempt has taken over."""
    delivery = Delivery.objects.select_related("incident", "recipient", "chat").get(pk=claim.delivery_id)
    lock_message(delivery)
    return delivery if delivery.attempt == claim.attempt else None


def _try_again_or_fail(delivery: Delivery, error: ChannelError, provider: str) -> None:
    """Another provider at once, the same one later, or the next channel."""
    now = clock.now()
    tries = histories([delivery])[delivery.pk].tries
    usable = Switchboard(now).usable(providers_for(delivery))
    is_fresh = any(tries[each.name] < tries[provider] for each in usable)
    goes_elsewhere = is_fresh and error.fault in (*OF_THE_CARRIER, Fault.SETTING, Fault.CALLBACK)
    is_worth_it = error.fault == Fault.CARRIER and tries[provider] < tries_of(delivery.channel)
    if delivery.is_drill or not (goes_elsewhere or is_worth_it) or now - _began_at(delivery) > GIVE_UP_AFTER:
        fail(delivery, code=error.code, text=str(error))
        return
    delivery.status = DeliveryStatus.QUEUED
    delivery.due_at = now if goes_elsewhere else now + next_try_after(error, tries[provider])
    delivery.error_code, delivery.error = error.code[:20], str(error)[:300]
    delivery.save()
    if not goes_elsewhere and (not usable or _is_running_late(delivery)):
        take_over(delivery)


def _is_running_late(delivery: Delivery) -> bool:
    """Whether the next try, if it fails too, would end so late that the next channel must not wait for it."""
    answer_at = delivery.due_at + 2 * timedelta(seconds=settings.CARRIER_TIMEOUT)
    return answer_at > _began_at(delivery) + TAKEN_OVER_WITHIN


def _began_at(delivery: Delivery) -> datetime:
    return delivery.claimed_at or delivery.wanted_at


def _attempt(delivery: Delivery, claim: Claim, outcome: Outcome) -> DeliveryAttempt:
    return DeliveryAttempt(
        delivery=delivery,
        number=claim.attempt,
        provider=outcome.provider or claim.provider,
        channel=claim.channel,
        outcome=AttemptOutcome.ADOPTED if outcome.was_adopted else AttemptOutcome.TAKEN,
    )
