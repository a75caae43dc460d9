"""How the caller is reached: their number, their rules, test pages. Parse, call the service, present."""

from datetime import timedelta
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Person
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS
from lifecycle.models import Via
from notifications.models import Channel, PersonalRule, Urgency
from notifications.services.preferring import set_paging_rules
from notifications.services.reachable import unusable_channels
from notifications.services.testing import last_proof, send_test_page
from notifications.services.verifying import confirm_code, send_code
from notifications.ways import PERSONAL, has_own, ways_of

CHANNELS = [(channel.value, str(Channel(channel).label)) for channel in PERSONAL]


class WaySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=3600, help_text="Seconds after the page was due.")
    channel = serializers.ChoiceField(choices=CHANNELS)


class PersonalRuleSerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=3600, help_text="Seconds after the page was due.")
    channels = serializers.ListField(child=serializers.ChoiceField(choices=CHANNELS), allow_empty=False)


class UrgencySerializer(serializers.Serializer[Any]):
    is_own = serializers.BooleanField(help_text="False: the safe ways, because nothing was chosen.")
    ways = WaySerializer(many=True)


class ReachSerializer(serializers.Serializer[Any]):
    has_verified_phone = serializers.BooleanField()
    unusable = serializers.DictField(child=serializers.CharField(), help_text="Channel: why it cannot be used.")
    last_proof_at = serializers.DateTimeField(allow_null=True)
    default = UrgencySerializer()
    important = UrgencySerializer()


class RulesSerializer(serializers.Serializer[Any]):
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    rules = PersonalRuleSerializer(many=True)


class ByChannelSerializer(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(choices=CHANNELS)


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20)


class PromisedSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    not_sent_reason = serializers.CharField(allow_blank=True)


def _read(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    parsed = serializer(data=request.data)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def _own(request: Request) -> Person:
    return Person.objects.get(pk=cast(Person, request.user).pk)


class Reach(APIView):
    """How the caller is reached: by which ways, and what stands in their way. PUT replaces one list of rules."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=ReachSerializer)
    def get(self, request: Request) -> Response:
        return _present(_own(request))

    @extend_schema(request=RulesSerializer, responses={200: ReachSerializer, **REFUSALS})
    def put(self, request: Request) -> Response:
        person, values = _own(request), _read(RulesSerializer, request)
        lines = [(timedelta(seconds=rule["after"]), rule["channels"]) for rule in values["rules"]]
        set_paging_rules(person, actor=person, urgency=values["urgency"], lines=lines, via=Via.API)
        return _present(person)


class PhoneCodes(APIView):
    """POST has a code sent to the caller's own number, by "sms" or "voice"."""

    permission_classes = COLLEAGUES

    @extend_schema(request=ByChannelSerializer, responses={202: PromisedSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        person = _own(request)
        delivery = send_code(person, actor=person, channel=_read(ByChannelSerializer, request)["channel"])
        return Response(PromisedSerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class PhoneProof(APIView):
    """POST the code that came: the number is verified."""

    permission_classes = COLLEAGUES

    @extend_schema(request=CodeSerializer, responses={200: ReachSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        person = _own(request)
        confirm_code(person, actor=person, code=_read(CodeSerializer, request)["code"])
        return _present(person)


class TestPages(APIView):
    """POST sends a test page to the caller."""

    permission_classes = COLLEAGUES

    @extend_schema(request=ByChannelSerializer, responses={202: PromisedSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        person = _own(request)
        delivery = send_test_page(person, actor=person, channel=_read(ByChannelSerializer, request)["channel"])
        return Response(PromisedSerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


def _present(person: Person) -> Response:
    rules = list(PersonalRule.objects.filter(person=person))
    reach: dict[str, Any] = {
        "has_verified_phone": person.has_verified_phone,
        "unusable": unusable_channels(person),
        "last_proof_at": last_proof(person),
    }
    for urgency in Urgency.values:
        ways = [{"after": int(after.total_seconds()), "channel": channel} for after, channel in ways_of(rules, urgency)]
        reach[urgency] = {"is_own": has_own(rules, urgency), "ways": ways}
    return Response(ReachSerializer(reach).data)
