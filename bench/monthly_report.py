"""How long the monthly report takes, and how much memory: `python -m bench.monthly_report [--incidents 100000]`.

Makes incidents, clocks and impact by bulk SQL over twelve months in a scratch PostgreSQL of its own, `--share` of them
(a twelfth unless said otherwise) in the month that is reported. Prints the time of the figures, of the page and of the
list of months, and the peak memory of this process before and after.
"""

import argparse
import os
import resource
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.postgres import Postgres

SERVICES = 40
MONTH_START = "2026-10-01"
FILL = """
INSERT INTO incidents_incident (version, title, description, service_id, level_id, is_declared_major, status, source,
    dedup_key, reporter_name, reporter_contact, occurred_at, reported_at, acknowledged_at, recovered_at, resolved_at,
    pending_reason, held_from, workaround, resolution, cause_class, custom, tags, level_reason, external_reference,
    waiting_for, merged_from_status, reopen_count, is_drill, is_restricted, snooze_reason,
    reporter_email)
SELECT 1, 'Incident ' || n, '', ids[1 + n %% array_length(ids, 1)], 1 + n %% 3, false, 'resolved', 'detection',
    '', '', '', at, at, at + random() * interval '1 hour', at + random() * interval '9 hours',
    at + random() * interval '20 days', '', '', '', '', 'known', '{}', '{}', '', '',
    '', '', 0, false, false, '', ''
FROM (SELECT n, CASE WHEN random() < %(share)s THEN timestamptz %(month)s + random() * interval '30 days'
        ELSE timestamptz %(month)s - random() * interval '330 days' END AS at
    FROM generate_series(1, %(count)s) n ORDER BY at) made,
    (SELECT array_agg(id) AS ids FROM catalog_service) services;
INSERT INTO incidents_clock (incident_id, kind, ordinal, warn_at, origin_at, target, is_pausable, due_at, stopped_at,
    is_void, breached_at)
SELECT i.id, t.kind, 1, '{}', i.reported_at, t.target, t.is_pausable, i.reported_at + t.target, ended, false,
    CASE WHEN ended > i.reported_at + t.target THEN i.reported_at + t.target END
FROM incidents_incident i JOIN incidents_leveltarget t ON t.level_id = i.level_id AND t.kind <> 'development',
    LATERAL (SELECT CASE t.kind WHEN 'response' THEN i.acknowledged_at WHEN 'recovery' THEN i.recovered_at
        ELSE i.resolved_at END AS ended) e;
INSERT INTO incidents_impact (incident_id, started_at, ended_at, affected_users, affected_page_views, is_down, source,
    is_estimate)
SELECT id, occurred_at, recovered_at, (random() * 400)::int, (random() * 2000)::int, id %% 5 = 0, 'metric', id %% 7 = 0
FROM incidents_incident;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=1 / 12)
    arguments = parser.parse_args()
    count = arguments.incidents
    home = Path(tempfile.mkdtemp(prefix="mainstay-bench-"))
    home.chmod(0o711)
    server = Postgres(home / "postgres", quick=True)
    try:
        server.start()
        _set_django_up(server.url)
        _fill(count, arguments.share)
        _measure(count)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _set_django_up(url: str) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.update(DATABASE_URL=url, MAINSTAY_SECRET_KEY=secrets.token_urlsafe(50), MAINSTAY_TLS="off")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["MAINSTAY_ALLOWED_HOSTS"] = "testserver"
    # Pages name static files as they are written; nothing is collected for a measurement.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    django.setup()
    call_command("migrate", verbosity=0)


def _fill(count: int, share: float) -> None:
    from django.db import connection

    from catalog import services
    from catalog.models import Role

    boss = services.add_person(username="boss", name="Boss", roles=[Role.MANAGER])
    team = services.add_team(name="Operations", slug="operations", members=[boss])
    line = services.add_business_line(name="Online", slug="online")
    for number in range(SERVICES):
        service = services.add_service(
            name=f"Service {number}",
            slug=f"service-{number}",
            business_line=line,
            owner=boss,
            operations_team=team,
            rd_leader=boss,
        )
        day = datetime(2025, 1, 1, tzinfo=UTC).date()
        services.set_audience(service=service, valid_from=day, daily_users=90_000, daily_page_views=400_000)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"count": count, "month": MONTH_START, "share": share})
        cursor.execute("ANALYZE")
    taken = time.perf_counter() - started
    print(f"{count:,} incidents, {share:.0%} of them in the month, made in {taken:.1f} s; {SERVICES} services")


def _measure(count: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from catalog.models import Person
    from lifecycle import clock
    from reports.monthly.numbers import compile_figures
    from reports.monthly.stored import compute_figures, figures_of
    from reports.period import Month

    client = Client()
    client.force_login(Person.objects.get())
    month, now = Month(2026, 10), clock.now()
    print(f"peak memory before: {_peak():.0f} MB")
    _time("figures of the month, computed", lambda: compile_figures(month, now=now), times=1 if count > 200_000 else 3)
    print(f"peak memory after them: {_peak():.0f} MB")
    compute_figures(month, now=now)  # as the cycle does
    _time("figures of the month, for whoever looks", lambda: figures_of(month, now=now))
    _time("page of the month", lambda: client.get("/reports/2026-10/").content)
    _time("list of months", lambda: client.get("/reports/").content)
    print(f"peak memory after: {_peak():.0f} MB")
    with CaptureQueriesContext(connection) as captured:
        compile_figures(month, now=now)
    slowest = sorted(captured.captured_queries, key=lambda query: -float(query["time"]))[:12]
    print(f"{len(captured)} queries; the slowest:")
    for query in slowest:
        print(f"  {float(query['time']):.3f} s  {query['sql'][:110]}")


def _time(what: str, call: Callable[[], Any], *, times: int = 3) -> None:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    print(f"{what}: {min(taken):.2f} s (best of {times})")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
