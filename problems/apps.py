from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    name = "problems"
    verbose_name = _("Problems")

    def ready(self) -> None:
        from problems import commands, panels, sentences  # noqa: F401  each enters itself into a table of incidents
