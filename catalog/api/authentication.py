"""Signs API callers in by ``Authorization: Bearer mst_...``."""

from django.db.models import Q
from django.db.models.functions import Now
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from catalog.models import ApiToken, Person
from catalog.services import digest_of


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer":
            return None
        alive = Q(expires_at=None) | Q(expires_at__gt=Now())
        token = ApiToken.objects.select_related("person").filter(alive, digest=digest_of(words[1])).first()
        if token is None or not token.person.is_active:
            raise AuthenticationFailed("The token is unknown, expired or withdrawn.")
        if token.person.must_change_password:
            raise AuthenticationFailed("Sign in and change the one-time password first.")
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=Now())
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
