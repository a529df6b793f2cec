// Opens the search over policies beside a form, and puts a chosen paragraph where the cursor last stood in a text.
// Without JavaScript the link opens the search in a new tab.
const link = document.querySelector("[data-lx-knowledge]");
let field = null; // the text that last had the cursor
let panel = null;

function texts() {
  return [...document.querySelectorAll("main textarea")].filter((one) => !one.closest(".lx-know-panel"));
}

function insert(words) {
  const target = field && field.isConnected ? field : texts()[0];
  if (!target) return;
  const start = target.selectionStart ?? target.value.length;
  target.setRangeText(words, start, target.selectionEnd ?? start, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
  const open = words.match(/【填写[^】]*】/);
  if (open) target.setSelectionRange(start + open.index, start + open.index + open[0].length);
  const said = panel.querySelector("[data-lx-said]");
  said.textContent = said.dataset.inserted;
  if (window.matchMedia("(max-width: 60em)").matches) close();
  target.focus();
}

function close() {
  panel?.close();
}

async function open() {
  if (!panel) {
    panel = document.createElement("dialog");
    panel.className = "lx-know-panel";
    panel.setAttribute("aria-labelledby", "knowledge-panel");
    const answer = await fetch(link.dataset.lxKnowledge, { credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) {
      panel = null;
      window.open(link.href, "_blank", "noopener");
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.append(...page.body.childNodes);
    document.querySelector("main").append(panel);
    window.htmx?.process(panel);
    panel.addEventListener("close", () => (field && field.isConnected ? field : link).focus());
  }
  panel.show();
  panel.querySelector("#knowledge-q").focus();
}

if (link && texts().length) {
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLTextAreaElement && texts().includes(event.target)) field = event.target;
  });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !panel?.contains(event.target)) return;
    const button = event.target.closest("[data-lx-insert]");
    if (button) insert(button.dataset.lxInsert);
    if (event.target.closest("[data-lx-close]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel?.open) close();
  });
  document.addEventListener("submit", (event) => {
    if (panel?.contains(event.target)) event.preventDefault();
  });
}
