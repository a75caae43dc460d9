"""How the steps of the cycle go through their rows: each by itself, and none waits for another."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.models import QuerySet

from incidents.models import Incident

Result = TypeVar("Result")


def claim_incident(incident_id: int) -> Incident | None:
    """The incident under its row lock, or None while somebody else holds it: the next cycle is a second away.

    One order of locks everywhere: the incident first, then its escalation, notice or delivery. So nothing deadlocks.
    """
    return (
        Incident.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("level", "manager", "service__operations_team", "service__owner", "service__rd_leader")
        .filter(pk=incident_id)
        .first()
    )


def act_on_each(act: Callable[..., Result], rows: Iterable[tuple[object, ...]]) -> tuple[list[Result], list[Exception]]:
    """(what came of the rows, the errors of those that failed): one bad row must not silence the pages of the rest."""
    results: list[Result] = []
    failures: list[Exception] = []
    for row in rows:
        try:
            results.append(act(*row))
        except Exception as failure:
            failures.append(failure)
    return results, failures


def act_on_due(
    act: Callable[..., Result], due: "QuerySet[Any, Any]", *, limit: int
) -> tuple[list[Result], list[Exception]]:
    """Act on the first ``limit`` rows (tuples of arguments). Rows that fail stay due and in front, so a batch with
    failures is followed by the next one: no number of bad rows can keep the good ones behind them waiting."""
    results: list[Result] = []
    failures: list[Exception] = []
    while True:
        done, failed = act_on_each(act, list(due[len(failures) : len(failures) + limit]))
        results += done
        failures += failed
        if not failed:
            return results, failures


def complain(failures: list[Exception]) -> None:
    """Once all is done, let the cycle log the failures and hold back its heartbeat."""
    if failures:
        raise ExceptionGroup("Some rows could not be handled", failures)
