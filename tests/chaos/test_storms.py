"""F7 and F8: the same report a thousand times at once, and a storm of reports. Scaled down where it says so."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos.town import Duty, Town
from tests.deploy.processes import wait_until

pytestmark = pytest.mark.chaos
SAME = 1000
STORM = 300
"""Reports as fast as the web takes them; 10,000 a minute are the promise for detection, which folds them first."""
AT_ONCE = 24
ISOLATED = 15.0  # seconds within which the page of another incident goes out
MOST_CALLS, MOST_TEXTS = 3, 5  # of one person in 15 minutes


@pytest.fixture
def duties(town: Town) -> list[Duty]:
    duties = town.take_duties(2)
    for duty in duties:
        for number in (duty.primary, duty.secondary):
            town.teach(number, "answers")
    wait_until(town.is_well, seconds=60, what="a healthy start")
    return duties


def test_f7_the_same_report_a_thousand_times_at_once_is_one_incident(town: Town, duties: list[Duty]) -> None:
    body = {"title": "Cards fail everywhere", "service": duties[0].slug, "level": 3}

    def report(_number: int) -> tuple[int, int | None]:
        status, answer = town.post("incidents/", body, key="cards-fail", timeout=60)
        return status, answer["id"] if status == 201 else None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(report, range(SAME)))
    statuses = Counter(status for status, _incident in answers)
    assert set(statuses) <= {201, 409}, statuses  # 409: the first is still being worked on
    assert len({incident for _status, incident in answers if incident}) == 1
    assert town.query("SELECT count(*) FROM incidents_incident WHERE title = 'Cards fail everywhere'") == [1]
    assert statuses[201] > SAME / 2


def test_f8_a_storm_delays_nobody_elses_page_and_spares_the_person_in_it(town: Town, duties: list[Duty]) -> None:
    stormy, calm = duties

    def report(number: int) -> int:
        body = {"title": f"Storm {number}", "service": stormy.slug, "level": 2}
        return town.post("incidents/", body, timeout=60)[0]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        storm = [pool.submit(report, number) for number in range(STORM)]
        wait_until(lambda: sum(one.done() for one in storm) > STORM / 3, seconds=60, what="the storm")
        other = town.report(calm, "Something else", patience=60)
        wait_until(lambda: town.arrived(calm.primary)[0] == 1, seconds=60, what="the page of the other incident")
        lag = time.time() - other["at"]
        statuses = Counter(one.result() for one in storm)
    assert set(statuses) <= {201, 503}, statuses
    assert lag < ISOLATED
    wait_until(lambda: not town.query(UNPROMISED), seconds=60, what="the promise of every page")
    time.sleep(5)
    calls, texts = town.arrived(stormy.primary)
    assert 1 <= calls <= MOST_CALLS, "the storm rings through"
    assert 1 <= texts <= MOST_TEXTS
    assert town.query(SILENT, stormy.service) == [], "whoever is not paged at once: the reason is kept"


UNPROMISED = "SELECT 1 FROM notifications_escalation WHERE status = 'running' AND next_step = 0"
SILENT = """
    SELECT d.id FROM notifications_delivery d JOIN incidents_incident i ON i.id = d.incident_id
    WHERE i.service_id = %s AND d.purpose = 'page' AND d.status NOT IN ('sent', 'delivered', 'sending', 'bundled')
    AND d.held_reason = '' AND d.not_sent_reason = '' AND d.error = '' AND d.due_at < statement_timestamp()
"""
