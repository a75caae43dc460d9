"""Where other tools post: outside the pages, without a session."""

from django.urls import URLPattern, path

from detection.views import hooks

urlpatterns: list[URLPattern] = [
    path("hooks/alerts/", hooks.take_alerts, name="take_alerts"),
    path("hooks/alerts/<path:key>", hooks.take_alerts, name="take_alerts_with_key"),
    path("hooks/heartbeats/<path:key>", hooks.take_beat, name="take_beat"),
    path("v2/enqueue", hooks.take_event, name="take_event"),
]
