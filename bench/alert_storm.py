"""A storm of alerts from another tool: ``python -m bench.alert_storm [alerts]``.

Alerts of forty services, first a hundred in a body, then one in a body, posted to the endpoint by eight threads as a
monitor would, and worked off meanwhile by one worker. Prints how long each took, how many incidents came of them, what
was kept, and the memory of the process. Makes its own PostgreSQL; requests do not go through a socket.
"""

import json
import resource
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

ALERTS, SERVICES, THREADS = 10_000, 40, 8


def main(alerts: int) -> None:
    from tests import servers

    stack = servers.Servers()
    stack.start()
    servers.use_redis_of("")
    try:
        import django
        from django.conf import settings

        django.setup()
        settings.ALLOWED_HOSTS = ["*"]
        settings.SECURE_SSL_REDIRECT = False
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for size in (100, 1):
            measure(alerts, size)
    finally:
        stack.stop()


def measure(alerts: int, size: int) -> None:
    from detection.models import Alert
    from detection.services import add_route
    from tests.detection.made import make_integration
    from tests.factories import make_service

    services = [make_service() for _number in range(SERVICES)]
    _integration, key = make_integration(most_per_minute=1_000_000)
    add_route(name="By service", service_label="service")
    before = Alert.objects.count()
    entries = [
        {
            "status": "firing",
            "labels": {"alertname": f"Storm{number}", "service": services[number % SERVICES].slug, "of": str(size)},
            "annotations": {"summary": f"Alert {number} of a storm"},
            "startsAt": "0001-01-01T00:00:00Z",
        }
        for number in range(alerts)
    ]
    bodies = [
        json.dumps({"version": "4", "groupKey": "storm", "alerts": entries[start : start + size]})
        for start in range(0, alerts, size)
    ]
    began = time.monotonic()
    answers = post_all(key, bodies)
    posted = time.monotonic() - began
    settled = work_off(began)
    kept = Alert.objects.count() - before
    print(f"{alerts:,} alerts, {size} in a body: taken in after {posted:.1f} s ({dict(answers)})")
    theirs = Alert.objects.filter(labels__of=str(size)).values("incident").distinct().count()
    print(f"  all of them in incidents after {settled:.1f} s: {theirs} incidents, {kept:,} kept")
    print(f"  memory of the process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def post_all(key: str, bodies: list[str]) -> Counter[int]:
    from django.db import connection
    from django.test import Client

    from detection.services import process_receipts

    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(1):
            process_receipts()
        connection.close()

    def post(part: list[str]) -> list[int]:
        client = Client()
        codes = [post_one(client, key, body) for body in part]
        connection.close()
        return codes

    worker = threading.Thread(target=work)
    worker.start()
    with ThreadPoolExecutor(THREADS) as pool:
        parts = [bodies[number::THREADS] for number in range(THREADS)]
        answers = Counter(code for codes in pool.map(post, parts) for code in codes)
    stopped.set()
    worker.join()
    return answers


def post_one(client: Any, key: str, body: str) -> int:
    """Again where the answer is 503, as monitors do."""
    for _attempt in range(5):
        answer = client.post(f"/hooks/alerts/{key}", body, content_type="application/json", secure=True)
        if answer.status_code != 503:
            break
    return int(answer.status_code)


def work_off(began: float) -> float:
    from detection.models import Receipt, ReceiptStatus
    from detection.services import process_receipts

    while Receipt.objects.filter(status=ReceiptStatus.WAITING).exists():
        process_receipts()
    return time.monotonic() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ALERTS)
