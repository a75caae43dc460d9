"""Every address of the product, with values that exist in the demo. A new view is found by itself; one with an argument
that nothing here knows fails the tests until a line says what stands for it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from catalog.models import ApiToken
from detection.inspections.commands import FINDING_COMMANDS
from detection.inspections.kinds import KINDS as INSPECTION_KINDS
from detection.inspections.presentation import PARTS
from detection.models import (
    Activity,
    Alert,
    Capacity,
    Collection,
    CorrelationRule,
    ExpiryDate,
    Finding,
    Heartbeat,
    Inspection,
    Integration,
    MaintenanceWindow,
    Metric,
    Receipt,
    Rule,
)
from detection.models import Route as AlertRoute
from detection.rules import KINDS
from detection.sources import KINDS as SOURCE_KINDS
from incidents.commands import (
    ACTION_COMMANDS,
    INCIDENT_COMMANDS,
    PROPOSAL_COMMANDS,
    REPORT_COMMANDS,
    SOLUTION_COMMANDS,
    offered,
)
from incidents.models import (
    ActionItem,
    Attachment,
    Calendar,
    Category,
    Criterion,
    CustomField,
    Impact,
    InboundEmail,
    Incident,
    IncidentTemplate,
    MajorProposal,
    MajorReport,
    ReporterLink,
    SavedView,
    Solution,
)
from incidents.services.corresponding import token_of
from lifecycle import clock
from notifications.models import (
    CalendarFeed,
    ChatHook,
    EscalationPolicy,
    NotificationRule,
    Override,
    Route,
    ScheduleLayer,
    SwapRequest,
)
from postmortems.commands import POSTMORTEM_COMMANDS
from postmortems.models import Lesson, Postmortem, TriggerRule
from postmortems.views.content import ADDING, CHANGING
from problems.commands import PROBLEM_COMMANDS
from problems.models import Cause, Plan, PlanRun, Problem, RunStep
from problems.plan_commands import PLAN_COMMANDS, RUN_COMMANDS, STEP_COMMANDS
from problems.plan_forms import STEP_FORMS
from reports.boards.views import BOARDS
from reports.meeting.commands import HAND_OVER_COMMANDS, ITEM_COMMANDS, MEETING_COMMANDS
from reports.models import AgendaItem, HandOver, Meeting, WallLink
from reports.period import Month
from tests.browser.demo import Demo

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
Values = dict[str, Any]


@dataclass(frozen=True)
class Address:
    """A pattern of the URLconf: its view's name (with namespace) and its whole route."""

    name: str
    route: str

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def arguments(self) -> list[str]:
        return ARGUMENT.findall(self.route)

    def path(self, values: Values) -> str:
        return "/" + ARGUMENT.sub(lambda found: str(values[found[1]]), self.route)

    def paths(self, demo: Demo) -> list[str]:
        """Of records that exist: one for each set of values."""
        return [self.path(values) for values in _values(self, demo)]

    def __str__(self) -> str:
        return self.name or self.route


def all_addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, route="", namespace=""))


def _walk(patterns: Iterable[Any], *, route: str, namespace: str) -> Iterator[Address]:
    for pattern in patterns:
        assert isinstance(pattern.pattern, RoutePattern), f"{pattern} is no path()"
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route=here, namespace=inner)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}", here)


def _values(address: Address, demo: Demo) -> list[Values]:
    """The longest beginning of the route that is known decides."""
    if not address.arguments:
        return [{}]
    route = address.route.removeprefix("api/v1/")
    known = [beginning for beginning in KNOWN if route.startswith(beginning)]
    assert known, f"say in KNOWN what {address.arguments} of {address.route} may be"
    return list(KNOWN[max(known, key=len)](demo))


def _incidents(_demo: Demo) -> Iterator[Values]:
    """The youngest of each status: their pages differ."""
    for status in sorted(set(Incident.objects.values_list("status", flat=True))):
        yield {"pk": Incident.objects.filter(status=status).latest("pk").pk}


def _incident_verbs(demo: Demo) -> Iterator[Values]:
    """Each verb on an incident that offers it, where there is one."""
    incidents = Incident.objects.order_by("-pk")[:12]
    offers = [
        (offer.verb, incident.pk)
        for incident in incidents
        for offer in offered(incident, demo.administrator)
        if offer.is_allowed
    ]
    for verb in INCIDENT_COMMANDS:
        yield {"verb": verb, "pk": next((pk for offer, pk in offers if offer == verb), incidents[0].pk)}


def _impacts(_demo: Demo) -> Iterator[Values]:
    impact = Impact.objects.latest("pk")
    yield {"pk": impact.incident_id, "impact": impact.pk}


def _problems(_demo: Demo) -> Iterator[Values]:
    for status in sorted(set(Problem.objects.values_list("status", flat=True))):
        yield {"pk": Problem.objects.filter(status=status).latest("pk").pk}


def _run_steps(_demo: Demo) -> Iterator[Values]:
    step = RunStep.objects.latest("pk")
    for verb in STEP_COMMANDS:
        yield {"pk": step.run_id, "step": step.pk, "verb": verb}


def _postmortems(_demo: Demo) -> Iterator[Values]:
    for postmortem in Postmortem.objects.order_by("pk"):
        yield {"pk": postmortem.pk}


def _open_postmortem() -> Postmortem:
    """One that somebody works on, so that it has rows."""
    found: Postmortem = Postmortem.objects.unfinished().latest("pk")
    return found


def _postmortem_verbs(_demo: Demo) -> Iterator[Values]:
    pk = _open_postmortem().pk
    for verb in (*POSTMORTEM_COMMANDS, *ADDING):
        yield {"pk": pk, "verb": verb}


def _postmortem_rows(_demo: Demo) -> Iterator[Values]:
    postmortem = _open_postmortem()
    for verb, (rows, _form, _service) in CHANGING.items():
        row = getattr(postmortem, rows).order_by("pk").first()
        if row is not None:
            yield {"pk": postmortem.pk, "verb": verb, "row": row.pk}


def _postmortem_texts(_demo: Demo) -> Iterator[Values]:
    pk = _open_postmortem().pk
    yield {"pk": pk, "key": "summary"}


def _rows_by_api(verb: str) -> Callable[[Demo], Iterable[Values]]:
    rows = CHANGING[verb][0]

    def find(_demo: Demo) -> Iterator[Values]:
        postmortem = _open_postmortem()
        row = getattr(postmortem, rows).order_by("pk").first()
        yield {"pk": postmortem.pk, "row": row.pk if row else 1}

    return find


def _follow_ups(_demo: Demo) -> Iterator[Values]:
    """Reporters' pages: while it goes on, and where it is asked whether it works again."""
    for link in ReporterLink.objects.all():
        yield {"token": token_of(link)}


def _months(_demo: Demo) -> Iterator[Values]:
    this = Month(clock.now().year, clock.now().month)
    yield {"month": str(this)}
    yield {"month": str(Month.parse(str(this)).previous)}


def _meetings(_demo: Demo) -> Iterator[Values]:
    for status in sorted(set(Meeting.objects.values_list("status", flat=True))):
        yield {"day": Meeting.objects.filter(status=status).latest("day").day}


def _meeting_verbs(demo: Demo) -> Iterator[Values]:
    for verb in MEETING_COMMANDS:
        yield {**next(iter(_meetings(demo))), "verb": verb}


def _agenda_items(_demo: Demo) -> Iterator[Values]:
    item = AgendaItem.objects.select_related("meeting").latest("pk")
    yield {"day": item.meeting.day, "pk": item.pk}


def _minutes(_demo: Demo) -> Iterator[Values]:
    ended = Meeting.objects.filter(status="ended").latest("day").day
    yield {"day": ended, "kind": "md", "other": ended}


def _one(**values: Any) -> Any:
    return lambda _demo: [{name: value() for name, value in values.items()}]


def _each(name: str, choices: Iterable[str], **values: Any) -> Any:
    return lambda _demo: [{name: choice, **{other: value() for other, value in values.items()}} for choice in choices]


def _newest(model: Any) -> Any:
    return lambda: model.objects.latest("pk").pk


def _reported() -> int:
    """An incident with a major-incident report."""
    return MajorReport.objects.latest("pk").incident_id


def _collected() -> str:
    return Collection.objects.latest("pk").metric.slug


def _findings(_demo: Demo) -> Iterator[Values]:
    for status in sorted(set(Finding.objects.values_list("status", flat=True))):
        yield {"pk": Finding.objects.filter(status=status).latest("pk").pk}


def _entries(_demo: Demo) -> Iterator[Values]:
    yield {"table": "expiries", "pk": ExpiryDate.objects.latest("pk").pk}
    yield {"table": "capacities", "pk": Capacity.objects.latest("pk").pk}


KNOWN: dict[str, Any] = {
    "boards/": _each("board", BOARDS),
    "wall/": lambda demo: [{"secret": demo.wall_secret}],
    "wall/links/": _one(pk=_newest(WallLink)),
    "catalog/services/": _one(slug=lambda: "card-payments"),
    "catalog/people/": lambda demo: [{"pk": demo.company.people["bob"].pk}, {"pk": demo.administrator.pk}],
    "catalog/teams/": _one(slug=lambda: "payments-om"),
    "catalog/me/tokens/": _one(pk=_newest(ApiToken)),
    "oncall/chats/": _one(pk=_newest(ChatHook)),
    "chat-groups/": _incidents,
    "chats/": _one(pk=_newest(ChatHook)),
    "services/": _one(slug=lambda: "card-payments"),
    "incidents/": _incidents,
    "incidents/<number:pk>/impact/": _impacts,
    "incidents/<number:pk>/<slug:verb>/": _incident_verbs,
    "incidents/<number:pk>/paging/": _each("verb", ("page-step", "skip", "page", "add"), pk=_newest(Incident)),
    "incidents/views/": _one(pk=_newest(SavedView)),
    "incidents/mail/": _one(pk=_newest(InboundEmail)),
    "incidents/mail/<int:pk>/<slug:verb>/": _each("verb", ("accept", "attach", "discard"), pk=_newest(InboundEmail)),
    "hooks/alerts/": _each("key", ("no-such-key",)),
    "hooks/mail/": _each("provider", ("postmark", "mailgun")),
    "incidents/attachments/": _one(pk=_newest(Attachment)),
    "attachments/": _one(pk=_newest(Attachment)),
    "incidents/solutions/": _one(pk=_newest(Solution)),
    "incidents/solutions/<int:pk>/<slug:verb>/": _each("verb", SOLUTION_COMMANDS, pk=_newest(Solution)),
    "incidents/settings/levels/": _each("number", "123"),
    "incidents/settings/calendars/": _one(pk=_newest(Calendar)),
    "incidents/settings/criteria/": _one(pk=_newest(Criterion)),
    "incidents/settings/categories/": _one(pk=_newest(Category)),
    "incidents/settings/fields/": _one(pk=_newest(CustomField)),
    "incidents/settings/templates/": _one(pk=_newest(IncidentTemplate)),
    "actions/": _one(pk=_newest(ActionItem)),
    "actions/<int:pk>/<slug:verb>/": _each("verb", ACTION_COMMANDS, pk=_newest(ActionItem)),
    "incidents/proposals/": _one(pk=_newest(MajorProposal)),
    "incidents/proposals/<int:pk>/<slug:verb>/": _each("verb", PROPOSAL_COMMANDS, pk=_newest(MajorProposal)),
    "incidents/<number:pk>/report/": _one(pk=_reported),
    "incidents/<number:pk>/report/<slug:verb>/": _each("verb", REPORT_COMMANDS, pk=_reported),
    "impacts/": _one(pk=_newest(Impact)),
    "proposals/": _one(pk=_newest(MajorProposal)),
    "major-reports/": _one(pk=_newest(MajorReport)),
    "solutions/": _one(pk=_newest(Solution)),
    "pages/": _one(pk=_newest(Incident)),
    "problems/": _problems,
    "problems/<int:pk>/<slug:verb>/": _each("verb", PROBLEM_COMMANDS, pk=_newest(Problem)),
    "problems/settings/policies/": _each("kind", ("text", "service")),
    "problems/settings/causes/": _one(pk=_newest(Cause)),
    "problems/plans/": _one(pk=_newest(Plan)),
    "problems/plans/attach/": _one(incident_pk=_newest(Incident)),
    "problems/plans/<int:pk>/<slug:verb>/": _each("verb", PLAN_COMMANDS, pk=_newest(Plan)),
    "problems/plans/<int:pk>/versions/": _one(pk=_newest(Plan), number=lambda: 1),
    "problems/plans/<int:pk>/draft/": _one(pk=_newest(Plan)),
    "problems/plans/<int:pk>/draft/add/": _each("kind", STEP_FORMS, pk=_newest(Plan)),
    "problems/plans/<int:pk>/draft/<int:key>/": _one(pk=_newest(Plan), key=lambda: 1),
    "problems/plans/<int:pk>/draft/<int:key>/<slug:verb>/": _each(
        "verb", ("up", "down", "remove"), pk=_newest(Plan), key=lambda: 1
    ),
    "problems/plans/runs/": _one(pk=_newest(PlanRun)),
    "problems/plans/runs/<int:pk>/<slug:verb>/": _each("verb", RUN_COMMANDS, pk=_newest(PlanRun)),
    "problems/plans/runs/<int:pk>/steps/": _run_steps,
    "plans/": _one(pk=_newest(Plan)),
    "plans/<int:pk>/versions/": _one(pk=_newest(Plan), number=lambda: 1),
    "plan-runs/": _one(pk=_newest(PlanRun)),
    "plan-runs/<int:pk>/steps/": lambda demo: list(_run_steps(demo))[:1],
    "problems/link/": _one(incident_pk=_newest(Incident)),
    "postmortems/": _postmortems,
    "postmortems/<int:pk>/<slug:verb>/": _postmortem_verbs,
    "postmortems/<int:pk>/<slug:verb>/<int:row>/": _postmortem_rows,
    "postmortems/<int:pk>/texts/<slug:key>/": _postmortem_texts,
    "postmortems/settings/wording/": _each("purpose", ("refused", "action"), language=lambda: "en"),
    "reports/postmortems/": _one(pk=_newest(Postmortem)),
    "postmortems/settings/triggers/": _one(pk=_newest(TriggerRule)),
    **{f"postmortems/<int:pk>/{verb}/": _rows_by_api(verb) for verb in CHANGING},
    "lessons/": _one(pk=_newest(Lesson)),
    "detection/incidents/": _one(pk=_newest(Incident)),
    "detection/alerts/": _one(pk=_newest(Alert)),
    "detection/integrations/": _one(pk=_newest(Integration)),
    "detection/integrations/<int:pk>/<slug:verb>/": _each("verb", ("rotate", "enable"), pk=_newest(Integration)),
    "detection/receipts/": _one(pk=_newest(Receipt)),
    "detection/routing/": _one(pk=_newest(AlertRoute)),
    "detection/routing/<int:pk>/<slug:verb>/": _each("verb", ("up", "down"), pk=_newest(AlertRoute)),
    "detection/correlation/": _one(pk=_newest(CorrelationRule)),
    "detection/correlation/<int:pk>/<slug:verb>/": _each("verb", ("up", "down"), pk=_newest(CorrelationRule)),
    "detection/maintenance/": _one(pk=_newest(MaintenanceWindow)),
    "detection/heartbeats/": _one(pk=_newest(Heartbeat)),
    "detection/heartbeats/<int:pk>/<slug:verb>/": _each("verb", ("resume", "rotate"), pk=_newest(Heartbeat)),
    "integrations/": _one(pk=_newest(Integration)),
    "alert-routes/": _one(pk=_newest(AlertRoute)),
    "correlation-rules/": _one(pk=_newest(CorrelationRule)),
    "maintenance-windows/": _one(pk=_newest(MaintenanceWindow)),
    "heartbeats/": _one(pk=_newest(Heartbeat)),
    "hooks/heartbeats/": _each("key", ("no-such-key",)),
    "detection/rules/": _one(pk=_newest(Rule)),
    "detection/rules/<int:pk>/versions/<int:number>/": _one(pk=_newest(Rule), number=lambda: 1),
    "detection/rules/new/": _each("kind", KINDS),
    "detection/metrics/": _one(slug=lambda: Metric.objects.latest("pk").slug),
    "detection/metrics/<slug:slug>/collection/": _one(slug=_collected),
    "detection/sources/": _one(slug=lambda: "shop"),
    "detection/sources/new/": _each("kind", SOURCE_KINDS),
    "sources/": _one(slug=lambda: "shop"),
    "rules/": _one(pk=_newest(Rule)),
    "rules/<int:pk>/versions/<int:number>/": _one(pk=_newest(Rule), number=lambda: 1),
    "metrics/<slug:slug>/collection/": _one(slug=_collected),
    "metrics/": _one(slug=lambda: Metric.objects.latest("pk").slug),
    "inspections/": _one(pk=_newest(Inspection)),
    "inspections/<int:pk>/<slug:verb>/": _each("verb", ("run", "enable"), pk=_newest(Inspection)),
    "inspections/new/": _each("kind", INSPECTION_KINDS),
    "inspections/findings/": _findings,
    "inspections/findings/<int:pk>/<slug:verb>/": _each("verb", FINDING_COMMANDS, pk=_newest(Finding)),
    "inspections/activities/": _one(pk=_newest(Activity)),
    "inspections/tables/": _entries,
    "inspections/score/": _each("part", PARTS),
    "inspections/expiries/": _one(pk=_newest(ExpiryDate)),
    "inspections/capacities/": _one(pk=_newest(Capacity)),
    "findings/": _one(pk=_newest(Finding)),
    "reports/": _months,
    "reports/<month:month>/charts/": lambda demo: [{**values, "chart": "services"} for values in _months(demo)],
    "reports/<month:month>/compare/": lambda demo: list(_months(demo))[1:],
    "meeting/": _meetings,
    "meeting/<day:day>/<slug:verb>/": _meeting_verbs,
    "meeting/<day:day>/minutes": _minutes,
    "meeting/<day:day>/diff/": _minutes,
    "meeting/<day:day>/figures/": lambda demo: [
        {**values, "name": name} for values in _meetings(demo) for name in ("reported", "breached", "pages")
    ],
    "meeting/<day:day>/items/": _agenda_items,
    "meeting/<day:day>/items/<int:pk>/<slug:verb>/": lambda demo: [
        {**values, "verb": verb} for values in _agenda_items(demo) for verb in ITEM_COMMANDS
    ],
    "meeting/hand-over/": _one(pk=_newest(HandOver)),
    "meeting/hand-over/<int:pk>/<slug:verb>/": _each("verb", HAND_OVER_COMMANDS, pk=_newest(HandOver)),
    "meetings/": _one(pk=_newest(Meeting)),
    "meeting-items/": _one(pk=_newest(AgendaItem)),
    "hand-overs/": _one(pk=_newest(HandOver)),
    "indicators/": _each("name", ("incidents", "recover", "sla", "uv")),
    "oncall/": _one(team=lambda: "payments-om"),
    "oncall/layers/": _one(pk=_newest(ScheduleLayer)),
    "oncall/layers/<int:pk>/<slug:verb>/": _each("verb", ("up", "down"), pk=_newest(ScheduleLayer)),
    "schedules/": _one(team=lambda: "payments-om"),
    "layers/": _one(pk=_newest(ScheduleLayer)),
    "overrides/": _one(pk=_newest(Override)),
    "swaps/": _one(pk=_newest(SwapRequest)),
    "oncall/overrides/": _one(pk=_newest(Override)),
    "oncall/swaps/": _each("verb", ("take", "withdraw"), pk=_newest(SwapRequest)),
    "oncall/feeds/": _each("verb", ("rotate", "revoke"), pk=_newest(CalendarFeed)),
    "oncall/calendar/": lambda demo: [{"secret": demo.feed_secret}],
    "oncall/policies/": _one(pk=_newest(EscalationPolicy)),
    "oncall/table/": _one(pk=_newest(NotificationRule)),
    "oncall/routes/": _one(pk=_newest(Route)),
    "oncall/drill/": _one(pk=_newest(Incident)),
    "escalation-policies/": _one(pk=_newest(EscalationPolicy)),
    "notification-rules/": _one(pk=_newest(NotificationRule)),
    "routes/": _one(pk=_newest(Route)),
    "drills/": _one(pk=_newest(Incident)),
    "r/": _follow_ups,
    "a/": lambda demo: [{"secret": demo.link_secret}],
    "twilio/": lambda demo: [{"token": demo.delivery.token}],
}
