"""What an incident is about and how bad it is: the category tree, the priority matrix, the worded criteria."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models.level import Level


class Degree(models.IntegerChoices):
    """Of impact and of urgency."""

    HIGH = 1, gettext_lazy("High")
    MEDIUM = 2, gettext_lazy("Medium")
    LOW = 3, gettext_lazy("Low")


class Category(models.Model):
    """A node of the category tree; ``path`` ("1/4/9/") makes a subtree one prefix comparison."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=gettext_lazy("parent category"),
    )
    name = models.CharField(gettext_lazy("name"), max_length=100)
    slug = models.SlugField(unique=True, max_length=80)
    path = models.CharField(max_length=200, editable=False, db_index=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)

    class Meta:
        ordering: ClassVar = ["path"]
        verbose_name = gettext_lazy("category")
        verbose_name_plural = gettext_lazy("categories")

    def __str__(self) -> str:
        return _(self.name)

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1


class MatrixCell(models.Model):
    """A cell of the priority matrix: impact x urgency gives a priority (1 to 5), and that a level."""

    impact = models.PositiveSmallIntegerField(gettext_lazy("impact"), choices=Degree)
    urgency = models.PositiveSmallIntegerField(gettext_lazy("urgency"), choices=Degree)
    priority = models.PositiveSmallIntegerField(gettext_lazy("priority"))
    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, related_name="matrix_cells", verbose_name=gettext_lazy("level")
    )

    class Meta:
        ordering: ClassVar = ["impact", "urgency"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["impact", "urgency"], name="matrix_cell_once"),
            models.CheckConstraint(
                condition=models.Q(priority__gte=1, priority__lte=5), name="matrix_priority_between_1_and_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.impact} x {self.urgency}: {self.priority}"


class Criterion(models.Model):
    """A worded criterion that speaks for a level whatever the matrix says, such as data loss for Level 1."""

    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, related_name="worded_criteria", verbose_name=gettext_lazy("level")
    )
    wording = models.CharField(gettext_lazy("wording"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)

    class Meta:
        ordering: ClassVar = ["level", "position", "id"]
        verbose_name = gettext_lazy("criterion")
        verbose_name_plural = gettext_lazy("criteria")

    def __str__(self) -> str:
        return _(self.wording)
