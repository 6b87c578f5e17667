// A region painted with a brush, on a canvas over the picture, and its text of runs as COCO writes it.
"use strict";
(() => {
  const MOST = 4e6; // pixels of the canvas; of a larger picture several share one

  // Runs of outside and inside pixels by turns, column by column, outside first. Each character of the text carries five bits, lowest first,
  // and whether the number goes on; from the fourth number on, what is written is the difference to the number two before.
  function textOf(runs) {
    let text = "";
    runs.forEach((run, place) => {
      let number = place > 2 ? run - runs[place - 2] : run;
      for (let more = true; more; ) {
        const bits = number & 31;
        number >>= 5;
        more = number !== (bits & 16 ? -1 : 0);
        text += String.fromCharCode(48 + bits + (more ? 32 : 0));
      }
    });
    return text;
  }
  function runsOf(text) {
    const runs = [];
    let number = 0, shift = 0;
    for (const character of text) {
      const bits = character.charCodeAt(0) - 48;
      number |= (bits & 31) << shift;
      shift += 5;
      if (bits & 32) continue;
      if (bits & 16 && shift < 32) number |= -1 << shift;
      runs.push(number + (runs.length > 2 ? runs[runs.length - 2] : 0));
      number = shift = 0;
    }
    return runs;
  }

  window.Painting = class {
    // canvas: over the picture; width, height: of the picture
    constructor(canvas, width, height) {
      this.canvas = canvas;
      this.width = width;
      this.height = height;
      this.share = Math.min(1, Math.sqrt(MOST / (width * height)));
      canvas.width = Math.max(1, Math.round(width * this.share));
      canvas.height = Math.max(1, Math.round(height * this.share));
      this.pen = canvas.getContext("2d", { willReadFrequently: true });
      this.pen.lineCap = this.pen.lineJoin = "round";
      this.colour = "#56b4e9";
    }
    clear() {
      this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    }
    // a stroke between two points of the picture; size: of the brush, in pixels of the picture
    stroke(from, to, size, erases) {
      const { pen, share } = this;
      pen.globalCompositeOperation = erases ? "destination-out" : "source-over";
      pen.strokeStyle = this.colour;
      pen.lineWidth = Math.max(1, size * share);
      pen.beginPath();
      pen.moveTo(from[0] * share, from[1] * share);
      pen.lineTo(to[0] * share + 0.01, to[1] * share);
      pen.stroke();
    }
    // a mark: a stroke of the brush or the eraser, or a text of runs
    apply({ counts, points, size, erases }) {
      if (counts !== undefined) this.add(counts);
      else points.forEach((point, place) => this.stroke(points[Math.max(0, place - 1)], point, size, erases));
    }
    // paints a text of runs
    add(counts) {
      const { width, height, canvas } = this;
      const inside = new Uint8Array(width * height); // column by column
      let at = 0;
      runsOf(counts).forEach((run, place) => {
        if (place % 2) inside.fill(1, at, at + run);
        at += run;
      });
      const picture = this.pen.getImageData(0, 0, canvas.width, canvas.height);
      const [red, green, blue] = [1, 3, 5].map((start) => parseInt(this.colour.slice(start, start + 2), 16));
      for (let y = 0; y < canvas.height; y += 1)
        for (let x = 0; x < canvas.width; x += 1) {
          const column = Math.min(width - 1, Math.floor((x + 0.5) / canvas.width * width));
          const row = Math.min(height - 1, Math.floor((y + 0.5) / canvas.height * height));
          if (inside[column * height + row]) picture.data.set([red, green, blue, 255], 4 * (y * canvas.width + x));
        }
      this.pen.putImageData(picture, 0, 0);
    }
    // the text of runs over the whole picture; null: nothing is painted
    get counts() {
      const { width, height, canvas } = this;
      const { data } = this.pen.getImageData(0, 0, canvas.width, canvas.height);
      const runs = [];
      let last = false, run = 0, any = false;
      for (let column = 0; column < width; column += 1) {
        const x = Math.min(canvas.width - 1, Math.floor((column + 0.5) / width * canvas.width));
        for (let row = 0; row < height; row += 1) {
          const y = Math.min(canvas.height - 1, Math.floor((row + 0.5) / height * canvas.height));
          const now = data[4 * (y * canvas.width + x) + 3] > 127;
          any = any || now;
          if (now === last) run += 1;
          else {
            runs.push(run);
            run = 1;
            last = now;
          }
        }
      }
      runs.push(run);
      return any ? textOf(runs) : null;
    }
  };
})();
