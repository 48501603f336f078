/** The board of a draft: pick a family up, see per evening what it would cost, put it down; hear what others change.
    Every one of these can be done without this script too, on the page of the family. */

const board = document.getElementById("bord");
const dialog = document.getElementById("bord-venster");
const said = document.getElementById("gezegd");
const edits = board.hasAttribute("data-edits");
const EVERY = 4000; // milliseconds between two looks at what others did

let revision = Number(board.dataset.revision);
let picked = null; // {visit, name, card, spots: Map of evening -> spot}
let isBusy = false;

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
const visitUrl = (visit, action = "") => `${board.dataset.visitUrl.replace("/0/", `/${visit}/`)}${action}`;
const say = (text) => {
  said.textContent = text;
};

// --- talking to the server ---

/** A request that says it comes from the board. Answers {status, data}; null when there is no connection. */
async function ask(url, fields = null) {
  const options = { headers: { "X-Board": "1" } };
  if (fields) {
    options.method = "POST";
    options.headers["X-CSRFToken"] = token();
    options.body = new URLSearchParams(fields);
  }
  try {
    const response = await fetch(url, options);
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, data: isJson ? await response.json() : null };
  } catch {
    return null;
  }
}

/** Carry out a change and show the answer: what is new, or why it was not done. */
async function change(url, fields) {
  if (isBusy) {
    return;
  }
  isBusy = true;
  board.setAttribute("aria-busy", "true");
  say(board.dataset.sayWait);
  const where = Object.fromEntries(new URLSearchParams(board.dataset.query));
  const answer = await ask(url, { ...where, revision, ...fields });
  board.removeAttribute("aria-busy");
  isBusy = false;
  if (!answer?.data) {
    say(board.dataset.sayLost);
    return;
  }
  show(answer.data);
  if (answer.data.dialog) {
    open(answer.data.dialog);
  } else {
    say(answer.data.done ?? (answer.data.said ?? []).join(" "));
  }
}

/** Put new parts in place of those with the same id; the season's evening beside it is fetched anew. */
function show(data) {
  if (data.revision !== undefined) {
    revision = data.revision;
  }
  const focused = document.activeElement?.closest?.("[data-visit]")?.dataset.visit;
  for (const [id, html] of Object.entries(data.parts ?? {})) {
    const old = document.getElementById(id);
    if (old) {
      const made = document.createElement("template");
      made.innerHTML = html.trim();
      old.replaceWith(made.content);
      document.getElementById(id)?.classList.add("board-fresh");
    }
  }
  for (const field of dialog.querySelectorAll("input[name=revision]")) {
    field.value = revision;
  }
  const panel = document.getElementById("avond");
  if (Object.keys(data.parts ?? {}).length && panel.dataset.url) {
    openEvening(panel.dataset.url);
  }
  if (focused) {
    document.querySelector(`[data-visit="${focused}"] .board-name`)?.focus({ preventScroll: true });
  }
}

function open(html) {
  say("");
  dialog.innerHTML = html;
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), button")?.focus();
}

async function openEvening(url) {
  const panel = document.getElementById("avond");
  const response = await fetch(url, { headers: { "X-Board": "1" } }).catch(() => null);
  if (response?.ok) {
    panel.dataset.url = url;
    panel.innerHTML = await response.text();
  }
}

// --- picking up and putting down ---

async function pickUp(card) {
  putBack();
  if (!edits || !card.hasAttribute("data-moves")) {
    return;
  }
  const { visit, name } = card.dataset;
  picked = { visit, name, card, spots: new Map(), isFresh: true };
  card.classList.add("board-up");
  board.classList.add("board-picking");
  const answer = await ask(visitUrl(visit, "plekken/"));
  if (picked?.visit !== visit) {
    return;
  }
  if (!answer?.data) {
    putBack();
    say(board.dataset.sayLost);
    return;
  }
  picked.spots = new Map(answer.data.spots.map((spot) => [spot.evening, spot]));
  for (const cell of document.querySelectorAll("td[data-evening]")) {
    hint(cell, picked.spots.get(cell.dataset.evening));
  }
  say(`${name} ${board.dataset.sayUp}`);
}

/** What this evening would cost, in the cell itself. */
function hint(cell, spot) {
  const line = cell.querySelector("[data-hint]");
  if (!spot || spot.tone === "bad") {
    cell.classList.add("board-no");
    if (spot) {
      cell.title = spot.words.join(" ");
      cell.setAttribute("aria-label", `${cell.dataset.label}: ${board.dataset.sayNot}. ${spot.words.join(" ")}`);
    }
    return;
  }
  cell.classList.add("board-yes", `board-yes-${spot.tone}`);
  cell.title = [spot.moment, spot.costs, ...spot.words].join(". ");
  cell.setAttribute("aria-label", [cell.dataset.label, spot.start, spot.costs, ...spot.words].join(". "));
  line.hidden = false;
  const strong = document.createElement("b");
  strong.textContent = spot.start;
  const isSeason = cell.closest(".board-season");
  line.replaceChildren(strong, ` ${isSeason ? spot.short : spot.costs}`);
  if (spot.tone === "wait" && !isSeason) {
    const words = document.createElement("span");
    words.textContent = spot.words[0] ?? "";
    line.append(words);
  }
}

/** Not after all, or it is done: the hints go. */
function putBack() {
  if (!picked) {
    return;
  }
  picked.card.classList.remove("board-up");
  picked = null;
  board.classList.remove("board-picking", "board-dragging");
  for (const cell of document.querySelectorAll("td[data-evening], [data-tray]")) {
    cell.classList.remove("board-no", "board-yes", "board-over", "board-yes-good", "board-yes-info", "board-yes-wait");
    cell.removeAttribute("title");
    cell.removeAttribute("aria-label");
    const line = cell.querySelector("[data-hint]");
    if (line) {
      line.hidden = true;
      line.textContent = "";
    }
  }
}

function putDown(target, position = null) {
  const { visit } = picked;
  const evening = target.dataset.evening ?? "";
  putBack();
  const fields = { evening };
  if (position !== null) {
    fields.position = position;
  }
  change(visitUrl(visit, "verplaatsen/"), fields);
}

// --- the mouse ---

board.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-moves]");
  if (card) {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.name);
    pickUp(card);
    board.classList.add("board-dragging"); // what evenings say now must not move them from under the mouse
  }
});

const targetOf = (event) => event.target.closest?.("td[data-evening], [data-tray], section[data-evening]");

board.addEventListener("dragover", (event) => {
  const target = picked && targetOf(event);
  if (target) {
    event.preventDefault();
    if (!target.classList.contains("board-over")) {
      document.querySelector(".board-over")?.classList.remove("board-over");
      target.classList.add("board-over");
      tell(target);
    }
  }
});

/** What the evening under the mouse, or the one with the focus, would cost: in words, above the board. */
function tell(target) {
  say(target.getAttribute("aria-label") ?? (target.matches("[data-tray]") ? board.dataset.sayTray : ""));
}

board.addEventListener("focusin", (event) => {
  if (!picked || !event.target.matches("td[data-evening], [data-tray]")) {
    return;
  }
  if (picked.isFresh) {
    picked.isFresh = false; // how it works was said just now: that is read first
  } else {
    tell(event.target);
  }
});

board.addEventListener("drop", (event) => {
  const target = picked && targetOf(event);
  if (target) {
    event.preventDefault();
    putDown(target, placeAmong(target, event));
  }
});

board.addEventListener("dragend", () => {
  if (picked) {
    putBack();
    say(board.dataset.sayCancel);
  }
});

/** Dropped on a family: before or after it. Beside the families: the best place. */
function placeAmong(target, event) {
  const card = event.target.closest("[data-position]");
  if (!card || !target.dataset.evening || card === picked.card) {
    return null;
  }
  const box = card.getBoundingClientRect();
  const after = event.clientY > box.top + box.height / 2 ? 1 : 0;
  let place = Number(card.dataset.position) + after;
  const own = picked.card.dataset.position;
  if (target.contains(picked.card) && own !== undefined && Number(own) < place) {
    place -= 1;
  }
  return place;
}

// --- the keyboard ---

document.addEventListener("keydown", (event) => {
  if (dialog.open) {
    return;
  }
  if (picked) {
    onPicked(event);
    return;
  }
  const card = document.activeElement?.closest?.("[data-moves]");
  if (card && board.contains(card) && [" ", "Enter"].includes(event.key)) {
    event.preventDefault();
    pickUp(card).then(() => focusFirst(card));
  }
});

function onPicked(event) {
  const here = document.activeElement?.closest?.("td[data-evening], [data-tray]");
  if (event.key === "Escape") {
    const { visit } = picked;
    putBack();
    say(board.dataset.sayCancel);
    document.querySelector(`[data-visit="${visit}"] .board-name`)?.focus();
  } else if (["Enter", " "].includes(event.key) && here) {
    event.preventDefault();
    putDown(here);
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    step(here, event.key);
  }
}

/** The evening that the family stands in, or else the cheapest that it could go to. */
function focusFirst(card) {
  if (picked) {
    (card.closest("td[data-evening]") ?? document.querySelector("td.board-yes") ?? firstCell())?.focus();
  }
}

const firstCell = () => document.querySelector("td[data-evening]");

/** The next evening in this direction; to the right of the last one is the tray. */
function step(here, key) {
  const tray = document.querySelector("[data-tray]");
  if (!here || here === tray) {
    (key === "ArrowLeft" ? (document.querySelector("td.board-yes") ?? firstCell()) : firstCell())?.focus();
    return;
  }
  const row = here.parentElement;
  const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  let [line, column] = [row, here.cellIndex + across];
  for (;;) {
    if (down) {
      line = down > 0 ? line.nextElementSibling : line.previousElementSibling;
    }
    const cell = line?.cells[column];
    if (!cell || cell.tagName === "TH") {
      break;
    }
    if (cell.dataset.evening) {
      cell.focus();
      return;
    }
    column += across;
  }
  if (key === "ArrowRight") {
    tray.focus();
  }
}

// --- forms and links of the board ---

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-board-form]");
  if (form) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    delete fields.csrfmiddlewaretoken;
    dialog.close();
    change(form.action, { ...fields, revision: fields.revision ?? revision });
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-closes]")) {
    event.preventDefault();
    dialog.close();
    return;
  }
  const link = event.target.closest("[data-evening-url]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const url = new URL(link.href);
    openEvening(`${url.pathname}${url.search}&${board.dataset.query}`).then(() => document.getElementById("avond").scrollIntoView({ block: "nearest" }));
  }
});

// --- what others do ---

async function look() {
  if (document.hidden || picked || isBusy || dialog.open) {
    return;
  }
  const reserved = encodeURIComponent(board.dataset.reserved);
  const answer = await ask(`${board.dataset.news}?sinds=${revision}&vast=${reserved}&${board.dataset.query}`);
  if (answer?.status === 200 && answer.data?.parts && !picked && !isBusy) {
    show(answer.data);
    board.dataset.reserved = answer.data.reserved;
    if (answer.data.news.length) {
      say(answer.data.news.join(" "));
    }
  } else if (answer?.status === 404) {
    window.location.reload();
  }
}

document.querySelector(".board-weeks [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
setInterval(look, EVERY);
