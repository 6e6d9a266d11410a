/* Regard for web pages: surveys and tracking. No dependency, no cookie; nothing is stored before consent.
 * regard("init", { writeKey, endpoint })     regard("consent", true | false)
 * regard("track", name, properties)          regard("page", name, properties)
 * regard("identify", userId, traits)         regard("group", groupId, traits)      regard("reset")
 * regard("survey", slug, { after, scroll, exit, everyDays, share, language })      regard("close") */
(() => {
  "use strict";

  const script = document.currentScript;
  const given = script ? script.dataset : {};
  const asked = window.regard && window.regard.q ? window.regard.q : [];
  const STORE = "regard", DAY = 864e5;
  const LARGEST_EVENT = 32e3, LARGEST_BATCH = 5e4, MOST_WAITING = 1000, SOON = 1000, LATEST = 6e4;

  let endpoint = script && script.src ? new URL(script.src).origin : location.origin;
  let writeKey = given.writeKey || "";
  let consented = false;
  let userId;
  let anonymousId = fresh();

  function fresh() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0"));
    return bytes.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /* what is kept between pages, once the visitor agreed */

  function recall() {
    if (!consented) return {};
    try {
      return JSON.parse(localStorage.getItem(STORE)) || {};
    } catch (error) {
      return {}; // the browser keeps nothing, or somebody else wrote there
    }
  }

  function remember(changes) {
    if (!consented) return;
    try {
      localStorage.setItem(STORE, JSON.stringify(Object.assign(recall(), changes)));
    } catch (error) {
      consented = false; // the browser refuses: go on as if nobody had agreed
    }
  }

  function consent(agreed) {
    if (agreed) {
      consented = true;
      const known = recall();
      anonymousId = known.anonymousId || anonymousId;
      userId = userId || known.userId;
      remember({ anonymousId, userId });
      return;
    }
    if (consented) localStorage.removeItem(STORE);
    consented = false;
    anonymousId = fresh();
  }

  /* tracking: batches, tried again from memory; the messageId makes a repetition harmless */

  const queue = [];
  let timer = 0, busy = false, pause = SOON;

  function note(type, fields) {
    if (!writeKey) return console.warn("regard: no write key");
    const page = { path: location.pathname, referrer: document.referrer, search: location.search,
      title: document.title, url: location.href.split("#")[0] };
    const event = Object.assign({ type, messageId: fresh(), anonymousId, userId, timestamp: new Date().toISOString(),
      context: { page, locale: navigator.language, library: { name: "regard.js", version: "1" } } }, fields);
    if (type === "page") event.properties = Object.assign(page, event.properties);
    if (size(event) > LARGEST_EVENT) return console.warn("regard: an event is too large");
    queue.push(event);
    queue.splice(0, queue.length - MOST_WAITING);
    later(queue.length < 20 ? pause : 0);
  }

  const size = (data) => new Blob([JSON.stringify(data)]).size;
  const pack = (batch) => JSON.stringify({ batch, writeKey, sentAt: new Date().toISOString() });

  function later(wait) {
    if (!timer) timer = setTimeout(send, wait);
  }

  function oneBatch() {
    let room = LARGEST_BATCH;
    const end = queue.findIndex((event) => (room -= size(event)) < 0);
    return queue.slice(0, end < 0 ? queue.length : Math.max(end, 1));
  }

  function drop(batch) {
    batch.forEach((event) => {
      const place = queue.indexOf(event);
      if (place >= 0) queue.splice(place, 1);
    });
  }

  function send() {
    timer = 0;
    if (busy || !queue.length) return;
    busy = true;
    const batch = oneBatch();
    fetch(endpoint + "/v1/batch", { method: "POST", body: pack(batch), credentials: "omit", keepalive: true })
      .then((answer) => {
        if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
        if (!answer.ok) console.warn("regard: events were refused", answer.status);
        drop(batch);
        pause = SOON;
      })
      .catch(() => { pause = Math.min(pause * 2, LATEST); })
      .then(() => {
        busy = false;
        if (queue.length) later(pause);
      });
  }

  function leave() {
    while (writeKey && queue.length) {
      const batch = oneBatch();
      if (!navigator.sendBeacon(endpoint + "/v1/batch", pack(batch))) return; // it goes on from memory, if the page lives
      drop(batch);
    }
  }

  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());

  /* surveys: when one is shown */

  function survey(slug, rule) {
    if (!rule) return show(slug, "", true);
    const due = () => mayShow(slug, rule) && show(slug, rule.language, false);
    const undo = [];
    const once = () => {
      undo.splice(0).forEach((each) => each());
      due();
    };
    const hear = (target, name, test) => {
      const heard = (event) => test(event) && once();
      target.addEventListener(name, heard, { passive: true });
      undo.push(() => target.removeEventListener(name, heard));
    };
    if (rule.after) {
      const clock = setTimeout(once, rule.after * 1000);
      undo.push(() => clearTimeout(clock));
    }
    if (rule.scroll) hear(window, "scroll", () => scrolled() >= rule.scroll);
    if (rule.exit) hear(document, "mouseout", (event) => !event.relatedTarget && event.clientY <= 0);
    if (!undo.length) once();
  }

  function scrolled() {
    const page = document.documentElement;
    return (100 * (scrollY + innerHeight)) / Math.max(page.scrollHeight, 1);
  }

  // "at most once in so many days" can only be kept with a memory: without consent it is not shown
  function mayShow(slug, rule) {
    if (rule.everyDays && !consented) return false;
    const known = recall().surveys || {};
    const days = rule.everyDays || 0;
    if (days && Date.now() - (known[slug] || 0) < days * DAY) return false;
    const shown = rule.share === undefined || Math.random() < rule.share;
    // who was not drawn is not drawn again on the next page, but when the days are over
    if (days) remember({ surveys: Object.assign({}, known, { [slug]: Date.now() }) });
    return shown;
  }

  /* surveys: how one is shown. The server says which question comes next. */

  let open = null;

  function ask(slug, body, language) {
    const address = endpoint + "/widget/" + encodeURIComponent(slug);
    const wish = "?lang=" + encodeURIComponent(language || document.documentElement.lang || "");
    const request = body ? { method: "POST", body: JSON.stringify(body) } : {};
    return fetch(body ? address : address + wish, Object.assign({ credentials: "omit" }, request)).then((answer) =>
      answer.json().then((said) => Object.assign(said, { ok: answer.ok }))
    );
  }

  function show(slug, language, called) {
    if (open) return;
    open = { slug, key: "", back: called ? document.activeElement : null };
    ask(slug, null, language)
      .then((said) => {
        if (!open || open.slug !== slug) return;
        if (!said.ok) throw new Error(said.message);
        unfold();
        draw(said, called);
      })
      .catch((error) => {
        open = null;
        console.warn("regard: the survey cannot be shown:", error.message);
      });
  }

  function close() {
    if (open && open.host) open.host.remove();
    if (open && open.back && open.back.focus) open.back.focus();
    open = null;
  }

  function unfold() {
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // made by script, so that a strict style-src lets it through
    sheet.replaceSync(LOOK);
    root.adoptedStyleSheets = [sheet];
    Object.assign(open, { host, place: el("div"), status: el("p", { role: "status", class: "hidden" }) });
    root.append(open.status, open.place);
    root.addEventListener("keydown", (event) => event.key === "Escape" && close());
    document.body.append(host);
  }

  function el(name, attributes, children) {
    const made = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => {
      if (key === "on") made.addEventListener(name === "form" ? "submit" : "click", value);
      else if (value !== false && value !== undefined && value !== "") made.setAttribute(key, value === true ? "" : value);
    });
    made.append(...[].concat(children || []).filter((child) => child || child === 0));
    return made;
  }

  function draw(said, focused) {
    const { say, screen } = said;
    const box = el("section", { role: "dialog", "aria-labelledby": "asked", lang: said.language, dir: said.direction });
    const heading = el("h2", { id: "asked", tabindex: "-1" }, screen ? screen.text : said.thanks || say.thanks);
    box.append(el("button", { type: "button", class: "close", "aria-label": say.close, on: close }, "×"));
    if (screen) {
      if (screen.place === 1 && said.intro) box.append(el("p", { class: "soft" }, said.intro));
      box.append(heading, form(said, screen));
      if (said.anonymous) box.append(el("p", { class: "soft" }, say.anonymous));
    } else {
      box.append(heading, el("button", { type: "button", class: "main", on: close }, say.close));
    }
    open.place.replaceChildren(box);
    if (focused) heading.focus();
    else open.status.textContent = heading.textContent; // said aloud when there is time, without taking the focus
  }

  function form(said, screen) {
    const { say } = said;
    const problem = el("p", { role: "alert", class: "problem" });
    const answer = (value) => give(said, { q: screen.q, value }, problem);
    const made = el("form", { novalidate: true, on: (event) => {
      event.preventDefault();
      answer(read(screen, made));
    } });
    if (screen.hint) made.append(el("p", { class: "soft" }, screen.hint));
    made.append(problem, fields(screen, say, answer));
    const foot = el("p", { class: "foot" });
    if (["words", "options", "ratings"].includes(screen.kind)) foot.append(el("button", { class: "main" }, say.next));
    if (screen.back) foot.append(plain(say.back, () => give(said, { at: screen.back }, problem)));
    if (!screen.required) foot.append(plain(say.skip, () => give(said, { q: screen.q, value: null }, problem)));
    made.append(foot);
    return made;
  }

  const plain = (words, on) => el("button", { type: "button", class: "plain", on }, words);

  function give(said, what, problem) {
    if (open.busy) return;
    const mine = open, free = lock(mine);
    ask(mine.slug, Object.assign({ key: mine.key, lang: said.language }, what))
      .then((next) => {
        if (!next.ok) throw new Error(next.message);
        mine.key = next.key;
        if (mine === open) draw(next, true);
      })
      .catch((error) => { problem.textContent = error instanceof TypeError ? said.say.sorry : error.message; })
      .then(free);
  }

  // while an answer is on its way nothing else can be pressed; what had the focus gets it back if it is still there
  function lock(mine) {
    const box = mine.place.firstChild, had = mine.host.shadowRoot.activeElement;
    const set = (busy) => {
      mine.busy = busy;
      box.setAttribute("aria-busy", busy);
      box.querySelectorAll("form button, input, textarea").forEach((each) => { each.disabled = busy; });
    };
    set(true);
    return () => {
      set(false);
      if (had && had.isConnected) had.focus();
    };
  }

  function fields(screen, say, answer) {
    const step = (each, value, inside) => el("button", { type: "button", "aria-pressed": each.chosen && "true",
      on: () => answer(value) }, inside || each.label || each.value);
    const group = (name, children) => el("div", { class: name, role: "group", "aria-labelledby": "asked" }, children);
    switch (screen.kind) {
      case "scale":
        return el("div", {}, [
          group("points", screen.steps.map((each, place) =>
            step(each, each.value, [each.value, hidden(place ? (place === screen.steps.length - 1 ? screen.ends[1] : "") : screen.ends[0])]))),
          ends(screen.ends),
        ]);
      case "faces":
        return group("steps", screen.steps.map((each) => step(each, each.value, [face(+each.value), each.label])));
      case "steps":
        return group("steps", screen.steps.map((each) => step(each, each.value)));
      case "buttons":
        return group("steps", screen.steps.map((each) => step(each, { chosen: [each.value] })));
      case "contact":
        return el("div", {}, [el("label", {}, [say.reach, el("input", { name: "reach", maxlength: 200, value: screen.words })]),
          group("steps", screen.steps.map((each) => el("button", { type: "button", on: (event) => {
            const reach = event.target.closest("form").elements.reach.value;
            answer({ yes: each.value === "yes", reach });
          } }, each.label)))]);
      case "words":
        return el("textarea", { name: "words", rows: 4, maxlength: 4000, dir: "auto", "aria-labelledby": "asked" }, screen.words);
      case "options":
        return el("fieldset", { "aria-labelledby": "asked" }, screen.steps.map((each) => el("div", {}, [
          choice(screen.many ? "checkbox" : "radio", "chosen", each.value, each.label, each.chosen),
          each.free && el("label", {}, [say.other, el("input", { name: "other", maxlength: 4000, value: screen.words, dir: "auto" })]),
        ])));
      default:
        return el("div", {}, screen.rows.map((row) => el("div", { role: "group", "aria-label": row.text }, [
          el("h3", {}, row.text), scale(row, "rating", say.rating, screen.ends),
          row.importance.length > 0 && scale(row, "importance", say.importance, [say.unimportant, say.vital]),
        ])));
    }
  }

  const hidden = (words) => words && el("span", { class: "hidden" }, " " + words);
  const ends = (words) => el("p", { class: "ends", "aria-hidden": "true" }, words.map((each) => el("span", {}, each)));
  const choice = (type, name, value, label, checked) =>
    el("label", { class: "choice" }, [el("input", { type, name, value, checked }), el("span", {}, label)]);

  function scale(row, part, words, both) {
    const radios = row[part].map((each) => choice("radio", part + "." + row.key, each.value, each.value, each.chosen));
    return el("fieldset", {}, [el("legend", {}, words), el("div", { class: "points" }, radios), ends(both)]);
  }

  function face(step) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg"), lines = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const y = 18.5 - step, dip = 9 + 2.2 * step; // the corners of the mouth and the middle of it
    lines.setAttribute("d", "M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M8.500 9v1M15.500 9v1M8 " + y + "Q12 " + dip + " 16 " + y);
    svg.append(lines);
    return svg;
  }

  function read(screen, made) {
    const data = new FormData(made);
    if (screen.kind === "words") return data.get("words");
    if (screen.kind === "options") return { chosen: data.getAll("chosen"), other: data.get("other") || "" };
    const rated = {};
    screen.rows.forEach((row) => {
      rated[row.key] = { rating: data.get("rating." + row.key) };
      if (row.importance.length) rated[row.key].importance = data.get("importance." + row.key);
    });
    return rated;
  }

  const LOOK = `
:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:1rem;inset-inline-end:1rem;max-inline-size:calc(100vw - 2rem);inline-size:26rem;color-scheme:light dark;--ink:#1c2421;--soft:#4c5753;--paper:#fff;--line:#b9c2be;--tint:#e4efe9;--main:#0c5a41;--on:#fff}
@media(prefers-color-scheme:dark){:host{--ink:#eef2f0;--soft:#b4beba;--paper:#1b211f;--line:#53605b;--tint:#26352f;--main:#7fd0ae;--on:#10211a}}
section{font:16px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem;box-shadow:0 6px 24px #0003;max-block-size:calc(100vh - 2rem);overflow:auto;box-sizing:border-box;position:relative}
h2{font-size:1.1rem;line-height:1.3;margin:0 0 .8rem;padding-inline-end:2rem}h2:focus{outline:none}h3{font-size:1rem;margin:1rem 0 .3rem}
p{margin:.2rem 0 .6rem}.soft,.ends{color:var(--soft);font-size:.9rem}.soft:first-of-type{padding-inline-end:2rem}.problem:empty{display:none}.problem{font-weight:600}
button,input,textarea{font:inherit;color:inherit;box-sizing:border-box}button{cursor:pointer;min-block-size:44px;border:1px solid var(--line);border-radius:6px;background:var(--tint);padding:.4rem .7rem}
button[aria-pressed],button:hover{border-color:var(--main)}button[aria-pressed]{outline:2px solid var(--main)}:focus-visible{outline:3px solid var(--main);outline-offset:2px}
[aria-busy=true] form button{opacity:.6;cursor:progress}
.main{background:var(--main);color:var(--on);font-weight:600}.plain{background:none;border-color:transparent;text-decoration:underline}
.close{position:absolute;inset-block-start:.4rem;inset-inline-end:.4rem;inline-size:44px;background:none;border:0;font-size:1.4rem;line-height:1}
.points{display:flex;flex-wrap:wrap;gap:4px}.points button,.points label{flex:1 1 0;min-inline-size:30px;padding:.3rem 0;text-align:center}
.steps{display:grid;gap:6px}.steps button{display:flex;gap:.6rem;align-items:center;text-align:start}
.ends{display:flex;justify-content:space-between;gap:1rem}svg{inline-size:26px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;flex:none}
fieldset{border:0;margin:0;padding:0}legend{padding:0;font-size:.9rem;color:var(--soft)}.choice{display:flex;gap:.6rem;align-items:center;min-block-size:44px}.points .choice{flex-direction:column;gap:0;justify-content:center}
input:not([type=radio],[type=checkbox]),textarea{inline-size:100%;min-block-size:44px;border:1px solid var(--line);border-radius:6px;background:var(--paper);padding:.4rem .6rem}
.foot{display:flex;flex-wrap:wrap;gap:.5rem;margin:.8rem 0 0}.hidden{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;

  /* what a page may call */

  const commands = {
    init(options) {
      endpoint = (options.endpoint || endpoint).replace(/\/+$/, "");
      writeKey = options.writeKey || writeKey;
    },
    consent,
    track: (event, properties) => note("track", { event, properties }),
    page: (name, properties) => note("page", { name, properties }),
    identify(id, traits) {
      if (id) userId = String(id);
      remember({ userId });
      note("identify", { traits });
    },
    group: (groupId, traits) => note("group", { groupId, traits }),
    reset() {
      userId = undefined;
      anonymousId = fresh();
      remember({ userId, anonymousId });
    },
    survey,
    close,
  };

  window.regard = (command, ...rest) => {
    if (!Object.prototype.hasOwnProperty.call(commands, command)) return console.warn("regard: no command", command);
    commands[command](...rest);
  };
  asked.forEach((each) => window.regard(...each));

  // a page that may not have scripts of its own says it in attributes of the script element
  if (given.survey) {
    const number = (name) => (given[name] ? +given[name] : undefined);
    const start = () => survey(given.survey, { after: number("after"), scroll: number("scroll"), exit: "exit" in given,
      everyDays: number("everyDays"), share: number("share"), language: given.language });
    if (document.body) start();
    else addEventListener("DOMContentLoaded", start);
  }
})();
