// Draws every chart of the page from its data block. Expressions are interpreted, never evaluated, so the
// Content-Security-Policy needs no exception; colours come from the page's own custom properties.
"use strict";

// light-dark() is resolved by asking the browser for the colour of an element that wears it
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function look() {
  const ink = colour("--ink-soft"), line = colour("--line"), accent = colour("--accent"), band = colour("--band");
  const font = getComputedStyle(document.body).fontFamily;
  return {
    background: "transparent", font, view: { stroke: null },
    axis: { labelColor: ink, titleColor: ink, domain: false, ticks: false, gridColor: line, labelFontSize: 12, titleFontSize: 12,
      titleFontWeight: "normal", labelPadding: 8, labelLimit: 220 },
    axisX: { grid: false },
    legend: { labelColor: colour("--ink"), labelFontSize: 12, symbolStrokeColor: accent, symbolStrokeWidth: 2 },
    line: { color: accent, strokeWidth: 2 }, point: { color: accent, filled: true, size: 36 },
    area: { color: band, opacity: 0.8 }, bar: { color: accent, cornerRadiusEnd: 2 }, rule: { color: accent, strokeWidth: 2 },
    text: { color: colour("--ink"), font, fontSize: 12 },
  };
}

async function draw(place) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  const drawn = await window.vegaEmbed(place, { ...spec, width: "container", autosize: { type: "fit-x", contains: "padding" } }, {
    ast: true, actions: false, defaultStyle: false, renderer: "canvas", config: look(), tooltip: { disableDefaultStyle: true },
  });
  place.drawn = drawn;
  const canvas = place.querySelector("canvas");
  if (canvas) canvas.setAttribute("aria-hidden", "true");
}

const drawAll = () => document.querySelectorAll("[data-spec]").forEach((place) => {
  if (place.drawn) place.drawn.finalize();
  draw(place).catch((error) => { place.textContent = `This chart cannot be drawn (${error.message}). Its table is below.`; });
});
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
