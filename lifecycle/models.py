"""How any record changes, and the trace it leaves."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin


class Via(models.TextChoices):
    """The way by which somebody acted."""

    WEB = "web", _("web page")
    API = "api", _("API")
    SMS = "sms", _("SMS")
    VOICE = "voice", _("phone key")
    EMAIL = "email", _("e-mail link")
    DETECTOR = "detector", _("detection rule")
    SYSTEM = "system", _("Mainstay")


class StatefulRecord(FSMModelMixin, models.Model):
    """A record with a ``status`` that only declared transitions may change.

    ``version`` counts the changes; a form carries it so that two people cannot overwrite each other unseen.
    """

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        """Read the row anew, the protected status included.

        FSMModelMixin lifts the protection for the whole class meanwhile, so two threads that refresh at once trip
        over each other. Here the old status steps aside on this instance only.
        """
        names = [name for name in self._loaded_names() if fields is None or name in fields]
        held = {name: self.__dict__.pop(name) for name in self._get_protected_fsm_fields() & set(names)}
        try:
            models.Model.refresh_from_db(self, using, names if fields is None else fields, from_queryset)
        except BaseException:
            self.__dict__.update(held)
            raise
        if fields is None:
            self._prefetched_objects_cache: dict[str, Any] = {}

    def _loaded_names(self) -> list[str]:
        return [field.attname for field in self._meta.concrete_fields if field.attname in self.__dict__]


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, record: models.Model) -> "EventQuerySet":
        return self.filter(subject_type=ContentType.objects.get_for_model(record), subject_id=record.pk)

    def undispatched(self) -> "EventQuerySet":
        return self.filter(dispatched_at=None)


class Event(models.Model):
    """One fact about one record: timeline, audit trail and outbox in one table.

    Append-only: a database trigger refuses DELETE and any UPDATE but that of ``dispatched_at``.
    """

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    verb = models.CharField(max_length=40)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=10, choices=Via)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(db_default=Now())
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    dispatched_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[models.Manager["Event"]] = EventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["occurred_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "occurred_at"], name="event_of_subject"),
            models.Index(fields=["id"], condition=models.Q(dispatched_at=None), name="event_undispatched"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.subject_id}"

    @property
    def is_backdated(self) -> bool:
        """Whether somebody entered it after it happened (more than a minute, so that clock noise does not count)."""
        return (self.recorded_at - self.occurred_at).total_seconds() > 60
