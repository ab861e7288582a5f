// A test sign-in: waits at PocketBase's event stream, opens authentik in a
// window, and hands on what comes back.
"use strict";

const panel = document.querySelector("[data-signin]");
const show = (name, shown = true) => {
  for (const part of panel.querySelectorAll(`[data-when=${name}]`)) part.hidden = !shown;
};
const tell = (path, values) => fetch(panel.dataset.base + path, {
  method: "POST", body: new URLSearchParams(values), redirect: "manual",
});

// How long PocketBase may take to greet, and how long a window that seems to
// be closed may take to report back: a page may cut itself off from us, which
// looks the same.
const greeting = 10_000;
const grace = 3_000;

/** Whether this browser reaches PocketBase at all. */
async function reach() {
  const there = new URL(panel.dataset.realtime);
  if (location.protocol === "https:" && there.protocol === "http:" && !/^(localhost|127\..*|\[::1\])$/.test(there.hostname)) return "mixed";
  try {
    await fetch(panel.dataset.health, { cache: "no-store", credentials: "omit" });
    return "";
  } catch {
    return "unreachable";
  }
}

/** Tells the server that nothing came back, and why. */
async function giveUp(attempt, missing) {
  if (attempt.over) return;
  end(attempt);
  await tell("/return", { missing });
}

function end(attempt) {
  attempt.over = true;
  attempt.stream?.close();
  clearTimeout(attempt.greeting);
  clearInterval(attempt.watch);
  if (!attempt.window.closed) attempt.window.close();
  show("waiting", false);
  show("closed", false);
}

/** The stream is there: subscribe, and send the window to authentik. */
async function greeted(attempt, event) {
  clearTimeout(attempt.greeting);
  const clientId = JSON.parse(event.data).clientId;
  if (attempt.clientId) return giveUp(attempt, "stream"); // it broke off and began anew under another name
  attempt.clientId = clientId;
  const subscribed = await fetch(panel.dataset.realtime, {
    method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ clientId, subscriptions: ["@oauth2"] }),
  }).catch(() => null);
  if (!subscribed?.ok) return giveUp(attempt, "stream");
  const opened = await tell("/stage", { client: clientId });
  if (!opened.ok) {
    end(attempt);
    return show("used");
  }
  attempt.window.location = (await opened.json()).url;
  watch(attempt);
}

/** Notices a window that seems to be closed. That alone ends nothing. */
function watch(attempt) {
  let since = 0;
  attempt.watch = setInterval(() => {
    if (!attempt.window.closed) since = 0;
    else if (since === 0) since = Date.now();
    const closed = since > 0 && Date.now() - since >= grace;
    show("closed", closed);
    show("waiting", !closed);
  }, 500);
}

async function returned(attempt, event) {
  const { state, code, error } = JSON.parse(event.data);
  if (attempt.over || state !== attempt.clientId) return;
  end(attempt);
  await tell("/return", { state, code: code ?? "", error: error ?? "" });
}

function begin() {
  // at once, while the browser still knows that somebody clicked
  const attempt = { window: open("", "_blank", "popup,width=480,height=720") };
  show("blocked", !attempt.window);
  if (!attempt.window) return;
  show("ready", false);
  show("waiting");
  attempt.stream = new EventSource(panel.dataset.realtime);
  attempt.stream.addEventListener("PB_CONNECT", (event) => greeted(attempt, event));
  attempt.stream.addEventListener("@oauth2", (event) => returned(attempt, event));
  attempt.greeting = setTimeout(() => giveUp(attempt, "stream"), greeting);
  for (const button of panel.querySelectorAll("[data-cancel]")) {
    button.addEventListener("click", () => giveUp(attempt, "closed"));
  }
}

if (panel?.dataset.realtime) {
  show("ready");
  for (const button of panel.querySelectorAll("[data-begin]")) button.addEventListener("click", begin);
  reach().then((problem) => problem && show(problem));
}
