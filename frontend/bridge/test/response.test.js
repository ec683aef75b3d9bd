// How answers of the host end a call.

import assert from "node:assert/strict";
import { test } from "node:test";

import { json, local, openPage } from "./support/page.js";

/** @typedef {import("./support/page.js").Answer} Answer */

/** @param {() => Answer | Promise<Answer>} answer */
async function outcome(answer) {
  const page = openPage({ answer });
  const ended = await page.outcome(page.internals.invoke("greet", { name: "x" }));
  return { page, ended: /** @type {any} */ (ended) };
}

/** @type {(type: string, body: string | Uint8Array, reply?: string) => () => Answer} */
const answer = (type, body, reply = "ok") => () => ({ headers: { "Tauri-Response": reply, "Content-Type": type }, body });

const failed = { error: { code: "transport_failed", message: "no answer from the gateway to `greet`", command: "greet" } };

test("JSON is parsed, also with parameters or when the type comes twice", async () => {
  for (const type of ["application/json", "Application/JSON; charset=utf-8", "application/json,application/json"]) {
    const { ended } = await outcome(answer(type, '{"a":[1,"ü"]}'));
    assert.deepEqual(local(ended), { ok: { a: [1, "ü"] } });
  }
});

test("text stays text", async () => {
  assert.deepEqual((await outcome(answer("text/plain", "12"))).ended, { ok: "12" });
});

test("anything else is an ArrayBuffer of the page", async () => {
  for (const type of ["application/octet-stream", "image/png", ""]) {
    const { page, ended } = await outcome(answer(type, new Uint8Array([0, 255])));
    assert.ok(ended.ok instanceof page.realm.ArrayBuffer);
    assert.deepEqual([...new Uint8Array(ended.ok)], [0, 255]);
  }
});

test("a reply that is not `ok` rejects with its body, of each kind", async () => {
  assert.deepEqual(local((await outcome(() => json({ code: "denied" }, "error"))).ended), { error: { code: "denied" } });
  assert.deepEqual((await outcome(answer("text/plain", "no", "error"))).ended, { error: "no" });
  const { ended } = await outcome(answer("application/octet-stream", "no", "error"));
  assert.equal(ended.error.byteLength, 2);
  assert.deepEqual(local((await outcome(() => ({ headers: { "Content-Type": "text/plain" }, body: "?" }))).ended), { error: "?" });
});

test("a network error, and JSON that is none, reject as a failed transport", async () => {
  assert.deepEqual(local((await outcome(() => Promise.reject(new Error("offline")))).ended), failed);
  assert.deepEqual(local((await outcome(answer("application/json", "{"))).ended), failed);
});

test("what cannot be sent rejects, reaches no host and leaves no callback", async () => {
  const page = openPage();
  for (const code of ["invoke(7)", "invoke('a', () => {})", "invoke('a', [1, 'b'])", "invoke('a', [256])", "invoke('a', [,])"]) {
    const { error } = /** @type {any} */ (await page.outcome(page.run(`__TAURI_INTERNALS__.${code}`)));
    assert.equal(error.name, "TypeError", code);
  }
  const own = /** @type {any} */ (
    await page.outcome(page.run("__TAURI_INTERNALS__.invoke('a', { toJSON() { throw 'mine'; } })"))
  );
  assert.deepEqual(own, { error: "mine" });
  assert.deepEqual(local(await page.outcome(page.internals.invoke("\ud800"))), {
    error: { code: "transport_failed", message: "no answer from the gateway to `\ud800`", command: "\ud800" },
  });
  assert.deepEqual(page.requests, []);
});
