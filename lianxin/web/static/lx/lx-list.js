// The worklist by keyboard, as an enhancement. Single keys work only while the focus is in the list, so that no letter typed
// anywhere else does anything. Without JavaScript every row, tick and preview is reached with Tab.
const list = document.querySelector("[data-list]");
const help = document.getElementById("keys");

const rows = () => [...list.querySelectorAll(".lx-worklist__row")];
const rowOf = (node) => node.closest(".lx-worklist__row");
const link = (row) => row.querySelector(".lx-worklist__link");

function step(by) {
  const all = rows();
  const at = all.indexOf(rowOf(document.activeElement));
  const next = all[at + by];
  if (next) {
    link(next).focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function count() {
  const picked = list.querySelectorAll(".lx-worklist__tick:checked").length;
  const told = list.querySelector("[data-picked]");
  if (told) told.textContent = picked ? String(picked) : "";
}

function peekOf(row) {
  const next = row.nextElementSibling;
  return next && next.classList.contains("lx-peek") ? next : null;
}

function showHelp() {
  if (help && !help.open) help.showModal();
}

const keys = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  p: (row) => row.querySelector(".lx-worklist__peek")?.click(),
  x: (row) => row.querySelector(".lx-worklist__tick")?.click(),
  "?": () => showHelp(),
};

if (list) {
  const begun = rows().find((row) => row.classList.contains("lx-worklist__row--last"));
  if (begun) link(begun).focus({ preventScroll: true });

  list.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    const act = keys[event.key];
    if (!row || !act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act(row);
  });

  // the browser's own way back leads to the row one came from
  list.addEventListener("click", (event) => {
    const opened = event.target.closest(".lx-worklist__link");
    if (opened) history.replaceState(history.state, "", `#${rowOf(opened).id}`);
  });

  list.addEventListener("change", count);
  count();

  const all = list.querySelector("[data-pick-all]");
  if (all) {
    all.addEventListener("click", (event) => {
      event.preventDefault();
      for (const tick of list.querySelectorAll(".lx-worklist__tick")) tick.checked = true;
      count();
    });
  }

  for (const peek of list.querySelectorAll(".lx-worklist__peek")) peek.setAttribute("aria-expanded", "false");
  list.addEventListener("htmx:beforeRequest", (event) => {
    const row = rowOf(event.target);
    const open = row && peekOf(row);
    if (open) {
      event.preventDefault();
      open.remove();
      event.target.setAttribute("aria-expanded", "false");
    }
  });
  list.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && rowOf(event.target)) event.target.setAttribute("aria-expanded", "true");
    else if (event.detail.failed) location.assign(event.target.href);
  });
}

for (const button of document.querySelectorAll("[data-keys-help]")) {
  button.hidden = false;
  button.addEventListener("click", showHelp);
}
