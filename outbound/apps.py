from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "outbound"

    def ready(self) -> None:
        from outbound import checks  # noqa: F401 (registers itself)
