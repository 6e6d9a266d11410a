from typing import Any

from django.core.management.base import BaseCommand

from regard.web.chart_library import library_path


class Command(BaseCommand):
    help = "Make the script that draws charts, in the home folder. Done already: does nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Charts are drawn by {library_path()}")
