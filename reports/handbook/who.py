"""Who may perform a verb, found by asking its permission itself: so the handbook cannot disagree with it.

A permission is code: it answers for a person and a record. It is asked about somebody of each role, first a stranger to
the record, then its reporter, its proposer, its owner and so on. Nothing is stored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Person, Role, Service, Team
from incidents.models import ActionItem, Incident
from incidents.models.major import MajorReport
from lifecycle.lists import listed
from lifecycle.models import StatefulRecord

Permission = Callable[[Any, Any], bool]
NOBODY, SOMEBODY = -1, -2


@dataclass(frozen=True)
class Who:
    """``roles`` may; so may the ``parties`` whatever their role; those of ``never`` may not although of such a role."""

    roles: tuple[str, ...]
    parties: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@cache
def who_may(permission: Permission, model: type[StatefulRecord]) -> Who:
    """Asked once a process: permissions are code and do not change while it runs."""
    roles = tuple(role for role in Role if _asks(permission, model, role, ""))
    parties, never = [], []
    for party in parties_of(model):
        allowed = [role for role in Role if _asks(permission, model, role, party)]
        if set(allowed) - set(roles):
            parties.append(party)
        if roles and not set(allowed) & set(roles):
            never.append(party)
    return Who(roles, tuple(parties), tuple(never))


def in_words(who: Who) -> list[str]:
    """Lines: the roles, then who else, then who not."""
    words = {
        "reporter": _("the reporter"),
        "proposed_by": _("whoever proposed it"),
        "owner": _("its owner"),
        "completed_by": _("whoever said that it is done"),
        "opened_by": _("whoever opened it"),
    }
    lines = [_roles_in_words(who.roles)] if who.roles else []
    lines += [_("also %(party)s") % {"party": words[party]} for party in who.parties]
    lines += [_("never %(party)s") % {"party": words[party]} for party in who.never]
    return lines or [_("Mainstay itself")]


def _roles_in_words(roles: tuple[str, ...]) -> str:
    colleagues = {role for role in Role if role != Role.REPORTER}
    if colleagues <= set(roles):
        return _("every colleague")
    return listed(Role(role).label for role in roles)


def parties_of(model: type[StatefulRecord]) -> list[str]:
    """The relations of a person to such a record that permissions look at."""
    if model is MajorReport:
        return ["reporter", "owner"]
    if model is ActionItem:
        return ["owner", "opened_by", "completed_by"]
    return ["reporter", "proposed_by"] if hasattr(model, "proposed_by") else ["reporter"]


def _asks(permission: Permission, model: type[StatefulRecord], role: str, party: str) -> bool:
    person = Person(pk=SOMEBODY, roles=[role], is_active=True)
    incident = _incident(reporter_id=SOMEBODY if party == "reporter" else NOBODY)
    if model is Incident:
        return bool(permission(incident, person))
    record = model(pk=NOBODY, incident=incident)  # type: ignore[misc]
    for name in ("proposed_by", "owner", "opened_by", "completed_by"):
        if hasattr(model, name):
            setattr(record, f"{name}_id", SOMEBODY if party == name else NOBODY)
    return bool(permission(record, person))


def _incident(*, reporter_id: int) -> Incident:
    """An ordinary one, of an ordinary service, that the person has nothing else to do with."""
    team = Team(pk=NOBODY)
    service = Service(pk=NOBODY, owner_id=NOBODY, rd_leader_id=NOBODY, operations_team=team, development_team=team)
    return Incident(pk=NOBODY, service=service, reporter_id=reporter_id)
