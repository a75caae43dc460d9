from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    name = "postmortems"
    verbose_name = _("Postmortems")

    def ready(self) -> None:
        # each enters itself into a table of incidents or lifecycle
        from postmortems import commands, decisions, panels, reactions, sentences  # noqa: F401
        from postmortems.shipped import install_wording
        from postmortems.shipped_triggers import install_triggers

        post_migrate.connect(install_wording, sender=self, dispatch_uid="postmortems.shipped")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="postmortems.triggers")
