from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "regard.ledger"
    label = "ledger"

    def ready(self) -> None:
        from regard.ledger import formats, inbox

        formats.register("", inbox.read_events)
