"""Stop getting something, without signing in: the page behind the link, and the one click of mail programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regard.errors import NotFoundError
from regard.know.contact.unsubscribing import contact_of_token, withdraw
from regard.listen.surveys.languages import direction
from regard.web.may import anyone
from regard.web.survey_phrases import phrases, sorry_page, spoken


class StopLinkError(NotFoundError):
    """The link by which somebody would stop letters is none, or too old."""

    code = "stop_link_ended"


@csrf_exempt  # mail programs post without a page (RFC 8058); the signed token is what allows it
@anyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be stopped and changes nothing, for mail scanners follow links; POST stops it."""
    language = spoken(request)
    try:
        contact = contact_of_token(token)
    except NotFoundError as error:
        return sorry_page(request, StopLinkError(error.message), language)
    done = request.method == "POST"
    everything = done and request.POST.get("what") == "everything"
    if done:
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        how = "one click in the mail program" if one_click else "link in a letter"
        withdraw(token, everything=everything, how=how, at=timezone.now())
    say = phrases(language)
    what = f"{say[f'stop_{contact.purpose}']} {say[f'stop_by_{contact.channel}']}"
    answer = {
        "done": done, "everything": everything, "what": what, "say": say, "language": language,
        "direction": direction(language), "title": say["stop_done"] if done else say["stop_title"],
    }  # fmt: skip
    return render(request, "web/unsubscribe.html", answer)
