"""What words of a report mean here: kinds, types, statuses, people, incidents."""

import re
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.utils import translation

from catalog.models import Person
from incidents.models import Incident
from incidents.models.action import ActionType
from postmortems.imports.actions import Action
from postmortems.models import IssueKind, Milestone, Status

UNDATED_DAYS = 30
"""An action without a due date is due so many days after the import: somebody has to look at it."""
_KINDS = (
    (
        IssueKind.MISSING_DATA,
        r"no (?:log|metric|data|record|alert)|"
        r"not (?:logged|recorded|monitored)|without monitoring|缺少数据|没有监控|未监控|没有告警",
    ),
    (IssueKind.TRAINING, r"training|unfamiliar|did not know|didn't know|inexperienced|培训|不熟悉"),
    (
        IssueKind.PROCESS,
        r"process|procedure|runbook|review|approval|checklist|escalat|policy|handover|on-?call|流程|审批|评审|预案",
    ),
    (IssueKind.PEOPLE, r"nobody|no one|understaffed|communicat|engineer|operator|team|人手|沟通|无人"),
)
_TYPES = (
    (ActionType.DETECT, r"detect|alert|watch|monitor|dashboard|metric|log\b|logging|告警|监控|检测|发现"),
    (ActionType.MITIGATE, r"mitigat|runbook|rollback|fail ?over|backup|restore|recover|faster|回滚|预案|恢复|止损"),
)


def kind_of(text: str, said: str) -> str:
    """The kind of an issue: as it is said, in any language of ours, else by its words."""
    return _choice(said, IssueKind) or _by_words(text, _KINDS) or IssueKind.TECHNOLOGY


def type_of(action: Action) -> str:
    return _choice(action.type, ActionType) or _by_words(f"{action.type} {action.text}", _TYPES) or ActionType.PREVENT


def status_of(said: str, *, is_ours: bool) -> str:
    """The phase. A report of somebody else is finished; one of our own export is where it was."""
    return said if is_ours and said in Status.values else Status.PUBLISHED


def phase_named(said: str) -> str:
    return _choice(said, Status)


def milestone_named(said: str) -> str:
    return _choice(said, Milestone)


def person_named(name: str) -> Person | None:
    """A colleague by user name, mail address or name, whatever the case; None where none or several are called so."""
    plain = re.sub(r"<.*?>|\(.*?\)", "", name).strip().lstrip("@")
    if not plain or "\x00" in plain:
        return None
    for lookup in ("username__iexact", "email__iexact", "name__iexact"):
        found = [person for person in Person.objects.filter(**{lookup: plain})[:3] if person.is_colleague]
        if len(found) == 1:
            return found[0]
    return None


def incidents_named(references: list[str], *, reader: Person | None) -> list[Incident]:
    """Those that there are, and that the importing person may see: "INC-12" only, a bare number is another system's."""
    numbers = [int(match[1]) for text in references if (match := re.fullmatch(r"INC-(\d{1,15})", text.strip(), re.I))]
    seen = Incident.objects.all() if reader is None else Incident.objects.visible_to(reader)
    return list(seen.filter(pk__in=numbers).order_by("pk"))


def due_of(action: Action, at: datetime) -> date:
    return action.due_on or (at + timedelta(days=UNDATED_DAYS)).date()


def _choice(said: str, choices: type[TextChoices]) -> str:
    word = said.strip().lower()
    if not word:
        return ""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for value, label in choices.choices:
                if word in (value, str(label).lower()):
                    return str(value)
    return ""


def _by_words(text: str, patterns: tuple[tuple[str, str], ...]) -> str:
    return next((kind for kind, pattern in patterns if re.search(pattern, text, re.IGNORECASE)), "")
