"""How a person wants to be reached, and what a phone number has proved or refused."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from notifications.models.channel import Channel


class Urgency(models.TextChoices):
    DEFAULT = "default", _("default")
    IMPORTANT = "important", _("important")


class PersonalRule(models.Model):
    """One line of "how I am paged": after so long, by these channels. Steps of a policy that name no channels of
    their own follow it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="paging_rules")
    urgency = models.CharField(max_length=10, choices=Urgency)
    after = models.DurationField(_("after"))
    channels = ArrayField(models.CharField(max_length=5, choices=Channel), verbose_name=_("channels"))

    class Meta:
        ordering: ClassVar = ["urgency", "after", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "urgency", "after"], name="personal_rule_once_a_moment")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.urgency} {self.after}"


class PhoneCode(models.Model):
    """A code that was sent to a number to prove that it is the person's. Only its SHA-256 is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phone_codes")
    phone = models.CharField(max_length=20)
    channel = models.CharField(max_length=5, choices=Channel)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["phone", "created_at"], name="phone_code_of_number")]

    def __str__(self) -> str:
        return f"{self.person} {self.created_at}"


class PassiveAnswers(models.Model):
    """How often in a row a number got an answer that did nothing: where two machines talk, somebody must stop."""

    phone = models.CharField(max_length=20, unique=True)
    times = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "passive answers"

    def __str__(self) -> str:
        return f"{self.phone} {self.times}"


class StoppedNumber(models.Model):
    """A number whose owner replied STOP: no texts until START."""

    phone = models.CharField(max_length=20, unique=True)
    stopped_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.phone
