from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from incidents import action_panel  # noqa: F401  it enters itself into the panels of the incident page
        from incidents.shipped import install_levels

        post_migrate.connect(install_levels, sender=self)
