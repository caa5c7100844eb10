// The set-up: what the camera sees, where to lie or stand, and a list that turns green.
import { announce, ask, h } from "./dom.js";
import { Picture } from "./canvas.js";
import * as link from "./link.js";

const SIGNS = { ok: ["✓", "in place"], no: ["!", "not yet"], null: ["·", "not known yet"] };

export class SetUp {
  constructor(state) {
    this.canvas = h("canvas.picture", { role: "img", "aria-label": "What the camera sees, with the outline of where to be" });
    this.list = h("ul.checks");
    this.say = h("p.say");
    this.cameras = h("div.cameras");
    this.sound = h("p.heard", { role: "status" });
    this.outline = null;
    const only = state.what?.kind === "setup";
    this.element = [
      h("h1", only ? "Try the camera" : "Set up the camera"),
      h("div.setup",
        h("div.view", this.canvas, this.say),
        h("div.side",
          h("p.camera-place", state.setup.camera),
          this.list,
          only ? null : h("p.begins", "It begins by itself once you have held the start position for two seconds."),
          h("div.actions",
            only ? null : h("button.big", { type: "button", onclick: () => link.send("begin") }, "Begin now"),
            h("button", { type: "button", onclick: () => this.hear() }, "Hear the voice"),
            h("button.quiet", { type: "button", onclick: () => link.send("end") }, only ? "Close the camera" : "Not today")),
          this.sound,
          this.cameras)),
    ];
    this.picture = new Picture(this.canvas, link.wide);
    this.stop = link.on("picture", (head, jpeg) => this.show(head, jpeg));
    if (state.setup.drill) ask(`/api/drills/${state.setup.drill}/outline`).then((found) => { this.outline = found.lines ? found : null; }, () => {});
    this.choose(state.setup.source);
    this.update(state);
  }

  async show(head, jpeg) {
    await this.picture.show(head, jpeg, this.placed ? null : this.outline);
    link.send("drawn", head.n);
  }

  update(state) {
    if (!state.setup) return;
    const { checks, say } = state.setup;
    this.placed = checks.every((one) => one.state === "ok");
    const text = say || (checks.every((one) => one.state === "ok") ? "All is in place." : "");
    this.list.replaceChildren(...checks.map(({ name, state }) => h(`li.${state || "open"}`,
      h("span.sign", { "aria-hidden": "true" }, SIGNS[state][0]), h("span", name), h("span.unseen", `, ${SIGNS[state][1]}`))));
    if (this.say.textContent !== text) { this.say.textContent = text; announce(text); }
  }

  hear() {
    link.send("sound");
    this.sound.textContent = "Did you hear a sentence? If not, check the loudspeaker, or switch the voice off in the settings.";
  }

  async choose(source) {
    if (document.body.dataset.phone) return;  // it is the camera
    const { cameras } = await ask("/api/cameras").catch(() => ({ cameras: [] }));
    if (cameras.length < 2) return;
    this.cameras.replaceChildren(h("h2", "Camera"), h("ul", cameras.map((camera) => h("li", h("button", {
      type: "button", "aria-pressed": String(camera.source === source), onclick: () => link.send("camera", camera.source),
    }, camera.jpeg ? h("img", { src: camera.jpeg, alt: "" }) : null, camera.name)))));
  }

  leave() { this.stop(); this.picture.close(); }
}
