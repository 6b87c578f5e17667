// Steps that can be taken back and done again.
"use strict";
(() => {
  window.Steps = class {
    constructor(first) {
      this.all = [first];
      this.at = 0;
    }
    get now() { return this.all[this.at]; }
    push(step) {
      this.all = [...this.all.slice(0, this.at + 1), step];
      this.at += 1;
    }
    // the step to be come back to; null: there is none
    back() { return this.at > 0 ? this.all[this.at -= 1] : null; }
    again() { return this.at + 1 < this.all.length ? this.all[this.at += 1] : null; }
  };
})();
