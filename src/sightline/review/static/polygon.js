// A polygon that is drawn corner by corner, on a layer over the picture.
"use strict";
(() => {
  const NEAR = 10; // pixels of the window from the first corner within which a click ends the polygon
  const SAME = 2; // and from the last corner within which a click is no further corner: the second click of a double one
  const NAMESPACE = "http://www.w3.org/2000/svg";

  window.Pencil = class {
    // layer: an SVG in pixels of the picture; ended: is told the corners
    constructor(layer, width, height, ended) {
      Object.assign(this, { layer, width, height, ended, steps: new Steps([]), at: null });
      layer.addEventListener("click", (event) => this.click(event));
      layer.addEventListener("dblclick", () => this.end());
      layer.addEventListener("pointermove", (event) => { this.at = this.place(event); this.show(); });
      layer.addEventListener("pointerleave", () => { this.at = null; this.show(); });
    }
    get corners() { return this.steps.now; }
    take(on) {
      this.layer.classList.toggle("active", on);
      this.drop();
    }
    place(event) {
      const box = this.layer.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width * this.width, (event.clientY - box.top) / box.height * this.height];
    }
    // how far apart two points are in the window
    apart(one, other) {
      return Math.hypot(one[0] - other[0], one[1] - other[1]) * this.layer.getBoundingClientRect().width / this.width;
    }
    click(event) {
      const now = this.place(event);
      const { corners } = this;
      if (corners.length > 2 && this.apart(now, corners[0]) < NEAR) { this.end(); return; }
      if (corners.length && this.apart(now, corners[corners.length - 1]) < SAME) return;
      this.steps.push([...corners, now]);
      this.show();
    }
    end() {
      const { corners } = this;
      if (corners.length < 3) return false;
      this.drop();
      this.ended(corners);
      return true;
    }
    // forgets the corners; says whether there were any
    drop() {
      const any = this.corners.length > 0;
      this.steps = new Steps([]);
      this.show();
      return any;
    }
    back() { return this.moved(this.steps.back()); }
    again() { return this.moved(this.steps.again()); }
    moved(found) {
      this.show();
      return found !== null;
    }
    show() {
      const points = this.at && this.corners.length ? [...this.corners, this.at] : this.corners;
      const radius = 4 * this.width / (this.layer.getBoundingClientRect().width || this.width);
      const parts = ["under", "over"].map((look) => {
        const line = document.createElementNS(NAMESPACE, "path");
        line.setAttribute("d", points.length ? `M${points.map((point) => point.join(" ")).join("L")}` : "");
        line.setAttribute("class", look);
        return line;
      });
      for (const [x, y] of this.corners) {
        const dot = document.createElementNS(NAMESPACE, "circle");
        for (const [name, value] of [["cx", x], ["cy", y], ["r", radius]]) dot.setAttribute(name, value);
        parts.push(dot);
      }
      this.layer.replaceChildren(...parts);
    }
  };
})();
