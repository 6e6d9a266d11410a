from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "regard.listen.tracking"
    label = "tracking"

    def ready(self) -> None:
        from regard.ledger import formats
        from regard.listen.tracking import decoding

        formats.register(decoding.FORMAT, decoding.read_calls)
