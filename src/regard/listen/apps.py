from django.apps import AppConfig


class ListenConfig(AppConfig):
    name = "regard.listen"
    label = "listen"
