"""Who and what the company has: business lines, services, their audiences, teams, people and roles."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.contacts import validate_phone, validate_time_zone


class Role(models.TextChoices):
    """What a person does (domain.md, roles). A person may have several."""

    OPERATIONS = "operations", _("O&M engineer")
    DEVELOPER = "developer", _("Developer")
    INCIDENT_MANAGER = "incident_manager", _("Incident manager")
    SERVICE_OWNER = "service_owner", _("Service owner")
    RD_LEADER = "rd_leader", _("R&D leader")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    REPORTER = "reporter", _("Reporter")


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "中文"


class Theme(models.TextChoices):
    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class FirstPage(models.TextChoices):
    """Where a day begins (ux.md 1.3); the pages themselves are made by upper apps."""

    QUEUE = "queue", _("My queue")
    COMMAND = "command", _("Command board")
    SERVICES = "services", _("My services")
    TREND = "trend", _("Month and trend")
    INCIDENTS = "incidents", _("Incident list")


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(username=self.model.normalize_username(username), **fields)
        person.set_password(password)
        person.save()
        return person

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(username, password, roles=[Role.ADMINISTRATOR], **fields)


class PersonQuerySet(models.QuerySet["Person"]):
    def with_role(self, *roles: str) -> "PersonQuerySet":
        return self.filter(is_active=True, roles__overlap=list(roles))


class Person(AbstractBaseUser):
    """Somebody who signs in or is reached. The phone counts only once it was verified."""

    username = models.CharField(_("user name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, validators=[validate_phone])
    phone_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_time_zone])
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    first_page = models.CharField(
        _("first page"), max_length=10, choices=FirstPage, blank=True, default="", db_default=""
    )
    """Chosen by the person; empty: as their roles suggest."""
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False, editable=False)
    """The password is a one-time password: every page leads to its change first."""
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects = PersonManager.from_queryset(PersonQuerySet)()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """A password that is set anew is no longer the one-time password."""
        super().set_password(raw_password)
        self.must_change_password = False

    def has_role(self, *roles: str) -> bool:
        """Whether the person is active and has at least one of the roles."""
        return self.is_active and not set(roles).isdisjoint(self.roles)

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    @property
    def is_colleague(self) -> bool:
        """Anybody of the company's operations; a mere reporter sees only what they reported."""
        return self.is_active and any(role != Role.REPORTER for role in self.roles)

    @property
    def has_verified_phone(self) -> bool:
        return bool(self.phone and self.phone_verified_at)

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]} •••• {self.phone[-4:]}" if self.phone else ""


class Team(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    members = models.ManyToManyField(Person, related_name="teams", blank=True, verbose_name=_("members"))
    leader = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="teams_led", verbose_name=_("leader")
    )

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class BusinessLine(models.Model):
    """A node of the tree of businesses; ``path`` ("1/4/9/") makes a subtree one prefix comparison."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(unique=True)
    path = models.CharField(max_length=200, editable=False, db_index=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["path"]
        verbose_name = _("business line")
        verbose_name_plural = _("business lines")

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1


class Service(models.Model):
    """Something that customers use and that can break."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    business_line = models.ForeignKey(
        BusinessLine, on_delete=models.PROTECT, related_name="services", verbose_name=_("business line")
    )
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="services_owned", verbose_name=_("service owner")
    )
    operations_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="services_run", verbose_name=_("O&M team")
    )
    rd_leader = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="services_led", verbose_name=_("R&D leader")
    )
    development_team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services_developed",
        verbose_name=_("development team"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_restricted = models.BooleanField(_("only its own people see its incidents"), default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:service", args=[self.slug])

    def audience_on(self, day: date) -> "Audience | None":
        """The denominators that held on that day."""
        return self.audiences.filter(valid_from__lte=day).order_by("-valid_from").first()


class Placement(models.Model):
    """From which day on a service that has moved belonged to which business line. A service without any has always been
    where it is now; the first move writes down where it was before."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="placements")
    business_line = models.ForeignKey(BusinessLine, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    """A day of UTC."""

    class Meta:
        ordering: ClassVar = ["service", "valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "valid_from"], name="placement_one_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.valid_from}"


class Audience(models.Model):
    """The whole a service's stability is measured against, from a day on: daily users (UV) and page views (PV)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="audiences")
    valid_from = models.DateField(_("valid from"))
    daily_users = models.PositiveIntegerField(_("users a day (UV)"))
    daily_page_views = models.PositiveBigIntegerField(_("page views a day (PV)"))

    class Meta:
        ordering: ClassVar = ["service", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "valid_from"], name="audience_one_per_day"),
            models.CheckConstraint(condition=models.Q(daily_users__gt=0), name="audience_users_positive"),
            models.CheckConstraint(condition=models.Q(daily_page_views__gt=0), name="audience_views_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.valid_from}"

    def clean(self) -> None:
        views, users = self.daily_page_views, self.daily_users
        if views is not None and users is not None and views < users:
            raise ValidationError({"daily_page_views": _("Every user views at least one page.")})


class ApiToken(models.Model):
    """A key for the API. Only its SHA-256 is kept; the key itself is shown once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer to a request that a program may send twice; the second time it gets the same answer."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    path = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    """SHA-256 of what was sent: the same key with something else is refused."""
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="idempotency_key_once_per_person")
        ]

    def __str__(self) -> str:
        return self.key
