from django.urls import URLPattern, URLResolver, include, path, re_path

from regard.api import hooks
from regard.api.v1 import api, no_such_endpoint

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("hooks/<str:source>", hooks.receive, name="hook"),
    re_path("^api/", no_such_endpoint),
    path("", include("regard.web.urls")),
]
handler400 = "regard.web.errors.bad_request"
handler403 = "regard.web.errors.refused"
handler404 = "regard.web.errors.not_found"
handler500 = "regard.web.errors.broken"
