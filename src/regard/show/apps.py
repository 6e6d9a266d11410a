from django.apps import AppConfig


class ShowConfig(AppConfig):
    name = "regard.show"
    label = "show"

    def ready(self) -> None:
        from regard.show import listening  # noqa: F401 - hears when figures have been computed
