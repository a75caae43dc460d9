"""What a carrier needs of a message, read from the database before it is handed over."""

from django.conf import settings
from django.urls import reverse

from incidents.intake.addresses import reply_address
from incidents.models import LinkPurpose
from incidents.services import corresponding
from incidents.services.corresponding import token_of
from notifications.channels import Message
from notifications.models import Channel, Delivery, Purpose
from notifications.models.delivery import FOR_REPORTERS
from notifications.services.chatting import chat_address, page_of
from notifications.services.links import make_link
from notifications.services.verifying import with_code


def asks_the_database(delivery: Delivery) -> bool:
    """Whether ``message_of`` does: not for texts and calls about incidents, which are most of a storm."""
    return delivery.channel not in (Channel.SMS, Channel.VOICE) or delivery.purpose == Purpose.CODE


def message_of(delivery: Delivery) -> Message:
    """All that its channel needs."""
    incident, is_mail = delivery.incident, delivery.channel == Channel.EMAIL
    return Message(
        token=delivery.token,
        reference=incident.reference if incident else "",
        purpose=delivery.purpose,
        destination=delivery.destination,
        subject=delivery.subject,
        body=with_code(delivery) if delivery.purpose == Purpose.CODE else delivery.body,
        language=delivery.language,
        link=_link(delivery) if is_mail else page_of(delivery) if delivery.chat else "",
        chat=chat_address(delivery),
        reply_to=reply_address(incident) if incident and is_mail and settings.MAIL_ADDRESS else "",
    )


def _link(delivery: Delivery) -> str:
    """Where the reader may act. It is made when the mail is sent, so that no usable link lies in the database."""
    if delivery.purpose in (Purpose.PAGE, Purpose.TEST):
        return f"{settings.PUBLIC_URL}{reverse('notifications:link', args=[make_link(delivery)])}"
    if delivery.purpose not in FOR_REPORTERS:
        return ""
    purpose = LinkPurpose.CONFIRM if delivery.purpose == Purpose.CONFIRMATION else LinkPurpose.FOLLOW_UP
    token = token_of(corresponding.make_link(delivery.about, purpose))
    return f"{settings.PUBLIC_URL}{reverse('incidents:follow-up', args=[token])}"
