import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
pages = get_wsgi_application()

from regard.api.tracking import track_first  # noqa: E402  # needs the apps that the line above loads

application = track_first(pages)
