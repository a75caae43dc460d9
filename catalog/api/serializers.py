from typing import Any, ClassVar

from rest_framework import serializers

from catalog import permissions
from catalog.models import BusinessLine, Person, Service, Team


class PersonSerializer(serializers.ModelSerializer[Person]):
    """``phone`` is masked for other teams; ``has_verified_phone`` says whether it may be called."""

    phone = serializers.SerializerMethodField()
    has_verified_phone = serializers.BooleanField()
    teams: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)

    class Meta:
        model = Person
        fields: ClassVar = [
            "id",
            "username",
            "name",
            "roles",
            "email",
            "phone",
            "has_verified_phone",
            "language",
            "time_zone",
            "teams",
            "is_active",
        ]

    def get_phone(self, person: Person) -> str:
        viewer = self.context["request"].user
        return person.phone if permissions.sees_phone(viewer, person) else person.masked_phone


class TeamSerializer(serializers.ModelSerializer[Team]):
    leader: Any = serializers.SlugRelatedField("username", read_only=True)
    members: Any = serializers.SlugRelatedField("username", many=True, read_only=True)

    class Meta:
        model = Team
        fields: ClassVar = ["slug", "name", "leader", "members"]


class BusinessLineSerializer(serializers.ModelSerializer[BusinessLine]):
    parent: Any = serializers.SlugRelatedField("slug", read_only=True)

    class Meta:
        model = BusinessLine
        fields: ClassVar = ["slug", "name", "parent", "depth"]


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """``daily_users`` and ``daily_page_views`` are those of today; null where nobody has stated them."""

    business_line: Any = serializers.SlugRelatedField("slug", read_only=True)
    owner: Any = serializers.SlugRelatedField("username", read_only=True)
    rd_leader: Any = serializers.SlugRelatedField("username", read_only=True)
    operations_team: Any = serializers.SlugRelatedField("slug", read_only=True)
    development_team: Any = serializers.SlugRelatedField("slug", read_only=True)
    daily_users = serializers.IntegerField(source="users", allow_null=True)
    daily_page_views = serializers.IntegerField(source="page_views", allow_null=True)
    open_incidents = serializers.IntegerField()

    class Meta:
        model = Service
        fields: ClassVar = [
            "slug",
            "name",
            "business_line",
            "owner",
            "rd_leader",
            "operations_team",
            "development_team",
            "daily_users",
            "daily_page_views",
            "open_incidents",
            "is_active",
        ]
