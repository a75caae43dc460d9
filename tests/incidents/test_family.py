"""Parent and children: what cascades, what does not, and that it is one transaction."""

from typing import Any

import pytest

from catalog.models import Role
from incidents import services
from incidents.models import Incident, Status
from incidents.services.family import CASCADES
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from tests.clock import Clock as Hand
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


def family(size: int = 2, **fields: object) -> tuple[Incident, list[Incident], dict[str, Any]]:
    """An acknowledged parent with acknowledged children, and who handles them."""
    parent, children, who = make_incident(), [make_incident(**fields) for _ in range(size)], by()
    for each in (parent, *children):
        services.acknowledge_incident(each, **who)
    for child in children:
        services.set_parent(child, parent=parent, **who)
    return parent, children, who


def by() -> dict[str, Any]:
    return {"actor": make_person(), "via": "web"}


def statuses(children: list[Incident]) -> set[str]:
    return set(Incident.objects.filter(pk__in=[child.pk for child in children]).values_list("status", flat=True))


def test_recovery_and_resolution_go_on_to_the_children_and_closing_does_not() -> None:
    parent, children, who = family()
    services.recover_incident(parent, workaround="second gateway", **who)
    assert statuses(children) == {Status.RECOVERED}
    services.resolve_incident(parent, resolution="client fixed", cause_class="known", **who)
    assert statuses(children) == {Status.RESOLVED}
    services.confirm_incident(parent, note="told us", **who)
    services.close_incident(parent, **who)
    assert statuses(children) == {Status.RESOLVED}
    assert set(CASCADES) == {"hold", "resume", "recover", "resolve", "reopen"}


def test_the_children_say_whom_they_followed() -> None:
    parent, (child,), who = family(1)
    services.recover_incident(parent, **who)
    event = Event.objects.about(child).get(verb="cascade")
    assert event.data == {"parent": parent.pk, "verb": "recover"}


def test_waiting_goes_on_to_the_children_but_not_waiting_for_the_reporter() -> None:
    parent, children, who = family()
    services.hold_incident(parent, reason="ask the caller", waiting_for="reporter", **who)
    assert statuses(children) == {Status.ACKNOWLEDGED}
    services.resume_incident(parent, **who)
    services.hold_incident(parent, reason="the bank looks", waiting_for="vendor", **who)
    assert statuses(children) == {Status.PENDING}
    services.resume_incident(parent, **who)
    assert statuses(children) == {Status.ACKNOWLEDGED}


def test_operations_reopen_the_children_too_and_a_reporter_only_their_own() -> None:
    rita = make_person(Role.REPORTER)
    parent, children, who = family()
    Incident.objects.filter(pk=parent.pk).update(reporter=rita)
    services.recover_incident(parent, **who)
    services.resolve_incident(parent, resolution="x", cause_class="known", **who)
    parent.refresh_from_db()
    services.reopen_incident(parent, actor=rita, via="web", reason="still slow")
    assert statuses(children) == {Status.RESOLVED}
    services.resolve_incident(parent, resolution="x", cause_class="known", **who)
    services.reopen_incident(parent, reason="came back", is_down=True, **who)
    assert statuses(children) == {Status.REPORTED}


def test_a_child_that_cannot_follow_says_why_and_keeps_nobody_back() -> None:
    parent, (major, plain), who = family()
    Incident.objects.filter(pk=major.pk).update(is_declared_major=True)
    services.recover_incident(parent, **who)
    services.resolve_incident(parent, resolution="x", cause_class="known", **who)
    major.refresh_from_db()
    assert major.status == Status.RECOVERED
    assert "approval" in Event.objects.about(major).filter(verb="cascade").latest("pk").data["refused"]
    assert statuses([plain]) == {Status.RESOLVED}


def test_a_refused_parent_leaves_the_children_as_they_are() -> None:
    parent, children, who = family()
    Incident.objects.filter(pk=parent.pk).update(is_declared_major=True)
    services.recover_incident(parent, **who)
    with pytest.raises(TransitionRefused):
        services.resolve_incident(parent, resolution="x", cause_class="known", **who)
    assert statuses(children) == {Status.RECOVERED}


@pytest.mark.parametrize("wrong", ["itself", "over", "grandparent", "has children"])
def test_an_impossible_parent_is_refused(wrong: str) -> None:
    parent, (child,), who = family(1)
    other = make_incident()
    if wrong == "over":
        services.cancel_incident(parent, reason="false alarm", **who)
    candidates = {"itself": (other, other), "over": (other, parent), "grandparent": (other, child)}
    incident, target = candidates.get(wrong, (parent, other))
    with pytest.raises(InputRefused):
        services.set_parent(incident, parent=target, **who)


def test_a_developer_may_not_change_the_family() -> None:
    with pytest.raises(NotPermitted):
        services.set_parent(make_incident(), parent=make_incident(), actor=make_person(Role.DEVELOPER), via="web")


def test_a_child_leaves_its_parent(clock: Hand) -> None:
    parent, (child,), who = family(1)
    services.set_parent(child, parent=None, **who)
    services.recover_incident(parent, **who)
    assert statuses([child]) == {Status.ACKNOWLEDGED}
