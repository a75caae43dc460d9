"""What was promised for a day that is over: problems and action items."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from detection.inspections.kinds.registry import Fact, Kind, Look, ParametersForm, Seen, register
from detection.inspections.kinds.services import CATALOGUE
from incidents.models import ActionItem
from problems.models import Problem


class OverdueForm(ParametersForm):
    days = forms.IntegerField(label=gettext_lazy("Overdue by more than days"), min_value=0, max_value=400, initial=0)


def look_at_problems(look: Look) -> Seen:
    """Every colleague reads findings: of what only some may see, nothing is said, neither here nor of actions."""
    overdue = Problem.objects.public().overdue(_limit(look)).select_related("service")
    return Seen(
        [
            Fact(
                f"problem:{problem.pk}",
                _("%(problem)s is over its target date") % {"problem": problem},
                _since(problem.due_on),
                service=problem.service_id,
                owner=problem.owner_id,
                link=problem.get_absolute_url(),
            )
            for problem in overdue
        ]
    )


def look_at_actions(look: Look) -> Seen:
    overdue = ActionItem.objects.public().overdue(_limit(look)).select_related("incident")
    return Seen(
        [
            Fact(
                f"action:{action.pk}",
                _("Action item overdue: %(action)s") % {"action": action.title},
                _since(action.due_on),
                service=action.incident.service_id if action.incident else None,
                owner=action.owner_id,
                link=action.incident.get_absolute_url() if action.incident else "",
            )
            for action in overdue
        ]
    )


def _limit(look: Look) -> date:
    return look.today - timedelta(days=look.parameters.get("days", 0))


def _since(day: date | None) -> str:
    return _("It was due on %(day)s.") % {"day": day}


register(
    Kind(
        slug="problem_overdue",
        label=gettext_lazy("Problem overdue"),
        about=gettext_lazy("Open problems whose target date is over."),
        group=CATALOGUE,
        look=look_at_problems,
        form=OverdueForm,
        icon="clock-exclamation",
    )
)
register(
    Kind(
        slug="action_overdue",
        label=gettext_lazy("Action item overdue"),
        about=gettext_lazy("Action items that were to be done by now."),
        group=CATALOGUE,
        look=look_at_actions,
        form=OverdueForm,
        icon="clock-exclamation",
    )
)
