// An `AbortSignal` takes a call back: the page waits no more, and the gateway is told which call it was.

import assert from "node:assert/strict";
import { test } from "node:test";

import { json, local, openPage } from "./support/page.js";

const CANCEL = "plugin:__PORTCULLIS__|cancel";
const never = () => new Promise(() => {});

/** @param {{ url: string }} request */
const isCancel = ({ url }) => decodeURIComponent(url).endsWith(CANCEL);

/**
 * A page with a controller, whose calls are never answered unless told otherwise.
 * @param {Parameters<typeof openPage>[0]} [options]
 */
function open(options) {
  const page = openPage({ answer: (request) => (isCancel(request) ? json(null) : never()), ...options });
  return { ...page, controller: page.run("globalThis.controller = new AbortController()") };
}

const tick = () => new Promise((done) => setImmediate(done));

test("an aborted call is rejected with the signal's reason, and the gateway is told", async () => {
  const page = open();
  const { controller } = page;
  const outcome = page.outcome(page.internals.invoke("greet", { a: 1 }, { signal: controller.signal, headers: { "x-mine": "1" } }));
  controller.abort("enough");
  assert.deepEqual(await outcome, { error: "enough" });
  const [call, cancel] = /** @type {any[]} */ (page.requests);
  const number = call.headers["portcullis-signal"];
  assert.match(number, /^[1-9][0-9]*$/);
  assert.equal(call.headers["x-mine"], "1");
  assert.ok(isCancel(cancel));
  assert.equal(cancel.headers["portcullis-signal"], number);
  assert.equal(page.requests.length, 2);
});

test("a signal that was given before sends nothing", async () => {
  const page = open();
  page.controller.abort("before");
  const outcome = await page.outcome(page.internals.invoke("greet", {}, { signal: page.controller.signal }));
  assert.deepEqual([outcome, page.requests], [{ error: "before" }, []]);
});

test("after the answer a signal does nothing, and nothing listens any more", async () => {
  const page = open({ answer: () => json("hello") });
  const { signal } = page.controller;
  const outcome = await page.outcome(page.internals.invoke("greet", {}, { signal }));
  assert.deepEqual(local(outcome), { ok: "hello" });
  assert.equal(page.signals.get(signal)?.listeners.size, 0);
  page.controller.abort();
  await tick();
  assert.equal(page.requests.length, 1);
});

test("the answer to an aborted call comes too late, without a word", async () => {
  /** @type {(answer: any) => void} */
  let answer = () => {};
  const late = new Promise((done) => (answer = done));
  const page = open({ answer: (request) => (isCancel(request) ? json(null) : /** @type {any} */ (late)) });
  const outcome = page.outcome(page.internals.invoke("greet", {}, { signal: page.controller.signal }));
  await tick();
  page.controller.abort("enough");
  answer(json({ code: "cancelled" }, "error"));
  await tick();
  assert.deepEqual([await outcome, page.logged], [{ error: "enough" }, { warn: [], error: [] }]);
});

test("one signal takes all its calls back", async () => {
  const page = open();
  const { signal } = page.controller;
  const outcomes = ["a", "b"].map((name) => page.outcome(page.internals.invoke(name, {}, { signal })));
  page.controller.abort("all");
  assert.deepEqual(await Promise.all(outcomes), [{ error: "all" }, { error: "all" }]);
  const numbers = page.requests.map(({ headers }) => headers["portcullis-signal"]);
  assert.deepEqual(numbers.slice(2).sort(), numbers.slice(0, 2).sort());
  assert.equal(new Set(numbers).size, 2);
});

test("over the message lane the number travels as a header", async () => {
  const page = open({ config: { messageLane: true }, answer: () => Promise.reject(new Error("blocked")), onPost() {} });
  const outcome = page.outcome(page.internals.invoke("greet", {}, { signal: page.controller.signal }));
  await tick();
  page.controller.abort("enough");
  assert.deepEqual(await outcome, { error: "enough" });
  await tick();
  const [call, cancel] = page.posts;
  assert.deepEqual([call.command, cancel.command], ["greet", CANCEL]);
  assert.equal(cancel.headers["portcullis-signal"], call.headers["portcullis-signal"]);
});

test("what is no signal is refused, and no signal is none", async () => {
  const page = open({ answer: () => json(1) });
  for (const signal of [1, {}, { aborted: false }]) {
    const outcome = await page.outcome(page.internals.invoke("greet", {}, { signal }));
    assert.ok("error" in outcome, String(signal));
  }
  assert.deepEqual(page.requests, []);
  for (const options of [{ signal: undefined }, { signal: null }, {}, undefined]) {
    assert.deepEqual(local(await page.outcome(page.internals.invoke("greet", {}, options))), { ok: 1 });
  }
  assert.ok(page.requests.every(({ headers }) => !("portcullis-signal" in headers)));
});

test("a page that replaces what signals are made of learns nothing and breaks nothing", async () => {
  const page = open();
  page.run(`
    EventTarget.prototype.addEventListener = EventTarget.prototype.removeEventListener = () => { throw new Error("replaced"); };
    Object.defineProperty(AbortSignal.prototype, "aborted", { get() { throw new Error("replaced"); } });
    Object.defineProperty(Object.prototype, "signal", { get() { throw new Error("inherited"); }, configurable: true });
  `);
  const plain = page.outcome(page.internals.invoke("other", {}, { headers: { "x-mine": "1" } }));
  const outcome = page.outcome(page.internals.invoke("greet", {}, page.run("({ signal: controller.signal })")));
  await tick();
  page.controller.abort("enough");
  assert.deepEqual(await outcome, { error: "enough" });
  assert.equal(page.requests.filter(isCancel).length, 1);
  void plain;
});
