// The computer's page for the telephone: the code to scan, and how to know that nobody is in between.
import { announce, ask, h } from "./dom.js";

export async function open() {
  const element = h("div.telephone");
  let shown = "", timer = 0, gone = false;

  async function look() {
    const found = await ask("/api/phone").catch(() => null);
    if (gone) return;
    if (found && JSON.stringify(found) !== shown) {
      shown = JSON.stringify(found);
      element.replaceChildren(...page(found).filter(Boolean));
    }
    timer = setTimeout(look, 1500);
  }

  function page(found) {
    if (!found.on) return [h("h1", "Telephone"), h("p.lead", "A telephone can be camera and screen, in your own Wi-Fi."), h("p", "Start formcheck with ", h("code", "formcheck app --phone"), ". Nothing listens in the network without that.")];
    const renew = async () => { await ask("/api/phone", { method: "POST" }); clearTimeout(timer); look(); };
    const said = found.ready ? "A telephone is connected, and ready as camera." : found.here ? "A telephone is connected. Tap Use the camera on it." : found.taken ? "The telephone that was let in is away. Open formcheck on it again." : "No telephone yet.";
    announce(said);
    return [
      h("h1", "Telephone"),
      h("p.kept", { role: "status" }, said),
      found.code ? h("section", h("h2", "1. Scan this with the telephone's camera"),
        h("p", "The telephone must be in the same Wi-Fi as this computer. The code lets one telephone in, once."),
        h("img.code", { src: found.code, alt: "The code to scan" }),
        h("details", h("summary", "I cannot scan it"), h("p", "Type this address into the telephone's browser:"), h("p", h("code.long", found.url)))) : null,
      found.code ? h("section", h("h2", "2. The browser will warn you"),
        h("p", "It says that the connection is not private, or not safe. That is because this computer made the certificate itself, and no company vouches for it. The connection is encrypted all the same."),
        h("p", "To be sure that you speak with this computer and with nobody in between: on the warning, open the details of the certificate. Its SHA-256 fingerprint must be this one:"),
        h("p", h("code.long", found.fingerprint)),
        h("p", "If it is the same, go on: Advanced, then Proceed (Chrome), or Show details, then visit this website (Safari). If it is another one, do not go on.")) : null,
      found.taken ? h("section", h("h2", "Another telephone"), h("p", "There is only one at a time. A new code shuts out the one that was let in."), h("p", h("button", { type: "button", onclick: renew }, "Make a new code"))) : null,
    ];
  }

  await look();
  return { element, leave: () => { gone = true; clearTimeout(timer); } };
}
