"""A month with incidents of every kind that a report tells apart, made once for many tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from incidents import services as handling
from incidents.models import Incident
from tests.factories import make_incident, make_person, make_service


def at(day: int, hour: int = 12, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


PLAN = [
    # day, hour, service, level, minutes until recovery, cause
    (1, 3, 0, 1, 5, "known"),
    (2, 12, 0, 2, 400, "known_defect"),
    (3, 12, 1, 2, 20, "known"),
    (9, 23, 1, 1, 300, ""),
    (12, 12, 0, 3, 60, "known"),
    (13, 12, 0, 2, 1, ""),
]


def make_october() -> list[Incident]:
    """Eight incidents of three services, some late, one without recovery, one false alarm; two in September."""
    services = [make_service(name=name) for name in ("Cards", "Wallet", "Refunds")]
    web: dict[str, Any] = {"actor": make_person(), "via": "web"}
    found = []
    for day, hour, number, level, minutes, cause in PLAN:
        incident = make_incident(service=services[number], level=level, reported_at=at(day, hour), title=f"Day {day}")
        handling.acknowledge_incident(incident, **web)
        handling.recover_incident(incident, **web, recovered_at=at(day, hour) + timedelta(minutes=minutes))
        handling.record_impact(incident, **web, affected_users=day * 10, is_down=level == 1)
        found.append(incident)
        Incident.objects.filter(pk=incident.pk).update(cause_class=cause, acknowledged_at=at(day, hour) + day * MINUTE)
    found.append(make_incident(service=services[2], reported_at=at(20), title="Day 20"))
    for day in (4, 5):
        make_incident(service=services[2], reported_at=at(day, month=9), title=f"September {day}")
    false_alarm = make_incident(service=services[2], reported_at=at(21))
    handling.cancel_incident(false_alarm, **web, reason="a test")
    handling.record_breaches()
    return found


MINUTE = timedelta(minutes=1)
