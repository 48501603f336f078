// @ts-check
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { before, test } from "node:test";

import { KEEP_MS, mayStay, seal, unseal } from "../../static/js/sealed_drafts.js";

const NOW = Date.UTC(2026, 8, 22, 12);
const DRAFT = {
  owner: "7",
  visit: "12",
  page: "/bezoeken/12/verslag/",
  content: { fields: { met: ["ja"] } },
  now: NOW,
};

/** @type {CryptoKey} */
let key;

function makeKey() {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

before(async () => {
  globalThis.crypto ??= /** @type {Crypto} */ (webcrypto); // Node 18 has it in a module only
  key = await makeKey();
});

test("a sealed draft opens with its own key, owner and visit", async () => {
  const row = await seal(key, DRAFT);
  assert.deepEqual(await unseal(key, row), DRAFT.content);
});

test("nothing that was typed can be read in the row", async () => {
  const row = await seal(key, { ...DRAFT, content: "secret words" });
  assert.ok(!Buffer.from(row.box).includes("secret"));
  assert.deepEqual(
    { owner: row.owner, visit: row.visit, page: row.page, keptAt: row.keptAt },
    { owner: DRAFT.owner, visit: DRAFT.visit, page: DRAFT.page, keptAt: NOW },
  );
});

test("sealing twice gives two different boxes", async () => {
  const [first, second] = [await seal(key, DRAFT), await seal(key, DRAFT)];
  assert.notDeepEqual(first.iv, second.iv);
  assert.notDeepEqual(Buffer.from(first.box), Buffer.from(second.box));
});

for (const [what, change] of Object.entries({ owner: { owner: "8" }, visit: { visit: "13" } })) {
  test(`a row that was given another ${what} does not open`, async () => {
    const row = await seal(key, DRAFT);
    await assert.rejects(unseal(key, { ...row, ...change }), { name: "OperationError" });
  });
}

test("a row does not open with the key of another device", async () => {
  const row = await seal(key, DRAFT);
  await assert.rejects(unseal(await makeKey(), row), { name: "OperationError" });
});

test("a draft stays seven days, and only while its owner is logged in", () => {
  assert.ok(mayStay({ owner: "7", keptAt: NOW }, "7", NOW + KEEP_MS));
  assert.ok(!mayStay({ owner: "7", keptAt: NOW }, "7", NOW + KEEP_MS + 1));
  assert.ok(!mayStay({ owner: "7", keptAt: NOW }, "8", NOW));
});
