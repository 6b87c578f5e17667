// What other reviewers said: shown after one's own judgement, and brought up to date after each save.
"use strict";
(() => {
  const { key } = document.getElementById("main").dataset;
  const section = document.getElementById("others");
  const looks = ["one", "two", "three", "four", "five", "six"];
  const pressed = () => [...section.querySelectorAll("[aria-pressed=true]")];

  async function shows(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    const name = `reader-${button.dataset.place}`;
    if (!on) { judgement.hide(name); return; }
    const response = await fetch(`/readers/${key}/${button.dataset.place}`);
    if (response.ok) judgement.draw(name, (await response.json()).outlines, looks[button.dataset.place % looks.length]);
  }
  async function combine(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of section.querySelectorAll("[data-combined]")) other.setAttribute("aria-pressed", "false");
    judgement.hide("combined");
    const adopt = document.getElementById("adopt");
    adopt.hidden = !on;
    if (!on) return;
    button.setAttribute("aria-pressed", "true");
    const response = await fetch(`/combined/${key}/${button.dataset.combined}`);
    if (!response.ok) return;
    const found = await response.json();
    judgement.draw("combined", found.outlines);
    adopt.hidden = !found.outlines.length;
    adopt.onclick = () => drawing.add({ kind: "mask", counts: found.counts });
  }

  // also the outlines that are shown over the picture
  async function refresh() {
    const response = await fetch(`/others/${key}`).catch(() => null);
    if (!response || !response.ok) return;
    const before = pressed().map((button) => button.textContent);
    for (const button of pressed()) judgement.hide(button.dataset.combined ? "combined" : `reader-${button.dataset.place}`);
    section.innerHTML = await response.text();
    for (const button of section.querySelectorAll("[aria-pressed]")) if (before.includes(button.textContent)) button.click();
  }
  function open() {
    const button = document.getElementById("open-readers");
    if (!button || button.disabled) return;
    reviewer.ask(async (name) => {
      const response = await fetch(`/open/${key}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ reviewer: name }),
      }).catch(() => null);
      if (response && response.ok) await refresh();
      else saves.tell(response ? (await response.json()).reason : "The server does not answer.", true);
    });
  }
  section.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "open-readers") open();
    else if (button.dataset.place) shows(button);
    else if (button.dataset.combined) combine(button);
  });
  keys.on("s", open);
  document.addEventListener("kept", refresh);
})();
