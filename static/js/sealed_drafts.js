// @ts-check
/** Sealing a draft with AES-GCM: what is stored, without the store. */

/** @typedef {{owner: string, visit: string, page: string, iv: Uint8Array<ArrayBuffer>, box: ArrayBuffer, keptAt: number}} SealedDraft */

const IV_BYTES = 12; // what AES-GCM is made for (NIST SP 800-38D, 5.2.1.1)

/** How long an unsent draft stays on the device, in milliseconds. */
export const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The owner and the visit are authenticated with the text: a row that is stored under another name does not open.
 * @param {string} owner
 * @param {string} visit
 * @param {Uint8Array<ArrayBuffer>} iv
 */
function algorithm(owner, visit, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${owner}/${visit}`) };
}

/**
 * A row to store.
 * @param {CryptoKey} key
 * @param {{owner: string, visit: string, page: string, content: unknown, now: number}} draft `content` is anything
 *   that JSON can hold, `now` is in milliseconds
 * @returns {Promise<SealedDraft>}
 */
export async function seal(key, { owner, visit, page, content, now }) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const box = await crypto.subtle.encrypt(algorithm(owner, visit, iv), key, plain);
  return { visit, owner, page, iv, box, keptAt: now };
}

/**
 * The content of a row. Throws an OperationError where the key, the owner or the visit is another.
 * @param {CryptoKey} key
 * @param {SealedDraft} row
 */
export async function unseal(key, { owner, visit, iv, box }) {
  const plain = await crypto.subtle.decrypt(algorithm(owner, visit, iv), key, box);
  return JSON.parse(new TextDecoder().decode(plain));
}

/**
 * Whether a row may stay: this person's own, and not older than KEEP_MS.
 * @param {Pick<SealedDraft, "owner" | "keptAt">} row
 * @param {string} owner who is logged in
 * @param {number} now in milliseconds
 */
export function mayStay(row, owner, now) {
  return row.owner === owner && row.keptAt >= now - KEEP_MS;
}
