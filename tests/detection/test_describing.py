"""What is said of alerts goes into their incident, and never stands in its way."""

from collections.abc import Sequence
from typing import Any

import pytest

from detection.models import Alert, Rule
from detection.services import alerts as settling
from detection.services.describing import Description
from incidents.models import Incident
from incidents.services import record_impact
from tests.detection.made import feed_and_judge, make_rule, two_hours_ago

pytestmark = pytest.mark.django_db


def test_what_is_known_goes_into_title_timeline_and_impact(monkeypatch: pytest.MonkeyPatch) -> None:
    def record(incident: Incident, is_new: bool) -> None:
        record_impact(incident, actor=None, via="detector", affected_users=70 if is_new else 7)

    def describe(rule: Rule, alerts: Sequence[Alert]) -> Description:
        return Description(addition="(card at gateway A)", note="Gateway A lost 70 of 80.", record=record)

    monkeypatch.setattr(settling, "describe", describe)
    rule = make_rule(fire_for=1, fire_of=1, title="Payments fail")
    feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    incident = Incident.objects.get()
    assert incident.title == "Payments fail (card at gateway A)"
    assert "Gateway A lost 70 of 80." in incident.events.get(verb="report").note
    assert incident.impacts.get().affected_users == 70


@pytest.mark.parametrize("fault", ["describe", "record"])
def test_a_description_that_fails_keeps_no_incident_from_opening(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    def fail(*_: Any) -> None:
        Rule.objects.raw("SELECT nonsense")[0]

    def describe(rule: Rule, alerts: Sequence[Alert]) -> Description:
        if fault == "describe":
            fail()
        return Description(record=fail)

    monkeypatch.setattr(settling, "describe", describe)
    rule = make_rule(fire_for=1, fire_of=1)
    feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    assert Incident.objects.get().alerts.count() == 1
    assert "could not be" in caplog.text
