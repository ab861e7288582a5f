// Small helps for pages that work without them.
"use strict";

// What buttons say, in the page's language.
const words = document.currentScript.dataset;

// The setup code stands in the address only until it was read.
function useSetupCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  const door = document.getElementById("door");
  if (!door) return; // this browser is inside already
  door.elements.code.value = code;
  door.submit();
}
useSetupCode();
addEventListener("hashchange", useSetupCode);

// Show and hide what is typed into a secret's field.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? words.hide : shown;
  });
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

// The addresses of the two systems are kept in this browser, for this very
// origin, until the person signs out: after a restart only the tokens are gone.
try {
  for (const field of document.querySelectorAll("[data-remember]")) {
    field.value ||= localStorage.getItem(field.name) ?? "";
    field.form.addEventListener("submit", () => localStorage.setItem(field.name, field.value));
  }
  for (const form of document.querySelectorAll("form[action='/leave'], form[action='/forget']")) {
    form.addEventListener("submit", () => localStorage.clear());
  }
} catch { /* the browser keeps nothing */ }

// Copy a snippet, or a file that is at an address.
const textOf = async ({ copy, copyUrl }) => copyUrl ? (await fetch(copyUrl)).text() : document.getElementById(copy).textContent;
for (const button of document.querySelectorAll("[data-copy], [data-copy-url]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  if (button.dataset.copyUrl) button.nextElementSibling.hidden = true; // the link to the file
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(await textOf(button.dataset));
    button.textContent = words.copied;
  });
}

// A second press while the first is under way does nothing. The server would
// join the two anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  button?.setAttribute("aria-busy", "true");
  const status = form.querySelector("[data-busy]");
  if (!status) return;
  status.dataset.idle = status.textContent;
  status.textContent = status.dataset.busy;
  if ("cancel" in status.dataset) status.after(cancelOf(button));
});

// A request that only reads can be cancelled: the server stops once its client is gone.
function cancelOf(button) {
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "plain";
  cancel.dataset.cancels = "";
  cancel.textContent = words.cancel;
  cancel.addEventListener("click", () => {
    stop();
    unlock(words.cancelled);
    button?.focus();
  });
  return cancel;
}

// What was sent can be sent again once its request was stopped, or the page comes back from the browser's memory.
function unlock(said) {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    for (const status of form.querySelectorAll("[data-busy]")) {
      status.textContent = "cancel" in status.dataset ? said || status.dataset.idle : ""; // else the server goes on
    }
  }
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  for (const cancel of document.querySelectorAll("[data-cancels]")) cancel.remove();
}
addEventListener("pageshow", () => unlock(""));
window.navigation?.addEventListener("navigateerror", () => unlock(words.cancelled)); // by Escape or the browser's button

// An event stream says at once that it is there, and then every 15 seconds. One that does not is asked for again.
const watched = document.querySelector("[data-live]");
if (watched) {
  const patience = 35_000; // two heartbeats
  const again = 5_000;
  const lost = watched.querySelector("[data-lost]");
  let heard = false; // since the page was loaded
  let over = false;
  let timer;
  const wait = (ms) => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(ask, ms);
  };
  const ask = () => {
    if (document.hidden) return; // it pauses, and connects when the page is seen again
    lost.hidden = false;
    wait(patience);
    const stream = watched._htmx?.sse;
    if (stream) stream.reader?.cancel(); // it then connects by itself
    else htmx.trigger(watched, "again");
  };
  wait(again);
  document.addEventListener("visibilitychange", () => wait(again));
  watched.addEventListener("here", () => {
    heard = lost.hidden = true;
    wait(patience);
  });
  watched.addEventListener("done", () => {
    over = lost.hidden = true;
    wait();
  });
  watched.addEventListener("htmx:sse:before:connection", ({ detail: { connection } }) => {
    if (connection.attempt > 0) connection.config.reconnectDelay = lost.hidden ? 500 : again;
    Object.assign(connection.config, { reconnectMaxDelay: again, connectTimeout: 2 * again });
  });
  watched.addEventListener("htmx:sse:error", ({ detail: { status } }) => {
    if (heard && status >= 400 && status < 500) return location.reload(); // that page says why it is over
    lost.hidden = false;
  });
}

// When the work that a page watches is over, its heading has changed.
document.addEventListener("done", () => {
  const heading = document.querySelector("h1");
  document.title = `${heading.lastChild.textContent.trim()} – authpocket`;
});

// What a page watches is gone, as with a session that ended: the page itself says why.
document.addEventListener("htmx:sse:error", ({ detail }) => {
  if ([401, 403, 404, 410].includes(detail.status)) location.reload();
});

// A field for names completes the line that is being typed.
const lineAt = (field) => {
  const at = field.selectionStart;
  const end = field.value.indexOf("\n", at);
  return [field.value.lastIndexOf("\n", at - 1) + 1, end < 0 ? field.value.length : end];
};
document.addEventListener("input", (event) => {
  const finder = document.querySelector(`[data-finder="${event.target.id}"]`);
  if (!finder) return;
  const query = finder.firstElementChild;
  query.value = event.target.value.slice(...lineAt(event.target)).trim();
  if (query.value) query.dispatchEvent(new Event("find"));
  else finder.lastElementChild.replaceChildren();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add]");
  if (!button) return;
  const field = document.getElementById(button.dataset.to);
  field.setRangeText(button.dataset.add, ...lineAt(field), "end");
  button.closest("[role=status]").replaceChildren();
  field.focus();
});
