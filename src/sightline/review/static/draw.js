// What should be looked at: boxes are drawn with Annotorious, which also moves and corrects shapes; polygons corner by corner; regions with a brush.
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
  let pencil = null;
  let marks = []; // what was painted, in order
  let steps = null;
  let saved = null; // the step that the server knows
  let tool = "";
  let proposed = false; // an outline of the map that nobody has touched is not what the reviewer says
  const unsaved = "Not saved yet: w saves it, and so does leaving the case.";
  const isChanged = () => steps !== null && steps.now !== saved;

  size.max = Math.round(Math.max(width, height) / 4);
  size.value = Math.max(2, Math.round(Math.max(width, height) / 24));

  function open() {
    if (annotator) return;
    annotator = Annotorious.createImageAnnotator(document.getElementById("picture"), { drawingEnabled: false });
    annotator.element.classList.add("drawn");
    for (const event of ["createAnnotation", "updateAnnotation", "deleteAnnotation"]) annotator.on(event, () => touched());
    painting = new Painting(canvas, width, height);
    pencil = new Pencil(document.getElementById("pencil"), width, height, (points) => {
      add({ kind: "polygon", points: points.map(([x, y]) => [inside(x, width), inside(y, height)]) });
      touched();
    });
    steps = new Steps(drawn());
    saved = steps.now;
  }
  // what is drawn, as a step that can be come back to
  function drawn() { return { outlines: annotator.getAnnotations().map(fromAnnotorious), marks }; }
  function touched() {
    const now = drawn();
    const same = now.marks === steps.now.marks && JSON.stringify(now.outlines) === JSON.stringify(steps.now.outlines);
    if (!same) {
      proposed = false;
      steps.push(now);
    }
    tell();
  }
  function tell() {
    document.getElementById("save").disabled = !isChanged();
    note.textContent = isChanged() ? unsaved : "";
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
    if (shape.kind === "mask") paint({ counts: shape.counts });
    else annotator.addAnnotation(toAnnotorious(shape));
  }
  function paint(mark) {
    marks = [...marks, mark];
    painting.apply(mark);
  }
  function restore(step) {
    annotator.setAnnotations(step.outlines.map(toAnnotorious), true);
    marks = step.marks;
    painting.clear();
    for (const mark of marks) painting.apply(mark);
  }
  function load(shapes) {
    if (!shapes.length && !annotator) return;
    open();
    const masks = shapes.filter((shape) => shape.kind === "mask").map(({ counts }) => ({ counts }));
    restore({ outlines: shapes.filter((shape) => shape.kind !== "mask"), marks: masks });
    steps = new Steps(drawn());
    saved = steps.now;
    tell();
  }
  function shapes() {
    const counts = painting.counts;
    return [...annotator.getAnnotations().map(fromAnnotorious), ...(counts === null ? [] : [{ kind: "mask", counts }])];
  }

  // what was corrected in a chosen shape is a step, too; Annotorious tells of it later
  function settle() {
    annotator.cancelSelected();
    touched();
  }

  // undo and redo: one corner of a polygon that is being drawn, or else one shape or stroke. Annotorious has steps of its own, one for each
  // movement of the mouse, and must not see these keys.
  function step(back) {
    if (!annotator) return;
    if (back ? pencil.back() : pencil.again()) return;
    settle();
    const found = back ? steps.back() : steps.again();
    if (found) restore(found);
    tell();
    if (!found) note.textContent = back ? "Nothing is left to take back." : "Nothing was taken back.";
  }
  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
    if (event.target.closest("input:not([type=range]), textarea, select") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    step(!event.shiftKey);
  }, true);

  // tools
  function take(name) {
    open();
    tool = tool === name ? "" : name;
    for (const button of tools) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    annotator.cancelSelected();
    annotator.cancelDrawing();
    annotator.setDrawingEnabled(tool === "box");
    if (tool === "box") {
      annotator.setDrawingMode("drag");
      annotator.setDrawingTool("rectangle");
    }
    pencil.take(tool === "polygon");
    canvas.classList.toggle("active", brushes.includes(tool));
    note.textContent = {
      box: "Drag from one corner to the other.",
      polygon: "Click corners; the first one, a double click or Enter ends. Ctrl+Z: last corner back. Esc: drop.",
      brush: "Paint with the button held down; [ and ] change the size.",
      eraser: "Take painted parts away; [ and ] change the size.",
    }[tool] || (isChanged() ? unsaved : "");
  }
  for (const button of tools) {
    button.addEventListener("click", () => take(button.dataset.tool));
    keys.on(button.getAttribute("aria-keyshortcuts"), () => take(button.dataset.tool));
  }
  keys.on("Escape", () => { if (tool && !pencil.drop()) take(tool); });
  keys.on("Enter", () => tool === "polygon" && pencil.end());
  function resize(by) { size.value = Math.max(1, Math.round(Number(size.value) * by)); }
  keys.on("[", () => resize(0.8));
  keys.on("]", () => resize(1.25));

  // the brush
  let stroke = null;
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = { points: [place(event)], size: Number(size.value), erases: tool === "eraser" };
    painting.apply(stroke);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const part of event.getCoalescedEvents ? [...event.getCoalescedEvents(), event] : [event]) {
      stroke.points.push(place(part));
      painting.apply({ ...stroke, points: stroke.points.slice(-2) });
    }
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => {
      if (!stroke) return;
      marks = [...marks, stroke]; // it is painted already
      stroke = null;
      touched();
    });

  // the outline of the map, or of a segmentation network, to be corrected
  async function begin(address, of) {
    const response = await fetch(`/outlines/${key}/${address}`);
    const found = response.ok ? (await response.json()).outlines : [];
    if (!found.length) { note.textContent = `${of} marks nothing here, so that there is no outline to start from.`; return; }
    open();
    for (const points of found) add({ kind: "polygon", points });
    touched();
    proposed = true;
    note.textContent = `${of} proposes this outline: click it to move its corners. It is saved with w, or once it has been changed.`;
  }
  const chosen = () => new URLSearchParams({ map, threshold: document.getElementById("threshold").value });
  const starts = { start: () => begin(`start?${chosen()}`, "The map"), drawn: () => begin("drawn", "The drawn mask") };
  for (const [id, act] of Object.entries(starts)) {
    const button = document.getElementById(id);
    if (!button) continue;
    button.addEventListener("click", act);
    keys.on(button.getAttribute("aria-keyshortcuts"), act);
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
    marks = [];
    touched();
  }
  document.getElementById("clear").addEventListener("click", clear);

  function save() {
    if (!annotator) return;
    settle();
    if (!isChanged()) return;
    saved = steps.now;
    proposed = false;
    judgement.change({ shapes: shapes() });
    tell();
  }
  document.getElementById("save").addEventListener("click", save);
  keys.on("w", save);
  document.addEventListener("leaving", () => { if (!proposed) save(); });
  window.addEventListener("beforeunload", (event) => { if (isChanged() && !proposed) event.preventDefault(); });

  // what counts: also after a word was taken back, or the server refused one
  let shown = null;
  document.addEventListener("said", ({ detail }) => {
    const now = JSON.stringify(detail.shapes);
    if (now !== shown && !isChanged()) {
      if (!annotator || now !== JSON.stringify(shapes())) load(detail.shapes);
    }
    shown = now;
  });
  window.drawing = { add: (shape) => { open(); add(shape); touched(); } };
  if (judgement.said.shapes.length) load(judgement.said.shapes);
  shown = JSON.stringify(judgement.said.shapes);
})();
