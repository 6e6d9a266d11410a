from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "regard.access"
    label = "access"
