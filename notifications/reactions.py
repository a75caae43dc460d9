"""What happens to paging in the very transaction that changes an incident; everything else follows from its events
a moment later (services/dispatching.py)."""

from catalog.models import Person
from incidents.models import ActionItem, Incident
from incidents.models.status import OVER, Status
from lifecycle.models import Event, Via
from lifecycle.reactions import in_the_same_transaction
from notifications.models import AlarmKind, NoticeKind
from notifications.services.action_news import READERS, tell_of_action
from notifications.services.alarming import raise_alarm
from notifications.services.escalating import stop_escalation
from notifications.services.noticing import withdraw_notices
from notifications.services.planned_pages import page_for_plan
from notifications.services.problem_news import tell_of_waiver
from notifications.services.reaching import mark_reached_by_login
from problems.models import Problem


@in_the_same_transaction(Incident, "acknowledge", "recover", "resolve", "close", "cancel", "merge", "transfer")
def stop_paging(incident: Incident, _event: Event) -> None:
    """Whoever commits an acknowledgement has withdrawn the waiting pages with it: nobody is called a second later."""
    if incident.status != Status.REPORTED:
        stop_escalation(incident, reason=incident.status)


@in_the_same_transaction(Incident, "acknowledge")
def note_who_came(incident: Incident, event: Event) -> None:
    """Whoever signs in and acknowledges was reached, by whichever of their pages was the last."""
    if event.via in (Via.WEB, Via.API) and isinstance(event.actor, Person):
        mark_reached_by_login(incident, event.actor)


@in_the_same_transaction(Incident, "page_from_plan")
def page_by_plan(incident: Incident, event: Event) -> None:
    """Somebody pressed a step of an emergency plan that pages."""
    page_for_plan(incident, event)


@in_the_same_transaction(ActionItem, *READERS)
def tell_by_mail(action: ActionItem, event: Event) -> None:
    """Mails about action items; in office hours where it is the product that speaks (incidents/action_times.py)."""
    tell_of_action(action, event)


@in_the_same_transaction(Problem, "end_waiver")
def ask_about_waiver(problem: Problem, event: Event) -> None:
    """Whoever bears the risk decides again."""
    tell_of_waiver(problem, event)


@in_the_same_transaction(Incident, "page")
def notice_gap(incident: Incident, event: Event) -> None:
    """A step that found nobody is a gap in somebody's duty, and whoever keeps the rota has to know."""
    if event.data.get("is_gap"):
        team = incident.service.operations_team
        raise_alarm(AlarmKind.DUTY_GAP, about=team.name, detail=incident.reference, incident=incident)


@in_the_same_transaction(Incident, "recover", "resolve", "close", "cancel", "merge")
def stop_telling(incident: Incident, _event: Event) -> None:
    """Notices that have become pointless, and their messages that still wait: nobody reads of a fault, minutes after
    the news that it is over."""
    pointless = [NoticeKind.INITIAL, NoticeKind.PROGRESS] if incident.recovered_at else []
    if incident.status in OVER:
        pointless = [NoticeKind.INITIAL, NoticeKind.PROGRESS, NoticeKind.OVERDUE, NoticeKind.UPDATE_OVERDUE]
    withdraw_notices(incident, *pointless, reason=incident.status)


@in_the_same_transaction(Incident, "cancel", "merge")
def stop_announcing(incident: Incident, _event: Event) -> None:
    """Nothing of a false alarm or of a duplicate is worth a message."""
    if incident.status == Status.CANCELLED:
        withdraw_notices(
            incident, NoticeKind.WARNING, NoticeKind.RECTIFIED, NoticeKind.REMINDER, reason=incident.status
        )
