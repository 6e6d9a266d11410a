from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "regard.listen.sources"
    label = "sources"
