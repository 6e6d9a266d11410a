from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "regard.outside"
    label = "outside"
