"""What a cycle and an audit cost by what is open and by what is due: ``python -m bench.open_work [most]``.

Fills a scratch PostgreSQL with open incidents, each with a running clock, a running escalation and a waiting notice,
all due later: 1,000, then 100,000, then 1,000,000. Prints at each size the time of a cycle with nothing due, of one
with 50 steps and 50 deadlines due, of an audit, and of the light that stands on every page.
"""

import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.postgres import Postgres

SIZES = (1_000, 100_000, 1_000_000)
DUE = 50
ROUNDS = 20


def main(most: int) -> None:
    home = Path(tempfile.mkdtemp(prefix="mainstay-bench-"))
    home.chmod(0o711)
    server = Postgres(home / "postgres", quick=True)
    try:
        server.start()
        _set_django_up(server.url)
        first = _make_first()
        for size in (size for size in SIZES if size <= most):
            _fill(first, size)
            _measure(size)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _set_django_up(url: str) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.update(DATABASE_URL=url, MAINSTAY_SECRET_KEY=secrets.token_urlsafe(50), MAINSTAY_TLS="off")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    django.setup()
    call_command("migrate", verbosity=0)
    from lifecycle.signals import events_recorded

    events_recorded.disconnect(dispatch_uid="doorbell")  # there is no broker


def _make_first() -> int:
    """An incident as the product makes it, paged by mail: the others are copies of it."""
    from notifications.cycle import run_cycle
    from notifications.models import EscalationStep
    from tests.factories import make_incident
    from tests.scenarios.stage import make_duty

    EscalationStep.objects.update(channels=["email"])
    incident = make_incident(service=make_duty().service)
    for _ in range(3):
        run_cycle("bench")
    return incident.pk


def _fill(first: int, size: int) -> None:
    """Copy it until there are so many; the triggers sleep meanwhile, for a minute's work instead of an hour's."""
    from incidents.models import Clock, Incident
    from notifications.models import Escalation, Notice

    started, models = time.perf_counter(), (Incident, Clock, Escalation, Notice)
    missing = size - Incident.objects.count()
    for model in models:
        _execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
    later = "now() + interval '3 hours' + copy.number * interval '0.05 seconds'"
    begin = Incident.objects.latest("pk").pk
    _copy(Incident, first, missing, {"search": "NULL", "next_due_at": later, "at_risk_at": later})
    number = f"{begin} + copy.number"
    clock = Clock.objects.get(incident=first, kind="resolution").pk
    _copy(Clock, clock, missing, {"incident_id": number, "due_at": later, "warn_due_at": later})
    escalation = Escalation.objects.get(incident=first).pk
    _copy(Escalation, escalation, missing, {"incident_id": number, "next_due_at": later})
    notice = Notice.objects.get(incident=first, kind="progress").pk
    _copy(Notice, notice, missing, {"incident_id": number, "due_at": later})
    for model in models:
        _execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
    _execute("VACUUM ANALYZE")
    print(f"\n{size:,} open incidents, built in {time.perf_counter() - started:.0f} s", flush=True)


def _copy(model: Any, pk: int, times: int, changes: dict[str, str]) -> None:
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(changes.get(column, f"source.{column}") for column in columns)
    _execute(
        f"INSERT INTO {model._meta.db_table} (id, {', '.join(columns)}) "  # noqa: S608
        f"SELECT (SELECT max(id) FROM {model._meta.db_table}) + copy.number, {values} "
        f"FROM {model._meta.db_table} source, generate_series(1, {times}) AS copy (number) WHERE source.id = {pk}"
    )
    table = model._meta.db_table
    _execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608


def _measure(size: int) -> None:
    from notifications.cycle import CYCLE, run_cycle
    from notifications.health import read_health
    from notifications.services.auditing import run_audit

    figures: dict[str, Callable[[], object]] = {
        "a cycle, nothing due": lambda: run_cycle("bench"),
        "an audit, nothing wrong": run_audit,
        "the light of a page": read_health,
        **{f"  {step.__name__}": step for step in CYCLE},
    }
    for name, act in figures.items():
        print(f"{size:>9,} open  {name:<32} {_median(act):8.1f} ms", flush=True)
    _make_due()
    steps = {step.__name__: _time(step) for step in CYCLE}
    name = f"a cycle, {2 * DUE} due"
    print(f"{size:>9,} open  {name:<32} {sum(steps.values()):8.1f} ms", flush=True)
    for name, spent in steps.items():
        print(f"{size:>9,} open    {name:<30} {spent:8.1f} ms")
    for _ in range(20):
        run_cycle("bench")  # sends what is left


def _make_due() -> None:
    from django.db.models.functions import Now

    from incidents.models import Clock
    from notifications.models import Escalation

    steps = Escalation.objects.filter(status="running").order_by("-pk").values("pk")[:DUE]
    Escalation.objects.filter(pk__in=steps).update(next_due_at=Now())
    clocks = Clock.objects.filter(stopped_at=None, breached_at=None).order_by("-pk").values("pk")[DUE : 2 * DUE]
    Clock.objects.filter(pk__in=clocks).update(due_at=Now())


def _median(act: Callable[[], object]) -> float:
    return statistics.median(_time(act) for _ in range(ROUNDS))


def _time(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _execute(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1])
