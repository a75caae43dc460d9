from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    name = "problems"
    verbose_name = _("Problems")

    def ready(self) -> None:
        # each enters itself into a table of incidents or lifecycle
        from problems import (  # noqa: F401
            commands,
            panels,
            plan_commands,
            plan_outcomes,
            plan_panel,
            plan_reactions,
            plan_sentences,
            reactions,
            sentences,
        )
        from problems.shipped import install_problems

        post_migrate.connect(install_problems, sender=self, dispatch_uid="problems.shipped")
