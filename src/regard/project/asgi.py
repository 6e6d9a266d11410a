import os
from collections.abc import Callable
from typing import Any

from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
pages = get_asgi_application()
# named as settings name what they use: this module stands below the faces
application: Callable[..., Any] = import_string("regard.api.tracking_async.track_first")(pages)
