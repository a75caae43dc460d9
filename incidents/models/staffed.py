"""Who has to do with an incident."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Team


class Staffed(models.Model):
    """The reporter, those accountable for it, and those who may see or want to follow it."""

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents_reported"
    )
    reporter_name = models.CharField(_("reporter"), max_length=100, blank=True)
    reporter_contact = models.CharField(_("reporter's contact"), max_length=200, blank=True)
    reporter_email = models.EmailField(_("reporter's e-mail"), max_length=320, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents_owned",
        verbose_name=_("owner (first accountability)"),
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents_handled",
        verbose_name=_("handler"),
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents_managed",
        verbose_name=_("incident manager"),
    )
    communications_lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents_communicated",
        verbose_name=_("communications lead"),
    )
    transferred_to = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents_transferred"
    )
    watchers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="incidents_watched", blank=True)
    is_restricted = models.BooleanField(_("restricted"), default=False)
    """Only those who have to do with it, and its participants, see it."""
    participants = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="incidents_shared", blank=True)

    class Meta:
        abstract = True
