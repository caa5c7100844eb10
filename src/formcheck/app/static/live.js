// A session with the camera on: the picture, the count, one thing to read, and large buttons.
import { announce, h, s } from "./dom.js";
import { Picture } from "./canvas.js";
import * as link from "./link.js";

const ROUND = 2 * Math.PI * 44;
const BUTTONS = {
  ouch: ["It hurts", "o"], pause: ["Pause", "space"], again: ["Again", "r"], switch: ["Other side", "s"],
  next: ["Skip", "n"], end: ["End", "q"],
};
const KEYS = { o: "ouch", " ": "pause", r: "again", s: "switch", n: "next", q: "end" };
/** What the ring says where it is empty: while somebody gets ready. */
const NOTHING = "Nothing is counted yet";
const SIGNS = { fault: "!", blind: "?", info: "i" };

export class Live {
  constructor(state) {
    this.canvas = h("canvas.picture", { role: "img", "aria-label": "You, as the camera sees you" });
    this.word = h("h1.word");
    this.number = s("text", { x: 50, y: 54, class: "number" });
    this.below = s("text", { x: 50, y: 72, class: "below" });
    this.ring = s("circle", { cx: 50, cy: 50, r: 44, class: "ring" });
    this.dial = s("svg", { viewBox: "0 0 100 100", class: "dial", role: "img", "aria-label": NOTHING }, s("circle", { cx: 50, cy: 50, r: 44, class: "track" }), this.ring, this.number, this.below);
    this.title = h("p.drill");
    this.more = h("p.counted");
    this.fine = h("p.fine");
    this.sign = h("span.sign", { "aria-hidden": "true" });
    this.head = h("span.head");
    this.todo = h("span.todo");
    this.band = h("div.band", this.sign, h("span.lines", this.head, this.todo));
    this.buttons = h("div.buttons");
    this.element = h("div.live",
      h("div.stage", h("div.view", this.canvas), h("div.side", this.word, this.dial, this.title, this.more, this.fine)),
      this.band, this.buttons);
    this.picture = new Picture(this.canvas, link.wide);
    this.ending = false;
    this.stops = [link.on("picture", (head, jpeg) => this.show(head, jpeg))];
    const keys = (event) => this.key(event);
    document.addEventListener("keydown", keys);
    this.stops.push(() => document.removeEventListener("keydown", keys));
    this.update(state);
  }

  update(state) {
    this.state = state;
    const names = state.buttons.join();
    if (names !== this.names) {
      this.names = names;
      this.made = Object.fromEntries(state.buttons.map((name) => [name, h(`button.${name}`, { type: "button", onclick: () => this.press(name), "aria-keyshortcuts": BUTTONS[name][1] }, BUTTONS[name][0])]));
      this.buttons.replaceChildren(...Object.values(this.made));
    }
    if (this.made?.pause) this.made.pause.textContent = state.paused ? "Go on" : "Pause";
    if (state.warnings.length && state.warnings.at(-1) !== this.warned) { this.warned = state.warnings.at(-1); announce(this.warned); }
  }

  press(name) {
    if (name === "end" && !this.ending) {
      // One more press: a set that is ended by a slip is gone.
      this.ending = true;
      this.made.end.textContent = "Really end?";
      announce("Press again to end the session");
      setTimeout(() => { this.ending = false; if (this.made.end) this.made.end.textContent = BUTTONS.end[0]; }, 4000);
      return;
    }
    link.send(name);
  }

  key(event) {
    const name = KEYS[event.key.toLowerCase?.()];
    const typing = event.target.closest?.("input, select, textarea, button, a") && event.key === " ";
    if (!name || typing || event.metaKey || event.ctrlKey || event.altKey || !this.made?.[name]) return;
    event.preventDefault();
    this.press(name);
  }

  async show(head, jpeg) {
    await this.picture.show(head, jpeg);
    this.words(head);
    link.send("drawn", head.n);
  }

  words(head) {
    const { dial, band } = head;
    set(this.word, head.word);
    set(this.number, dial.number);
    set(this.below, dial.below);
    this.number.classList.toggle("long", dial.number.length > 3);
    this.ring.style.strokeDasharray = `${dial.share * ROUND} ${ROUND}`;
    this.dial.dataset.state = dial.state;
    this.dial.setAttribute("aria-label", `${dial.number} ${dial.below}`.trim() || NOTHING);
    set(this.title, head.title + (head.side ? ` · ${head.side}` : ""));
    set(this.more, head.counted_only ? `Counting only. ${head.counted_only}` : "");
    set(this.fine, head.fps ? `${Math.round(head.fps)} pictures a second` : "");
    this.band.dataset.sign = band ? band.sign : "none";
    set(this.sign, band ? SIGNS[band.sign] : "");
    set(this.head, band ? band.head : "");
    set(this.todo, band ? band.more || (this.state.paused ? "To go on, press the space bar or Go on." : "") : "");
    const count = head.set ? `${dial.number} ${dial.below}` : "";
    announce([band ? [band.head, band.more].filter(Boolean).join(". ") : head.set ? "" : head.word, count].filter(Boolean).join(". "));
  }

  leave() { this.stops.forEach((stop) => stop()); this.picture.close(); }
}

const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };
