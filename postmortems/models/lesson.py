"""What everybody can learn from a postmortem: the article that is written when it is published."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from postmortems.models.postmortem import Postmortem
from postmortems.models.status import Status


class LessonQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> "LessonQuerySet":
        """Of published postmortems that are about nothing which the person may not see."""
        if not person.is_authenticated or not person.is_colleague:
            return self.none()
        whole = Postmortem.objects.filter(status=Status.PUBLISHED).whole_for(person).order_by()
        return self.filter(postmortem__in=whole.values("pk"))


class Lesson(models.Model):
    """A lessons-learned article. A postmortem that goes back takes it along; published anew, it is written anew."""

    postmortem = models.OneToOneField(Postmortem, on_delete=models.CASCADE, related_name="lesson")
    summary = models.TextField(_("summary"))
    learned = models.TextField(_("what was learned"), blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("tags"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()
    search = SearchVectorField(null=True, editable=False)
    """Words of title, summary, tags, what was learned, services, issues and actions, written by
    postmortems/services/lessons.py."""

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-written_at", "-id"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        indexes: ClassVar = [GinIndex(fields=["search"], name="lesson_search")]

    def __str__(self) -> str:
        return self.postmortem.title

    def get_absolute_url(self) -> str:
        return reverse("lessons:lesson", args=[self.pk])
