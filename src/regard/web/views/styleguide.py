"""The living page of the design system, the chart script, and where a browser is told what is amiss."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regard.project.chart_script import bundle_chart_script
from regard.web.charts import chart_of_series
from regard.web.may import anyone, signed_in

SAMPLE = [("2026-05", 0.31, 0.24, 0.38), ("2026-06", 0.345, 0.28, 0.41), ("2026-07", 0.33, 0.27, 0.39),
          ("2026-08", 0.38, 0.32, 0.44), ("2026-09", 0.42, 0.365, 0.475), ("2026-10", 0.41, 0.36, 0.46)]  # fmt: skip
SWATCHES = ("ground", "raised", "accent", "band", "good", "warning")


@signed_in
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    rows = [{"group": month, "value": v, "low": lo, "high": hi, "n": 240} for month, v, lo, hi in SAMPLE]
    answer = {
        "swatches": SWATCHES,
        "points": [(v, lo, hi) for _, v, lo, hi in SAMPLE],
        "chart": chart_of_series("sample", "Would recommend", rows, unit="points"),
    }
    return render(request, "web/styleguide.html", answer)


@anyone
@require_safe
def chart_script(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """The script that draws charts; its name carries its version, so a browser keeps it for good."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Encoding": "gzip"}
    return FileResponse(bundle_chart_script().open("rb"), content_type="text/javascript", headers=headers)
