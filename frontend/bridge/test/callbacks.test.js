// Callbacks: registered once, found by id, gone when they have to be.

import assert from "node:assert/strict";
import { test } from "node:test";

import { json, local, openPage } from "./support/page.js";

test("a callback gets every payload until it is unregistered", () => {
  const { internals, logged } = openPage();
  /** @type {unknown[]} */
  const got = [];
  const id = internals.transformCallback((/** @type {unknown} */ payload) => got.push(payload));
  internals.runCallback(id, 1);
  internals.runCallback(id, "2", "json");
  internals.unregisterCallback(id);
  internals.runCallback(id, 3);
  assert.deepEqual(got, [1, 2]);
  assert.deepEqual(logged.warn, [`[portcullis] no callback ${id}`]);
});

test("a callback registered with `once` runs once", () => {
  const { internals, logged } = openPage();
  let runs = 0;
  const id = internals.transformCallback(() => (runs += 1), true);
  internals.runCallback(id);
  internals.runCallback(id);
  assert.equal(runs, 1);
  assert.equal(logged.warn.length, 1);
});

test("ids are distinct unsigned 32 bit numbers from the engine's random source", () => {
  const { internals, realm } = openPage({
    before: `globalThis.drawn = [7, 7, 4294967295];
      crypto.getRandomValues = (array) => { array[0] = drawn.shift(); return array; };`,
  });
  assert.equal(internals.transformCallback(), 7);
  assert.equal(internals.transformCallback(), 4294967295, "a live id is not given twice");
  assert.equal(realm.drawn.length, 0);
});

test("a callback that throws is reported and breaks nothing", () => {
  const { internals, logged } = openPage();
  const id = internals.transformCallback(() => {
    throw new Error("oh no");
  });
  internals.runCallback(id, 1);
  internals.runCallback(id, 2);
  assert.deepEqual(logged.error, Array(2).fill(`[portcullis] callback ${id} failed: Error: oh no`));
});

test("a registration without a function swallows its payloads", () => {
  const { internals, logged } = openPage();
  internals.runCallback(internals.transformCallback(), 1);
  assert.deepEqual(logged, { warn: [], error: [] });
});

test("an unknown id is a warning, whatever the kind", () => {
  for (const kind of [undefined, "json", "bytes", "channel-bytes"]) {
    const { internals, logged, requests } = openPage();
    internals.runCallback(5, { index: 0, id: 1, message: "" }, kind);
    assert.deepEqual(logged, { warn: ["[portcullis] no callback 5"], error: [] });
    assert.deepEqual(requests, []);
  }
});

test("a message that waits for an unknown id is fetched all the same, to make room at the host", () => {
  const { internals, requests } = openPage();
  internals.runCallback(5, { index: 0, id: 1 }, "channel-fetch");
  assert.equal(requests.length, 1);
});

test("an unknown kind and broken base64 reach no callback", () => {
  const { internals, logged } = openPage();
  const id = internals.transformCallback(() => assert.fail("delivered"));
  internals.runCallback(id, "", "smoke");
  internals.runCallback(id, "%%%", "bytes");
  assert.deepEqual(logged.warn, [`[portcullis] unknown kind \`smoke\` for callback ${id}`]);
  assert.equal(logged.error.length, 1);
});

test("bytes arrive as an ArrayBuffer of the page", () => {
  const { internals, realm } = openPage();
  /** @type {any} */
  let got;
  internals.runCallback(internals.transformCallback((/** @type {any} */ value) => (got = value)), "AP+A", "bytes");
  assert.ok(got instanceof realm.ArrayBuffer);
  assert.deepEqual([...new Uint8Array(got)], [0, 255, 128]);
});

test("unregisterListener removes the callback whose id is the event's", () => {
  const { internals, logged, realm } = openPage();
  const id = internals.transformCallback(() => assert.fail("delivered"));
  realm.__TAURI_EVENT_PLUGIN_INTERNALS__.unregisterListener("indexed", id);
  realm.__TAURI_EVENT_PLUGIN_INTERNALS__.unregisterListener("indexed", id);
  internals.runCallback(id, 1);
  assert.equal(logged.warn.length, 1);
});

for (const outcome of /** @type {const} */ (["ok", "error"])) {
  test(`a call that ends with ${outcome} leaves no callback behind`, async () => {
    const page = openPage({ answer: () => json("x", outcome) });
    assert.deepEqual(local(await page.outcome(page.internals.invoke("greet"))), { [outcome]: "x" });
    const headers = page.requests[0]?.headers ?? {};
    const ids = [headers["tauri-callback"], headers["tauri-error"]];
    assert.equal(new Set(ids).size, 2);
    for (const id of ids) page.internals.runCallback(Number(id), 1);
    assert.deepEqual(page.logged.warn, ids.map((id) => `[portcullis] no callback ${id}`));
  });
}
