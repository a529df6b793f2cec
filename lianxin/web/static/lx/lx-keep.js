// Keeps what is typed into a form with data-keep (暂存): a moment after typing, and when the page goes out of sight.
// Without JavaScript the form's own button does the same. Files and passwords are never sent.
const DELAY = 1500;
const KEEPALIVE = 60000; // browsers refuse larger bodies that are to outlive their page

function bodyOf(form, how) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && form.elements[name]?.type !== "password") body.append(name, value);
  }
  body.set("keep", how);
  return body;
}

function line(form, words) {
  const place = form.querySelector("[data-keep-state]");
  if (place) place.textContent = words;
}

function warn(form, words, href) {
  let box = form.querySelector(".lx-keep__warning");
  if (!box) {
    box = document.createElement("div");
    box.className = "lx-notice lx-notice--warning lx-keep__warning";
    box.setAttribute("role", "alert");
    (form.querySelector(".lx-keep") || form).before(box);
  }
  const text = document.createElement("p");
  text.className = "lx-notice__text";
  text.textContent = words;
  if (href) {
    const link = document.createElement("a");
    Object.assign(link, { href, target: "_blank", rel: "noopener", className: "govuk-link lx-notice__link" });
    link.textContent = form.dataset.lostLink;
    text.append(" ", link);
  }
  box.replaceChildren(text);
}

function mark(form) {
  if (form.querySelector('input[name="kept"]')) return;
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "kept", value: "1" });
  form.append(input);
}

// After signing in anew the old form token is worthless: fetch the new one. False while nobody is signed in.
async function renewed(form) {
  const answer = await fetch(form.dataset.token, { credentials: "same-origin", redirect: "manual" });
  if (!answer.ok) return false;
  const { token } = await answer.json();
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token;
  return true;
}

function send(form, state, how) {
  const body = bodyOf(form, how);
  return fetch(form.dataset.keep, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual",
    keepalive: body.toString().length < KEEPALIVE,
    signal: state.stop.signal,
  });
}

async function keep(form, state, how = "auto") {
  clearTimeout(state.timer);
  if (state.sent) return;
  const typed = how === "auto";
  if (typed) state.dirty = false;
  try {
    let answer = await send(form, state, how);
    const again = answer.status === 403 && (await renewed(form));
    if (again) answer = await send(form, state, how);
    if (!typed && answer.ok) return;
    if (answer.ok) {
      const { at } = await answer.json();
      mark(form);
      form.querySelector(".lx-keep__warning")?.remove();
      line(form, form.dataset.saved + at);
    } else if (typed) {
      state.dirty = true;
      if (answer.status === 413) warn(form, form.dataset.long);
      else if (answer.status === 403 && !again) warn(form, form.dataset.lost, form.dataset.signIn);
      else warn(form, form.dataset.refused);
    }
  } catch (problem) {
    if (problem.name === "AbortError" || !typed) return;
    state.dirty = true;
    warn(form, form.dataset.offline);
  }
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  const state = { timer: 0, dirty: false, sent: false, stop: new AbortController() };
  const typed = () => {
    state.dirty = true;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => keep(form, state), DELAY);
  };
  const now = () => state.dirty && keep(form, state);
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", () => {
    state.sent = true;
    clearTimeout(state.timer);
    state.stop.abort();
  });
  document.addEventListener("visibilitychange", now);
  window.addEventListener("focus", now);
  window.addEventListener("online", now);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) Object.assign(state, { sent: false, stop: new AbortController() });
  });
  keep(form, state, "open");
}
