from django.urls import URLPattern, path

from reports.boards import executive_views, oncall_views, views, wall_views

app_name = "boards"
urlpatterns: list[URLPattern] = [
    path("boards/", views.own_board, name="own"),
    path("boards/choose/", views.choose, name="choose"),
    path("boards/<slug:board>/", views.show_board, name="board"),
    path("reports/executive/", executive_views.show, name="executive"),
    path("reports/oncall/", oncall_views.show, name="oncall-load"),
    path("wall/", wall_views.show_wall, name="wall"),
    path("wall/links/", wall_views.links_page, name="wall-links"),
    path("wall/links/<int:pk>/revoke/", wall_views.revoke, name="revoke-wall-link"),
    path("wall/<str:secret>/", wall_views.show_linked_wall, name="linked-wall"),
]
