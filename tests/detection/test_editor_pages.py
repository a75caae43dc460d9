"""The pages around the editor: shadow and live, versions, one minute explained; who sees them and what they say."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Role
from detection.models import Alert, Rule, RuleMode, RuleStatus, StoredBackTest
from detection.rule_templates import TEMPLATES, RuleTemplate
from detection.services import edit_rule, evaluate_due, explain, store_frame
from incidents import services as incidents
from incidents.models import Incident
from lifecycle import clock
from tests.detection.made import MINUTE, feed, feed_and_judge, make_rule, two_hours_ago
from tests.detection.test_pages import filled_form
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


def signed_in(role: str = Role.OPERATIONS) -> Client:
    client = Client()
    client.force_login(make_person(role))
    return client


def at(name: str, rule: Rule, **more: Any) -> str:
    return reverse(f"detection:{name}", kwargs={"pk": rule.pk, **more})


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_rule_goes_from_a_copy_over_shadow_to_live() -> None:
    rule, editor = make_rule(name="Too many"), signed_in()
    copy = f"{reverse('detection:new_rule', args=[rule.kind])}?from={rule.pk}"
    page = text_of(editor, copy)
    assert 'value="Too many (copy)"' in page
    assert 'value="20"' in page
    editor.post(
        copy, filled_form(rule, name="Trial", fire_for="1", fire_of="1", verb="shadow", note="From the template")
    )
    trial = Rule.objects.get(name="Trial")
    assert trial.mode == RuleMode.SHADOW
    assert trial.versions.get().note == "From the template"
    Rule.objects.filter(pk=trial.pk).update(evaluated_to=two_hours_ago(rule.metric) - MINUTE)
    feed(rule.metric, [5, 50, 60, 5], start=two_hours_ago(rule.metric))
    Rule.objects.filter(pk=rule.pk).update(is_active=False)
    evaluate_due()
    assert not Incident.objects.exists()
    trial.refresh_from_db()
    page = text_of(editor, trial.get_absolute_url())
    assert "On trial" in page
    assert "Would have fired 1 time" in page
    editor.post(at("go_live", trial), {"version": trial.version, "note": ""})
    trial.refresh_from_db()
    assert trial.mode.value == RuleMode.SHADOW
    editor.post(at("go_live", trial), {"version": trial.version, "note": "It found what it should."})
    trial.refresh_from_db()
    assert trial.mode.value == RuleMode.LIVE
    assert "On trial" not in text_of(editor, trial.get_absolute_url())


def test_save_live_is_a_choice_of_its_own() -> None:
    rule = make_rule()
    signed_in().post(reverse("detection:new_rule", args=["threshold"]), filled_form(rule, name="Live", verb="live"))
    assert Rule.objects.get(name="Live").mode == RuleMode.LIVE


def test_a_rule_says_what_recovers_its_incidents() -> None:
    rule, editor = make_rule(), signed_in()
    assert (
        editor.post(
            at("edit_rule", rule), filled_form(rule, recover_on="never", clear_after="2", version="1", verb="save")
        ).status_code
        == 302
    )
    feed_and_judge(rule.metric, [50, 50, 1, 1, 1, 1], start=two_hours_ago(rule.metric))
    assert Alert.objects.get().ended_at is not None
    assert Incident.objects.get().status == "reported"


def test_colleagues_read_versions_and_explanations_and_only_editors_change_anything() -> None:
    rule = make_rule()
    edit_rule(rule, actor=None, via="web", fire_for=3, note="Quieter")
    feed_and_judge(rule.metric, [5, 50], start=two_hours_ago(rule.metric))
    reader, stranger = signed_in(Role.SERVICE_OWNER), signed_in(Role.REPORTER)
    for name in ("versions", "explain"):
        assert reader.get(at(name, rule)).status_code == 200
        assert stranger.get(at(name, rule)).status_code == 404
    posts = [at("go_live", rule), at("return_to_shadow", rule), at("compare_versions", rule)]
    for address in [*posts, at("restore_version", rule, number=1)]:
        assert reader.post(address).status_code == 404
        assert Client().post(address).status_code == 302
    page = text_of(reader, at("versions", rule))
    assert "Quieter" in page
    assert "Back-test and keep" not in page
    assert ">Restore<" not in page.replace("</th>", "")


def test_versions_show_what_changed_and_come_back() -> None:
    rule, editor = make_rule(), signed_in()
    service = make_service(name="Transfers")
    edit_rule(rule, actor=None, via="web", parameters={"direction": "below", "value": 3.0}, service=service)
    page = text_of(editor, at("versions", rule))
    assert "<del>20</del> → <ins>3</ins>" in page
    assert "<del>above</del> → <ins>below</ins>" in page
    assert "<ins>Transfers</ins>" in page
    editor.post(at("restore_version", rule, number=1), {"version": "1", "note": "late"})
    rule.refresh_from_db()
    assert rule.parameters["value"] == 3
    editor.post(at("restore_version", rule, number=1), {"version": "2", "note": "Missed one"})
    rule.refresh_from_db()
    assert rule.parameters["value"] == 20
    assert "restored from version 1" in text_of(editor, at("versions", rule))
    assert editor.post(at("restore_version", rule, number=99)).status_code == 404


def test_two_versions_are_back_tested_over_the_same_stretch_and_kept() -> None:
    rule, editor = make_rule(fire_for=1, fire_of=1), signed_in()
    edit_rule(rule, actor=None, via="web", parameters={"direction": "above", "value": 55.0})
    feed(rule.metric, [5, 50, 5, 5, 5, 5, 60, 5, 5, 5], start=two_hours_ago(rule.metric))
    editor.post(at("compare_versions", rule), {"old": "1", "new": "2", "preview_span": "6h"})
    kept = list(StoredBackTest.objects.order_by("version__number"))
    assert [len(test.firings) for test in kept] == [2, 1]
    assert kept[0].begins == kept[1].begins
    page = text_of(editor, at("versions", rule))
    assert "0 of 0" in page
    assert not Alert.objects.exists()


def test_kept_back_tests_and_trials_do_not_count_what_is_not_for_the_reader() -> None:
    insider = make_person(Role.OPERATIONS)
    service = make_service(operations_team=make_team(insider))
    rule = make_rule(service=service, is_shadow=True, fire_for=1, fire_of=1)
    start = two_hours_ago(rule.metric)
    Rule.objects.filter(pk=rule.pk).update(evaluated_to=start - MINUTE)
    rule.versions.update(created_at=start - timedelta(days=1))
    feed_and_judge(rule.metric, [5, 50, 50, 5, 5, 5], start=start)
    incident = make_incident(service=service, occurred_at=start + MINUTE, level=2)
    incidents.acknowledge_incident(incident, actor=insider, via="web")
    incidents.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    inside, outside = Client(), signed_in()
    inside.force_login(insider)
    inside.post(at("compare_versions", rule), {"old": "1", "preview_span": "6h"})
    for name, words in (("versions", "1 of 1"), ("rule", "1 of 1 known")):
        assert words in text_of(inside, at(name, rule))
        hidden = text_of(outside, at(name, rule))
        assert words not in hidden
        assert incident.reference not in hidden


def test_a_minute_is_explained_by_what_was_stored_and_said() -> None:
    rule = make_rule()
    start = two_hours_ago(rule.metric)
    feed_and_judge(rule.metric, [5, 50, 60, None], start=start)
    series = rule.metric.series.get()
    said = explain(rule, series=series, at=start + 2 * MINUTE)
    assert (said.value, said.expected, said.then, said.now) == (60, 20, RuleStatus.FIRING, RuleStatus.FIRING)
    assert [mark.then for mark in said.marks] == [RuleStatus.FIRING, RuleStatus.FIRING, RuleStatus.OK]
    assert said.bad == 2
    assert said.alert is not None
    assert not said.has_changed
    gap = explain(rule, series=series, at=start + 3 * MINUTE)
    assert gap.then == RuleStatus.UNKNOWN
    assert "not read as zero" in gap.reasons[0]
    never = explain(rule, series=series, at=start - 9 * MINUTE)
    assert "No frame of this minute" in never.reasons[0]
    address = f"{at('explain', rule)}?series={series.pk}&at={(start + 2 * MINUTE).isoformat().replace('+', '%2B')}"
    page = text_of(signed_in(), address)
    assert "2 of 3 bad, 2 needed" in page
    assert Incident.objects.get().reference in page


def test_a_frame_that_came_late_is_said() -> None:
    rule = make_rule()
    start = two_hours_ago(rule.metric)
    feed_and_judge(rule.metric, [5, 5], start=start)
    store_frame(rule.metric, at=start + MINUTE, values=[({"status": "reversed"}, 90)])
    said = explain(rule, series=rule.metric.series.get(), at=start + MINUTE)
    assert (said.then, said.now, said.has_changed) == (RuleStatus.OK, RuleStatus.FIRING, True)


def test_what_it_looked_back_at_is_listed_and_missing_days_are_the_reason() -> None:
    parameters = {"direction": "below", "ratio": 0.5, "days": 2, "around": 1, "minimum_expected": 10}
    rule = make_rule(kind="earlier_days", parameters=parameters)
    start = two_hours_ago(rule.metric)
    feed(rule.metric, [100, 101, 102], start=start - timedelta(days=1))
    feed_and_judge(rule.metric, [100, 40, 99], start=start)
    said = explain(rule, series=rule.metric.series.get(), at=start + MINUTE)
    assert [each.values for each in said.looked] == [[100, 101, 102], [None, None, None]]
    assert said.then == RuleStatus.UNKNOWN
    assert said.reasons == ["Of 2 stretches of history 1 hold nothing."]


def test_an_edit_later_on_does_not_change_what_is_explained() -> None:
    rule = make_rule()
    start = two_hours_ago(rule.metric)
    feed_and_judge(rule.metric, [5, 50, 60], start=start)
    rule.versions.update(created_at=start - timedelta(days=1))
    edit_rule(rule, actor=None, via="web", parameters={"direction": "above", "value": 1000.0})
    said = explain(rule, series=rule.metric.series.get(), at=start + 2 * MINUTE)
    assert said.version is not None
    assert (said.version.number, said.expected, said.now) == (1, 20, RuleStatus.FIRING)


@pytest.mark.parametrize(
    "asked", ["at=yesterday", "at=9999-12-31T23:59", "series=abc&at=", "series=99999999999999", "at=%00"]
)
def test_whatever_is_asked_for_is_answered(asked: str) -> None:
    rule = make_rule()
    assert signed_in().get(f"{at('explain', rule)}?{asked}").status_code == 200
    feed(rule.metric, [5], start=clock.now() - 5 * MINUTE)
    assert signed_in().get(f"{at('explain', rule)}?{asked}").status_code == 200


def test_the_list_says_how_rules_do_and_counts_what_is_for_the_reader() -> None:
    insider = make_person(Role.OPERATIONS)
    service = make_service(operations_team=make_team(insider))
    rule = make_rule(name="Hidden one", service=service, fire_for=1, fire_of=1)
    trial = make_rule(name="Trial one", is_shadow=True)
    feed_and_judge(rule.metric, [50], start=rule.metric.align(clock.now()))
    incident = Incident.objects.get()
    outside = signed_in()
    address = reverse("detection:list")
    assert "0 % false" in text_of(outside, address)
    incidents.acknowledge_incident(incident, actor=insider, via="web")
    incidents.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    inside = Client()
    inside.force_login(insider)
    assert "% false" in text_of(inside, address)
    assert "% false" not in text_of(outside, address)
    assert trial.name not in text_of(outside, f"{address}?mode=live")
    assert rule.name not in text_of(outside, f"{address}?mode=shadow")
    assert rule.name in text_of(outside, f"{address}?status=firing&kind=threshold&q=hidden&service={service.slug}")
    assert "No rule is like that" in text_of(outside, f"{address}?q=nothing")


def test_an_incident_that_was_called_off_was_a_false_one() -> None:
    manager = make_person(Role.INCIDENT_MANAGER)
    rule = make_rule(fire_for=1, fire_of=1)
    feed_and_judge(rule.metric, [50], start=rule.metric.align(clock.now()))
    incidents.cancel_incident(Incident.objects.get(), actor=manager, via="web", reason="A test")
    client = Client()
    client.force_login(manager)
    assert "100 % false" in text_of(client, reverse("detection:list"))


def test_an_incident_is_replayed_with_the_rules_of_today() -> None:
    service = make_service()
    rule = make_rule(service=service, fire_for=1, fire_of=1, is_shadow=True)
    make_rule(rule.metric, name="Blind", service=service, parameters={"direction": "above", "value": 999})
    start = two_hours_ago(rule.metric)
    feed(rule.metric, [5, 5, 50, 50, 5, 5, 5, 5], start=start)
    incident = make_incident(service=service, occurred_at=start + 2 * MINUTE, level=2)
    Incident.objects.filter(pk=incident.pk).update(reported_at=start + 12 * MINUTE)
    client = signed_in()
    address = reverse("detection:sightings", args=[incident.pk])
    page = text_of(client, address)
    assert "10 min" in page
    assert page.index("Too many") < page.index("Blind")
    assert address in text_of(client, incident.get_absolute_url())
    assert "No rule watches this service" in text_of(
        client, reverse("detection:sightings", args=[make_incident(level=2).pk])
    )
    assert signed_in(Role.REPORTER).get(address).status_code == 404
    assert Alert.objects.count() == 0


def test_a_restricted_incident_has_no_replay_for_others() -> None:
    insider = make_person(Role.OPERATIONS)
    service = make_service(operations_team=make_team(insider))
    incident = make_incident(service=service, level=2)
    incidents.acknowledge_incident(incident, actor=insider, via="web")
    incidents.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    assert signed_in().get(reverse("detection:sightings", args=[incident.pk])).status_code == 404


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.key)
def test_every_template_fills_a_form_that_can_be_saved(template: RuleTemplate) -> None:
    rule, editor = make_rule(), signed_in()
    start = f"{reverse('detection:new_rule', args=['threshold'])}?metric={rule.metric_id}"
    address = f"{reverse('detection:new_rule', args=[template.kind])}?template={template.key}&metric={rule.metric_id}"
    assert address.replace("&", "&amp;") in text_of(editor, start)
    form = editor.get(address).context["form"]
    initial = {name: form[name].value() for name in form.fields}
    typed = {name: "" if value is None else value for name, value in initial.items()}
    other = {"other_metric": rule.metric_id} if "other_metric" in typed else {}
    editor.post(address, {**typed, **other, "service": rule.service_id, "verb": "shadow"})
    made = Rule.objects.exclude(pk=rule.pk).get()
    assert (made.name, made.kind, made.mode) == (template.name, template.kind, RuleMode.SHADOW)
    assert template.parameters.items() <= made.parameters.items()
