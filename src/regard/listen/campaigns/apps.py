from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "regard.listen.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from regard.listen.campaigns import following

        following.listen()
