from django.apps import AppConfig


class SilenceConfig(AppConfig):
    name = "regard.ledger.silence"
    label = "silence"
