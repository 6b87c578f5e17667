// A case: what is laid over the picture, and what the reviewer says.
"use strict";
(() => {
  const main = document.getElementById("main");
  const { key, map } = main.dataset;
  const lines = document.getElementById("lines");
  const threshold = document.getElementById("threshold");
  const state = document.getElementById("state");
  const NAMESPACE = "http://www.w3.org/2000/svg";
  sessionStorage.setItem("sightline-case", key);
  // as large as the window allows below the buttons, in the shape of the picture
  const stage = document.getElementById("stage");
  function fit() {
    const room = innerHeight - (stage.getBoundingClientRect().top + scrollY) - 10;
    const least = innerHeight * (matchMedia("(max-width: 62rem)").matches ? 0.7 : 0.4); // in one column the page is scrolled anyway
    stage.style.width = `min(100%, ${Math.max(room, least) * Number(main.dataset.width) / Number(main.dataset.height)}px)`;
  }
  addEventListener("resize", fit);
  fit();

  // outlines over the picture: a light line on a dark one, so that it is seen on any picture
  function path(outlines) {
    return outlines.map((outline) => `M${outline.map((point) => point.join(" ")).join("L")}Z`).join("");
  }
  function draw(name, outlines, look = name) {
    for (const old of lines.querySelectorAll(`[data-of="${name}"]`)) old.remove();
    for (const part of ["under", "over"]) {
      const line = document.createElementNS(NAMESPACE, "path");
      line.setAttribute("d", path(outlines));
      line.setAttribute("class", `${part} ${look}`);
      line.dataset.of = name;
      lines.append(line);
    }
  }
  const hide = (name) => draw(name, []);

  async function outlines(name) {
    const query = new URLSearchParams({ map });
    if (threshold) query.set("threshold", threshold.value);
    const response = await fetch(`/outlines/${key}/${name}?${query}`);
    return response.ok ? (await response.json()).outlines : [];
  }

  const silence = document.getElementById("silence");
  function silent(text) {
    silence.textContent = text;
    silence.hidden = !text;
  }
  const highest = document.getElementById("highest");

  // the scale of colours: that of all cases, or of this one alone
  const scale = document.getElementById("own-scale");
  const meaning = document.getElementById("meaning");
  const isOwn = () => scale !== null && scale.getAttribute("aria-pressed") === "true";
  const address = (layer) => layer.dataset.src + (isOwn() ? "&scale=case" : "");
  function source(layer) {
    if (layer.getAttribute("src") !== address(layer)) layer.src = address(layer);
  }
  function explain(own) { meaning.textContent = isOwn() ? own : meaning.dataset.all; }
  if (scale) {
    scale.setAttribute("aria-pressed", String(sessionStorage.getItem("sightline-scale") === "case"));
    explain(meaning.dataset.own);
    const change = () => {
      scale.setAttribute("aria-pressed", String(!isOwn()));
      sessionStorage.setItem("sightline-scale", isOwn() ? "case" : "");
      explain(meaning.dataset.own);
      const on = toggles.find((one) => one.getAttribute("aria-pressed") === "true" && ["map", "runner"].includes(one.dataset.shows));
      if (on) shows[on.dataset.shows](true);
      else toggle(toggles.find((one) => one.dataset.shows === "map"));
    };
    scale.addEventListener("click", change);
    keys.on("f", change);
  }

  const shows = {
    map(on) {
      const layer = document.getElementById("map");
      if (on) source(layer);
      layer.hidden = !on;
      silent(on ? silence.dataset.map : "");
      for (const other of document.querySelectorAll(".layer.other")) {
        if (on && !other.src) other.src = other.dataset.src;
        other.hidden = !on;
      }
      if (on) off("runner");
    },
    async runner(on) {
      const layer = document.getElementById("runner");
      layer.hidden = !on;
      if (!on) {
        silent("");
        highest.textContent = highest.dataset.map;
        explain(meaning.dataset.own);
        return;
      }
      off("map");
      if (layer.getAttribute("src") !== address(layer)) {
        silent("The network is asked …");
        const response = await fetch(address(layer)).catch(() => null);
        const painted = response && response.ok;
        layer.dataset.silence = painted ? response.headers.get("Sightline-Silence") : (response ? (await response.json()).reason : "The server does not answer");
        layer.dataset.highest = painted ? response.headers.get("Sightline-Highest") : "";
        layer.dataset.own = painted ? response.headers.get("Sightline-Own-Scale") : "";
        if (painted) source(layer);
      }
      if (layer.hidden) return;
      explain(layer.dataset.own);
      silent(layer.dataset.silence);
      highest.textContent = layer.dataset.highest;
    },
    async contour(on) { draw("contour", on ? await outlines("contour") : []); },
    async annotation(on) { draw("annotation", on ? await outlines("annotation") : []); },
  };
  function off(name) {
    const button = document.querySelector(`[data-shows=${name}]`);
    if (button && button.getAttribute("aria-pressed") === "true") toggle(button);
  }
  const toggles = [...document.querySelectorAll("[data-shows]")];
  function toggle(button) {
    if (button.disabled) return;
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    shows[button.dataset.shows](on);
    const names = toggles.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.dataset.shows);
    sessionStorage.setItem("shown", JSON.stringify(names));
  }
  // what was shown over the case before is shown over this one
  for (const name of JSON.parse(sessionStorage.getItem("shown") || "[]")) {
    const button = toggles.find((one) => one.dataset.shows === name);
    if (button) toggle(button);
  }
  for (const button of toggles) {
    button.addEventListener("click", () => toggle(button));
    keys.on(button.getAttribute("aria-keyshortcuts"), () => toggle(button));
  }
  if (threshold)
    threshold.addEventListener("change", () => {
      const button = document.querySelector("[data-shows=contour]");
      if (button.getAttribute("aria-pressed") === "true") shows.contour(true);
      else toggle(button);
    });

  // what the reviewer says
  const verdicts = [...document.querySelectorAll("[data-verdict]")];
  const flags = [...document.querySelectorAll("[data-flag]")];
  const comment = document.getElementById("comment");
  let said = JSON.parse(main.dataset.said);

  function show() {
    for (const button of verdicts) button.setAttribute("aria-pressed", String(said.map === button.dataset.verdict));
    for (const button of flags) button.setAttribute("aria-pressed", String(said[button.dataset.flag]));
    if (document.activeElement !== comment) comment.value = said.comment;
    document.dispatchEvent(new CustomEvent("said", { detail: said }));
  }
  function change(words) {
    reviewer.ask((name) => {
      said = { ...said, ...words };
      show();
      const at = threshold ? Number(threshold.value) : Number(main.dataset.threshold);
      saves.add(`/judge/${key}`, { reviewer: name, threshold: at, said: words }, answered);
    });
  }
  function answered(kept, answer) {
    if (answer.said) {
      said = answer.said;
      show();
    }
    if (!kept || !answer.at) { state.textContent = answer.reason || ""; return; }
    const which = main.dataset.number ? `case ${main.dataset.number}` : main.dataset.image;
    state.textContent = answer.taken_back
      ? `${answer.taken_back} on ${which} taken back.`
      : `Saved ${answer.at.replace("T", " ").replace("Z", " UTC")}`;
    const queue = document.getElementById("queue");
    if (queue && answer.queue) queue.textContent = `queue: ${answer.queue}`;
    document.dispatchEvent(new CustomEvent("kept"));
  }
  window.judgement = { change, get said() { return said; }, draw, hide, outlines };

  for (const button of verdicts) {
    const act = () => change({ map: said.map === button.dataset.verdict ? null : button.dataset.verdict });
    button.addEventListener("click", act);
    keys.on(button.getAttribute("aria-keyshortcuts"), act);
  }
  for (const button of flags) {
    const act = () => change({ [button.dataset.flag]: !said[button.dataset.flag] });
    button.addEventListener("click", act);
    keys.on(button.getAttribute("aria-keyshortcuts"), act);
  }
  const undo = () => reviewer.ask((name) => {
    const at = threshold ? Number(threshold.value) : Number(main.dataset.threshold);
    saves.add(`/undo/${key}`, { reviewer: name, threshold: at }, answered);
  });
  document.getElementById("undo").addEventListener("click", undo);
  keys.on("z", undo);
  keys.on("e", () => comment.focus());
  comment.addEventListener("change", () => { if (comment.value.trim() !== said.comment) change({ comment: comment.value.trim() }); });

  // to the next case; a comment that is being written is kept first
  const follow = (id) => () => {
    const link = document.getElementById(id);
    if (!link) return false;
    comment.blur();
    document.dispatchEvent(new CustomEvent("leaving"));
    link.click();
    return true;
  };
  for (const [key, id] of [["j", "after"], ["k", "before"], ["ArrowRight", "after"], ["ArrowLeft", "before"], ["g", "back"]]) keys.on(key, follow(id));
  show();
})();
