// A drill's moving figure: one repetition of a body, as joints of the catalogue.
import { s } from "./dom.js";

/** A figure for a drill, where there is one; it stands still where motion is not wanted. */
export function figure(name, label = "") {
  const svg = s("svg", { viewBox: "0 0 120 90", class: "figure", ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }) });
  return svg;
}
