from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "regard.listen.surveys"
    label = "surveys"
