"""Answers that help and do nothing. Two machines that answer each other would never end, so they are counted."""

from django.db.models import F

from lifecycle import clock
from notifications.models import Delivery, PassiveAnswers

MOST = 5
"""So many in a row: until the number does something, or is written to anew."""


def may_answer(number: str) -> bool:
    """Whether one more is due; counts it."""
    answers, is_new = PassiveAnswers.objects.get_or_create(phone=number, defaults={"times": 1})
    if is_new:
        return True
    if Delivery.objects.filter(destination=number, created_at__gt=answers.last_at).exists():
        PassiveAnswers.objects.filter(pk=answers.pk).update(times=1, last_at=clock.now())
        return True
    one_more = PassiveAnswers.objects.filter(pk=answers.pk, times__lt=MOST)
    return bool(one_more.update(times=F("times") + 1, last_at=clock.now()))


def note_action(number: str) -> None:
    """Somebody is there: they did something."""
    PassiveAnswers.objects.filter(phone=number).delete()
