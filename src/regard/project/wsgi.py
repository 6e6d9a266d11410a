import os
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
pages = get_wsgi_application()
# named as settings name what they use: this module stands below the faces
application: Callable[..., Any] = import_string("regard.api.tracking.track_first")(pages)
