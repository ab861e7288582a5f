// A test sign-in: waits at PocketBase's event stream, opens authentik in a
// window, and hands on what comes back.
"use strict";

const panel = document.querySelector("[data-signin]");
const show = (name, shown = true) => {
  for (const part of panel.querySelectorAll(`[data-when=${name}]`)) part.hidden = !shown;
};

// How long PocketBase may take to answer and to greet, and how long a window
// that seems to be closed may take to report back: a page may cut itself off
// from us, which looks the same.
const patience = 10_000;
const grace = 3_000;
const pauses = [500, 1_500, 4_000, 10_000, 15_000]; // before authpocket is told once more: a code is good for a minute

const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });
const soon = () => AbortSignal.timeout(patience);

/** Tells authpocket something, again where that got lost. Throws when it cannot be told. */
async function tell(path, values, following) {
  for (let i = 0; ; i++) {
    try {
      const answer = await fetch(panel.dataset.base + path, {
        method: "POST", body: new URLSearchParams(values), redirect: following, signal: soon(),
      });
      if (answer.status < 500 || i === pauses.length) return answer;
    } catch (problem) {
      if (i === pauses.length) throw problem;
    }
    await sleep(pauses[i]);
  }
}

/** authpocket cannot be told, or knows nothing of this test any more: nothing more will happen here. */
function lost(attempt) {
  if (attempt) end(attempt);
  show("told", false);
  show("lost");
}

/** Tells what came of an attempt. The answer leads back to the test's page. */
async function report(attempt, values) {
  if (attempt.over) return;
  end(attempt);
  show("told");
  const answer = await tell("/return", values, "follow");
  if (answer.status === 409) return location.reload(); // somebody else has told it, or nobody came in time
  if (!answer.ok || new URL(answer.url).pathname !== new URL(panel.dataset.base, location.href).pathname) lost();
}

const giveUp = (attempt, missing, status = "") => report(attempt, { missing, status });

/** Runs one step of an attempt. Whatever goes wrong in it is told, never swallowed. */
const guarded = (attempt, step) => async (...args) => {
  try {
    await step(attempt, ...args);
  } catch {
    lost(attempt);
  }
};

/** Why this browser does not get through to PocketBase, empty when it does. */
async function reach() {
  const there = new URL(panel.dataset.realtime);
  if (location.protocol === "https:" && there.protocol === "http:" && !/^(localhost|127\..*|\[::1\])$/.test(there.hostname)) return "mixed";
  const ask = (mode) => fetch(panel.dataset.health, { cache: "no-store", credentials: "same-origin", mode, signal: soon() });
  try {
    await ask("cors");
    return "";
  } catch {
    // An answer that this page may not read is an answer.
    return ask("no-cors").then(() => "cors", () => "unreachable");
  }
}

/** What PocketBase's event stream answers, for one that is none: 0 where it is one or cannot be asked. */
async function refusal() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(panel.dataset.realtime, { cache: "no-store", credentials: "same-origin", headers: { Accept: "text/event-stream" }, signal: stop.signal });
    const stream = answer.ok && (answer.headers.get("Content-Type") ?? "").startsWith("text/event-stream");
    return stream ? 0 : answer.status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
    stop.abort(); // a stream has no end
  }
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

/** No greeting came: it was held back, unless the way is barred altogether. */
async function silent(attempt) {
  clearTimeout(attempt.greeting);
  attempt.stream.close();
  const problem = await reach();
  if (problem) return giveUp(attempt, problem);
  const status = await refusal();
  return status ? giveUp(attempt, "refused", status) : giveUp(attempt, "stream");
}

/** The stream failed. With it goes the name under which PocketBase knows this page. */
async function broken(attempt) {
  if (attempt.over) return;
  if (attempt.clientId) return giveUp(attempt, "broken");
  if (attempt.stream.readyState === EventSource.CLOSED) return silent(attempt); // else the browser tries again by itself
}

/** The stream is there: subscribe, and send the window to authentik. */
async function greeted(attempt, event) {
  clearTimeout(attempt.greeting);
  if (attempt.clientId) return giveUp(attempt, "broken"); // it began anew under another name
  attempt.clientId = JSON.parse(event.data).clientId;
  let subscribed;
  try {
    subscribed = await fetch(panel.dataset.realtime, {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, signal: soon(),
      body: JSON.stringify({ clientId: attempt.clientId, subscriptions: ["@oauth2"] }),
    });
  } catch {
    return giveUp(attempt, (await reach()) || "broken");
  }
  if (!subscribed.ok) return giveUp(attempt, "refused", subscribed.status);
  if (attempt.over) return;
  const opened = await tell("/stage", { client: attempt.clientId }, "manual");
  if (opened.status === 409) {
    end(attempt);
    return show("used");
  }
  if (!opened.ok) return lost(attempt);
  const { url } = await opened.json();
  if (attempt.over) return; // cancelled meanwhile
  attempt.window.location.replace(url); // back does not lead to the page that waited
  show("greeting", false);
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
  await report(attempt, { state, code: code ?? "", error: error ?? "" });
}

function begin() {
  // at once, while the browser still knows that somebody clicked
  // In a frame our cookie is kept for the frame alone: a page of ours in a window would not know this test.
  const first = window === top ? panel.dataset.base + "/wait" : "";
  const attempt = { window: open(first, "_blank", "popup,width=480,height=720") };
  show("blocked", !attempt.window);
  if (!attempt.window) return;
  show("ready", false);
  show("waiting");
  show("greeting");
  attempt.stream = new EventSource(panel.dataset.realtime);
  attempt.stream.addEventListener("PB_CONNECT", guarded(attempt, greeted));
  attempt.stream.addEventListener("@oauth2", guarded(attempt, returned));
  attempt.stream.addEventListener("error", guarded(attempt, broken));
  attempt.greeting = setTimeout(guarded(attempt, silent), patience);
  for (const button of panel.querySelectorAll("[data-cancel]")) {
    button.addEventListener("click", guarded(attempt, () => giveUp(attempt, "closed")));
  }
}

if (panel?.dataset.realtime) {
  const buttons = panel.querySelectorAll("[data-begin]");
  for (const button of buttons) {
    button.disabled = true; // until it is known whether the way is open
    button.addEventListener("click", begin);
  }
  show("ready");
  show("asking");
  reach().catch(() => "unreachable").then((problem) => {
    show("asking", false);
    if (problem) show(problem);
    for (const button of buttons) button.disabled = false;
  });
}
