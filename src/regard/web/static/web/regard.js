// Live parts of the pages: keys, prefetch on hover, drag and drop. Everything here only adds to what works without it.
"use strict";

document.documentElement.classList.remove("no-script");

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const rows = () => Array.from(document.querySelectorAll("[data-row]"));
let going = false;

function choose(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.hasAttribute("data-chosen"));
  const next = Math.max(0, Math.min(all.length - 1, now + step));
  all.forEach((row, place) => row.toggleAttribute("data-chosen", place === next));
  const link = all[next].querySelector("a");
  if (link) link.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const help = document.getElementById("keys");
  if (help && help.open) return;
  if (going) {
    going = false;
    const door = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (door) { event.preventDefault(); door.click(); }
    return;
  }
  if (event.key === "g") { going = true; setTimeout(() => { going = false; }, 1500); return; }
  if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    event.preventDefault();
    if (field) { field.focus(); field.select(); } else { location.assign(document.body.dataset.searchPage || "/"); }
    return;
  }
  if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
  if (event.key === "j") return choose(1);
  if (event.key === "k") return choose(-1);
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) { event.preventDefault(); button.click(); }
}

function prefetch(event) {
  const link = event.target instanceof Element && event.target.closest("a[href^='/']");
  if (!link || link.dataset.fetched || link.hasAttribute("download") || link.dataset.noPrefetch !== undefined) return;
  link.dataset.fetched = "yes";
  const hint = document.createElement("link");
  hint.rel = "prefetch";
  hint.href = link.getAttribute("href"); // of a link within a drawing `href` is no text
  setTimeout(() => { if (link.matches(":hover")) document.head.append(hint); else delete link.dataset.fetched; }, 65);
}

function makeDroppable(place) {
  const field = place.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => { event.preventDefault(); place.toggleAttribute("data-over", true); });
  }
  for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.removeAttribute("data-over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.addEventListener("keydown", press);
document.addEventListener("pointerover", prefetch, { passive: true });
document.querySelectorAll("[data-drop]").forEach(makeDroppable);
document.querySelectorAll("[data-opens]").forEach((button) => {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
});
document.querySelectorAll("[data-submits]").forEach((field) => {
  field.addEventListener("change", () => field.form.requestSubmit());
});
// An error that a partial request got is shown where the answer would have been.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) { event.detail.shouldSwap = true; event.detail.isError = false; }
});
