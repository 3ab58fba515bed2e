"use strict";
document.documentElement.classList.add("js");

const open = (id) => {
  const target = id && document.getElementById(id);
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
  }
};
addEventListener("hashchange", () => open(decodeURIComponent(location.hash.slice(1))));
open(decodeURIComponent(location.hash.slice(1)));

const calls = [...document.querySelectorAll("[data-call]")];
const find = document.getElementById("find");
const denied = document.getElementById("denied");
const count = document.getElementById("count");
const show = () => {
  const words = find.value.trim().toLowerCase();
  let shown = 0;
  for (const call of calls) {
    const own = call.dataset.call.toLowerCase();
    const inner = [...call.querySelectorAll("[data-call]")];
    const fits = (c, text) => (!words || text.includes(words)) && (!denied.checked || c.dataset.denied === "yes");
    // A call stays when one that it made does.
    const keep = fits(call, own) || inner.some((c) => fits(c, c.dataset.call.toLowerCase()));
    call.hidden = !keep;
    shown += keep ? 1 : 0;
  }
  const filtered = words || denied.checked;
  for (const action of document.querySelectorAll("details.action")) {
    const any = action.querySelector("[data-call]:not([hidden])");
    action.hidden = Boolean(filtered) && !any;
    if (filtered && any) {
      action.open = true;
    }
  }
  count.textContent = `${shown} of ${calls.length} calls`;
};
if (find) {
  find.addEventListener("input", show);
  denied.addEventListener("change", show);
  show();
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    // A page from a file may not reach the clipboard: the text is selected in any case.
    getSelection().selectAllChildren(text);
    button.textContent = "Selected: press Ctrl+C";
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      // It stays selected.
    }
  });
}
