"""What counts as a phone number and a time zone."""

import zoneinfo

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_phone(value: str) -> None:
    """Accept only E.164, the form every carrier takes: +8613912345678."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        number = None
    is_e164 = number is not None and phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == value
    if number is None or not is_e164 or not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Write the number with country code and digits only, such as +8613912345678."))


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone by its IANA name, such as Asia/Shanghai."))
