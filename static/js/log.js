// @ts-check
/**
 * The log that saves itself. Every change is first kept on this device, sealed, and then sent; what was sent is
 * dropped here. Without a network it waits and says so. Each save has an id of its own: sending it twice is one
 * save. The version says what this page started from; when another device was ahead, both texts stay.
 * Without this script the page is a plain form.
 */
import { datum, element } from "./elements.js";
import { dropDraft, findDraft, keepDraft, sweepDrafts } from "./local_drafts.js";

const WAIT_MS = 600;
const AGAIN_MS = 20_000;
const TIMEOUT_MS = 15_000;
const MAX_UNANSWERED = 40;
const NOT_TYPED = new Set(["csrfmiddlewaretoken", "client_id", "version", "unanswered", "action"]);

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | HTMLButtonElement} Field */
/** @typedef {Record<string, string[]>} Fields what is typed, by field name */

const form = element(document, "form[data-log]", HTMLFormElement);
const owner = datum(form, "owner");
const visit = datum(form, "visit");
const draftUrl = datum(form, "draftUrl");
const status = element(form, "[data-save-state]", HTMLElement);
const refusal = element(status, "[data-refusal]", HTMLElement);
const versionField = element(form, "[name=version]", HTMLInputElement);
const unansweredField = element(form, "[name=unanswered]", HTMLInputElement);
const local = { owner, visit, page: location.pathname };

let version = Number(versionField.value);
let unanswered = unansweredField.value.split(",").filter(Boolean);
let isDirty = false;
let isKeptHere = true;
/** @type {Promise<boolean> | null} */
let sending = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let isStopped = false;
/** @type {HTMLElement | null} the button that was pressed */
let finishes = null;

/**
 * Say how the saving goes.
 * @param {"saving" | "saved" | "offline" | "signed-out" | "conflict" | "refused"} state
 * @param {string} words why the server refused
 */
function show(state, words = "") {
  status.dataset.saveState = state === "offline" && !isKeptHere ? "unkept" : state;
  refusal.textContent = words;
}

/** What is typed, by field name, each a list. */
function typed() {
  /** @type {Fields} */
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (!NOT_TYPED.has(name) && typeof value === "string" && value !== "") {
      (fields[name] ??= []).push(value);
    }
  }
  return fields;
}

/**
 * Put kept fields back into the form.
 * @param {Fields} fields
 */
function fill(fields) {
  for (const field of /** @type {Iterable<Field>} */ (/** @type {unknown} */ (form.elements))) {
    if (!field.name || NOT_TYPED.has(field.name)) {
      continue;
    }
    const values = fields[field.name] ?? [];
    if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
      field.checked = values.includes(field.value);
    } else {
      field.value = values[0] ?? "";
    }
  }
  for (const fold of form.querySelectorAll("details")) {
    fold.open ||= [...fold.querySelectorAll("input")].some((field) =>
      field.type === "radio" ? field.checked : field.value,
    );
  }
}

let keeping = Promise.resolve();

/** Keep it on this device, one time after the other: an older text never lands on a newer one. */
function keepHere() {
  keeping = keeping.then(keepNow);
  return keeping;
}

/** What stands here now; a browser that cannot keep it (a private window) is said to be unable to. */
async function keepNow() {
  try {
    await keepDraft({ ...local, content: { fields: typed(), version, unanswered } });
    isKeptHere = true;
  } catch {
    isKeptHere = false;
  }
}

/** No network: said once all that was typed is kept here. With a newer change under way its own save says it. */
async function showOffline() {
  const kept = keeping;
  await kept;
  if (kept === keeping) {
    show("offline");
  }
}

/**
 * What one save sends.
 * @param {string} id of this save
 */
function body(id) {
  const data = new FormData(form);
  data.set("client_id", id);
  data.set("version", String(version));
  data.set("unanswered", unanswered.join(","));
  data.delete("action");
  return data;
}

/** One save. Returns true when the server has all of it. */
async function sendOnce() {
  const id = crypto.randomUUID();
  const data = body(id);
  isDirty = false;
  unanswered = [...unanswered, id].slice(-MAX_UNANSWERED);
  await keepHere();
  let response;
  try {
    response = await fetch(draftUrl, {
      method: "POST",
      body: data,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    isDirty = true;
    await showOffline();
    return false;
  }
  return answered(response);
}

/**
 * Take in what the server answered to a save. Returns true when it has all of it.
 * @param {Response} response
 */
async function answered(response) {
  if (response.ok) {
    ({ version } = await response.json());
    unanswered = [];
    if (!isDirty) {
      await dropDraft(visit).catch(() => {});
      show("saved");
    }
    return true;
  }
  isDirty = true;
  if (response.type === "opaqueredirect" || response.status === 403) {
    show("signed-out");
  } else if (response.status === 409 || response.status === 410) {
    isStopped = true;
    show("conflict");
  } else if (response.status === 422) {
    show("refused", (await response.json()).error);
  } else {
    await showOffline();
  }
  return false;
}

/** Send until the server has what stands here, one save at a time. */
function send() {
  clearTimeout(timer);
  sending ??= (async () => {
    let isDone = !isDirty;
    while (isDirty && !isStopped) {
      show("saving");
      isDone = await sendOnce();
      if (!isDone) {
        break;
      }
    }
    sending = null;
    if (!isDone && !isStopped) {
      timer = setTimeout(send, AGAIN_MS);
    }
    if (isDone && finishes) {
      submitNow();
    }
    return isDone;
  })();
  return sending;
}

function changed() {
  isDirty = true;
  keepHere();
  if (isStopped) {
    return;
  }
  show("saving");
  clearTimeout(timer);
  timer = setTimeout(send, WAIT_MS);
}

function setHidden() {
  versionField.value = String(version);
  unansweredField.value = unanswered.join(",");
}

/** The form's own submit, with the button that was pressed. */
function submitNow() {
  const button = finishes;
  finishes = null;
  setHidden();
  form.dataset.goes = "";
  form.requestSubmit(button);
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);

form.addEventListener("submit", (event) => {
  setHidden();
  const isSent = !isDirty && navigator.onLine;
  if ("goes" in form.dataset || isSent || isStopped) {
    return;
  }
  event.preventDefault();
  finishes = event.submitter;
  isDirty = true;
  send();
});

element(status, "[data-send]", HTMLElement).addEventListener("click", () => send());
addEventListener("online", () => isDirty && send());
addEventListener("offline", () => isDirty && showOffline());
document.addEventListener("visibilitychange", () => {
  if (isDirty && !isStopped) {
    send();
  }
});
addEventListener("pageshow", () => {
  delete form.dataset.goes;
});

/** What was kept here and never sent comes back, and goes on its way. */
async function begin() {
  try {
    await sweepDrafts(owner);
    const kept = await findDraft({ owner, visit });
    if (!kept) {
      return;
    }
    if ("wasSent" in form.dataset) {
      return; // the page shows what was just sent, with what is wrong in it
    }
    fill(kept.fields);
    ({ version, unanswered } = kept);
    isDirty = true;
    await send();
  } catch {
    isKeptHere = false;
  }
}

begin();
