"""What a plan may not hold: steps that say nothing, addresses that may not be called, itself."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.transitions import InputRefused, record_event
from outbound import OutboundError, check_url
from outbound.client import HEADER_NAME, HEADER_VALUE, METHODS, OURS
from problems.models import PageRole, Plan, PlanStatus, PlanStep, StepKind
from problems.plan_steps import KEPT, MOST_STEPS, StepSpec, find_cycle

MOST_SECONDS = 86_400
LARGEST_BODY = 20_000


def check_steps(steps: Sequence[StepSpec]) -> None:
    """Raises InputRefused that says which step lacks what."""
    if len(steps) > MOST_STEPS:
        raise InputRefused(steps=_("At most %(number)d steps.") % {"number": MOST_STEPS})
    keys = [step.key for step in steps if step.key is not None]
    if len(keys) != len(set(keys)):
        raise InputRefused(steps=_("A step stands there twice."))
    for place, step in enumerate(steps, 1):
        if wrong := _wrong(step):
            name, sentence = wrong
            raise InputRefused(**{name: _("Step %(number)d: %(sentence)s") % {"number": place, "sentence": sentence}})


def _wrong(step: StepSpec) -> tuple[str, str] | None:
    """(field, what is wrong with it)."""
    if step.kind not in StepKind.values:
        return "kind", _("Choose what kind of step it is.")
    if step.expected_seconds is not None and not 0 < step.expected_seconds <= MOST_SECONDS:
        return "expected_seconds", _("Between one second and a day.")
    checks = {StepKind.CALL: _wrong_call, StepKind.PAGE: _wrong_page, StepKind.PLAN: _wrong_plan}
    if step.kind in checks:
        return checks[StepKind(step.kind)](step)
    return None if step.text.strip() else ("text", _("Please write something here."))


def _wrong_call(step: StepSpec) -> tuple[str, str] | None:
    if step.method not in METHODS:
        return "method", _("Choose a method.")
    if not step.url:
        return "url", _("Please write something here.")
    if len(step.body.encode()) > LARGEST_BODY:
        return "body", _("At most %(number)d letters.") % {"number": LARGEST_BODY}
    for name, value in step.headers.items():
        if len(name) > 100 or not HEADER_NAME.fullmatch(name) or name.lower() in OURS:
            return "headers", _("“%(name)s” cannot be sent as a header.") % {"name": name[:100]}
        if value != KEPT and not HEADER_VALUE.fullmatch(value):
            return "headers", _("The value of “%(name)s” holds letters that a header cannot hold.") % {"name": name}
    return None


def _wrong_page(step: StepSpec) -> tuple[str, str] | None:
    if step.role not in PageRole.values:
        return "role", _("Choose whom to page.")
    if step.role == PageRole.PERSON and (step.person is None or not step.person.is_colleague):
        return "person", _("Choose a colleague with an active account.")
    return None


def _wrong_plan(step: StepSpec) -> tuple[str, str] | None:
    if step.subplan is None:
        return "subplan", _("Choose a plan.")
    return ("subplan", _("That plan is retired.")) if step.subplan.status == PlanStatus.RETIRED else None


def refuse_bad_addresses(plan: Plan, steps: Sequence[StepSpec], *, actor: Person | None, via: str) -> None:
    """Refuse an address that may not be called; the attempt stays on the plan's timeline, though nothing else does.

    What stood there before is not asked again: names are looked up for this, which takes time.
    """
    known = set(PlanStep.objects.filter(version__plan=plan).values_list("url", flat=True))
    for place, step in enumerate(steps, 1):
        if step.kind != StepKind.CALL or not step.url or step.url in known:
            continue
        try:
            check_url(step.url)
        except OutboundError as refused:
            data = {"step": place, "host": host_of(step.url), "code": refused.code}
            with transaction.atomic():
                record_event(plan, "refuse_call", actor=actor, via=via, note=str(refused), data=data)
            sentence = _("Step %(number)d: %(sentence)s") % {"number": place, "sentence": refused}
            raise InputRefused(url=sentence) from refused


def host_of(url: str) -> str:
    """What of an address may be shown: the rest may hold a secret."""
    try:
        return (urlsplit(url).hostname or "")[:253]
    except ValueError:
        return ""


def refuse_cycles(plan: Plan, subplans: Sequence[int]) -> None:
    """Refuse a plan that leads back to itself, through drafts too.

    Two editors might each add one half of a circle: whoever adds a plan to a plan waits for the other.
    """
    if not subplans:
        return
    names = dict(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", "name"))
    edges: dict[int, list[int]] = {}
    rows = PlanStep.objects.filter(subplan__isnull=False).exclude(version__plan=plan)
    for source, version, published, target in rows.values_list(
        "version__plan", "version__number", "version__published_at", "subplan"
    ):
        if published is None or version == _newest_of(source):
            edges.setdefault(source, []).append(target)
    edges[plan.pk] = list(subplans)
    way = find_cycle(edges, plan.pk)
    if way:
        path = " → ".join(f"“{names[number]}”" for number in way)
        raise InputRefused(subplan=_("A plan cannot lead back to itself: %(path)s.") % {"path": path})


def _newest_of(plan: int) -> int | None:
    found = Plan(pk=plan).published
    return found.number if found else None
