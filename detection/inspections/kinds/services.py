"""The catalogue itself: services that nobody could help in time."""

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person, Service
from detection.inspections.kinds.registry import Fact, Kind, Look, Seen, register
from problems.models import PlanCondition, PlanStatus

CATALOGUE = gettext_lazy("The catalogue itself")


def look_at_owners(_look: Look) -> Seen:
    return Seen(_without(lambda service: service.owner, _("%(service)s has no owner who could be asked: %(person)s")))


def look_at_leaders(_look: Look) -> Seen:
    words = _("%(service)s has no R&D leader who could be called: %(person)s")
    return Seen(_without(lambda service: service.rd_leader, words))


def look_at_plans(_look: Look) -> Seen:
    """A plan is a service's where a condition names it, or a business line above it."""
    named = PlanCondition.objects.filter(plan__status=PlanStatus.PUBLISHED).filter(
        Q(service__isnull=False) | Q(business_line__isnull=False)
    )
    conditions = list(named.values_list("service", "business_line"))
    covered = {service for service, _line in conditions if service}
    lines = {str(line) for service, line in conditions if line and not service}
    facts = [
        _fact(service, _("%(service)s has no emergency plan") % {"service": service})
        for service in _services()
        if service.pk not in covered and lines.isdisjoint(service.business_line.path.split("/"))
    ]
    return Seen(facts)


def _services() -> list[Service]:
    related = ("owner", "rd_leader", "business_line")
    return list(Service.objects.filter(is_active=True).select_related(*related))


def _without(role: Callable[[Service], Person], title: str) -> list[Fact]:
    """Services whose somebody has left, or can be reached in no way at all."""
    return [
        _fact(service, title % {"service": service, "person": _trouble(role(service))})
        for service in _services()
        if _trouble(role(service))
    ]


def _trouble(person: Person) -> str:
    if not person.is_active:
        return _("%(person)s has left") % {"person": person}
    if not person.email and not person.phone:
        return _("%(person)s has neither e-mail nor phone") % {"person": person}
    return ""


def _fact(service: Service, title: str) -> Fact:
    return Fact(f"service:{service.pk}", title, service=service.pk, link=service.get_absolute_url())


register(
    Kind(
        slug="service_owner",
        label=gettext_lazy("Service without owner"),
        about=gettext_lazy("The owner of a service has left, or cannot be reached in any way."),
        group=CATALOGUE,
        look=look_at_owners,
        icon="user-question",
    )
)
register(
    Kind(
        slug="service_leader",
        label=gettext_lazy("Service without R&D leader"),
        about=gettext_lazy("The R&D leader of a service has left, or cannot be reached in any way."),
        group=CATALOGUE,
        look=look_at_leaders,
        icon="user-question",
    )
)
register(
    Kind(
        slug="service_plan",
        label=gettext_lazy("Service without emergency plan"),
        about=gettext_lazy("No published plan is attached to incidents of the service or of its business line."),
        group=CATALOGUE,
        look=look_at_plans,
        icon="clipboard-text",
    )
)
