"""Categories, the cells of the priority matrix, worded criteria."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms import RecordForm
from incidents.models import Category, Criterion, Level, MatrixCell

POSITION = {"position": _("The smallest comes first.")}


class BranchChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Categories as a tree."""

    def label_from_instance(self, category: Category) -> str:
        return f"{'— ' * category.depth}{category}"


class CategoryForm(RecordForm):
    parent = BranchChoice(
        Category.objects.all(), label=_("Parent category"), required=False, empty_label=_("none: at the top")
    )

    class Meta:
        model = Category
        fields: ClassVar = ["name", "parent", "position", "is_active"]
        labels: ClassVar = {"name": _("Name"), "position": _("Position"), "is_active": _("Offered on forms")}
        help_texts: ClassVar = POSITION

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["name"] = str(self.instance)

    def arguments(self) -> dict[str, Any]:
        """A shipped name is kept as shipped, so that it is translated for every reader."""
        values = super().arguments()
        if self.initial.get("name") == values["name"]:
            values["name"] = Category.objects.values_list("name", flat=True).get(pk=self.instance.pk)
        return values


class CriterionForm(RecordForm):
    level = forms.ModelChoiceField(Level.objects.all(), label=_("Speaks for"), empty_label=None)

    class Meta:
        model = Criterion
        fields: ClassVar = ["wording", "level", "position", "is_active"]
        labels: ClassVar = {"wording": _("Wording"), "position": _("Position"), "is_active": _("Offered on forms")}
        help_texts: ClassVar = POSITION

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["wording"] = str(self.instance)

    def arguments(self) -> dict[str, Any]:
        values = super().arguments()
        if self.initial.get("wording") == values["wording"]:
            values["wording"] = Criterion.objects.values_list("wording", flat=True).get(pk=self.instance.pk)
        return values


class CellForm(forms.Form):
    """One cell of the matrix."""

    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=[(number, f"P{number}") for number in range(1, 6)]
    )
    level = forms.ModelChoiceField(Level.objects.all(), label=_("Level"), empty_label=None)

    @classmethod
    def of(cls, impact: int, urgency: int, cell: MatrixCell | None, data: Any = None) -> "CellForm":
        initial = {"priority": cell.priority, "level": cell.level_id} if cell else {}
        form = cls(data, initial=initial, prefix=f"cell-{impact}-{urgency}")
        form.place = (impact, urgency)
        return form

    place: tuple[int, int]
