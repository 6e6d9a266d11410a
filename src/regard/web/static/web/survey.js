// Only adds to what works without it: the next row of a matrix comes by itself, and a double tap sends once.
"use strict";

const narrow = matchMedia("(max-width: 40rem)");

function goOn(row) {
  const scales = Array.from(row.querySelectorAll("fieldset"));
  if (!narrow.matches || scales.some((scale) => !scale.querySelector("input:checked"))) return;
  const next = row.nextElementSibling || document.querySelector(".ask-foot");
  next.scrollIntoView({ block: next.matches(".ask-row") ? "start" : "end" });
}

document.querySelectorAll(".ask-row").forEach((row) => row.addEventListener("change", () => goOn(row)));
document.querySelectorAll(".ask-form").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
