"""First steps: what a new company has to set up before somebody is paged, and what of it is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Person, Role, Service, Team
from detection.models import Integration, Rule, Source
from incidents.models import Incident
from notifications.models import Delivery, Schedule
from notifications.models.delivery import Purpose


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    url: str
    action: str
    is_done: bool
    may_do: bool = True
    """Whether the reader may do it; everybody may read it."""


def context(person: Person, _now: datetime) -> dict[str, Any]:
    done, is_admin = _done(person), person.has_role(Role.ADMINISTRATOR)
    steps = [
        _step(
            "people", done, is_admin, _("Add your people"), _("Everybody gets one role or more."), "catalog:new-person"
        ),
        _step(
            "teams", done, is_admin, _("Make a team"), _("A team runs services and has an on-call."), "catalog:new-team"
        ),
        _step(
            "services",
            done,
            is_admin,
            _("Add the first service"),
            _("With owner, team and leader: they are told of its incidents."),
            "catalog:new-service",
        ),
        _step(
            "phone",
            done,
            True,
            _("Prove your own phone"),
            _("You are called; press the key that you are asked for."),
            "notifications:phone",
        ),
        _step(
            "schedules",
            done,
            True,
            _("Say who is on call"),
            _("Every team that runs a service has a schedule."),
            "notifications:oncall",
        ),
        _step(
            "sources",
            done,
            True,
            _("Connect a source"),
            _("Tables that are read for metrics, or alerts of other tools by webhook."),
            "detection:integrations",
        ),
        _step("rules", done, True, _("Switch a rule on"), _("It opens incidents by itself."), "detection:list"),
        _step(
            "test_page",
            done,
            True,
            _("Send yourself a test page"),
            _("The phone rings, and the light in the top bar turns green."),
            "notifications:pager",
        ),
        _step(
            "incidents",
            done,
            True,
            _("Declare a test incident"),
            _("Watch it go from report to acknowledgement, recovery and review."),
            "incidents:new",
        ),
    ]
    finished = sum(step.is_done for step in steps)
    return {"steps": steps, "finished": finished, "is_complete": finished == len(steps)}


def _step(name: str, done: dict[str, bool], may_do: bool, title: str, text: str, page: str) -> Step:
    return Step(title, text, reverse(page), _("Go there"), done[name], may_do)


def _done(person: Person) -> dict[str, bool]:
    """Every step's answer, in one query."""
    running = Team.objects.filter(services_run__is_active=True)
    covered = Schedule.objects.filter(team=OuterRef("pk"))
    answers = {
        "people": Exists(Person.objects.exclude(pk=person.pk).filter(is_active=True)),
        "teams": Exists(Team.objects.all()),
        "services": Exists(Service.objects.filter(is_active=True)),
        "schedules": Exists(Schedule.objects.all()) & ~Exists(running.filter(~Exists(covered))),
        "sources": Exists(Source.objects.all()) | Exists(Integration.objects.all()),
        "rules": Exists(Rule.objects.filter(is_active=True, is_shadow=False)),
        "test_page": Exists(Delivery.objects.filter(purpose=Purpose.TEST, sent_at__isnull=False)),
        "incidents": Exists(Incident.objects.all()),
    }
    named = {f"has_{name}": answer for name, answer in answers.items()}
    found = Person.objects.filter(pk=person.pk).annotate(**named).values(*named).get()
    return {**{name: bool(found[f"has_{name}"]) for name in answers}, "phone": person.has_verified_phone}
