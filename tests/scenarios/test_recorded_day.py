"""A recorded day of real payment counts, on the whole running product: detection, a ringing phone, recovery."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from deploy.stack import PROJECT, Stack, plain_environment
from tests.migrated import another_copy

RECORDED = Path(__file__).resolve().parents[3] / "shared/data/payments_cloudwalk/transactions_1.csv"
SPEED = 1000  # recorded seconds in one of ours: the burst of four hours lasts 15 s
FIRST = 20  # the replay begins at 14:20


@pytest.fixture
def stack(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stack]:
    """On the PostgreSQL of the tests, where migrating was done before."""
    with (
        django_db_blocker.unblock(),
        another_copy() as database,
        tempfile.TemporaryDirectory(prefix="mainstay-day-") as name,
    ):
        operator = plain_environment() | {
            "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
        }
        running = Stack(Path(name) / "var", demo=True, operator=operator)
        try:
            running.start()
            yield running
        finally:
            running.stop()


def rows(stack: Stack, sql: str, *values: object) -> list[tuple[Any, ...]]:
    line = psycopg2.connect(stack.env["DATABASE_URL"])
    try:
        with line, line.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        line.close()


def calls_of(stack: Stack) -> list[dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310 (an address of ours)
        f"{stack.carrier_url}/control/state", headers={"X-Control-Token": stack.env["TWILIO_AUTH_TOKEN"]}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        calls: list[dict[str, Any]] = json.load(answer)["calls"]
    return calls


def first_alert(stack: Stack) -> float:
    """Recorded minutes after 14:00 at which the first alert started, by its frames and not by how busy we are."""
    sql = """
        SELECT min(extract(epoch FROM alert.started_at - begin.at) / extract(epoch FROM metric.interval))
        FROM detection_alert alert
        JOIN detection_rule rule ON rule.id = alert.rule_id
        JOIN detection_metric metric ON metric.id = rule.metric_id AND metric.speed > 1
        JOIN (SELECT metric_id, min(at) AS at FROM detection_frame GROUP BY 1) begin ON begin.metric_id = metric.id
        """
    ((minutes,),) = rows(stack, sql)
    return FIRST + float(minutes)


@pytest.mark.product
@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded day is not on this machine (../shared/data)")
def test_the_disturbance_of_a_recorded_day_opens_pages_and_recovers_by_itself(stack: Stack) -> None:
    command = [sys.executable, "manage.py", "replay", str(RECORDED), "--profile", "cloudwalk"]
    options = ["--speed", str(SPEED), "--from", f"14:{FIRST}", "--to", "19:10", "--answer", "1"]
    done = subprocess.run(
        [*command, *options], env=stack.env, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    incidents = rows(
        stack,
        "SELECT id, level_id, acknowledged_at, recovered_at FROM incidents_incident WHERE "
        "source = 'detection' AND dedup_key <> ''",
    )
    assert len(incidents) == 1, done.stdout
    number, level, acknowledged_at, recovered_at = incidents[0]
    assert level == 1
    assert acknowledged_at is not None
    assert recovered_at is not None
    assert acknowledged_at < recovered_at
    told = rows(
        stack,
        "SELECT verb, via FROM lifecycle_event JOIN django_content_type c ON c.id = subject_type_id "
        "WHERE c.model = 'incident' AND subject_id = %s ORDER BY lifecycle_event.id",
        number,
    )
    for step in (("report", "detector"), ("page", "system"), ("acknowledge", "voice"), ("recover", "detector")):
        assert step in told
    assert any(call["to"] for call in calls_of(stack)), "no phone rang"
    assert 33 <= first_alert(stack) <= 40, "the alert did not start with the burst of 14:33"
