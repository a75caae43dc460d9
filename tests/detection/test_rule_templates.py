"""The templates of rules: each can be used as it is, and the page of a new rule begins with one."""

import pytest
from django.test import Client

from catalog.models import Role
from detection import titles
from detection.models import Rule
from detection.profiles import PROFILES
from detection.rule_templates import TEMPLATES
from detection.rules import KINDS, needs_other
from tests.detection.made import make_metric
from tests.factories import make_person


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_template_is_a_rule_that_its_kind_accepts(key: str) -> None:
    template = TEMPLATES[key]
    KINDS[template.kind].read(dict(template.parameters))
    assert titles.unknown_places(template.title) == []
    assert 1 <= template.fire_for <= template.fire_of <= 60
    assert template.fire_of > 1, "a single frame is chance"


@pytest.mark.parametrize("name", PROFILES)
def test_every_plan_of_a_profile_fits_together(name: str) -> None:
    profile = PROFILES[name]
    seen: set[str] = set()
    for metric in profile.metrics:
        assert metric.value in profile.layout.values
        assert set(metric.dimensions) <= set(profile.layout.labels)
        assert not metric.detail or metric.detail in seen, "the detail is fed first"
        seen.add(metric.name)
    for rule in profile.rules:
        assert rule.metric in seen
        assert bool(rule.other) == needs_other(KINDS[rule.template.kind])


@pytest.mark.django_db
def test_the_page_of_a_new_rule_begins_with_a_template(client: Client) -> None:
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    make_metric()
    page = client.get("/detection/rules/new/usual_rate/?template=rate-falls").content.decode()
    assert "?template=hourly-rate-falls" in page
    assert 'value="Success rate falls below its usual one"' in page
    assert 'name="half_life" value="720"' in page
    other = client.get("/detection/rules/new/threshold/?template=rate-falls").content.decode()
    assert 'value="Success rate falls below its usual one"' not in other
    assert not Rule.objects.exists()
