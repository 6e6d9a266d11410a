from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "regard.ledger"
    label = "ledger"
