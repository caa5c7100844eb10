// How the page looks in this browser: its colours and the size of its text. Kept in this browser.

export const THEMES = [["", "As the system says"], ["light", "Light"], ["dark", "Dark"]];
export const SIZES = [["", "Normal"], ["large", "Large"], ["huge", "Very large"]];

export const chosen = (what) => localStorage.getItem(what) || "";

export function choose(what, value) {
  localStorage.setItem(what, value);
  apply();
}

export function apply() {
  const root = document.documentElement;
  for (const what of ["theme", "size"]) {
    if (chosen(what)) root.dataset[what] = chosen(what);
    else delete root.dataset[what];
  }
}
