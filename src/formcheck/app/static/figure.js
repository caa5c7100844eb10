// A drill's moving figure: one good repetition of a body, from the sample clips (tools/moving.py).
import { calm, s } from "./dom.js";

const LIMBS = [[1, 2], [2, 3], [4, 5], [5, 6], [6, 7], [1, 4]];  // of one side; the other is 7 further on
let moving = null;
const figures = new Set();

/** A figure for a drill, where there is one; it stands still where motion is not wanted. */
export function figure(name) {
  const svg = s("svg", { viewBox: "0 0 120 90", class: "figure", "aria-hidden": "true" });
  moving ||= fetch("/static/moving.json").then((answer) => answer.json());
  moving.then((all) => { if (all[name]) start(svg, all[name]); });
  return svg;
}

function start(svg, { s: seconds, far, frames }) {
  const limbs = [8, 1].flatMap((first) => LIMBS.map(([a, b]) => [a + first - 1, b + first - 1, (first === 8) === (far === 2) && far !== 0]));
  limbs.push([1, 8, false], [4, 11, false]);
  limbs.sort((x, y) => y[2] - x[2]);
  const lines = limbs.map(([, , back]) => s("line", { class: back ? "limb far" : "limb" }));
  const head = s("circle", { r: 5.2, class: "head" });
  svg.replaceChildren(...lines, head);
  const draw = (at) => {
    const n = Math.floor(at), share = at - n, a = frames[n], b = frames[Math.min(n + 1, frames.length - 1)];
    const v = (i) => a[i] + (b[i] - a[i]) * share;
    lines.forEach((line, i) => {
      const [p, q] = limbs[i];
      line.setAttribute("x1", v(2 * p)); line.setAttribute("y1", v(2 * p + 1));
      line.setAttribute("x2", v(2 * q)); line.setAttribute("y2", v(2 * q + 1));
    });
    head.setAttribute("cx", v(0)); head.setAttribute("cy", v(1));
  };
  draw(calm() ? Math.floor(frames.length / 2) : 0);
  if (!calm()) { figures.add({ svg, draw, length: frames.length - 1, rate: (frames.length - 1) / Math.max(2, seconds) }); run(); }
}

let running = false;
function run() {
  if (running) return;
  running = true;
  requestAnimationFrame(function step(now) {
    for (const one of figures) {
      if (!one.svg.isConnected && one.seen) figures.delete(one);
      else if (one.svg.isConnected) { one.seen = true; one.draw((now / 1000 * one.rate) % one.length); }
    }
    if (figures.size) setTimeout(() => requestAnimationFrame(step), 40); else running = false;
  });
}
