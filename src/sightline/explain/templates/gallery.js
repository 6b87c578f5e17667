"use strict";
const content = JSON.parse(document.getElementById("content").textContent);
const byId = (id) => document.getElementById(id);
const make = (tag, text, parent) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};

// a picture is decoded when it is first needed
const pictures = new Map();
const picture = (uri) => {
  if (!pictures.has(uri)) {
    const image = new Image();
    image.src = uri;
    pictures.set(uri, image.decode().then(() => image));
  }
  return pictures.get(uri);
};

const units = content.layers.flatMap((layer) =>
  layer.units.map((filter, place) => {
    const [name, silent] = [layer.names[place], layer.silent[place]];
    const words = `layer ${layer.number} filter ${filter} ${layer.name} ${name} ${silent ? "silent" : ""}`.toLowerCase();
    return { layer, filter, place, name, silent, words, id: `${layer.number}/${filter}`, response: layer.response[place] };
  }),
);
const said = (unit) => (unit.silent ? "silent" : `× ${unit.response < 10 ? unit.response.toFixed(1) : Math.round(unit.response)}`);

// the picture, paled, and over it the map of one filter, enlarged from its place on its layer's sheet
async function paint(pen, unit, image, x, side) {
  const [photo, sheet] = await Promise.all([picture(content.images[image].uri), picture(unit.layer.sheets[image])]);
  const [h, w] = unit.layer.size;
  const [row, column] = [Math.floor(unit.place / unit.layer.columns), unit.place % unit.layer.columns];
  pen.clearRect(x, 0, side, side);
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#fff";
  pen.fillRect(x, 0, side, side);
  pen.globalAlpha = content.pale;
  pen.drawImage(photo, x, 0, side, side);
  pen.globalAlpha = 1;
  pen.drawImage(sheet, column * w, row * h, w, h, x, 0, side, side);
}

const SIDE = content.images.length > 6 ? 64 : 96;
const GAP = 4;
const density = Math.min(window.devicePixelRatio || 1, 2);
const width = content.images.length * (SIDE + GAP) - GAP;

const cards = new Map();
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const canvas = entry.target;
      const unit = canvas.unit;
      canvas.width = entry.isIntersecting ? width * density : 0; // a canvas out of sight keeps no pixels
      canvas.height = SIDE * density;
      if (!entry.isIntersecting) continue;
      const pen = canvas.getContext("2d");
      content.images.forEach((_, i) => paint(pen, unit, i, i * (SIDE + GAP) * density, SIDE * density));
    }
  },
  { rootMargin: "300px" },
);

function card(unit) {
  if (!cards.has(unit)) {
    const button = make("button");
    button.className = "unit";
    button.style.width = `${Math.max(width, 150)}px`;
    button.title = `layer ${unit.layer.number} (${unit.layer.name}), filter ${unit.filter}`;
    const line = make("p", "", button);
    make("b", unit.id, line);
    if (unit.name) make("i", unit.name, line);
    make("span", unit.layer.name, line);
    make("small", said(unit), line);
    const canvas = make("canvas", "", button);
    Object.assign(canvas.style, { width: `${width}px`, height: `${SIDE}px` });
    canvas.unit = unit;
    seen.observe(canvas);
    button.addEventListener("click", () => enlarge(unit));
    cards.set(unit, button);
  }
  return cards.get(unit);
}

const orders = {
  first: (a, b) => a.layer.number - b.layer.number || a.filter - b.filter,
  last: (a, b) => b.layer.number - a.layer.number || a.filter - b.filter,
  strong: (a, b) => b.response - a.response,
  weak: (a, b) => a.response - b.response,
};
const fits = (unit, word) => (/^\d+\/\d+$/.test(word) ? unit.id === word : unit.id.startsWith(word) || unit.words.includes(word));

let shown = [];
function update() {
  const words = byId("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  const layer = byId("layer").value;
  shown = units.filter((unit) => (!layer || unit.layer.name === layer) && words.every((word) => fits(unit, word)));
  shown.sort(orders[byId("order").value]);
  byId("units").replaceChildren(...shown.map(card));
  byId("count").textContent = `${shown.length.toLocaleString("en")} of ${units.length.toLocaleString("en")} filters`;
}

let open = null;
function enlarge(unit) {
  open = unit;
  const dialog = byId("large");
  dialog.querySelector("h2").textContent = unit.id;
  const [h, w] = unit.layer.full;
  const facts = [unit.name, unit.layer.name, `${w} × ${h} values`, unit.silent ? "silent: nowhere positive" : `response ${said(unit)}`];
  dialog.querySelector("p").textContent = facts.filter(Boolean).join(" · ");
  const side = Math.max(160, Math.min(420, (window.innerWidth - 120) / Math.min(content.images.length, 4) - 12));
  dialog.querySelector("div").replaceChildren(
    ...content.images.map((image, i) => {
      const figure = make("figure");
      const canvas = make("canvas", "", figure);
      canvas.width = canvas.height = side * density;
      canvas.style.width = canvas.style.height = `${side}px`;
      make("figcaption", image.name, figure);
      paint(canvas.getContext("2d"), unit, i, 0, side * density);
      return figure;
    }),
  );
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!byId("large").open || !step) return;
  enlarge(shown[(shown.indexOf(open) + step + shown.length) % shown.length]);
});
byId("large").addEventListener("click", (event) => {
  if (event.target === byId("large")) byId("large").close();
});

for (const image of content.images) {
  const figure = make("figure", "", byId("photos"));
  make("img", "", figure).src = image.uri;
  figure.firstChild.alt = image.name;
  make("figcaption", image.name, figure);
}
for (const layer of content.layers) {
  const option = make("option", `${layer.number}  ${layer.name} (${layer.units.length})`, byId("layer"));
  option.value = layer.name;
}
byId("tools").addEventListener("submit", (event) => event.preventDefault());
for (const id of ["query", "layer", "order"]) byId(id).addEventListener("input", update);
const asked = new URLSearchParams(location.hash.slice(1));
for (const id of ["query", "layer", "order"]) if (asked.has(id)) byId(id).value = asked.get(id);
update();
const first = asked.get("open") && units.find((unit) => unit.id === asked.get("open"));
if (first) enlarge(first);
