// What should be looked at: boxes and outlines are drawn with Annotorious, regions with a brush.
"use strict";
(() => {
  const main = document.getElementById("main");
  const { key, map } = main.dataset;
  const [width, height] = [Number(main.dataset.width), Number(main.dataset.height)];
  const canvas = document.getElementById("painting");
  const size = document.getElementById("brush-size");
  const note = document.getElementById("drawing-note");
  const tools = [...document.querySelectorAll("[data-tool]")];
  const brushes = ["brush", "eraser"];
  let annotator = null; // made when somebody draws, or has drawn
  let painting = null;
  let tool = "";
  let changed = false;
  let proposed = false; // an outline of the map that nobody has touched is not what the reviewer says
  const unsaved = "Not saved yet: w saves it, and so does leaving the case.";

  size.max = Math.round(Math.max(width, height) / 4);
  size.value = Math.max(2, Math.round(Math.max(width, height) / 24));

  function open() {
    if (annotator) return;
    annotator = Annotorious.createImageAnnotator(document.getElementById("picture"), { drawingEnabled: false });
    annotator.element.classList.add("drawn");
    for (const event of ["createAnnotation", "updateAnnotation", "deleteAnnotation"]) annotator.on(event, () => touched());
    painting = new Painting(canvas, width, height);
  }
  function touched(is = true) {
    changed = is;
    proposed = false;
    document.getElementById("save").disabled = !is;
    note.textContent = is ? unsaved : "";
  }

  // shapes as the server knows them, and as Annotorious does
  function inside(value, end) { return Math.round(Math.min(Math.max(value, 0), end) * 100) / 100; }
  function fromAnnotorious({ target: { selector: { type, geometry } } }) {
    if (type === "RECTANGLE") {
      const { x, y, w, h, rot } = geometry;
      if (rot) {
        const [middle, turn] = [[x + w / 2, y + h / 2], [Math.cos(rot), Math.sin(rot)]];
        const corners = [[-w, -h], [w, -h], [w, h], [-w, h]].map(([across, down]) => [
          inside(middle[0] + (across * turn[0] - down * turn[1]) / 2, width),
          inside(middle[1] + (across * turn[1] + down * turn[0]) / 2, height),
        ]);
        return { kind: "polygon", points: corners };
      }
      return { kind: "box", box: [inside(x, width), inside(y, height), inside(x + w, width), inside(y + h, height)] };
    }
    return { kind: "polygon", points: geometry.points.map(([x, y]) => [inside(x, width), inside(y, height)]) };
  }
  function bounds(points) {
    const [x, y] = [points.map((point) => point[0]), points.map((point) => point[1])];
    return { minX: Math.min(...x), minY: Math.min(...y), maxX: Math.max(...x), maxY: Math.max(...y) };
  }
  function toAnnotorious(shape) {
    const id = crypto.randomUUID();
    const points = shape.kind === "box" ? [shape.box.slice(0, 2), shape.box.slice(2)] : shape.points;
    const around = bounds(points);
    const box = { x: around.minX, y: around.minY, w: around.maxX - around.minX, h: around.maxY - around.minY };
    const selector = shape.kind === "box"
      ? { type: "RECTANGLE", geometry: { ...box, bounds: around } }
      : { type: "POLYGON", geometry: { points, bounds: around } };
    return { id, bodies: [], target: { annotation: id, selector } };
  }
  function add(shape) {
    if (shape.kind === "mask") painting.add(shape.counts);
    else annotator.addAnnotation(toAnnotorious(shape));
  }
  function load(shapes) {
    if (!shapes.length && !annotator) return;
    open();
    annotator.setAnnotations(shapes.filter((shape) => shape.kind !== "mask").map(toAnnotorious), true);
    painting.clear();
    for (const shape of shapes) if (shape.kind === "mask") painting.add(shape.counts);
    touched(false);
  }
  function shapes() {
    const counts = painting.counts;
    return [...annotator.getAnnotations().map(fromAnnotorious), ...(counts === null ? [] : [{ kind: "mask", counts }])];
  }

  // tools
  function take(name) {
    open();
    tool = tool === name ? "" : name;
    for (const button of tools) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    const shape = { box: "rectangle", polygon: "polygon" }[tool];
    annotator.cancelSelected();
    annotator.cancelDrawing();
    annotator.setDrawingEnabled(Boolean(shape));
    if (shape) {
      annotator.setDrawingMode(tool === "box" ? "drag" : "click");
      annotator.setDrawingTool(shape);
    }
    canvas.classList.toggle("active", brushes.includes(tool));
    note.textContent = {
      box: "Drag from one corner to the other.",
      polygon: "Click corner after corner; a double click ends the polygon, Esc drops it.",
      brush: "Paint with the button held down; [ and ] change the size.",
      eraser: "Take painted parts away; [ and ] change the size.",
    }[tool] || (changed ? unsaved : "");
  }
  for (const button of tools) {
    button.addEventListener("click", () => take(button.dataset.tool));
    keys.on(button.getAttribute("aria-keyshortcuts"), () => take(button.dataset.tool));
  }
  keys.on("Escape", () => { if (tool) take(tool); });
  function resize(by) { size.value = Math.max(1, Math.round(Number(size.value) * by)); }
  keys.on("[", () => resize(0.8));
  keys.on("]", () => resize(1.25));

  // the brush
  let last = null;
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    painting.stroke(last, last, Number(size.value), tool === "eraser");
    touched();
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const part of event.getCoalescedEvents ? [...event.getCoalescedEvents(), event] : [event]) {
      const now = place(part);
      painting.stroke(last, now, Number(size.value), tool === "eraser");
      last = now;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });

  // the outline of the map, to be corrected
  const start = document.getElementById("start");
  async function begin() {
    const query = new URLSearchParams({ map, threshold: document.getElementById("threshold").value });
    const response = await fetch(`/outlines/${key}/start?${query}`);
    const found = response.ok ? (await response.json()).outlines : [];
    if (!found.length) { note.textContent = "The map marks nothing here, so that there is no outline to start from."; return; }
    open();
    for (const points of found) add({ kind: "polygon", points });
    touched();
    proposed = true;
    note.textContent = "The outline of the map: click it to move its corners. It is saved with w, or once it has been changed.";
  }
  if (start) {
    start.addEventListener("click", begin);
    keys.on("t", begin);
  }

  function remove() {
    if (!annotator) return false;
    const chosen = annotator.getSelected();
    for (const one of chosen) annotator.removeAnnotation(one.id);
    if (chosen.length) touched();
    return chosen.length > 0;
  }
  document.getElementById("remove").addEventListener("click", remove);
  keys.on("Delete", remove);
  keys.on("Backspace", remove);
  function clear() {
    if (!annotator) return;
    annotator.clearAnnotations();
    painting.clear();
    touched();
  }
  document.getElementById("clear").addEventListener("click", clear);

  function save() {
    if (!changed) return;
    annotator.cancelSelected();
    judgement.change({ shapes: shapes() });
    touched(false);
  }
  document.getElementById("save").addEventListener("click", save);
  keys.on("w", save);
  document.addEventListener("leaving", () => { if (!proposed) save(); });
  window.addEventListener("beforeunload", (event) => { if (changed && !proposed) event.preventDefault(); });

  // what counts: also after a word was taken back, or the server refused one
  let shown = null;
  document.addEventListener("said", ({ detail }) => {
    const now = JSON.stringify(detail.shapes);
    if (now !== shown && !changed) load(detail.shapes);
    shown = now;
  });
  window.drawing = { add: (shape) => { open(); add(shape); touched(); } };
  if (judgement.said.shapes.length) load(judgement.said.shapes);
  shown = JSON.stringify(judgement.said.shapes);

  // the outlines of several reviewers
  const readers = document.getElementById("readers");
  const looks = ["one", "two", "three", "four", "five", "six"];
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
    for (const other of document.querySelectorAll("[data-combined]")) other.setAttribute("aria-pressed", "false");
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
  if (readers) {
    for (const button of readers.querySelectorAll("[data-place]")) button.addEventListener("click", () => shows(button));
    for (const button of readers.querySelectorAll("[data-combined]")) button.addEventListener("click", () => combine(button));
  }
})();
