// Keys, dialogs and the grid.
"use strict";
(() => {
  const at = (selector) => document.querySelector(selector);

  // who reviews
  const who = document.getElementById("who");
  let then = null;
  window.reviewer = {
    get name() { return document.body.dataset.reviewer; },
    // calls `use(name)`, after the name was given where it is not known
    ask(use) {
      if (this.name) use(this.name);
      else { then = use; who.showModal(); }
    },
  };
  who.addEventListener("submit", async (event) => {
    if (event.submitter && event.submitter.value !== "ok") { then = null; return; }
    event.preventDefault();
    const response = await fetch("/reviewer", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: document.getElementById("name").value }),
    }).catch(() => null);
    const said = response ? await response.json().catch(() => ({})) : {};
    if (!response || !response.ok) {
      document.getElementById("who-error").textContent = said.reason || "The server does not answer.";
      return;
    }
    who.close();
    const changed = document.body.dataset.reviewer && document.body.dataset.reviewer !== said.name;
    document.body.dataset.reviewer = said.name;
    document.getElementById("me").textContent = said.name;
    if (changed) location.reload();
    else if (then) then(said.name);
    then = null;
  });
  at("#me").addEventListener("click", () => who.showModal());
  for (const button of document.querySelectorAll("[data-opens]"))
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());

  // keys: `keys.on("j", does)`; they rest while a text is written, a dialog is open, or another key is held
  const does = new Map();
  window.keys = { on: (key, action) => does.set(key, action) };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select");
    if (field && event.key === "Escape") { // which would empty a field of the type "search"
      event.preventDefault();
      field.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (field && !["checkbox", "button"].includes(field.type)) return;
    const action = does.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (action && action(event) !== false) event.preventDefault();
  });
  keys.on("?", () => document.getElementById("help").showModal());

  // the grid
  const form = document.getElementById("choice");
  if (!form) return;
  const cards = () => [...document.querySelectorAll(".card")];
  const columns = () => {
    const every = cards();
    const next = every.findIndex((card) => card.offsetTop > every[0].offsetTop);
    return next < 0 ? every.length : next;
  };
  function move(by) {
    const every = cards();
    if (!every.length) return;
    const now = every.indexOf(document.activeElement);
    const next = now < 0 ? 0 : Math.min(Math.max(now + by, 0), every.length - 1);
    every[next].focus();
    every[next].scrollIntoView({ block: "nearest" });
  }
  keys.on("j", () => move(1));
  keys.on("k", () => move(-1));
  keys.on("ArrowRight", () => move(1));
  keys.on("ArrowLeft", () => move(-1));
  keys.on("ArrowDown", () => move(columns()));
  keys.on("ArrowUp", () => move(-columns()));
  keys.on("/", () => { at("#text").focus(); at("#text").select(); });
  // choices with one key: they are looked up when it is pressed, since the list of cases brings new ones
  for (const { dataset } of document.querySelectorAll(".quick [data-press]"))
    keys.on(dataset.press, () => at(`.quick [data-press="${dataset.press}"]`).click());
  // each letter has asked already; to ask again when the field is left would take the focus from a card
  at("#text").addEventListener("change", (event) => event.stopPropagation());

  // on a small screen the form would push the cases away
  const choices = document.getElementById("choices");
  choices.open = matchMedia("(min-width: 62rem)").matches || [...new URLSearchParams(location.search).keys()].some((name) => !["text", "queue", "review"].includes(name));

  const maps = document.getElementById("maps");
  function paint() {
    for (const picture of document.querySelectorAll(".card img")) {
      if (!picture.dataset.plain) picture.dataset.plain = picture.getAttribute("src");
      const wanted = maps && maps.checked ? picture.dataset.map : picture.dataset.plain;
      if (picture.getAttribute("src") !== wanted) picture.setAttribute("src", wanted);
    }
  }
  if (maps) {
    maps.checked = sessionStorage.getItem("sightline-maps") === "yes";
    maps.addEventListener("change", (event) => {
      event.stopPropagation();
      sessionStorage.setItem("sightline-maps", maps.checked ? "yes" : "no");
      paint();
    });
    keys.on("m", () => maps.click());
  }
  document.body.addEventListener("htmx:afterSettle", paint);
  document.body.addEventListener("htmx:configRequest", (event) => {
    for (const name of [...new Set(Object.keys(event.detail.parameters))])
      if (!event.detail.parameters[name]) delete event.detail.parameters[name];
  });
  paint();

  // back from a case: its card has the focus
  const last = sessionStorage.getItem("sightline-case");
  const card = last && document.querySelector(`.card[href^="/case/${CSS.escape(last)}"]`);
  if (card) { card.focus({ preventScroll: true }); card.scrollIntoView({ block: "center" }); }
})();
