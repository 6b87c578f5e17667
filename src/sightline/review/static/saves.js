// What is said is written into this browser first, sent, and removed here only after the server has answered that it is on the disk.
// A server that was stopped in between loses nothing: the next page of this address sends it again, and the server keeps it once.
"use strict";
(() => {
  const PLACE = `sightline-review-unsaved-${document.body.dataset.store}`; // another run may be served under this address later
  const box = document.getElementById("saves");
  const listeners = new Map(); // number of the request -> what to do with the answer
  let sending = false;
  let again;

  const waiting = () => JSON.parse(localStorage.getItem(PLACE) || "[]");
  const keep = (entries) => localStorage.setItem(PLACE, JSON.stringify(entries));
  const drop = (request) => keep(waiting().filter((entry) => entry.body.request !== request));

  function tell(text, wrong) {
    box.textContent = text;
    box.classList.toggle("wrong", Boolean(wrong));
  }

  async function answerTo(entry) {
    try {
      const response = await fetch(entry.path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(entry.body),
      });
      return { status: response.status, said: await response.json().catch(() => ({})) };
    } catch (error) {
      return { status: 0, said: {} };
    }
  }

  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(again);
    const passed = new Set(); // of cases that this server does not show, such as those of another split: kept until one does
    const next = () => waiting().find((entry) => !passed.has(entry.body.request));
    for (let entry = next(); entry; entry = next()) {
      tell("Saving …");
      const { status, said } = await answerTo(entry);
      if (status === 0 || status >= 500) {
        tell("Not saved yet: the server does not answer. What you said is kept in this browser, and sent when it answers again.", true);
        again = setTimeout(send, 2000);
        break;
      }
      if (status === 403) {
        tell("Not saved yet: the server was started anew. Open the address that it printed; what you said is kept in this browser until then.", true);
        break;
      }
      if (status === 404) {
        passed.add(entry.body.request);
        tell("Not saved yet: this server does not show the case. What you said is kept in this browser until one does.", true);
        continue;
      }
      drop(entry.body.request);
      tell(status < 300 ? "Saved" : `Not saved: ${said.reason || "the server refused it"}`, status >= 300);
      const listener = listeners.get(entry.body.request);
      listeners.delete(entry.body.request);
      if (listener) listener(status < 300, said);
    }
    sending = false;
  }

  const number = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  window.saves = {
    add(path, body, listener) {
      const request = number();
      if (listener) listeners.set(request, listener);
      keep([...waiting(), { path, body: { ...body, request } }]);
      send();
    },
    tell,
  };
  if (waiting().length) send();
})();
