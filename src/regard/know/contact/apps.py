from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "regard.know.contact"
    label = "contact"

    def ready(self) -> None:
        from regard.know.contact import returned
        from regard.mail import signals

        signals.letter_bounced.connect(returned.note_bounce)
        signals.letter_failed.connect(returned.note_failure)
