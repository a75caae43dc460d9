"""The settings of incidents: who may change them, what is refused, what is written down, what stays as it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Person, Role
from incidents import services
from incidents.models import (
    Calendar,
    Category,
    ClockKind,
    Criterion,
    CustomField,
    HandlingPolicy,
    IncidentTemplate,
    Level,
    MatrixCell,
)
from incidents.presentation.calendars import coming_days, week_in_words
from incidents.services import settings
from incidents.services.settings import TargetValues
from incidents.services.settings.judging import CellValues
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OFFICE: dict[str, list[list[str]]] = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
WEEK = {"mon": "09:00-12:00, 13:00-18:00", "tue": "9-18", "wed": "", "thu": "", "fri": "", "sat": "", "sun": ""}
ADDING = ("settings-new-calendar", "settings-new-criterion", "settings-new-category", "settings-new-field")


@pytest.fixture
def administrator(db: None) -> Person:
    return make_person(Role.ADMINISTRATOR)


@pytest.fixture
def admin(client: Client, administrator: Person) -> Client:
    client.force_login(administrator)
    return client


def calendar_of(**values: Any) -> Calendar:
    defaults = {"name": "Office", "time_zone": "Asia/Shanghai", "hours": OFFICE, "holidays": [], "extra_workdays": []}
    return settings.add_calendar(**{**defaults, **values})


def posted(client: Client, page: str, *args: Any, **data: Any) -> tuple[int, dict[str, list[str]]]:
    """The status and, where it was refused, the faults by field."""
    response = client.post(reverse(f"incidents:{page}", args=args), data)
    form = response.context["form"] if response.context and "form" in response.context else None
    return response.status_code, {name: list(map(str, texts)) for name, texts in form.errors.items()} if form else {}


def url(page: str, *args: Any) -> str:
    return reverse(f"incidents:{page}", args=args)


def shown_level(level: Level) -> dict[str, str]:
    """The form of a level as a browser would send it back unchanged."""
    data = {"criteria": level.criteria, "acknowledgement_lasts": "1 h"}
    for target in level.targets.all():
        data[f"{target.kind}-target"] = f"{int(target.target.total_seconds() // 60)} min"
        data[f"{target.kind}-warn_at"] = ", ".join(map(str, target.warn_at))
        data |= {f"{target.kind}-is_pausable": "on"} if target.is_pausable else {}
    return data


def last_event(verb: str) -> Event:
    return Event.objects.filter(verb=verb).latest("pk")


# --- Who --------------------------------------------------------------------------------------------------


def test_colleagues_look_and_change_nothing(client: Client) -> None:
    client.force_login(make_person(Role.OPERATIONS))
    calendar, category = calendar_of(), Category.objects.all()[0]
    for page, args in (
        ("settings", ()),
        ("settings-level", (1,)),
        ("settings-calendar", (calendar.pk,)),
        ("settings-category", (category.pk,)),
        ("settings-matrix", ()),
        ("settings-policy", ()),
        ("settings-changes", ()),
    ):
        response = client.get(url(page, *args))
        assert response.status_code == 200
        assert b'type="submit">Save' not in response.content
        assert client.post(url(page, *args)).status_code in (404, 405)
    for page in ADDING:
        assert client.get(url(page)).status_code == 404
    assert client.post(url("settings-delete-calendar", calendar.pk)).status_code == 404


def test_a_service_refuses_whoever_is_no_administrator() -> None:
    engineer, level = make_person(Role.INCIDENT_MANAGER), Level.objects.get(pk=2)
    calendar = calendar_of()
    cell = {(1, 1): CellValues(1, level)}
    attempts: list[Callable[[], object]] = [
        lambda: settings.set_level(level, criteria="x", acknowledgement_lasts=None, targets={}, actor=engineer),
        lambda: calendar_of(name="Other", actor=engineer),
        lambda: settings.delete_calendar(calendar, actor=engineer),
        lambda: settings.set_matrix(cells=cell, actor=engineer),
        lambda: settings.add_criterion(level=level, wording="x", actor=engineer),
        lambda: settings.add_category(name="x", actor=engineer),
        lambda: settings.add_custom_field(key="x", name="x", kind="text", actor=engineer),
        lambda: settings.add_template(name="x", actor=engineer),
        lambda: settings.set_policy(silent_days_until_close=9, actor=engineer),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            attempt()
    assert not Event.objects.filter(verb__in=settings.VERBS).exists()


# --- Levels -----------------------------------------------------------------------------------------------


def test_a_level_is_changed_and_the_change_is_written_down(admin: Client, administrator: Person) -> None:
    level, office = Level.objects.get(pk=2), calendar_of()
    changes = {
        "criteria": "Something is out of order",
        "acknowledgement_lasts": "4 小时",
        "response-target": "1 h 30 min",
        "response-calendar": str(office.pk),
        "response-warn_at": "95, 50%",
        "response-overdue_repeat": "PT2H",
        "update-target": "",
    }
    assert posted(admin, "settings-level", 2, **{**shown_level(level), **changes}) == (302, {})
    level.refresh_from_db()
    assert (level.criteria, level.acknowledgement_lasts) == ("Something is out of order", 4 * HOUR)
    response = level.targets.get(kind="response")
    assert (response.target, response.calendar, response.warn_at) == (90 * MINUTE, office, [50, 95])
    assert response.overdue_repeat == 2 * HOUR
    assert not level.targets.filter(kind="update").exists()
    event = last_event("set_level")
    assert (event.actor_id, event.subject_id, event.via) == (administrator.pk, 2, Via.WEB)
    assert event.data["before"]["targets"]["response"]["target"] == 1800
    assert event.data["after"]["targets"]["response"]["target"] == 5400
    assert "update" not in event.data["after"]["targets"]
    page = admin.get(url("settings-changes")).content.decode()
    assert "changed Level 2" in page
    assert '<span class="meta">targets › Response › target</span> 30 min → 1 h 30 min' in page


def test_saving_what_is_there_already_records_nothing(admin: Client) -> None:
    page = admin.get(url("settings-level", 3))
    forms = [page.context["form"], *page.context["targets"]]
    data = {
        bound.html_name: "on" if bound.value() is True else bound.value() or ""
        for form in forms
        for bound in form
        if bound.value() is not False
    }
    assert posted(admin, "settings-level", 3, **data) == (302, {})
    assert not Event.objects.filter(verb="set_level").exists()


def test_the_recovery_of_level_1_never_pauses(admin: Client) -> None:
    data = {**shown_level(Level.objects.get(pk=1)), "recovery-is_pausable": "on"}
    response = admin.post(url("settings-level", 1), data)
    assert response.status_code == 400
    recovery = next(form for form in response.context["targets"] if form.kind == ClockKind.RECOVERY)
    assert recovery.errors["is_pausable"] == ["The recovery of a Level 1 incident never pauses."]


@pytest.mark.parametrize(
    ("field", "typed", "form", "name"),
    [
        ("response-target", "soon", 1, "target"),
        ("response-target", "0 min", 1, "target"),
        ("response-warn_at", "75, 200", 1, "warn_at"),
        ("response-overdue_repeat", "1 parsec", 1, "overdue_repeat"),
        ("acknowledgement_lasts", "ever", 0, "acknowledgement_lasts"),
        ("criteria", "  ", 0, "criteria"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    admin: Client, field: str, typed: str, form: int, name: str
) -> None:
    response = admin.post(url("settings-level", 2), {**shown_level(Level.objects.get(pk=2)), field: typed})
    assert response.status_code == 400
    assert list([response.context["form"], *response.context["targets"]][form].errors) == [name]
    assert not Event.objects.filter(verb="set_level").exists()


def test_a_running_clock_keeps_its_target_until_the_level_changes(administrator: Person) -> None:
    incident = make_incident(level=2)
    target: TargetValues = {
        "target": 5 * MINUTE,
        "is_pausable": False,
        "calendar": calendar_of(hours={"sun": [["00:00", "24:00"]]}),
        "warn_at": [],
        "overdue_repeat": None,
    }
    for number in (2, 3):
        level = Level.objects.get(pk=number)
        settings.set_level(
            level,
            criteria=level.criteria,
            acknowledgement_lasts=None,
            targets=dict.fromkeys(ClockKind.values, target),
            actor=administrator,
        )
    recovery = incident.clocks.get(kind="recovery")
    assert (recovery.target, recovery.calendar) == (6 * HOUR, None)
    services.recover_incident(incident, actor=administrator, via=Via.WEB)
    services.reopen_incident(incident, actor=administrator, via=Via.WEB, reason="Down again", is_down=True)
    recovery.refresh_from_db()
    assert (recovery.target, recovery.calendar) == (6 * HOUR, None)
    level_3 = Level.objects.get(pk=3)
    services.change_level(incident, actor=administrator, via=Via.WEB, level=level_3, reason="It is small")
    recovery.refresh_from_db()
    assert recovery.target == 5 * MINUTE
    assert recovery.calendar is not None


# --- Calendars --------------------------------------------------------------------------------------------


def test_a_calendar_is_added_and_shows_its_coming_days(admin: Client) -> None:
    data = {**WEEK, "name": "Shop", "time_zone": "Asia/Shanghai", "holiday_country": "CN"}
    data |= {"holidays": "*-12-24\n\n2026-05-06", "extra_workdays": "2026-05-09"}
    assert posted(admin, "settings-new-calendar", **data) == (302, {})
    calendar = Calendar.objects.get()
    assert calendar.hours == {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], "tue": [["09:00", "18:00"]]}
    assert (calendar.holidays, calendar.extra_workdays) == (["*-12-24", "2026-05-06"], ["2026-05-09"])
    assert last_event("add_calendar").data["after"]["time_zone"] == "Asia/Shanghai"
    page = admin.get(url("settings-calendar", calendar.pk))
    assert len(page.context["days"]) == 14
    assert page.context["days"][0].is_today
    assert b"2026-05-06" in page.content


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("mon", "18:00-09:00", "“18:00-09:00” are no opening hours."),
        ("mon", "all day", "“all day” are no opening hours."),
        ("mon", "09:00-25:00", "“09:00-25:00” are no opening hours."),
        ("holidays", "2026-02-30", "“2026-02-30” is no date."),
        ("holidays", "*-13-01", "“*-13-01” is no date."),
        ("extra_workdays", "*-01-01", "“*-01-01” is no date."),
        ("time_zone", "Mars/Olympus", "Select a valid choice."),
        ("name", "Office", "already exists"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_beside_the_field(
    admin: Client, field: str, typed: str, fault: str
) -> None:
    calendar_of()
    data = {**WEEK, "name": "Shop", "time_zone": "UTC", field: typed}
    status, faults = posted(admin, "settings-new-calendar", **data)
    assert status == 400
    assert fault in faults[field][0]


def test_a_calendar_that_never_opens_is_refused_in_words(admin: Client) -> None:
    status, faults = posted(admin, "settings-new-calendar", name="Never", time_zone="UTC")
    sentence = "The calendar never opens: give opening hours for one weekday at least."
    assert (status, faults) == (400, {"__all__": [sentence]})
    with pytest.raises(InputRefused, match="never opens"):
        calendar_of(hours={"mon": []})
    every_day = [f"*-{day:%m-%d}" for day in (datetime(2000, 1, 1) + timedelta(number) for number in range(366))]
    with pytest.raises(ValidationError, match="never opens"):
        calendar_of(holidays=every_day)


def test_a_calendar_in_use_is_not_deleted(admin: Client) -> None:
    calendar = calendar_of()
    target = Level.objects.get(pk=3).targets.get(kind="resolution")
    target.calendar = calendar
    target.save()
    assert b"Delete this calendar" not in admin.get(url("settings-calendar", calendar.pk)).content
    response = admin.post(url("settings-delete-calendar", calendar.pk), follow=True)
    assert "Targets use this calendar" in response.content.decode()
    target.calendar = None
    target.save()
    admin.post(url("settings-delete-calendar", calendar.pk))
    assert not Calendar.objects.exists()
    assert last_event("delete_calendar").data["before"]["name"] == "Office"


def test_the_coming_days_name_holidays_and_extra_working_days() -> None:
    calendar = calendar_of(holiday_country="CN", extra_workdays=["2026-09-27"])
    days = {day.date.isoformat(): day for day in coming_days(calendar, now=datetime(2026, 9, 20, 20, tzinfo=UTC))}
    assert len(days) == 14
    assert days["2026-09-21"].is_today
    assert (days["2026-09-21"].hours, days["2026-09-26"].hours) == ("09:00-18:00", "")
    assert (days["2026-09-27"].hours, days["2026-09-27"].why) == ("09:00-18:00", "extra working day")
    assert days["2026-10-01"].hours == ""
    assert days["2026-10-01"].why
    assert week_in_words(calendar) == ["Mon-Fri 09:00-18:00"]


# --- Classification ---------------------------------------------------------------------------------------


def test_the_matrix_says_what_differs(admin: Client) -> None:
    data = {}
    for cell in MatrixCell.objects.all():
        data[f"cell-{cell.impact}-{cell.urgency}-priority"] = str(cell.priority)
        data[f"cell-{cell.impact}-{cell.urgency}-level"] = str(cell.level_id)
    data["cell-1-3-level"] = "1"
    assert admin.post(url("settings-matrix"), data).status_code == 302
    assert MatrixCell.objects.get(impact=1, urgency=3).level_id == 1
    event = Event.objects.get(verb="set_matrix_cell")
    assert (event.data["before"], event.data["after"]) == ({"level": 3}, {"level": 1})
    assert admin.post(url("settings-matrix"), {**data, "cell-1-3-priority": "9"}).status_code == 400


def test_a_criterion_is_added_changed_and_put_aside(admin: Client) -> None:
    data = {"wording": "Money is lost", "level": "1", "position": "9", "is_active": "on"}
    assert posted(admin, "settings-new-criterion", **data) == (302, {})
    criterion = Criterion.objects.get(wording="Money is lost")
    assert posted(admin, "settings-criterion", criterion.pk, wording="Money", level="2", position="9")[0] == 302
    criterion.refresh_from_db()
    assert (criterion.wording, criterion.level_id, criterion.is_active) == ("Money", 2, False)
    assert last_event("change_criterion").data["before"] == {"level": 1, "wording": "Money is lost", "is_active": True}
    assert posted(admin, "settings-criterion", criterion.pk, wording="", level="2", position="9")[0] == 400


def test_shipped_words_stay_translatable_when_something_else_is_changed(client: Client) -> None:
    client.force_login(make_person(Role.ADMINISTRATOR, language="zh-hans"))
    criterion = settings.add_criterion(level=Level.objects.get(pk=1), wording="Incident")
    form = client.get(url("settings-criterion", criterion.pk)).context["form"]
    data = {"wording": form["wording"].value(), "level": "1", "position": "3", "is_active": "on"}
    assert data["wording"] != "Incident"
    assert client.post(url("settings-criterion", criterion.pk), data).status_code == 302
    criterion.refresh_from_db()
    assert (criterion.wording, criterion.position) == ("Incident", 3)


def test_a_category_moves_with_everything_below_it() -> None:
    payment, access = Category.objects.get(slug="payment"), Category.objects.get(slug="access")
    refund = Category.objects.get(slug="payment-refund")
    partly = settings.add_category(name="Partly", parent=refund)
    assert partly.path == f"{payment.pk}/{refund.pk}/{partly.pk}/"
    values: dict[str, Any] = {"name": "Refund", "position": 1, "is_active": True}
    settings.change_category(refund, parent=access, **values)
    partly.refresh_from_db()
    assert (refund.path, partly.path) == (
        f"{access.pk}/{refund.pk}/",
        f"{access.pk}/{refund.pk}/{partly.pk}/",
    )
    settings.change_category(refund, parent=None, **values)
    partly.refresh_from_db()
    assert partly.path == f"{refund.pk}/{partly.pk}/"


def test_a_category_never_stands_below_itself(admin: Client) -> None:
    payment, refund = Category.objects.get(slug="payment"), Category.objects.get(slug="payment-refund")
    for parent in (payment, refund):
        status, faults = posted(
            admin, "settings-category", payment.pk, name="Payment", parent=str(parent.pk), position="1", is_active="on"
        )
        assert (status, faults) == (400, {"parent": ["It cannot stand below itself."]})
    payment.refresh_from_db()
    assert (payment.parent, payment.path) == (None, f"{payment.pk}/")


def test_the_tree_has_a_bottom() -> None:
    node = None
    for number in range(5):
        node = settings.add_category(name=f"Depth {number}", parent=node)
    with pytest.raises(InputRefused, match="5 deep"):
        settings.add_category(name="Too deep", parent=node)
    top = Category.objects.get(name="Depth 0")
    with pytest.raises(InputRefused, match="5 deep"):
        settings.change_category(
            top, name="Depth 0", parent=Category.objects.get(slug="data"), position=0, is_active=True
        )


def test_names_that_give_the_same_address_are_told_apart() -> None:
    slugs = [settings.add_category(name=name).slug for name in ("Odd thing", "Odd thing", "奇怪", "奇怪")]
    assert slugs == ["odd-thing", "odd-thing-2", "category", "category-2"]


# --- What a site adds to the form -------------------------------------------------------------------------


def test_a_field_of_choices_needs_choices_and_keeps_its_key(admin: Client) -> None:
    data = {"key": "acquirer", "kind": "choice", "name": "Acquirer", "position": "0", "is_active": "on"}
    status, faults = posted(admin, "settings-new-field", **data, choices="PG-1")
    assert (status, list(faults)) == (400, ["choices"])
    assert posted(admin, "settings-new-field", **data, choices="PG-1\nPG-2\nPG-1 \n")[0] == 302
    field = CustomField.objects.get(key="acquirer")
    assert field.choices == ["PG-1", "PG-2"]
    change = {"name": "Acquiring bank", "choices": "PG-2\nPG-3", "position": "1", "is_required": "on", "key": "other"}
    assert posted(admin, "settings-field", field.pk, **change)[0] == 302
    field.refresh_from_db()
    assert (field.key, field.choices, field.is_required, field.is_active) == ("acquirer", ["PG-2", "PG-3"], True, False)
    status, faults = posted(admin, "settings-new-field", **{**data, "kind": "text", "key": "x"}, choices="PG-1")
    assert (status, list(faults)) == (400, ["choices"])


def test_a_template_fills_in_what_a_report_asks(admin: Client) -> None:
    settings.add_custom_field(key="acquirer", name="Acquirer", kind="choice", choices=["PG-1", "PG-2"])
    settings.add_custom_field(key="amount", name="Amount", kind="number", is_required=True)
    data = {"name": "Cards", "title": "Cards are refused", "impact": "1", "tags": "Cards, EU", "is_active": "on"}
    assert posted(admin, "settings-new-template", **data, **{"custom-acquirer": "PG-2"}) == (302, {})
    template = IncidentTemplate.objects.get(slug="cards")
    assert (template.impact, template.urgency, template.tags) == (1, None, ["cards", "eu"])
    assert template.custom == {"acquirer": "PG-2"}
    page = admin.get(url("settings-template", template.pk)).context["form"]
    assert (page["custom-acquirer"].value(), page["tags"].value()) == ("PG-2", "cards, eu")
    assert posted(admin, "settings-template", template.pk, **{**data, "name": "Cards refused"})[0] == 302
    template.refresh_from_db()
    assert (template.name, template.slug, template.custom) == ("Cards refused", "cards", {})
    status, faults = posted(admin, "settings-new-template", **{**data, "tags": "x" * 50})
    assert (status, list(faults)) == (400, ["tags"])


def test_the_policy_is_one_row_and_says_what_was_before(admin: Client) -> None:
    data = {
        "silent_days_until_close": "9",
        "merge_undo": "15 min",
        "decision_target": "30 min",
        "retro_approval": "1 d",
        "unset_role_reminder": "10 min",
        "report_due_days": "5",
        "follow_up_link_days": "90",
        "propose_major_at_users": "1000",
    }
    assert posted(admin, "settings-policy", **data) == (302, {})
    policy = HandlingPolicy.current()
    assert (policy.silent_days_until_close, policy.merge_undo) == (9, 15 * MINUTE)
    event = last_event("set_policy")
    assert event.data["before"] == {
        "silent_days_until_close": 5,
        "merge_undo": 600.0,
        "propose_major_at_users": None,
    }
    status, faults = posted(admin, "settings-policy", **{**data, "merge_undo": "", "report_due_days": "0"})
    assert (status, sorted(faults)) == (400, ["merge_undo", "report_due_days"])


# --- Lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["settings", "settings-calendars", "settings-criteria", "settings-categories", "settings-changes"]
)
def test_a_list_asks_as_many_questions_for_many_rows_as_for_few(
    admin: Client, administrator: Person, page: str, django_assert_num_queries: Callable[[int], Any]
) -> None:
    def fill(number: int) -> None:
        calendar_of(name=f"Calendar {number}", actor=administrator)
        settings.add_criterion(level=Level.objects.get(pk=1), wording=f"Wording {number}", actor=administrator)
        settings.add_category(name=f"Category {number}", actor=administrator)

    fill(1)
    admin.get(url(page))
    with CaptureQueriesContext(connection) as few:
        admin.get(url(page))
    for number in range(2, 12):
        fill(number)
    with django_assert_num_queries(len(few)):
        assert admin.get(url(page)).status_code == 200
    assert len(few) <= 12
