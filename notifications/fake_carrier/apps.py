"""The `notifications` app reduced to its commands, for a process without a database (config.settings.fake_carrier)."""

from django.apps import AppConfig, apps


class CommandsOnly(AppConfig):
    name = "notifications"

    def import_models(self) -> None:
        """None: the carrier keeps everything in memory."""
        self.models = apps.all_models[self.label]
