"""Where a person can be reached by a channel, or why not. Asked when a message is promised, and again when it goes."""

from django.utils import translation
from django.utils.translation import gettext as _

from catalog.contacts import country_of, is_costly, refuse_phone
from catalog.models import Person
from notifications.models import Channel, PagingSettings
from notifications.services.stopping import is_stopped


def address(recipient: Person, channel: str) -> tuple[str, str]:
    """(where to, "") or ("", why not), the reason in English: it is kept, and translated where it is shown."""
    with translation.override("en"):
        if not recipient.is_active:
            return "", _("The account is not active.")
        if channel == Channel.EMAIL:
            return (recipient.email, "") if recipient.email else ("", _("No e-mail address is known."))
        if not recipient.phone:
            return "", _("No phone number is known.")
        if not recipient.has_verified_phone:
            return "", _("The phone number is not verified.")
        why_not = why_not_reachable(recipient.phone, channel)
    return ("", why_not) if why_not else (recipient.phone, "")


def why_not_reachable(number: str, channel: str) -> str:
    """What forbids to text or call the number, whoever's it is; in the language of the caller."""
    if channel == Channel.SMS and is_stopped(number):
        return _("The person stopped texts to this number; calls go on.")
    return why_barred(number)


@refuse_phone
def why_barred(number: str) -> str:
    """Premium numbers never, other countries' only where the company allows them: both are how money is stolen."""
    if is_costly(number):
        return _("Numbers that cost extra, satellite phones and pagers cannot be used.")
    countries = PagingSettings.objects.values_list("countries", flat=True).first() or []
    if countries and country_of(number) not in countries:
        return _("Numbers of this country may not be texted or called. An administrator can allow it.")
    return ""
