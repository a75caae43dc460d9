"""The handling policy, and the rules of action items."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm
from incidents.forms.settings.fields import COMMAS, Span
from incidents.models import ActionPolicy, HandlingPolicy

LONGEST_DAYS = 3650
MOST_REMINDERS = 10


class PolicyForm(RecordForm):
    merge_undo = Span(label=_("A merge can be undone for"))
    retro_approval = Span(label=_("The approval after an emergency is due in"))
    decision_target = Span(label=_("A decision about a solution is due in"))
    unset_role_reminder = Span(label=_("Remind of an unset owner or manager after"))

    class Meta:
        model = HandlingPolicy
        fields: ClassVar = [
            "silent_days_until_close",
            "merge_undo",
            "decision_target",
            "retro_approval",
            "unset_role_reminder",
            "report_due_days",
            "follow_up_link_days",
            "propose_major_at_users",
        ]
        labels: ClassVar = {
            "silent_days_until_close": _("Days of silence after which a resolved incident closes"),
            "report_due_days": _("Days until a major-incident report is due"),
            "follow_up_link_days": _("Days that a reporter's link holds"),
            "propose_major_at_users": _("Affected users that propose a major incident"),
        }
        help_texts: ClassVar = {"propose_major_at_users": _("Blank: the number of users proposes nothing.")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("silent_days_until_close", "report_due_days", "follow_up_link_days"):
            self.fields[name].validators += [MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)]
            self.fields[name].widget.attrs["min"] = 1
        for field in self.fields.values():
            field.label = capfirst(str(field.label))


class Days(forms.CharField):
    """ "3, 0": numbers of days, the biggest first."""

    def to_python(self, value: Any) -> Any:
        parts = [part.strip() for part in COMMAS.split(str(value or "")) if part.strip()]
        if len(parts) > MOST_REMINDERS or not all(re.fullmatch(r"\d{1,3}", part, re.ASCII) for part in parts):
            raise ValidationError(_("Write numbers of days with commas between them, such as 3, 0."))
        return sorted({int(part) for part in parts}, reverse=True)

    def run_validators(self, value: Any) -> None:
        """to_python has said everything."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class ActionPolicyForm(RecordForm):
    reminder_days = Days(
        label=_("The owner is reminded so many days before the due date"),
        required=False,
        help_text=_("Such as 3, 0; 0 is the due date itself. Blank: nobody is reminded unless somebody asks for it."),
    )

    class Meta:
        model = ActionPolicy
        fields: ClassVar = ["reminder_days", "leader_after_days", "repeat_days", "mail_hour"]
        labels: ClassVar = {
            "leader_after_days": _("Days overdue after which the owner's leader is told"),
            "repeat_days": _("Days until that is said again"),
            "mail_hour": _("Hour of these mails, in their reader's zone"),
        }
        widgets: ClassVar = {"mail_hour": forms.TimeInput({"type": "time"}, format="%H:%M")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("leader_after_days", "repeat_days"):
            self.fields[name].validators += [MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)]
            self.fields[name].widget.attrs["min"] = 1
