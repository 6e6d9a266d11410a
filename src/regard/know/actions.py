"""The verbs of `know`: who is who, decided, changed and undone."""

from regard.know.people import refresh_people
from regard.know.registering import Registered, register_identities

__all__ = ["Registered", "refresh_people", "register_identities"]
