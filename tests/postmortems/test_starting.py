"""How a postmortem begins, and what its first timeline says."""

from typing import Any

import pytest

from catalog.models import Role
from incidents import services as incident_services
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from postmortems import services
from postmortems.models import Postmortem
from tests.factories import make_incident, make_person
from tests.postmortems.makers import make_postmortem, recovered_incident

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": None, "via": "web"}


def test_the_timeline_is_drafted_from_the_events_and_every_entry_cites_its_source() -> None:
    incident, engineer = make_incident(), make_person()
    incident_services.acknowledge_incident(incident, actor=engineer, via="sms")
    incident_services.add_note(incident, actor=engineer, via="web", text="Half of the requests time out")
    incident_services.recover_incident(incident, actor=engineer, via="web")
    postmortem = make_postmortem(incident)
    entries = list(postmortem.entries.all())
    assert [entry.what for entry in entries if entry.event_id] == [
        "Incident reported",
        "Incident acknowledged",
        "Note: Half of the requests time out",
        "Service recovered",
    ]
    assert all(incident.reference in entry.source for entry in entries)
    cited = [entry.event_id for entry in entries if entry.event_id]
    assert set(cited) < {event.pk for event in Event.objects.about(incident)}
    assert entries[0].happened_at == incident.occurred_at
    assert entries[2].role == "O&M engineer"
    assert engineer.name not in " ".join(entry.what + entry.role for entry in entries)


def test_a_note_about_a_cause_is_not_quoted_but_parked() -> None:
    incident, engineer = recovered_incident(), make_person()
    incident_services.add_note(incident, actor=engineer, via="web", text="Slow because of the new query")
    postmortem = make_postmortem(incident)
    assert "Note" in [entry.what for entry in postmortem.entries.all()]
    assert not postmortem.entries.filter(what__contains="because").exists()
    parked = postmortem.parked.get()
    assert (parked.text, parked.author) == ("Slow because of the new query", engineer)


def test_later_events_are_drawn_in_once_and_removed_ones_stay_away() -> None:
    incident, engineer = recovered_incident(), make_person()
    postmortem = make_postmortem(incident)
    entries = postmortem.entries.count()
    assert services.draw_in_events(postmortem, **WHO) == 0
    services.remove_entry(postmortem.entries.exclude(event=None)[0], **WHO)
    incident_services.add_note(incident, actor=engineer, via="web", text="The bank confirms")
    assert services.draw_in_events(postmortem, **WHO) == 1
    assert postmortem.entries.count() == entries


def test_several_incidents_make_one_postmortem() -> None:
    first, second = recovered_incident(title="Slow pages"), recovered_incident()
    postmortem = make_postmortem(second, first)
    assert set(postmortem.incidents.all()) == {first, second}
    assert postmortem.title == "Slow pages"
    for incident in (first, second):
        assert Event.objects.about(incident).filter(verb="start_postmortem").count() == 1


def test_an_incident_that_is_not_over_has_no_postmortem_yet() -> None:
    with pytest.raises(InputRefused, match="not over"):
        make_postmortem(make_incident())
    assert not Postmortem.objects.exists()


def test_an_incident_is_in_one_unfinished_postmortem_at_a_time() -> None:
    incident = recovered_incident()
    first = make_postmortem(incident)
    with pytest.raises(InputRefused, match=first.reference):
        make_postmortem(incident)
    assert Postmortem.objects.count() == 1


def test_nobody_starts_one_of_nothing_or_without_the_role() -> None:
    with pytest.raises(InputRefused):
        services.start_postmortem(actor=make_person(), via="web", incidents=[])
    for role in (Role.REPORTER, Role.MANAGER):
        with pytest.raises(NotPermitted):
            services.start_postmortem(actor=make_person(role), via="web", incidents=[recovered_incident()])
