// The screen of a waiting room: what has changed is put in place every eight seconds. Without scripts the page reloads itself.
const SECONDS = 8;
const PARTS = ["main", ".lx-screen__clock"];

async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) {
    location.reload();
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of PARTS) {
    const there = document.querySelector(part);
    const now = fresh.querySelector(part);
    if (there && now && there.textContent !== now.textContent) {
      there.replaceWith(document.adoptNode(now));
    }
  }
}

setInterval(() => renew().catch(() => {}), SECONDS * 1000);
