"""Who may do what: one table. Pages and endpoints name a permission; roles and API keys hold some."""

from enum import StrEnum

from regard.access.models import Role


class Permission(StrEnum):
    """What one may be allowed to do. API keys are scoped by the same names."""

    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_MERGE = "customers.merge"
    MEASURES_READ = "measures.read"
    EVENTS_READ = "events.read"
    IMPORTS_READ = "imports.read"
    IMPORTS_WRITE = "imports.write"
    EXPORT = "export"
    SETTINGS_READ = "settings.read"
    USERS_MANAGE = "users.manage"


P = Permission
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(P),
    Role.MANAGER: frozenset(P) - {P.USERS_MANAGE},
    Role.ANALYST: frozenset(
        {
            P.CUSTOMERS_READ,
            P.MEASURES_READ,
            P.EVENTS_READ,
            P.IMPORTS_READ,
            P.IMPORTS_WRITE,
            P.EXPORT,
            P.SETTINGS_READ,
        }
    ),
    Role.AGENT: frozenset({P.CUSTOMERS_READ, P.CUSTOMERS_MERGE, P.EVENTS_READ, P.MEASURES_READ}),
}
