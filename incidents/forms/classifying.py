"""The fields that say what an incident is about and how bad it is."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from incidents import tags as rules
from incidents.models import Category, Criterion, Degree, Level

INDENT = "\N{EM SPACE}"


class TagsField(forms.CharField):
    """Tags with commas between them; a list of tags."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Tags"))
        options.setdefault("help_text", _("With commas between them, such as: cards, europe."))
        super().__init__(required=False, max_length=1000, **options)

    def clean(self, value: Any) -> list[str]:
        found = rules.split_tags(super().clean(value))
        if rules.are_too_many(found):
            raise ValidationError(_("At most %(number)d tags.") % {"number": rules.MOST})
        if long := rules.too_long(found):
            words = {"tag": long[: rules.LONGEST], "number": rules.LONGEST}
            raise ValidationError(_("“%(tag)s…” is too long for a tag: at most %(number)d letters.") % words)
        return found

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class DegreeChoice(forms.TypedChoiceField):
    """High, medium or low; None where nobody has judged it."""

    def __init__(self, **options: Any) -> None:
        choices = [("", _("not judged")), *Degree.choices]
        super().__init__(choices=choices, coerce=int, empty_value=None, required=False, **options)


class TreeIterator(ModelChoiceIterator):
    """Categories as a tree: each below its parent, siblings in their order."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        children: dict[int | None, list[Category]] = {}
        offered = {category.pk: category for category in self.queryset}
        for category in sorted(offered.values(), key=lambda each: (each.position, each.pk)):
            parent = category.parent_id if category.parent_id in offered else None
            children.setdefault(parent, []).append(category)
        yield from (self.choice(category) for category in _walk(children, None))


def _walk(children: dict[int | None, list[Category]], parent: int | None) -> Iterator[Category]:
    for category in children.get(parent, []):
        yield category
        yield from _walk(children, category.pk)


class CategoryChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The category tree, indented."""

    iterator = TreeIterator

    def __init__(self) -> None:
        active = Category.objects.filter(is_active=True)
        super().__init__(
            active, label=_("Category"), to_field_name="slug", empty_label=_("no category"), required=False
        )

    def label_from_instance(self, category: Category) -> str:
        return INDENT * category.depth + str(category)


class CriteriaIterator(ModelChoiceIterator):
    """Criteria in groups, one a level."""

    def __iter__(self) -> Iterator[Any]:
        groups: dict[Level, list[Any]] = {}
        for criterion in self.queryset:
            groups.setdefault(criterion.level, []).append(self.choice(criterion))
        yield from ((str(level), choices) for level, choices in groups.items())


class CriteriaChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The worded criteria to be ticked, grouped by the level for which they speak."""

    iterator = CriteriaIterator
    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        active = Criterion.objects.filter(is_active=True).select_related("level")
        super().__init__(active, label=_("What applies"), to_field_name="id", required=False)


class SuggestedLevelChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A level by its worded criteria, or none: then the suggested one is meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Level.objects.all(),
            widget=forms.RadioSelect,
            required=False,
            blank=True,
            empty_label=_("The suggested level"),
            **options,
        )

    def label_from_instance(self, level: Level) -> str:
        return f"{level}: {level.localised_criteria}"


class JudgementForm(forms.Form):
    """How bad it is, as far as it can be said now."""

    impact = DegreeChoice(label=_("Impact"), help_text=_("How many customers, how much of the service."))
    urgency = DegreeChoice(label=_("Urgency"), help_text=_("How soon it hurts."))
    criteria = CriteriaChoice()


def offer_current(form: forms.Form, names: Iterable[str]) -> None:
    """Let a record that is no longer in use stay chosen where it is chosen already (by ``initial``)."""
    for name in names:
        current = form.initial.get(name)
        field = form.fields[name]
        if current is not None and not current.is_active and isinstance(field, forms.ModelChoiceField):
            field.queryset = (field.queryset | type(current)._default_manager.filter(pk=current.pk)).distinct()


class DraftForm(forms.Form):
    """As much as is typed of a report, to look for incidents like it."""

    title = forms.CharField(max_length=300, required=False)
    service = forms.ModelChoiceField(Service.objects.filter(is_active=True), to_field_name="slug", required=False)
    category = forms.ModelChoiceField(Category.objects.filter(is_active=True), to_field_name="slug", required=False)
