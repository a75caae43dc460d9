"""Pages about schedules, overrides, swaps, coverage and calendars; under /oncall/."""

from django.urls import path

from notifications.views import feeds, oncall, overrides, schedules

urlpatterns = [
    path("coverage/", oncall.coverage, name="coverage"),
    path("swaps/", overrides.swaps, name="swaps"),
    path("swaps/<int:pk>/<slug:verb>/", overrides.act_on_swap, name="act-on-swap"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<int:pk>/<slug:verb>/", feeds.act_on_feed, name="act-on-feed"),
    path("calendar/<str:secret>.ics", feeds.calendar, name="calendar"),
    path("layers/<int:pk>/", schedules.edit_layer, name="layer"),
    path("layers/<int:pk>/<slug:verb>/", schedules.act_on_layer, name="act-on-layer"),
    path("overrides/<int:pk>/withdraw/", overrides.withdraw, name="withdraw-override"),
    path("schedules/<slug:team>/", schedules.edit_schedule, name="schedule"),
    path("schedules/<slug:team>/history/", schedules.history, name="schedule-history"),
    path("schedules/<slug:team>/layers/new/", schedules.new_layer, name="new-layer"),
    path("schedules/<slug:team>/override/", overrides.override, name="override"),
    path("schedules/<slug:team>/swap/", overrides.offer, name="offer-swap"),
    path("schedules/<slug:team>/take-over/", overrides.take_over, name="take-over"),
]
