"""Serializers made from the forms of the command table, so that the API accepts exactly what the pages accept."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError as FormError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.content import LARGEST
from incidents.forms import CustomValuesField, DegreeChoice, Files, IncidentReference, Moment, TagsField
from incidents.services.attaching import NamedFile


@extend_schema_field(OpenApiTypes.STR)
class ReferenceField(serializers.Field):  # type: ignore[type-arg]
    """An incident by its running number: "INC-12", "12" or 12."""

    def __init__(self, form_field: IncidentReference, **options: Any) -> None:
        super().__init__(**options)
        self.form_field = form_field

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, str | int):
            raise serializers.ValidationError("Write the number, such as INC-12.")
        try:
            return self.form_field.clean(str(data) if len(str(data)) < 40 else "?")
        except FormError as error:
            raise serializers.ValidationError(error.messages) from error

    def to_representation(self, value: Any) -> Any:
        return value.reference


class FilesField(serializers.ListField):
    """Several files of a multipart request; what they are is judged by the service."""

    child = serializers.FileField(allow_empty_file=True)

    def to_internal_value(self, data: Any) -> list[NamedFile]:
        files = super().to_internal_value(data)
        return [NamedFile(file.name or "", file.read(LARGEST + 1)) for file in files]


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know, so that nobody believes to have set a status."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name: ["There is no such field here."] for name in unknown})
        return super().to_internal_value(data)


def serializer_of(
    form: type[forms.Form], name: str, **more: serializers.Field[Any, Any, Any, Any]
) -> type[StrictSerializer]:
    """A serializer with the fields of the form; ``more`` are added to them."""
    fields = {key: _field_of(field) for key, field in form.base_fields.items()}
    return type(name, (StrictSerializer,), {**fields, **more})


def _field_of(field: forms.Field) -> Any:
    options: dict[str, Any] = {"required": field.required, "help_text": field.label}
    for kind, make in MAKERS:
        if isinstance(field, kind):
            return make(field, options)
    raise TypeError(f"No serializer field is known for {type(field).__name__}.")


def _reference(field: Any, options: dict[str, Any]) -> Any:
    return ReferenceField(field, **options)


def _choice_of_record(field: Any, options: dict[str, Any]) -> Any:
    options |= {"queryset": field.queryset} | ({} if field.required else {"allow_null": True})
    if field.to_field_name:
        return serializers.SlugRelatedField[Any](slug_field=field.to_field_name, **options)
    return serializers.PrimaryKeyRelatedField[Any](**options)


def _choice_of_records(field: Any, options: dict[str, Any]) -> Any:
    options |= {"queryset": field.queryset, "many": True, "allow_empty": not field.required}
    return serializers.SlugRelatedField[Any](slug_field=field.to_field_name or "pk", **options)


def _moment(field: Any, options: dict[str, Any]) -> Any:
    validators = list(field.validators)
    return serializers.DateTimeField(allow_null=not field.required, validators=validators, **options)


def _day(field: Any, options: dict[str, Any]) -> Any:
    return serializers.DateField(allow_null=not field.required, **options)


def _choice(field: Any, options: dict[str, Any]) -> Any:
    return serializers.ChoiceField(choices=list(field.choices), allow_blank=not field.required, **options)


def _degree(_field: Any, options: dict[str, Any]) -> Any:
    return serializers.IntegerField(min_value=1, max_value=3, allow_null=True, **options)


def _tags(_field: Any, options: dict[str, Any]) -> Any:
    return serializers.ListField(child=serializers.CharField(max_length=1000), max_length=100, **options)


def _values(_field: Any, options: dict[str, Any]) -> Any:
    return serializers.DictField(child=serializers.JSONField(allow_null=True), **options)


def _email(field: Any, options: dict[str, Any]) -> Any:
    return serializers.EmailField(max_length=field.max_length, allow_blank=not field.required, **options)


def _flag(_field: Any, options: dict[str, Any]) -> Any:
    return serializers.BooleanField(default=False, help_text=options["help_text"])


def _number(field: Any, options: dict[str, Any]) -> Any:
    del options["required"]
    return serializers.IntegerField(default=0, min_value=field.min_value, max_value=field.max_value, **options)


def _text(field: Any, options: dict[str, Any]) -> Any:
    return serializers.CharField(max_length=field.max_length, allow_blank=not field.required, **options)


def _files(_field: Any, options: dict[str, Any]) -> Any:
    return FilesField(**options)


MAKERS: tuple[tuple[type[forms.Field], Callable[[Any, dict[str, Any]], Any]], ...] = (
    (IncidentReference, _reference),
    (forms.ModelMultipleChoiceField, _choice_of_records),
    (forms.ModelChoiceField, _choice_of_record),
    (Moment, _moment),
    (forms.DateField, _day),
    (DegreeChoice, _degree),
    (forms.ChoiceField, _choice),
    (forms.BooleanField, _flag),
    (forms.IntegerField, _number),
    (Files, _files),
    (TagsField, _tags),
    (CustomValuesField, _values),
    (forms.EmailField, _email),
    (forms.CharField, _text),
)
