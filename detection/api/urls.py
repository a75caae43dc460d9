from django.urls import URLPattern, path

from detection.api import alert_urls, rule_views, sighting_views, sources, views

urlpatterns: list[URLPattern] = [
    path("sources/", sources.SourceList.as_view(), name="sources-api"),
    path("sources/<slug:slug>/", sources.SourceDetail.as_view(), name="source-api"),
    path("sources/<slug:slug>/look/", sources.SourceLook.as_view(), name="look-at-source-api"),
    path("metrics/<slug:slug>/collection/", sources.CollectionDetail.as_view(), name="collection-api"),
    path("metrics/<slug:slug>/pause/", sources.CollectionSwitch.as_view(), {"verb": "pause"}, name="pause-metric-api"),
    path(
        "metrics/<slug:slug>/resume/", sources.CollectionSwitch.as_view(), {"verb": "resume"}, name="resume-metric-api"
    ),
    path("metrics/", views.MetricList.as_view(), name="metrics-api"),
    path("metrics/<slug:slug>/", views.MetricDetail.as_view(), name="metric-api"),
    path("metrics/<slug:slug>/frames/", views.Frames.as_view(), name="frames-api"),
    path("rules/", views.RuleList.as_view(), name="rules-api"),
    path("rules/<int:pk>/", views.RuleDetail.as_view(), name="rule-api"),
    path("rules/<int:pk>/enable/", views.RuleSwitch.as_view(), {"verb": "enable"}, name="enable-rule-api"),
    path("rules/<int:pk>/disable/", views.RuleSwitch.as_view(), {"verb": "disable"}, name="disable-rule-api"),
    path("rules/<int:pk>/go-live/", rule_views.RuleMode.as_view(), {"verb": "go_live"}, name="go-live-api"),
    path(
        "rules/<int:pk>/return-to-shadow/",
        rule_views.RuleMode.as_view(),
        {"verb": "return_to_shadow"},
        name="return-to-shadow-api",
    ),
    path("rules/<int:pk>/versions/", rule_views.RuleVersions.as_view(), name="rule-versions-api"),
    path(
        "rules/<int:pk>/versions/<int:number>/restore/",
        rule_views.RestoreRuleVersion.as_view(),
        name="restore-rule-version-api",
    ),
    path("rules/<int:pk>/back-test/", rule_views.RuleBackTest.as_view(), name="back-test-api"),
    path("rules/<int:pk>/explain/", rule_views.ExplainMinute.as_view(), name="explain-api"),
    path("incidents/<int:pk>/sightings/", sighting_views.Sightings.as_view(), name="sightings-api"),
    path("alerts/", views.AlertList.as_view(), name="alerts-api"),
    *alert_urls.urlpatterns,
]
