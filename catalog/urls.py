from django.urls import URLPattern, path

from catalog import views

app_name = "catalog"
urlpatterns: list[URLPattern] = [
    path("", views.services_page, name="services"),
    path("services/new/", views.add_service_page, name="new-service"),
    path("services/<slug:slug>/", views.service_page, name="service"),
    path("services/<slug:slug>/edit/", views.change_service_page, name="change-service"),
    path("services/<slug:slug>/audience/", views.audience_page, name="audience"),
    path("people/", views.people_page, name="people"),
    path("people/new/", views.add_person_page, name="new-person"),
    path("people/<int:pk>/", views.person_page, name="person"),
    path("people/<int:pk>/edit/", views.change_person_page, name="change-person"),
    path("teams/", views.teams_page, name="teams"),
    path("teams/new/", views.add_team_page, name="new-team"),
    path("teams/<slug:slug>/", views.team_page, name="team"),
    path("teams/<slug:slug>/edit/", views.change_team_page, name="change-team"),
    path("me/", views.profile_page, name="me"),
    path("me/password/", views.password_page, name="password"),
    path("me/tokens/", views.tokens_page, name="tokens"),
    path("me/tokens/<int:pk>/withdraw/", views.withdraw_token_page, name="withdraw-token"),
]
