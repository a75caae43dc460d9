"""The handling policy."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm
from incidents.forms.settings.fields import Span
from incidents.models import HandlingPolicy

LONGEST_DAYS = 3650


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
