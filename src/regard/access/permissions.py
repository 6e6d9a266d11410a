"""Who may do what: one table. Pages and endpoints name a permission; roles and API keys hold some."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from regard.access.models import ApiKey, Role, User


class Permission(StrEnum):
    """What one may be allowed to do. API keys are scoped by the same names."""

    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_MERGE = "customers.merge"
    MEASURES_READ = "measures.read"
    EVENTS_READ = "events.read"
    FIXES_WRITE = "fixes.write"
    INDEX_ASSESS = "index.assess"
    IMPORTS_READ = "imports.read"
    IMPORTS_WRITE = "imports.write"
    SURVEYS_READ = "surveys.read"
    SURVEYS_WRITE = "surveys.write"
    EXPORT = "export"
    MENTIONS_READ = "mentions.read"
    MENTIONS_ANSWER = "mentions.answer"
    SOURCES_MANAGE = "sources.manage"
    CONTACT_RECORD = "contact.record"
    CONTACT_RULES = "contact.rules"
    MAIL_MANAGE = "mail.manage"
    SETTINGS_READ = "settings.read"
    KEYS_MANAGE = "keys.manage"
    USERS_MANAGE = "users.manage"


P = Permission
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(P),
    Role.MANAGER: frozenset(P) - {P.USERS_MANAGE, P.KEYS_MANAGE},
    Role.ANALYST: frozenset(
        {
            P.CUSTOMERS_READ,
            P.MEASURES_READ,
            P.EVENTS_READ,
            P.IMPORTS_READ,
            P.IMPORTS_WRITE,
            P.SURVEYS_READ,
            P.MENTIONS_READ,
            P.EXPORT,
            P.SETTINGS_READ,
        }
    ),
    Role.AGENT: frozenset(
        {
            P.CUSTOMERS_READ,
            P.CUSTOMERS_MERGE,
            P.EVENTS_READ,
            P.MEASURES_READ,
            P.SURVEYS_READ,
            P.MENTIONS_READ,
            P.MENTIONS_ANSWER,
            P.CONTACT_RECORD,
        }
    ),
}

PERMISSION_WORDS: dict[Permission, str] = {
    P.CUSTOMERS_READ: "see customers",
    P.CUSTOMERS_MERGE: "decide which records are one customer",
    P.MEASURES_READ: "see measures",
    P.EVENTS_READ: "see what happened",
    P.FIXES_WRITE: "write down what is changed",
    P.INDEX_ASSESS: "answer the self-assessment",
    P.IMPORTS_READ: "see imports",
    P.IMPORTS_WRITE: "import files",
    P.SURVEYS_READ: "see surveys and their answers",
    P.SURVEYS_WRITE: "make and change surveys",
    P.EXPORT: "download tables",
    P.MENTIONS_READ: "see what is said in public",
    P.MENTIONS_ANSWER: "answer what is said in public",
    P.SOURCES_MANAGE: "manage sources and webhooks",
    P.CONTACT_RECORD: "record what customers agree to",
    P.CONTACT_RULES: "change how often customers are contacted",
    P.MAIL_MANAGE: "see and send letters again",
    P.SETTINGS_READ: "see the settings",
    P.KEYS_MANAGE: "make and revoke API keys",
    P.USERS_MANAGE: "manage users",
}


def permissions_of(user: User | AnonymousUser) -> frozenset[Permission]:
    """What a person may do; nothing when not signed in or deactivated."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return ROLE_PERMISSIONS.get(user.role, frozenset())


def permissions_of_key(key: ApiKey) -> frozenset[Permission]:
    """What a key may do: its scopes, as far as whoever made it may still do the same."""
    return permissions_of(key.created_by) & {Permission(scope) for scope in key.scopes if scope in set(P)}
