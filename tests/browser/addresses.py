"""Every address of the product, with values that exist in the demo. A new view is found by itself; one with an argument
that nothing here knows fails the tests until a line says what stands for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from catalog.models import ApiToken
from detection.models import Metric, Rule
from detection.rules import KINDS
from incidents.commands import INCIDENT_COMMANDS, PROPOSAL_COMMANDS, REPORT_COMMANDS, SOLUTION_COMMANDS, offered
from incidents.models import (
    ActionItem,
    Attachment,
    Calendar,
    Category,
    Criterion,
    CustomField,
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
from postmortems.models import Postmortem
from postmortems.views.actions import SERVICES as ACTION_COMMANDS
from postmortems.views.content import ADDING, CHANGING
from problems.commands import PROBLEM_COMMANDS
from problems.models import Problem
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


def _problems(_demo: Demo) -> Iterator[Values]:
    for status in sorted(set(Problem.objects.values_list("status", flat=True))):
        yield {"pk": Problem.objects.filter(status=status).latest("pk").pk}


def _postmortems(_demo: Demo) -> Iterator[Values]:
    for postmortem in Postmortem.objects.order_by("pk"):
        yield {"pk": postmortem.pk}


def _postmortem_verbs(_demo: Demo) -> Iterator[Values]:
    pk = Postmortem.objects.exclude(status="published").latest("pk").pk
    for verb in (*POSTMORTEM_COMMANDS, *ADDING):
        yield {"pk": pk, "verb": verb}


def _postmortem_rows(_demo: Demo) -> Iterator[Values]:
    postmortem = Postmortem.objects.exclude(status="published").latest("pk")
    for verb, (rows, _form, _service) in CHANGING.items():
        row = getattr(postmortem, rows).order_by("pk").first()
        if row is not None:
            yield {"pk": postmortem.pk, "verb": verb, "row": row.pk}


def _follow_ups(_demo: Demo) -> Iterator[Values]:
    """Reporters' pages: while it goes on, and where it is asked whether it works again."""
    for link in ReporterLink.objects.all():
        yield {"token": token_of(link)}


def _months(_demo: Demo) -> Iterator[Values]:
    this = Month(clock.now().year, clock.now().month)
    yield {"month": str(this)}
    yield {"month": str(Month.parse(str(this)).previous)}


def _one(**values: Any) -> Any:
    return lambda _demo: [{name: value() for name, value in values.items()}]


def _each(name: str, choices: Iterable[str], **values: Any) -> Any:
    return lambda _demo: [{name: choice, **{other: value() for other, value in values.items()}} for choice in choices]


def _newest(model: Any) -> Any:
    return lambda: model.objects.latest("pk").pk


def _reported() -> int:
    """An incident with a major-incident report."""
    return MajorReport.objects.latest("pk").incident_id


KNOWN: dict[str, Any] = {
    "catalog/services/": _one(slug=lambda: "card-payments"),
    "catalog/people/": lambda demo: [{"pk": demo.company.people["bob"].pk}, {"pk": demo.administrator.pk}],
    "catalog/teams/": _one(slug=lambda: "payments-om"),
    "catalog/me/tokens/": _one(pk=_newest(ApiToken)),
    "oncall/chats/": _one(pk=_newest(ChatHook)),
    "chat-groups/": _incidents,
    "chats/": _one(pk=_newest(ChatHook)),
    "services/": _one(slug=lambda: "card-payments"),
    "incidents/": _incidents,
    "incidents/<number:pk>/<slug:verb>/": _incident_verbs,
    "incidents/<number:pk>/paging/": _each("verb", ("page-step", "skip", "page", "add"), pk=_newest(Incident)),
    "incidents/views/": _one(pk=_newest(SavedView)),
    "incidents/mail/": _one(pk=_newest(InboundEmail)),
    "incidents/mail/<int:pk>/<slug:verb>/": _each("verb", ("accept", "attach", "discard"), pk=_newest(InboundEmail)),
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
    "incidents/proposals/": _one(pk=_newest(MajorProposal)),
    "incidents/proposals/<int:pk>/<slug:verb>/": _each("verb", PROPOSAL_COMMANDS, pk=_newest(MajorProposal)),
    "incidents/<number:pk>/report/": _one(pk=_reported),
    "incidents/<number:pk>/report/<slug:verb>/": _each("verb", REPORT_COMMANDS, pk=_reported),
    "proposals/": _one(pk=_newest(MajorProposal)),
    "major-reports/": _one(pk=_newest(MajorReport)),
    "solutions/": _one(pk=_newest(Solution)),
    "pages/": _one(pk=_newest(Incident)),
    "problems/": _problems,
    "problems/<int:pk>/<slug:verb>/": _each("verb", PROBLEM_COMMANDS, pk=_newest(Problem)),
    "problems/link/": _one(incident_pk=_newest(Incident)),
    "postmortems/": _postmortems,
    "postmortems/<int:pk>/<slug:verb>/": _postmortem_verbs,
    "postmortems/<int:pk>/<slug:verb>/<int:row>/": _postmortem_rows,
    "postmortems/actions/": _each("verb", ACTION_COMMANDS, pk=_newest(ActionItem)),
    "detection/rules/": _one(pk=_newest(Rule)),
    "detection/rules/new/": _each("kind", KINDS),
    "detection/metrics/": _one(slug=lambda: Metric.objects.latest("pk").slug),
    "rules/": _one(pk=_newest(Rule)),
    "metrics/": _one(slug=lambda: Metric.objects.latest("pk").slug),
    "reports/": _months,
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
