"use strict";
// The page works without this: new posts appear by themselves, that is all.

// What a page said of the last act is not said again when it is loaded anew.
if (new URLSearchParams(location.search).has("said")) {
  const address = new URL(location.href);
  address.searchParams.delete("said");
  history.replaceState(null, "", address);
}

// Ctrl-Enter sends what is being written.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field instanceof HTMLTextAreaElement && field.form) {
    field.form.requestSubmit();
  }
});

// --- a node that has gone

const gone = document.getElementById("gone");
const AGAIN = 2000; // milliseconds from one look at a node that has gone to the next
// An older browser sends its forms at once: what it cannot ask must not keep it from sending.
const canAsk = "timeout" in AbortSignal && "requestSubmit" in HTMLFormElement.prototype;
let looking = null;

// "" where the node answers to this session; "away" or "closed" where it does not. A session that was
// opened meanwhile, in another tab, has another token: the forms of this page are sent with that one.
async function state() {
  try {
    const answer = await fetch("/alive", { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(10000) });
    if (answer.status === 401) return "closed";
    if (!answer.ok) return "away";
    const token = await answer.text();
    for (const field of document.querySelectorAll("form input[name=csrf]")) field.value = token;
    return "";
  } catch {
    return "away";
  }
}

function tell(found) {
  for (const line of gone.children) line.hidden = line.dataset.when !== found;
}

// Look once; while nothing answers, say so and look again. Gives what was found at first.
async function look() {
  if (!canAsk) return "";
  const found = await state();
  tell(found);
  clearTimeout(looking);
  if (found) looking = setTimeout(look, AGAIN);
  return found;
}

// A form that was sent is not sent again by a second press; a little later it may be. And none is sent
// to a node that would not take it: the page stays, with all that was typed.
const sent = new WeakMap();
let passing = null;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === passing) {
    passing = null;
    return;
  }
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < 3000) {
    event.preventDefault();
    return;
  }
  sent.set(form, event.timeStamp);
  if (!gone || !canAsk || form.method !== "post") return;
  event.preventDefault();
  const submitter = event.submitter;
  look().then((found) => {
    if (found) {
      sent.delete(form);
      gone.scrollIntoView({ block: "nearest" });
      return;
    }
    passing = form;
    form.requestSubmit(submitter);
    passing = null; // where a field is not filled in, nothing was sent
  });
});

// Menus close by Escape, and when something else is pressed.
function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== but) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest && event.target.closest("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- new posts

const place = document.getElementById("fresh");

// The server's HTML becomes a document in which no script runs; nothing is parsed from a string.
function load(address) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = 30000;
    request.onload = () => (request.status === 200 && request.response ? done(request.response) : failed(request.status));
    request.onerror = request.ontimeout = failed;
    request.send();
  });
}

class Fresh {
  constructor(posts) {
    this.posts = posts;
    this.shown = Number(document.body.dataset.arrival); // all up to here is on the page
    this.newest = this.shown;
    this.busy = false;
  }

  arrived(arrival) {
    this.newest = Math.max(this.newest, arrival);
    this.look();
  }

  async look() {
    if (this.busy || this.newest <= this.shown || document.hidden) return;
    this.busy = true;
    try {
      const query = document.body.dataset.fresh;
      const found = await load(`${query}${query.endsWith("?") ? "" : "&"}after=${this.shown}`);
      this.newest = Math.max(this.newest, Number(found.body.dataset.arrival));
      this.found = found;
      this.offer();
    } catch {
      // The node stops, or the session has ended: the next arrival tries again.
    }
    await new Promise((later) => setTimeout(later, 500));
    this.busy = false;
    if (this.newest > Number(this.found ? this.found.body.dataset.arrival : this.shown)) this.look();
  }

  offer() {
    const data = this.found.body.dataset;
    const count = this.found.querySelectorAll("#posts > article").length;
    if (!count && !data.more) {
      this.shown = Number(data.arrival);
      return;
    }
    const button = place.querySelector("button") || document.createElement("button");
    button.type = "button";
    button.textContent = data.words;
    button.onclick = () => this.show();
    if (!button.isConnected) place.replaceChildren(button);
  }

  show() {
    const data = this.found.body.dataset;
    if (data.more) {
      location.assign("/");
      return;
    }
    const articles = [...this.found.querySelectorAll("#posts > article")].filter((one) => !document.getElementById(one.id));
    const made = articles.map((one) => document.importNode(one, true));
    this.posts.prepend(...made);
    this.shown = Number(data.arrival);
    place.replaceChildren();
    if (made.length) {
      made[0].tabIndex = -1;
      made[0].focus();
    }
  }
}

// One stream for all tabs: a browser opens six connections to a host, and the seventh tab would
// wait. The tab that has the lock listens, and tells the others.
if (place) {
  const fresh = new Fresh(document.getElementById("posts"));
  const tabs = new BroadcastChannel("live");
  tabs.onmessage = (event) => (event.data === "lost" ? look() : fresh.arrived(Number(event.data)));
  document.addEventListener("visibilitychange", () => fresh.look());
  const open = () => {
    const stream = new EventSource("/live");
    stream.addEventListener("arrival", (event) => {
      fresh.arrived(Number(event.data));
      tabs.postMessage(Number(event.data));
    });
    stream.addEventListener("error", () => {
      look();
      tabs.postMessage("lost");
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, AGAIN); // it was refused
    });
  };
  const listen = () => new Promise(open);
  if (navigator.locks) navigator.locks.request("live", listen);
  else listen();
}
