from django.urls import URLPattern, path

from notifications.api import chats, policy_urls

urlpatterns: list[URLPattern] = [
    *policy_urls.urlpatterns,
    path("chats/", chats.ChatList.as_view(), name="chats-api"),
    path("chats/<int:pk>/", chats.ChatDetail.as_view(), name="chat-api"),
    path("chats/<int:pk>/test/", chats.ChatTest.as_view(), name="test-chat-api"),
]
