from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    name = "postmortems"
    verbose_name = _("Postmortems")

    def ready(self) -> None:
        from postmortems import commands, panels, sentences  # noqa: F401  each enters itself into a table of incidents
