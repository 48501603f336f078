/**
 * What was typed and not yet sent, kept on this device: sealed with AES-GCM, under a key that the browser makes
 * and does not give away. Gone once it was sent, at signing out, after seven days, and as soon as somebody else
 * logs in here. See docs/decisions/0006-drafts-on-the-phone.md.
 */

const NAME = "thuisbezoek";
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

/** The promise of an IndexedDB request. */
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

/** Run `work(store)` in one transaction and close the database again. */
async function within(name, mode, work) {
  const database = await open();
  try {
    const transaction = database.transaction(name, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
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

/** The seal holds whose draft it is and of which visit: moved to another name it does not open. */
function sealing(owner, visit, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${owner}/${visit}`) };
}

/** Keep `content` (anything JSON can hold) for this person and this visit. */
export async function keepDraft({ owner, visit, page, content }) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const box = await crypto.subtle.encrypt(sealing(owner, visit, iv), await deviceKey(), plain);
  await within("drafts", "readwrite", (store) => settled(store.put({ visit, owner, page, iv, box, keptAt: Date.now() })));
}

/** What was kept, or null: nothing there, somebody else's, or it does not open any more. */
export async function findDraft({ owner, visit }) {
  const row = await within("drafts", "readonly", (store) => settled(store.get(visit)));
  if (!row || row.owner !== owner) {
    return null;
  }
  try {
    const plain = await crypto.subtle.decrypt(sealing(owner, visit, row.iv), await deviceKey(), row.box);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    await dropDraft(visit);
    return null;
  }
}

/** The pages of what this person has not sent yet. */
export async function unsentPages(owner) {
  const rows = await within("drafts", "readonly", (store) => settled(store.getAll()));
  return rows.filter((row) => row.owner === owner).map((row) => row.page);
}

export async function dropDraft(visit) {
  await within("drafts", "readwrite", (store) => settled(store.delete(visit)));
}

/** Drop what is another person's or too old. */
export async function sweepDrafts(owner) {
  const before = Date.now() - KEEP_MS;
  await within("drafts", "readwrite", async (store) => {
    for (const row of await settled(store.getAll())) {
      if (row.owner !== owner || row.keptAt < before) {
        store.delete(row.visit);
      }
    }
  });
}

/** Drop everything, the key too. */
export async function wipeDrafts() {
  for (const name of ["drafts", "keys"]) {
    await within(name, "readwrite", (store) => settled(store.clear()));
  }
}
