"""`POST /hooks/<source>`: what programs send us, signed as Standard Webhooks says."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regard.api.refusals import TooLargeError, refusal
from regard.errors import RegardError
from regard.listen.sources.actions import receive_message

LARGEST = 1024 * 1024
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@csrf_exempt  # no page of ours sends it; the signature is what allows it
@require_POST
def receive(request: HttpRequest, source: str) -> JsonResponse:
    """Acknowledged means durable; what could not be used is listed with its reason."""
    try:
        headers = {name: request.headers.get(name, "") for name in HEADERS}
        received = receive_message(source, headers, _body(request), now=timezone.now())
    except RegardError as error:
        return refusal(error)
    return JsonResponse({"taken": received.taken, "refused": received.refused})


def _body(request: HttpRequest) -> bytes:
    too_large = TooLargeError(f"A message may have {LARGEST // 1024:,} KB.")
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise too_large
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise too_large
    return body
