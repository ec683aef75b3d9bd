// Channel messages: pushed as JSON, pushed as bytes, or fetched.

import assert from "node:assert/strict";
import { test } from "node:test";

import { json, openPage } from "./support/page.js";

/** @param {Parameters<typeof openPage>[0]} [options] */
function openChannel(options) {
  const page = openPage(options);
  /** @type {any[]} */
  const got = [];
  /** @type {() => void} */
  let wake = () => {};
  const id = page.internals.transformCallback((/** @type {any} */ message) => {
    got.push(message);
    wake();
  });
  const arrival = () => new Promise((done) => (wake = () => done(undefined)));
  return { ...page, id, got, arrival };
}

test("a message that travels as text is parsed, so that `__proto__` is a key like any other", () => {
  const { internals, id, got } = openChannel();
  internals.runCallback(id, { index: 0, message: '{"__proto__":{"a":1}}' }, "channel-json");
  internals.runCallback(id, '{"end":true,"index":1}', "json");
  assert.equal(got[0].message.a, undefined);
  assert.deepEqual(Object.keys(got[0].message), ["__proto__"]);
  assert.deepEqual({ ...got[1] }, { end: true, index: 1 });
});

test("JSON messages and the end pass as they are", () => {
  const { internals, id, got } = openChannel();
  const message = { index: 0, message: { a: 1 } };
  const end = { end: true, index: 1 };
  internals.runCallback(id, message);
  internals.runCallback(id, end);
  assert.deepEqual(got, [message, end]);
});

test("pushed bytes keep their index", () => {
  const { internals, id, got } = openChannel();
  internals.runCallback(id, { index: 4, message: "AQI=" }, "channel-bytes");
  assert.equal(got[0].index, 4);
  assert.deepEqual([...new Uint8Array(got[0].message)], [1, 2]);
});

test("a large message is fetched by its ticket", async () => {
  const page = openChannel({ answer: () => json({ big: true }) });
  const arrival = page.arrival();
  page.internals.runCallback(page.id, { index: 2, id: 77 }, "channel-fetch");
  await arrival;
  assert.equal(JSON.stringify(page.got), '[{"index":2,"message":{"big":true}}]');
  const [request] = page.requests;
  assert.equal(request?.url, "ipc://localhost/plugin%3A__TAURI_CHANNEL__%7Cfetch");
  assert.equal(request?.headers["tauri-channel-id"], "77");
  assert.equal(request?.body, "null");
});

test("a message that cannot be fetched is one warning with the code, and nothing is delivered", async () => {
  for (const [answer, code] of /** @type {const} */ ([
    [() => json({ code: "channel_message_gone" }, "error"), "channel_message_gone"],
    [() => json("gone", "error"), "gone"],
    [() => Promise.reject(new Error("network")), "transport_failed"],
  ])) {
    /** @type {any} */
    let onWarn;
    const warned = new Promise((done) => (onWarn = done));
    const page = openChannel({ answer, onWarn });
    page.internals.runCallback(page.id, { index: 2, id: 77 }, "channel-fetch");
    await warned;
    assert.deepEqual(page.logged.warn, [`[portcullis] lost message 2 of channel ${page.id}: ${code}`]);
    assert.deepEqual(page.got, []);
    assert.equal(page.requests.length, 1);
  }
});
