"""Why it happened: the tree of whys, what contributed, and the words for causes."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DEEPEST = 10


class Cause(models.Model):
    """A word of the cause taxonomy, below another or at the top. One that is in use is only no longer offered."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=gettext_lazy("part of"),
        limit_choices_to={"parent": None},
    )
    name = models.CharField(gettext_lazy("name"), max_length=100)
    slug = models.SlugField(unique=True, max_length=80)
    position = models.PositiveSmallIntegerField(gettext_lazy("position"), default=0)
    is_active = models.BooleanField(gettext_lazy("offered"), default=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = gettext_lazy("cause")
        verbose_name_plural = gettext_lazy("causes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="cause_not_below_itself")
        ]

    def __str__(self) -> str:
        return f"{self.parent.shown_name} · {self.shown_name}" if self.parent else self.shown_name

    @property
    def shown_name(self) -> str:
        """Without what it is part of, in the reader's language where it was shipped."""
        return _(self.name)


class Written(models.Model):
    """Who wrote a line, and when."""

    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Why(Written):
    """An answer to "why?"; those below it answer why that was so. ``is_root``: here the asking may stop."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="whys")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    text = models.TextField(gettext_lazy("because"))
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, blank=True, related_name="whys")
    is_root = models.BooleanField(gettext_lazy("this is a root cause"), default=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class Factor(Written):
    """What made it likelier or worse without being its cause."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="factors")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="factors")
    text = models.TextField(gettext_lazy("how it contributed"))

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class LinkKind(models.TextChoices):
    CHANGE = "change", gettext_lazy("Change record")
    PULL_REQUEST = "pull_request", gettext_lazy("Pull request")


class ChangeLink(Written):
    """Where the fix is made."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(gettext_lazy("kind"), max_length=15, choices=LinkKind)
    url = models.CharField(gettext_lazy("address"), max_length=500, validators=[URLValidator(("http", "https"))])
    title = models.CharField(gettext_lazy("title"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["problem", "url"], name="change_linked_once")]

    def __str__(self) -> str:
        return self.title or self.url
