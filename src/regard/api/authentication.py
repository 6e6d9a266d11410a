"""Who asks: an API key in `Authorization: Bearer`, which holds some permissions."""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from regard.access.actions import check_api_key
from regard.access.models import ApiKey
from regard.access.permissions import Permission
from regard.access.rates import count_request, network_of
from regard.errors import AccessError


class KeyWith(HttpBearer):
    """A valid key that holds `permission`. No or a wrong key is 401, a key without the permission 403."""

    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = _counted_key(request, token)
        if key is not None and self.permission not in key.scopes:
            raise AccessError(f"This key may not do `{self.permission}`.", hint="Make a key with that scope.")
        return key


def _counted_key(request: HttpRequest, token: str) -> ApiKey | None:
    """The key, if whoever asks did not do so too often: each address is counted, and each key."""
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    count_request("address", address, limit=settings.REGARD_API_ADDRESS_LIMIT)
    key = check_api_key(token.strip())
    if key is not None:
        count_request("key", key.prefix, limit=settings.REGARD_API_KEY_LIMIT)
    return key


def actor_of(request: HttpRequest) -> str:
    """How records name the key that asks."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    return f"api:{key.prefix}"


def may_read_description(request: HttpRequest) -> bool:
    """Whether who asks is signed in or holds a valid key, whatever its scopes."""
    if request.user.is_authenticated:
        return True
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and _counted_key(request, token) is not None
