"""An action of a group is about all of its incidents: whoever may not see one of them does not read it anywhere."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role, Service
from incidents import permissions
from incidents.models import ActionItem, Incident
from incidents.services import complete_action, reassign_action
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from postmortems import services
from reports.meeting.entries import Window
from reports.meeting.sections.backlog import action_entry
from reports.meeting.unseen import unseen_by
from tests.factories import make_person, make_service
from tests.postmortems.makers import add_action, add_issue, make_postmortem, recovered_incident

pytestmark = pytest.mark.django_db
TITLE = "Lock the payroll and the tax office"


@pytest.fixture
def boss() -> Person:
    return make_person(Role.INCIDENT_MANAGER, name="Max")


@pytest.fixture
def both() -> list[Incident]:
    """One restricted to Ann, one of Bo's restricted service."""
    ann, bo = make_person(name="Ann"), make_person(Role.SERVICE_OWNER, name="Bo")
    mine, theirs = recovered_incident(), recovered_incident(service=make_service(owner=bo))
    Incident.objects.filter(pk=mine.pk).update(is_restricted=True, owner=ann, handler=ann)
    Service.objects.filter(pk=theirs.service_id).update(is_restricted=True)
    return [Incident.objects.get(pk=mine.pk), Incident.objects.get(pk=theirs.pk)]


def action_about(incidents: list[Incident], boss: Person, **fields: Any) -> ActionItem:
    postmortem = make_postmortem(*incidents, actor=boss, title="How it went")
    services.open_issues(postmortem, actor=boss, via="web")
    add_issue(postmortem)
    services.open_actions(postmortem, actor=boss, via="web")
    return add_action(postmortem, title=TITLE, **{"owner": boss, **fields})


def readers(action: ActionItem) -> set[str]:
    """By the query, which has to say the same as the predicate."""
    people = list(Person.objects.all())
    seeing = {person.name for person in people if ActionItem.objects.of_seen(person).filter(pk=action.pk).exists()}
    assert seeing == {person.name for person in people if person.is_colleague and permissions.sees(action, person)}
    return seeing


def test_neither_of_those_who_see_one_reads_an_action_about_both(both: list[Incident], boss: Person) -> None:
    action = action_about(both, boss)
    assert readers(action) == {"Max"}
    assert not ActionItem.objects.public().exists()
    for incident, name in zip(both, ("Ann", "Bo"), strict=True):
        person, client = Person.objects.get(name=name), Client()
        client.force_login(person)
        assert permissions.sees(incident, person)
        for address in (action.get_absolute_url(), f"/api/v1/actions/{action.pk}/"):
            assert client.get(address).status_code == 404
        for address in (incident.get_absolute_url(), "/actions/?show=all", "/"):
            assert TITLE not in client.get(address, follow=True).content.decode(), address
        with pytest.raises(NotPermitted):
            complete_action(action, actor=person, via="web", proof="seen")


def test_no_meeting_and_no_hand_over_reads_it_out(both: list[Incident], boss: Person) -> None:
    action = action_about(both, boss)
    ann, now = Person.objects.get(name="Ann"), clock.now()
    entry = action_entry(action, Window(now, now, now.tzinfo), {})  # type: ignore[arg-type]
    assert unseen_by(ann, [entry]).hides(entry)
    assert unseen_by(None, [entry]).hides(entry)
    assert unseen_by(ann, [], [action.pk]).actions == {action.pk}
    assert not unseen_by(boss, [entry]).hides(entry)


def test_its_owner_has_to_see_all_of_them(both: list[Incident], boss: Person) -> None:
    ann = Person.objects.get(name="Ann")
    with pytest.raises(InputRefused) as refused:
        action_about(both, boss, owner=ann)
    assert set(refused.value.errors) == {"owner"}


def test_nor_is_it_given_to_somebody_who_sees_one(both: list[Incident], boss: Person) -> None:
    action = action_about(both, boss)
    with pytest.raises(InputRefused) as refused:
        reassign_action(action, actor=boss, via="web", owner=Person.objects.get(name="Ann"), reason="ill")
    assert set(refused.value.errors) == {"owner"}


def test_what_is_restricted_later_takes_the_actions_of_its_group_along(boss: Person) -> None:
    first, second = recovered_incident(), recovered_incident()
    action = action_about([first, second], boss)
    anybody = make_person(name="Any")
    assert "Any" in readers(action)
    assert ActionItem.objects.public().exists()
    other = first if action.incident == second else second
    Incident.objects.filter(pk=other.pk).update(is_restricted=True)
    assert "Any" not in readers(action)
    assert permissions.sees(action.incident, anybody)
    assert not ActionItem.objects.public().exists()
