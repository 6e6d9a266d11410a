"""Stop getting something, without signing in: the page behind the link, and the one click of mail programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regard.errors import NotFoundError
from regard.know.contact.terms import CHANNELS, PURPOSES
from regard.know.contact.unsubscribing import contact_of_token, withdraw
from regard.web.may import anyone


@csrf_exempt  # mail programs post without a page (RFC 8058); the signed token is what allows it
@anyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be stopped and changes nothing, for mail scanners follow links; POST stops it."""
    try:
        contact = contact_of_token(token)
    except NotFoundError as error:  # a customer's page: nothing of it leads to a sign-in
        return render(request, "web/unsubscribe.html", {"gone": error}, status=error.http_status)
    done = request.method == "POST"
    everything = done and request.POST.get("what") == "everything"
    if done:
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        how = "one click in the mail program" if one_click else "link in a letter"
        withdraw(token, everything=everything, how=how, at=timezone.now())
    answer = {
        "done": done, "everything": everything, "purpose": PURPOSES[contact.purpose],
        "channel": CHANNELS[contact.channel],
    }  # fmt: skip
    return render(request, "web/unsubscribe.html", answer)
