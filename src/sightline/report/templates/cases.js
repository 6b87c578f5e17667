// Sorts, filters and enlarges the cards of a page. Without it all cards are shown.
(() => {
  const form = document.querySelector(".sift"), place = document.querySelector(".cards"), large = document.querySelector(".large");
  const cards = [...place.children];
  const sift = () => {
    const { kind, label, name, sort } = Object.fromEntries(new FormData(form));
    const key = sort.replace("-", ""), way = sort.startsWith("-") ? -1 : 1;
    const order = key === "name" ? (a, b) => a.dataset.name.localeCompare(b.dataset.name) : (a, b) => way * (a.dataset[key] - b.dataset[key]);
    place.append(...cards.sort(order));
    for (const card of cards) {
      const of = card.dataset;
      card.hidden = (kind && of.kind !== kind) || (label && of.label !== label) || !card.querySelector("figcaption").textContent.toLowerCase().includes(name.toLowerCase());
    }
    form.querySelector("output").textContent = `${cards.filter((card) => !card.hidden).length} of ${cards.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", sift);
  form.addEventListener("submit", (event) => event.preventDefault());
  sift();

  const pictures = [...document.querySelectorAll(".zoom")];
  let at = 0;
  const show = (number) => {
    const seen = pictures.filter((picture) => !picture.closest("[hidden]"));
    at = (number + seen.length) % seen.length;
    const picture = seen[at].firstElementChild, caption = seen[at].closest("figure").querySelector("figcaption");
    Object.assign(large.querySelector("img"), { src: picture.src, alt: picture.alt });
    large.querySelector("p").textContent = [picture.alt.replace(/\.$/, ""), ...[...caption.childNodes].map((node) => node.textContent.trim())].filter(Boolean).join(" · ");
    if (!large.open) large.showModal();
  };
  for (const picture of pictures) {
    picture.disabled = false;
    picture.addEventListener("click", () => show(pictures.filter((one) => !one.closest("[hidden]")).indexOf(picture)));
  }
  for (const step of large.querySelectorAll("[data-step]")) step.addEventListener("click", () => show(at + Number(step.dataset.step)));
  large.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(at + 1);
    if (event.key === "ArrowLeft") show(at - 1);
  });
})();
