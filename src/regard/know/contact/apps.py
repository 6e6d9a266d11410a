from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "regard.know.contact"
    label = "contact"
