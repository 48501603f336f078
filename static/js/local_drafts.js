// @ts-check
/**
 * What was typed and not yet sent, kept on this device: sealed with AES-GCM, under a key that the browser makes
 * and does not give away. Gone once it was sent, at signing out, after seven days, and as soon as somebody else
 * logs in here. See docs/decisions/0006-drafts-on-the-phone.md.
 */

import { mayStay, seal, unseal } from "./sealed_drafts.js";

/** @typedef {import("./sealed_drafts.js").SealedDraft} SealedDraft */

const NAME = "thuisbezoek";

/**
 * The promise of an IndexedDB request.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("drafts", { keyPath: "visit" });
  };
  return settled(request);
}

/**
 * Run `work(store)` in one transaction and close the database again.
 * @template T
 * @param {"keys" | "drafts"} name
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => Promise<T>} work
 */
async function within(name, mode, work) {
  const database = await open();
  try {
    const transaction = database.transaction(name, mode);
    /** @type {Promise<void>} */
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    const result = await work(transaction.objectStore(name));
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** The key of this device; the first of two tabs that make one wins. */
async function deviceKey() {
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return within("keys", "readwrite", async (store) => {
    const there = await settled(store.get("draft"));
    if (there) {
      return there;
    }
    await settled(store.put(fresh, "draft"));
    return fresh;
  });
}

/**
 * Keep `content` (anything JSON can hold) for this person and this visit.
 * @param {{owner: string, visit: string, page: string, content: unknown}} draft
 */
export async function keepDraft(draft) {
  const row = await seal(await deviceKey(), { ...draft, now: Date.now() });
  await within("drafts", "readwrite", (store) => settled(store.put(row)));
}

/**
 * What was kept, or null: nothing there, somebody else's, or it does not open any more.
 * @param {{owner: string, visit: string}} draft
 */
export async function findDraft({ owner, visit }) {
  /** @type {SealedDraft | undefined} */
  const row = await within("drafts", "readonly", (store) => settled(store.get(visit)));
  if (!row || row.owner !== owner) {
    return null;
  }
  try {
    return await unseal(await deviceKey(), row);
  } catch {
    await dropDraft(visit);
    return null;
  }
}

/**
 * The pages of what this person has not sent yet.
 * @param {string} owner
 */
export async function unsentPages(owner) {
  /** @type {SealedDraft[]} */
  const rows = await within("drafts", "readonly", (store) => settled(store.getAll()));
  return rows.filter((row) => row.owner === owner).map((row) => row.page);
}

/**
 * Drop what was kept of this visit.
 * @param {string} visit
 */
export async function dropDraft(visit) {
  await within("drafts", "readwrite", (store) => settled(store.delete(visit)));
}

/**
 * Drop what is another person's or too old.
 * @param {string} owner who is logged in
 */
export async function sweepDrafts(owner) {
  const now = Date.now();
  await within("drafts", "readwrite", async (store) => {
    for (const row of await settled(store.getAll())) {
      if (!mayStay(row, owner, now)) {
        store.delete(row.visit);
      }
    }
  });
}

/** Drop everything, the key too. */
export async function wipeDrafts() {
  for (const name of /** @type {const} */ (["drafts", "keys"])) {
    await within(name, "readwrite", (store) => settled(store.clear()));
  }
}
