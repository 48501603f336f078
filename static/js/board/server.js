// @ts-check
/** Requests of the board. Each says in a header that the script asks, and gets JSON or a part of a page. */

/** @typedef {import("./logic.js").Spot} Spot */

/**
 * What the server answers (planning/views/board/). `parts`: new markup by the id of what it replaces; `dialog`:
 * markup of a question or a refusal; `done`, `said` and `news` are read out.
 * @typedef {object} Answer
 * @property {number} [revision]
 * @property {Record<string, string>} [parts]
 * @property {string} [dialog]
 * @property {string} [done]
 * @property {string[]} [said]
 * @property {string[]} [news]
 * @property {string} [reserved]
 * @property {Spot[]} [spots]
 */

const HEADERS = { "X-Board": "1" };

/** The token that lets this page send a form. */
function token() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  return field instanceof HTMLInputElement ? field.value : "";
}

/**
 * Ask, or with fields: send them. Null when there is no connection; `data` is null for anything but JSON.
 * @param {string} url
 * @param {Record<string, string>} [fields]
 * @returns {Promise<{status: number, data: Answer | null} | null>}
 */
export async function ask(url, fields) {
  const options = fields
    ? { method: "POST", headers: { ...HEADERS, "X-CSRFToken": token() }, body: new URLSearchParams(fields) }
    : { headers: HEADERS };
  try {
    const response = await fetch(url, options);
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, data: isJson ? await response.json() : null };
  } catch {
    return null;
  }
}

/**
 * The markup of a part of a page; null when there is no connection or it was refused.
 * @param {string} url
 */
export async function askPart(url) {
  const response = await fetch(url, { headers: HEADERS }).catch(() => null);
  return response?.ok ? response.text() : null;
}
