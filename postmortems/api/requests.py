"""What the verbs of a postmortem accept through the API. A field that is not named here is refused: an issue has no
owner, no comment and no fix, whatever somebody sends."""

from typing import Any

from rest_framework import serializers

from catalog.models import Person
from incidents.api.fields import StrictSerializer, serializer_of
from incidents.forms.fields import LONG
from incidents.models.action import ActionType
from postmortems.commands import POSTMORTEM_COMMANDS
from postmortems.forms import COLLEAGUES
from postmortems.models import IssueKind, Milestone

VERSION_HELP = "The version you read; refused with 409 where it has changed since."


def _version_field() -> Any:
    return serializers.IntegerField(required=False, min_value=1, help_text=VERSION_HELP)


def _person() -> Any:
    people = Person.objects.with_role(*COLLEAGUES)
    return serializers.SlugRelatedField[Any](slug_field="username", queryset=people)


class EntryRequest(StrictSerializer):
    happened_at = serializers.DateTimeField()
    what = serializers.CharField(max_length=LONG)
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]
    role = serializers.CharField(max_length=100, required=False, allow_blank=True)
    milestone = serializers.ChoiceField(choices=Milestone.choices, required=False, allow_blank=True)
    is_override = serializers.BooleanField(required=False, help_text="It is a fact all the same; recorded.")


class EditEntryRequest(EntryRequest):
    version = _version_field()


class AnswerGapRequest(StrictSerializer):
    """Either ``milestone``, or ``started_at`` and ``ended_at`` of a silence."""

    milestone = serializers.ChoiceField(choices=Milestone.choices, required=False)
    started_at = serializers.DateTimeField(required=False)
    ended_at = serializers.DateTimeField(required=False)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class IssueRequest(StrictSerializer):
    text = serializers.CharField(max_length=LONG)
    kind = serializers.ChoiceField(choices=IssueKind.choices)
    from_entry = serializers.IntegerField(required=False, allow_null=True, help_text="The entry it is seen at.")


class AddIssueRequest(IssueRequest):
    parked = serializers.IntegerField(required=False, help_text="The parked thought that it grew out of.")


class EditIssueRequest(IssueRequest):
    version = _version_field()


class ActionRequest(StrictSerializer):
    title = serializers.CharField(max_length=300)
    type = serializers.ChoiceField(choices=ActionType.choices)
    owner = _person()
    due_on = serializers.DateField()
    issues = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=1000)


class ReasonRequest(StrictSerializer):
    reason = serializers.CharField(max_length=LONG)


class VersionedReasonRequest(ReasonRequest):
    version = _version_field()


class VersionRequest(StrictSerializer):
    version = _version_field()


class StartRequest(StrictSerializer):
    incidents = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=50)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    facilitator = serializers.SlugRelatedField[Any](
        slug_field="username", queryset=Person.objects.with_role(*COLLEAGUES), required=False
    )


ADDING: dict[str, type[StrictSerializer]] = {
    "add_entry": EntryRequest,
    "answer_gap": AnswerGapRequest,
    "add_issue": AddIssueRequest,
    "add_action": ActionRequest,
}
CHANGING: dict[str, type[StrictSerializer]] = {
    "edit_entry": EditEntryRequest,
    "remove_entry": VersionRequest,
    "edit_issue": EditIssueRequest,
    "remove_issue": VersionRequest,
    "decline_action": VersionedReasonRequest,
    "drop_parked": ReasonRequest,
}


def _asked_of(verb: str) -> type[StrictSerializer]:
    command = POSTMORTEM_COMMANDS[verb]
    name = "".join(word.title() for word in ["postmortem", *verb.split("_")])
    return serializer_of(command.form, name, **({"version": _version_field()} if command.is_versioned else {}))


COMMANDS = {verb: _asked_of(verb) for verb in POSTMORTEM_COMMANDS}
