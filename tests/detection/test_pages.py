"""The pages of detection: who sees them, what they say, what their forms refuse."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Role
from detection.models import Rule, RuleStatus
from detection.services import evaluate_due
from detection.views.metrics import plain_cell
from incidents.models import Incident
from lifecycle import clock
from tests.detection.made import MINUTE, feed, feed_and_judge, make_metric, make_rule, two_hours_ago
from tests.factories import make_person, make_service

pytestmark = pytest.mark.django_db


def signed_in(role: str = Role.OPERATIONS) -> Client:
    client = Client()
    client.force_login(make_person(role))
    return client


def addresses(rule: Rule) -> dict[str, str]:
    return {
        "list": reverse("detection:list"),
        "rule": rule.get_absolute_url(),
        "metrics": reverse("detection:metrics"),
        "metric": rule.metric.get_absolute_url(),
        "export": reverse("detection:export", args=[rule.metric.slug]),
        "new": reverse("detection:new_rule", args=["threshold"]),
        "edit": reverse("detection:edit_rule", args=[rule.pk]),
    }


def filled_form(rule: Rule, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Another rule",
        "metric": rule.metric_id,
        "selector": "status = reversed",
        "direction": "above",
        "value": "20",
        "clear_value": "",
        "fire_for": "2",
        "fire_of": "3",
        "clear_after": "10",
        "service": rule.service_id,
        "level": "2",
        "title": "{series} at {value}",
        "group": "",
        **changes,
    }


def test_anonymous_readers_are_sent_to_the_login() -> None:
    for address in addresses(make_rule()).values():
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login"))


def test_strangers_find_nothing_here() -> None:
    rule, stranger = make_rule(), signed_in(Role.REPORTER)
    for address in addresses(rule).values():
        assert stranger.get(address).status_code == 404
    assert stranger.post(reverse("detection:disable_rule", args=[rule.pk])).status_code == 404
    rule.refresh_from_db()
    assert rule.is_active


def test_colleagues_read_everything_and_only_editors_find_the_forms() -> None:
    rule, reader = make_rule(), signed_in(Role.SERVICE_OWNER)
    feed_and_judge(rule.metric, [1, 50, None, 60, 2], start=two_hours_ago(rule.metric))
    for name, address in addresses(rule).items():
        assert reader.get(address).status_code == (404 if name in {"new", "edit"} else 200)
    assert reader.post(reverse("detection:disable_rule", args=[rule.pk])).status_code == 404
    assert "Edit" not in reader.get(rule.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_takes_the_same_number_of_queries_however_many_rules(
    count: int, django_assert_max_num_queries: Any
) -> None:
    for index in range(count):
        rule = make_rule(name=f"Rule {index}", fire_for=1, fire_of=1)
        feed(rule.metric, [50], start=two_hours_ago(rule.metric))
    evaluate_due()
    client = signed_in()
    client.get(reverse("detection:list"))
    with django_assert_max_num_queries(14) as seen:
        client.get(reverse("detection:list"))
    with django_assert_max_num_queries(14):
        client.get(reverse("detection:metrics"))
    assert len(seen) <= 14


def test_the_list_says_how_each_rule_stands() -> None:
    firing, never = make_rule(name="Firing one", fire_for=1, fire_of=1), make_rule(name="New one")
    feed_and_judge(firing.metric, [50], start=firing.metric.align(clock.now()))
    page = signed_in().get(reverse("detection:list")).content.decode()
    assert "status-firing" in page
    assert "Never evaluated" in page
    assert firing.sentence in page
    assert never.metric.name in page


def test_the_rule_page_shows_chart_threshold_alerts_and_verdicts() -> None:
    rule = make_rule(name="<b>Reversed</b>", fire_for=1, fire_of=1)
    feed_and_judge(rule.metric, [1, 50, None, 60, 2], start=two_hours_ago(rule.metric))
    page = signed_in().get(rule.get_absolute_url()).content.decode()
    assert "<svg" in page
    assert 'class="threshold"' in page
    assert '<rect class="span"' in page
    assert "no data" in page
    assert Incident.objects.get().reference in page
    assert "<b>Reversed" not in page
    assert " style=" not in page
    assert "nan" not in page.lower().replace("tenant", "")


def test_a_rule_without_frames_says_to_look_at_the_labels_first() -> None:
    page = signed_in().get(make_rule().get_absolute_url()).content.decode()
    assert "Check the labels before the threshold." in page


def test_a_rule_is_added_with_the_form() -> None:
    other, client = make_rule(), signed_in()
    answer = client.post(reverse("detection:new_rule", args=["threshold"]), filled_form(other))
    rule = Rule.objects.exclude(pk=other.pk).get()
    assert answer["Location"] == rule.get_absolute_url()
    assert rule.parameters == {"direction": "above", "value": 20.0}
    assert rule.selector == {"status": "reversed"}
    assert rule.events.get().via == "web"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": ""}, "This field is required."),
        ({"value": "NaN"}, "Enter a number."),
        ({"value": "1e309"}, "Enter a"),
        ({"clear_value": "30"}, "It must not lie above the threshold."),
        ({"fire_for": "5"}, "m of n"),
        ({"selector": "reversed"}, "one label a line"),
        ({"selector": "merchant = 7"}, "no dimension"),
        ({"selector": "status = a\x00b"}, "printable text"),
        ({"title": "{value.__class__}"}, "means nothing here"),
        ({"level": "9"}, "valid choice"),
        ({"name": "x" * 101}, "at most 100"),
    ],
)
def test_the_form_says_beside_the_field_what_it_refuses_and_keeps_what_was_typed(
    changes: dict[str, Any], words: str
) -> None:
    other, client = make_rule(), signed_in()
    answer = client.post(reverse("detection:new_rule", args=["threshold"]), filled_form(other, **changes))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "Another rule" in answer.content.decode() or "name" in changes
    assert Rule.objects.count() == 1


def test_both_kinds_have_a_form_and_unknown_kinds_none() -> None:
    client, other = signed_in(), make_rule()
    address = reverse("detection:new_rule", args=["earlier_days"])
    assert client.get(address).status_code == 200
    form = filled_form(other, direction="below", ratio="0.5", days="7", required_days="3", minimum_expected="10")
    assert client.post(address, form).status_code == 302
    assert client.get(reverse("detection:new_rule", args=["magic"])).status_code == 404


def test_an_edit_over_somebody_elses_is_held_until_it_is_repeated() -> None:
    rule, client = make_rule(), signed_in()
    address = reverse("detection:edit_rule", args=[rule.pk])
    assert "20" in client.get(address).content.decode()
    assert client.post(address, filled_form(rule, value="30", version="1")).status_code == 302
    answer = client.post(address, filled_form(rule, value="40", version="1"))
    assert answer.status_code == 400
    assert "Somebody else changed this" in answer.content.decode()
    rule.refresh_from_db()
    assert rule.parameters["value"] == 30
    assert client.post(address, filled_form(rule, value="40", version="2")).status_code == 302


def test_a_rule_is_switched_off_and_on() -> None:
    rule, client = make_rule(), signed_in()
    client.post(reverse("detection:disable_rule", args=[rule.pk]), {"version": "1"})
    rule.refresh_from_db()
    assert rule.status_at(clock.now()) == RuleStatus.DISABLED
    assert client.get(reverse("detection:enable_rule", args=[rule.pk])).status_code == 405
    client.post(reverse("detection:enable_rule", args=[rule.pk]), {"version": "2"})
    rule.refresh_from_db()
    assert rule.is_active


def test_the_export_holds_every_value_and_no_formula() -> None:
    metric = make_metric(slug="exported")
    start = two_hours_ago(metric)
    feed(metric, [1.5, None], start=start, status="=1+1")
    feed(metric, [-3], start=start + MINUTE, status="ok")
    answer = signed_in().get(reverse("detection:export", args=["exported"]))
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert rows[0] == ["status", "at", "value"]
    assert [(row[0], row[2]) for row in rows[1:]] == [("'=1+1", "1.5"), ("ok", ""), ("'=1+1", ""), ("ok", "-3.0")]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", " =1", '"=1', "＝1"])
def test_cells_that_a_spreadsheet_would_run_are_quoted(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


def test_the_incident_page_shows_the_metric_around_it() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    feed_and_judge(rule.metric, [1, 50, 60], start=two_hours_ago(rule.metric))
    incident = Incident.objects.get()
    page = signed_in().get(incident.get_absolute_url()).content.decode()
    assert 'id="detection"' in page
    assert rule.get_absolute_url() in page
    assert 'class="threshold"' in page
    assert 'id="detection"' not in signed_in().get(another_incident()).content.decode()


def another_incident() -> str:
    from tests.factories import make_incident

    return make_incident(service=make_service()).get_absolute_url()


def test_more_alerts_on_the_timeline_are_a_sentence() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    start = two_hours_ago(rule.metric)
    feed_and_judge(rule.metric, [50], start=start, status="denied")
    feed_and_judge(rule.metric, [50], start=start + MINUTE, status="failed")
    page = signed_in().get(Incident.objects.get().get_absolute_url()).content.decode()
    assert "1 more alert joined" in page


def test_a_preview_stores_nothing_and_loses_nothing_that_was_typed() -> None:
    rule, editor = make_rule(), signed_in()
    feed(rule.metric, [1, 50, 60, 50, 2], start=two_hours_ago(rule.metric))
    typed = filled_form(rule, name="Typed", value="40", verb="preview", preview_span="6h")
    for name in ("new", "edit"):
        answer = editor.post(addresses(rule)[name], typed)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Would have fired 1 time: 0 of 0 known incidents, 1 besides." in page
        assert 'value="Typed"' in page
        assert 'value="6h" selected' in page
    rule.refresh_from_db()
    assert (rule.name, rule.version, Rule.objects.count()) == ("Too many", 1, 1)


def test_a_preview_of_what_cannot_be_used_says_so_beside_the_field() -> None:
    rule = make_rule()
    answer = signed_in().post(addresses(rule)["new"], filled_form(rule, clear_value="70", verb="preview"))
    assert answer.status_code == 400
    assert "It must not lie above the threshold." in answer.content.decode()


def test_the_edit_page_shows_the_last_day_of_the_rule_as_it_is() -> None:
    rule = make_rule()
    page = signed_in().get(addresses(rule)["edit"]).content.decode()
    assert "No frame of these series is stored" in page
    feed(rule.metric, [1, 50, 60, 50, 2], start=two_hours_ago(rule.metric))
    assert "Would have fired 1 time" in signed_in().get(addresses(rule)["edit"]).content.decode()
