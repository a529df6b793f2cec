// Passkeys: a button with data-passkey fetches the options, asks the browser, puts the answer into its form and sends it.
// Without JavaScript, or in a browser without passkeys, the buttons stay hidden; password and codes work as ever.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function read(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const one of list || []) one.id = bytes(one.id);
  }
  return options;
}

function written(credential) {
  const given = credential.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[name]) response[name] = text(given[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

async function ask(button) {
  const form = button.form;
  button.disabled = true;
  try {
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    const answer = await fetch(button.dataset.options, { method: "POST", body, credentials: "same-origin" });
    if (answer.ok) {
      const publicKey = read(await answer.json());
      const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
      form.elements[button.dataset.into].value = written(credential);
    }
    form.submit();
  } catch {
    button.disabled = false;
    button.focus();
  }
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => ask(button));
  }
}
