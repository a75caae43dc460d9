"""What the handbook says of steps: who may is asked of the permissions, the rest read from the transitions."""

import pytest

from catalog.models import Role
from incidents import permissions
from incidents.models import ActionItem, Incident, MajorReport, Solution
from lifecycle.transitions import declared
from reports.handbook.verbs import transitions_table
from reports.handbook.who import Who, in_words, who_may

pytestmark = pytest.mark.django_db


def test_permissions_are_asked_who_may() -> None:
    handles = (Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
    assert who_may(permissions.handles, Incident) == Who(handles)
    assert who_may(permissions.confirms, Incident) == Who(handles, parties=("reporter",))
    assert who_may(permissions.decides, Solution) == Who((Role.INCIDENT_MANAGER,), never=("proposed_by",))
    assert who_may(permissions.signs_report, MajorReport) == Who((Role.INCIDENT_MANAGER,), never=("owner",))
    assert who_may(permissions.writes_report, MajorReport) == Who((Role.INCIDENT_MANAGER,), parties=("owner",))
    assert who_may(permissions.is_mainstay, Incident) == Who(())
    assert in_words(who_may(permissions.is_mainstay, Incident)) == ["Mainstay itself"]
    assert in_words(who_may(permissions.sees, Incident)) == ["every colleague", "also the reporter"]


def test_who_verifies_an_action_item_is_neither_its_owner_nor_who_completed_it() -> None:
    rows = {row.cells[0][1].lines[0]: row.cells[3][1].lines for row in transitions_table(ActionItem).rows}
    assert rows["Verify"] == ("every colleague", "never its owner", "never whoever said that it is done")
    assert "also its owner" in rows["Done"]


def test_every_transition_has_a_line_with_all_its_sources() -> None:
    rows = {row.cells[0][1].lines[0]: row.cells for row in transitions_table(Incident).rows}
    assert set(rows) == {str(transition.custom["label"]) for transition in declared(Incident)}
    assert rows["Hold"][1][1].lines == ("Acknowledged, Transferred, Recovered",)
    assert rows["Hold"][2][1].lines == ("Pending",)
    assert rows["Hold"][4][1].lines[0] == "Reason"
    assert "The reporter must confirm first." in rows["Close"][5][1].lines
