"""What counts as a phone number and a time zone."""

import zoneinfo
from collections.abc import Callable
from functools import cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

COSTLY = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
)
"""Kinds of numbers at which somebody earns by being called, or nobody answers."""
NOWHERE = "001"
"""The region of numbers that belong to no country: satellites, international premium services."""

PhoneRule = Callable[[str], str]
PHONE_RULES: list[PhoneRule] = []
"""Why a number may not be had here, or an empty text; filled by upper apps, asked when a number is entered."""


def validate_phone(value: str) -> None:
    """Accept only E.164, the form every carrier takes: +8613912345678; and nobody's till."""
    number = _parse(value)
    is_e164 = number is not None and phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == value
    if number is None or not is_e164 or not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Write the number with country code and digits only, such as +8613912345678."))
    if is_costly(value):
        raise ValidationError(_("Numbers that cost extra, satellite phones and pagers cannot be used."))


def is_costly(value: str) -> bool:
    """Whether calling the number makes somebody rich: premium and shared-cost services, satellites, pagers."""
    number = _parse(value)
    if number is None:
        return False
    return phonenumbers.number_type(number) in COSTLY or country_of(value) == NOWHERE


def country_of(value: str) -> str:
    """The ISO code of the number's country; empty where it is no number."""
    number = _parse(value)
    if number is None:
        return ""
    # Of a number in no known range only the country code speaks.
    code = number.country_code or 0
    return phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(code)


def refuse_phone(rule: PhoneRule) -> PhoneRule:
    """Register a rule about numbers that upper apps know of."""
    if rule not in PHONE_RULES:
        PHONE_RULES.append(rule)
    return rule


def why_no_phone(value: str) -> str:
    """The sentence of the first rule that refuses the number; empty where it may be had."""
    return next((sentence for sentence in (rule(value) for rule in PHONE_RULES) if sentence), "") if value else ""


@cache
def time_zone_names() -> frozenset[str]:
    """The IANA names this machine knows. Python walks the files of them all anew whenever it is asked."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(value: str) -> None:
    if value not in time_zone_names():
        raise ValidationError(_("Choose a time zone by its IANA name, such as Asia/Shanghai."))


def _parse(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return None
