"""How fast the incident pages are when there are many: `python -m bench.incident_pages [--incidents 100000]`.

Fills a scratch PostgreSQL of its own by `manage.py build_incidents`, then asks for each page as an O&M engineer through
Django's own request cycle: middleware, session, view, template; no network. Prints p50, p95 and the number of queries.
"""

import argparse
import os
import secrets
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from deploy.postgres import Postgres

ROUNDS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=10_000)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="mainstay-bench-"))
    home.chmod(0o711)
    server = Postgres(home / "postgres", quick=True)
    try:
        server.start()
        _set_django_up(server.url)
        _fill(options.incidents, options.events)
        _measure()
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


def _fill(incidents: int, events: int) -> None:
    from django.core.management import call_command

    from config.demo.build import build_demo
    from config.demo.company import PEOPLE

    build_demo({row[0]: secrets.token_urlsafe(9) for row in PEOPLE})
    started = time.perf_counter()
    call_command("build_incidents", count=incidents, events=events)
    print(f"built in {time.perf_counter() - started:.0f} s")


def _measure() -> None:
    from django.test import Client

    from catalog.models import Person, Role
    from incidents.models import Incident, Status

    client = Client()
    engineer = Person.objects.with_role(Role.OPERATIONS).first()
    if engineer is None:
        raise SystemExit("the demo has no engineer")
    client.force_login(engineer)
    latest = Incident.objects.order_by("-pk").first()
    opened = Incident.objects.filter(status=Status.ACKNOWLEDGED).order_by("-pk")[1]
    service = opened.service.slug
    pages = {
        "list, open by next deadline": "/incidents/",
        "list, all": "/incidents/?tab=all",
        "list, all, a deep page": "/incidents/?tab=all&page=900",
        "list, at risk": "/incidents/?tab=at_risk",
        "list, one service": f"/incidents/?tab=all&service={service}",
        "list, words": "/incidents/?tab=all&q=gateway",
        "list, a tag": "/incidents/?tab=all&tag=batch-7",
        "an incident": opened.get_absolute_url(),
        "the incident with the long timeline": latest.get_absolute_url() if latest else "",
        "API, list": "/api/v1/incidents/",
    }
    for name, address in pages.items():
        _time(client, name, address)


def _time(client: Any, name: str, address: str) -> None:
    from django.db import connection

    asked: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
        size = sum(map(len, answer)) if answer.streaming else len(answer.content)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name}: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, {len(asked)} queries, {size // 1024} kB")


if __name__ == "__main__":
    main()
