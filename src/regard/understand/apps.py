from django.apps import AppConfig


class UnderstandConfig(AppConfig):
    name = "regard.understand"
    label = "understand"
