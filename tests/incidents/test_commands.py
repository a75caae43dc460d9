"""One table of verbs: every declared transition has its service, its form, its button, its page and its API route."""

import inspect
from typing import Any, get_args

import pytest
from django.urls import resolve, reverse
from rest_framework import serializers as rest

from catalog.models import Role
from incidents import services
from incidents.api.serializers import INCIDENT_REQUESTS, SOLUTION_REQUESTS
from incidents.commands import TABLES, Command, label_of, offered
from incidents.models import Incident, Solution
from incidents.presentation import actions_of
from lifecycle.models import StatefulRecord
from lifecycle.transitions import TransitionRefused, declared
from tests.factories import make_incident, make_person
from tests.incidents.test_transitions import TABLE, incident_in

KINDS: dict[type[StatefulRecord], str] = {Incident: "incident", Solution: "solution"}
COMMANDS = [(model, command) for model in KINDS for command in TABLES[model].values()]


def names(case: object) -> str:
    return case.verb if isinstance(case, Command) else getattr(case, "__name__", "")


@pytest.mark.parametrize("model", KINDS)
def test_every_declared_transition_is_in_the_table(model: type[StatefulRecord]) -> None:
    transitions = {each.name for each in declared(model) if not each.custom.get("is_system")}
    assert transitions == {command.verb for command in TABLES[model].values() if command.is_transition}


@pytest.mark.parametrize(("model", "command"), COMMANDS, ids=names)
def test_every_verb_has_a_label_a_page_and_an_api_route(model: type[StatefulRecord], command: Command) -> None:
    kind = KINDS[model]
    assert label_of(model, command.verb) not in ("", command.verb)
    page = {"incident": "incidents:command", "solution": "incidents:solution-command"}[kind]
    assert resolve(reverse(page, args=[1, command.verb])).view_name == page
    route = resolve(reverse(f"{kind}-{command.verb}-api", args=[1]))
    assert "post" in route.func.cls.__dict__  # type: ignore[attr-defined]


@pytest.mark.parametrize(("model", "command"), COMMANDS, ids=names)
def test_a_form_asks_for_what_its_service_takes(model: type[StatefulRecord], command: Command) -> None:
    parameters = inspect.signature(command.service).parameters
    others = [parameter for parameter in parameters.values() if parameter.kind is inspect.Parameter.VAR_KEYWORD]
    accepted = set(parameters).union(*(get_args(parameter.annotation)[0].__annotations__ for parameter in others))
    assert set(command.form.base_fields) <= accepted
    needed = {
        name
        for name, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter not in others
        and name not in ("incident", "solution", "actor", "via")
    }
    assert needed <= set(command.form.base_fields)


@pytest.mark.parametrize("model", KINDS)
def test_a_transition_declares_the_fields_of_its_form(model: type[StatefulRecord]) -> None:
    for transition in (each for each in declared(model) if not each.custom.get("is_system")):
        asked = set(TABLES[model][transition.name].form.base_fields)
        assert asked == set(transition.custom.get("fields", ())), transition.name


@pytest.mark.parametrize(("model", "command"), COMMANDS, ids=names)
def test_the_api_takes_the_fields_of_the_form(model: type[StatefulRecord], command: Command) -> None:
    requests: dict[str, Any] = {Incident: INCIDENT_REQUESTS, Solution: SOLUTION_REQUESTS}[model]
    fields: dict[str, rest.Field[Any, Any, Any, Any]] = requests[command.verb]().fields
    assert set(fields) - {"version"} == set(command.form.base_fields)
    for name, field in command.form.base_fields.items():
        assert fields[name].required == field.required or isinstance(fields[name], rest.IntegerField)


@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted({status for sources in TABLE.values() for status in sources}))
def test_the_buttons_of_a_status_are_its_transitions(status: str) -> None:
    """For the two who may do everything between them; nothing is offered that the status does not allow."""
    incident = incident_in(status)
    shown: set[str] = set()
    for role in (Role.ADMINISTRATOR, Role.DEVELOPER):
        person = make_person(role)
        shown |= {action.verb for action in actions_of(incident, person)}
    expected = {verb for verb, sources in TABLE.items() if status in sources} - {"lapse"}
    assert shown & set(TABLE) == expected


@pytest.mark.django_db
def test_at_most_two_buttons_stand_before_more() -> None:
    person = make_person(Role.INCIDENT_MANAGER)
    for status in ("reported", "acknowledged", "pending", "recovered", "resolved"):
        assert sum(action.is_primary for action in actions_of(incident_in(status), person)) <= 2


@pytest.mark.django_db
def test_what_is_blocked_in_the_offer_is_refused_when_asked_for() -> None:
    incident, person = incident_in("resolved"), make_person(Role.INCIDENT_MANAGER)
    blocked = [offer for offer in offered(incident, person) if not offer.is_allowed]
    assert {"close", "change_level", "declare_major"} <= {offer.verb for offer in blocked}
    for verb, values in {"change_level": {"level": incident.level}, "declare_major": {}}.items():
        command = TABLES[Incident][verb]
        with pytest.raises(TransitionRefused) as refused:
            command.run(incident, actor=person, via="web", version=None, reason="x", **values)
        assert verb not in refused.value.allowed


@pytest.mark.django_db
def test_a_reporter_is_offered_nothing_but_notes_and_files_before_the_end() -> None:
    reporter = make_person(Role.REPORTER)
    incident = make_incident(reporter=reporter)
    assert {offer.verb for offer in offered(incident, reporter)} == {"note", "attach"}
    services.acknowledge_incident(incident, actor=make_person(), via="web")
    assert {offer.verb for offer in offered(incident, reporter)} == {"note", "attach"}
