"use strict";

const at = (id) => document.getElementById(id);
let latest = 0; // a slow answer to an earlier picture is not shown

function say(text, wrong = false) {
  at("state").textContent = text;
  at("state").classList.toggle("wrong", wrong);
}

async function send(file) {
  const turn = ++latest;
  at("result").hidden = true;
  say(`${file.name} is sent …`);
  const form = new FormData();
  form.append("file", file, file.name);
  const finding = at("finding") ? `?finding=${encodeURIComponent(at("finding").value)}` : "";
  const headers = at("token") ? { Authorization: `Bearer ${at("token").value}` } : {};
  let told;
  try {
    const answer = await fetch(`look${finding}`, { method: "POST", body: form, headers });
    told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
  } catch (error) {
    if (turn === latest) say(error instanceof TypeError ? "The server does not answer." : error.message, true);
    return;
  }
  if (turn === latest) show(told, file);
}

function show(told, file) {
  say("");
  const said = told.prediction;
  at("decision").textContent = `Predicted: ${said.prediction.split(";").join(", ")}`;
  const rules = typeof told.rule === "string" ? [told.rule] : Object.values(told.rule);
  at("rule").textContent = rules.map((rule) => rule[0].toUpperCase() + rule.slice(1) + ".").join(" ");
  const chosen = said.prediction.split(";");
  at("probabilities").replaceChildren(...Object.entries(said.probabilities).map(([name, p]) => row(name, p, chosen.includes(name))));
  at("entropy").textContent = said.entropy == null ? "" : `Entropy of the probabilities: ${said.entropy.toFixed(2)} (0: all on one class; 1: all classes alike).`;
  at("figure").hidden = !told.picture;
  if (told.picture) {
    at("picture").src = told.picture;
    at("picture").alt = `The picture ${file.name}`;
    at("overlay").src = told.overlay;
    at("overlay").alt = `The map ${told.map.name} over the picture ${file.name}`;
    at("most").textContent = told.map.range === "unit" ? "1" : "max";
    at("caption").textContent = caption(told.map);
  }
  at("result").hidden = false;
}

function caption(map) {
  const [width, height] = map.cell.map((side) => Math.round(side));
  const whose = map.finding ? ` for ${map.finding}` : "";
  const nothing = map.note ? ` The map says nothing here: ${map.note}.` : "";
  return `Map ${map.name}${whose}. Each of its ${map.values[0].length} x ${map.values.length} cells is ${width} x ${height} pixels of the picture.${nothing}`;
}

function row(name, p, decided) {
  const line = document.createElement("tr");
  line.classList.toggle("decided", decided);
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  const number = document.createElement("td");
  number.textContent = p.toFixed(3);
  const cell = document.createElement("td");
  const share = document.createElement("span");
  share.className = "share";
  const filled = document.createElement("span");
  filled.style.width = `${100 * p}%`;
  share.append(filled);
  cell.append(share);
  line.append(head, number, cell);
  return line;
}

at("strength").addEventListener("input", (event) => { at("overlay").style.opacity = event.target.value / 100; });
at("file").addEventListener("change", (event) => { if (event.target.files[0]) send(event.target.files[0]); });
if (at("finding")) at("finding").addEventListener("change", () => { if (at("file").files[0]) send(at("file").files[0]); });
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", kind === "dragover");
    const file = kind === "drop" && event.dataTransfer.files[0];
    if (file) {
      at("file").files = event.dataTransfer.files;
      send(file);
    }
  });
}
