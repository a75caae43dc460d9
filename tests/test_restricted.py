"""A restricted incident does not exist for a colleague who has nothing to do with it, wherever they look.

Every address of the URLconf is asked. One that takes an argument is either about the incident (``Hidden.addresses``
says by which values), or stands in NEUTRAL: what it names belongs to no incident, so that the page may be there but
must not speak of it. A new view with an argument fails here until a line says which of the two it is.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from incidents import services
from incidents.models import ActionItem, InboundEmail, Incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from postmortems.models import IssueKind
from postmortems.services import add_issue, publish_postmortem, start_postmortem
from problems.services import link_incident, raise_problem, unlink_incident
from reports.period import Month
from tests.browser.addresses import Address, all_addresses
from tests.browser.demo import client_of, keep_demo
from tests.hidden import TITLE, WORD, Hidden, hide

pytestmark = pytest.mark.django_db

# Beginnings of routes whose arguments name nothing that belongs to an incident; and two that may be of many incidents:
# a problem and a postmortem are there for every colleague.
NEUTRAL = (
    "boards/",
    "wall/",
    "catalog/",
    "integrations/",
    "alert-routes/",
    "correlation-rules/",
    "maintenance-windows/",
    "heartbeats/",
    "hooks/alerts/",
    "hooks/heartbeats/",
    "hooks/mail/",
    "incidents/views/",
    "incidents/settings/",
    "problems/<int:pk>/",
    "problems/settings/",
    "problems/plans/<int:pk>/",
    "plans/",
    "postmortems/<int:pk>/",
    "postmortems/settings/",
    "lessons/",
    "detection/",
    "inspections/",
    "findings/",
    "rules/",
    "metrics/",
    "sources/",
    "reports/",
    "meeting/",
    "meetings/",
    "meeting-items/",
    "hand-overs/",
    "indicators/",
    "oncall/",
    "schedules/",
    "layers/",
    "overrides/",
    "swaps/",
    "escalation-policies/",
    "notification-rules/",
    "routes/",
    "chats/",
    "services/",
    "twilio/",
    "a/",
    "r/",
)


@pytest.fixture(scope="module")
def hidden(django_db_setup: None, django_db_blocker: Any, unprinted: None) -> Iterator[Hidden]:
    with django_db_blocker.unblock(), keep_demo() as demo:
        yield hide(demo)


ADDRESSES = all_addresses()


def values_of(address: Address, hidden: Hidden) -> list[dict[str, Any]]:
    """By which arguments the address names the incident or a part of it; nothing where it cannot."""
    route = address.route.removeprefix("api/v1/")
    known = hidden.addresses()
    beginnings = [beginning for beginning in known if route.startswith(beginning)]
    return known[max(beginnings, key=len)] if address.arguments and beginnings else []


def test_every_address_with_an_argument_is_judged(hidden: Hidden) -> None:
    for address in ADDRESSES:
        route = address.route.removeprefix("api/v1/")
        is_about_it = bool(values_of(address, hidden))
        # Beneath a neutral beginning there may be a page of an incident; it is looked at as one.
        is_neutral = not is_about_it and route.startswith(NEUTRAL)
        assert not address.arguments or is_about_it != is_neutral, f"say here whom {address.route} may be shown"


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_what_is_of_it_is_not_found(hidden: Hidden, address: Address) -> None:
    client, before = client_of(hidden.colleague), Event.objects.count()
    for values in values_of(address, hidden):
        path = address.path(values)
        got, posted = client.get(path), client.post(path, {"note": "x", "reason": "x", "proof": "x", "text": "x"})
        statuses = {got.status_code, posted.status_code}
        assert statuses <= {404, 405}, path
        assert 404 in statuses, path
        assert WORD not in body(got) + body(posted), path
    assert Event.objects.count() == before


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_no_other_page_speaks_of_it(hidden: Hidden, address: Address) -> None:
    client = client_of(hidden.colleague)
    for path in paths_of(address, hidden):
        say_nothing(client, hidden, path)


QUERIES = (
    "/incidents/?q=Quietfox",
    "/incidents/?q=INC-{pk}",
    "/incidents/?tab=all",
    "/incidents/?tab=all&parent=INC-{pk}",
    "/incidents/?tab=major",
    "/incidents/export.csv?tab=all",
    "/incidents/mail/?tab=accepted",
    "/problems/?view=table",
    "/problems/new/?incident={pk}",
    "/postmortems/new/?incident={pk}",
    "/lessons/?q=Quietfox",
    "/api/v1/lessons/?q=Quietfox",
    "/actions/?show=done",
    "/actions/?show=all",
    "/actions/export.csv?show=all",
    "/api/v1/actions/?show=all",
    "/reports/{month}/rows/",
    "/reports/{month}/rows/?impact=yes",
    "/reports/{month}/rows/?level=1",
    "/reports/explore/rows/?indicator=incidents",
    "/reports/explore/rows/?indicator=sla",
    "/api/v1/incidents/?q=Quietfox",
    "/api/v1/postmortems/?incidents={pk}",
    "/incidents/{child}/",
    "/incidents/{child}/card/",
    "/incidents/{child}/hand-over/",
    "/incidents/{duplicate}/",
    "/incidents/{duplicate}/hand-over/",
    "/incidents/{once}/",
    "/api/v1/incidents/{child}/",
    "/api/v1/incidents/{duplicate}/",
    "/api/v1/incidents/{duplicate}/events/",
    "/api/v1/incidents/{once}/events/",
    "/problems/{problem}/",
    "/api/v1/problems/{problem}/",
    "/api/v1/problems/{problem}/events/",
    "/postmortems/{postmortem}/",
    "/api/v1/postmortems/{postmortem}/",
)


@pytest.mark.parametrize("query", QUERIES)
def test_no_question_finds_it(hidden: Hidden, query: str) -> None:
    child, duplicate, once = hidden.relatives
    path = query.format(
        pk=hidden.incident.pk,
        child=child.pk,
        duplicate=duplicate.pk,
        once=once.pk,
        problem=hidden.problem.pk,
        postmortem=hidden.postmortem.pk,
        month=Month(clock.now().year, clock.now().month),
    )
    answer = say_nothing(client_of(hidden.colleague), hidden, path)
    assert answer.status_code in (200, 400), f"{path}: {answer.status_code}"


def paths_of(address: Address, hidden: Hidden) -> list[str]:
    """Those that are not about it: the demo's, and the problem's and the postmortem's of the incident."""
    about = {address.path(values) for values in values_of(address, hidden)}
    return [] if about else address.paths(hidden.demo)


def say_nothing(client: Client, hidden: Hidden, path: str) -> Any:
    answer = client.get(path, follow=True)
    text = body(answer)
    asked = path.partition("?")[2]
    assert answer.status_code < 500 or path == "/healthz/pager", path
    if WORD not in asked:
        assert WORD not in text, f"{path}: {around(text, WORD)}"
    assert TITLE not in text, path
    for pattern in (rf"INC-{hidden.incident.pk}\b", rf"/incidents/{hidden.incident.pk}/"):
        if re.search(pattern, f"INC-{asked.partition('INC-')[2]}"):
            continue
        assert not (found := re.search(pattern, text)), f"{path}: {around(text, found[0])}"
    return answer


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content).decode(errors="replace")


def around(text: str, found: str) -> str:
    place = text.index(found)
    return text[max(place - 300, 0) : place + 200]


def test_an_incident_manager_finds_all_of_it(hidden: Hidden) -> None:
    client, pk = client_of(hidden.manager), hidden.incident.pk
    for path in (
        f"/incidents/{pk}/",
        "/incidents/?q=Quietfox",
        "/incidents/export.csv?tab=all",
        "/approvals/",
        f"/problems/{hidden.problem.pk}/",
        f"/postmortems/{hidden.postmortem.pk}/",
        "/actions/",
        f"/actions/{hidden.parts['action']}/",
        f"/incidents/mail/{hidden.parts['mail']}/",
        f"/incidents/solutions/{hidden.parts['solution']}/",
        f"/incidents/{hidden.relatives[0].pk}/",
        f"/incidents/{hidden.relatives[1].pk}/",
        f"/reports/{Month(clock.now().year, clock.now().month)}/rows/",
    ):
        text = body(client.get(path))
        assert TITLE in text or WORD in text, path
    for path in ("/pager/", "/postmortems/", "/incidents/?tab=all"):
        assert f"INC-{pk}" in body(client.get(path)), path


# --- Acting on what one may not see ---------------------------------------------------------------------------------


def test_a_number_typed_anywhere_is_no_such_incident(hidden: Hidden) -> None:
    """Exactly the words for a number that nobody has."""
    client, before = client_of(hidden.colleague), Event.objects.count()
    service = hidden.demo.company.services["card-payments"]
    (waiting,) = InboundEmail.objects.filter(status="quarantined").order_by("-pk")[:1]
    child, _duplicate, once = hidden.relatives
    forms: dict[str, dict[str, Any]] = {
        f"/incidents/{once.pk}/merge/": {"target": "{}"},
        f"/incidents/{once.pk}/set_parent/": {"parent": "{}"},
        f"/incidents/mail/{waiting.pk}/attach/": {"incident": "{}"},
        f"/problems/{hidden.problem.pk}/link_incident/": {"incident": "{}"},
        f"/problems/{hidden.problem.pk}/unlink_incident/": {"incident": "{}", "reason": "Not it"},
        "/problems/new/": {"title": "Weak", "service": service.slug, "incident": "{}"},
        "/postmortems/new/": {"incidents": "{}", "title": "How it went"},
    }
    for path, typed in forms.items():
        told = []
        for number in (hidden.incident.pk, 10**12):
            answer = client.post(path, {name: text.format(number) for name, text in typed.items()})
            assert answer.status_code == 400, f"{path}: {answer.status_code}"
            told.append(re.findall(r"There is no such incident[^<]*", body(answer).replace(str(number), "N")))
        assert told[0], path
        assert told[0] == told[1], path
    assert child.parent_id == hidden.incident.pk
    assert Event.objects.count() == before


def test_nothing_is_done_to_it_with_many_others(hidden: Hidden) -> None:
    client, before = client_of(hidden.colleague), Event.objects.count()
    for typed in ({"verb": "watch"}, {"verb": "acknowledge"}):
        answer = client.post("/incidents/bulk/", {**typed, "pk": [hidden.incident.pk]}, follow=True)
        assert WORD not in body(answer)
    assert Event.objects.count() == before


def test_services_refuse_whoever_may_not_see_it(hidden: Hidden) -> None:
    stranger: dict[str, Any] = {"actor": hidden.colleague, "via": "web"}
    duplicate = Incident.objects.get(pk=hidden.relatives[1].pk)
    action = ActionItem.objects.get(pk=hidden.parts["action"])
    with pytest.raises(NotPermitted):
        services.complete_action(action, proof="Seen", **stranger)
    with pytest.raises(NotPermitted):
        services.add_note(duplicate, text="It goes to the one that goes on", **stranger)
    with pytest.raises(NotPermitted):
        add_issue(hidden.postmortem, text="Nobody looked", kind=IssueKind.PROCESS, **stranger)
    with pytest.raises(NotPermitted):
        publish_postmortem(hidden.postmortem, **stranger)
    with pytest.raises(InputRefused, match="no such incident"):
        link_incident(hidden.problem, incident=hidden.incident, **stranger)
    with pytest.raises(InputRefused, match="no such incident"):
        unlink_incident(hidden.problem, incident=hidden.incident, reason="Not it", **stranger)
    with pytest.raises(InputRefused, match="no such incident"):
        raise_problem(incident=hidden.incident, title="Weak", **stranger)
    with pytest.raises(InputRefused, match="no such incident"):
        start_postmortem(incidents=[hidden.incident], title="How it went", **stranger)


def test_what_everybody_reads_takes_nothing_over_from_it(hidden: Hidden) -> None:
    manager: dict[str, Any] = {"actor": hidden.manager, "via": "web"}
    with pytest.raises(InputRefused) as refused:
        raise_problem(incident=hidden.incident, **manager)
    assert set(refused.value.errors) == {"title"}
    problem = raise_problem(incident=hidden.incident, title="Weak", **manager)
    assert problem.description == ""
    assert problem.service == hidden.incident.service
    with pytest.raises(InputRefused) as refused:
        start_postmortem(incidents=[hidden.incident], **manager)
    assert set(refused.value.errors) == {"title"}


def test_what_it_is_about_is_counted_where_it_is_not_named(hidden: Hidden) -> None:
    client = client_of(hidden.colleague)
    for path in (f"/problems/{hidden.problem.pk}/", f"/postmortems/{hidden.postmortem.pk}/", "/postmortems/"):
        assert "1 restricted incident" in body(client.get(path)), path
    told = client.get(f"/api/v1/postmortems/{hidden.postmortem.pk}/").json()
    assert (told["incidents"], told["entry_count"], told["issues"], told["actions"]) == (
        [hidden.relatives[0].pk],
        0,
        [],
        [],
    )
    assert client.get(told["entries_url"]).status_code == 404
    told = client.get(f"/api/v1/problems/{hidden.problem.pk}/").json()
    assert told["incidents"] == [hidden.relatives[0].pk]
    assert told["incidents_in_all"] == 2
    for verb in ("publish", "add_action", "go_back", "repeat_pass"):
        assert client.post(f"/postmortems/{hidden.postmortem.pk}/{verb}/").status_code == 404, verb
