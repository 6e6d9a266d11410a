from django.apps import AppConfig


class KnowConfig(AppConfig):
    name = "regard.know"
    label = "know"
