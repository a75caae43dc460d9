from django.urls import URLPattern, path

from reports.meeting import converters as converters  # makes <day:...> known
from reports.meeting.views import figures, files, handovers, items, listing, meeting

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("", listing.list_meetings, name="list"),
    path("plan/", listing.plan, name="plan"),
    path("settings/", listing.settings_page, name="settings"),
    path("hand-over/", handovers.list_notes, name="hand-overs"),
    path("hand-over/draft/", handovers.draft, name="draft-hand-over"),
    path("hand-over/<int:pk>/", handovers.show_note, name="hand-over"),
    path("hand-over/<int:pk>/<slug:verb>/", handovers.run_verb, name="hand-over-command"),
    path("<day:day>/", meeting.show_meeting, name="meeting"),
    path("<day:day>/minutes.<str:kind>", files.download, name="minutes"),
    path("<day:day>/diff/<day:other>/", files.compare, name="diff"),
    path("<day:day>/figures/<slug:name>/", figures.show_figure, name="figure"),
    path("<day:day>/items/<int:pk>/", items.show_item, name="item"),
    path("<day:day>/items/<int:pk>/<slug:verb>/", items.run_verb, name="item-command"),
    path("<day:day>/<slug:verb>/", meeting.run_verb, name="command"),
]
