// Which lane a call takes, and that no call takes two.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KEY, json, local, openPage } from "./support/page.js";

const failed = (/** @type {string} */ command) => ({
  error: { code: "transport_failed", message: `no answer from the gateway to \`${command}\``, command },
});

/**
 * A page with a message port whose host answers "posted".
 * @param {Parameters<typeof openPage>[0]} options
 */
function openWithPort(options) {
  const page = openPage({
    config: { messageLane: true },
    onPost: (message) => page.internals.runCallback(message.callback, "posted"),
    ...options,
  });
  return page;
}

const blocked = () => Promise.reject(new Error("blocked by the page's CSP"));

test("without a message lane nothing is probed", async () => {
  const page = openPage({ onPost: () => assert.fail("posted") });
  await page.outcome(page.internals.invoke("greet"));
  assert.deepEqual(page.requests.map(({ method }) => method), ["POST"]);
});

test("without a port at document start nothing is probed", async () => {
  const page = openPage({ config: { messageLane: true } });
  page.run("globalThis.ipc = { postMessage() { throw new Error('too late'); } }");
  await page.outcome(page.internals.invoke("greet"));
  assert.deepEqual(page.requests.map(({ method }) => method), ["POST"]);
});

test("no probe is made before the first call", () => {
  assert.deepEqual(openWithPort({}).requests, []);
});

test("one probe, which carries nothing, decides for the protocol lane", async () => {
  const page = openWithPort({ answer: ({ method }) => json(method) });
  const calls = ["a", "b", "c"].map((name) => page.outcome(page.internals.invoke(name)));
  assert.deepEqual(local(await Promise.all(calls)), Array(3).fill({ ok: "POST" }));
  await page.outcome(page.internals.invoke("d"));
  assert.deepEqual(page.requests[0], { url: "ipc://localhost/", method: "GET", headers: {}, body: undefined });
  assert.deepEqual(page.requests.slice(1).map(({ url }) => url), ["a", "b", "c", "d"].map((name) => `ipc://localhost/${name}`));
  assert.deepEqual(page.posts, []);
});

test("a blocked probe decides for the message lane, in the order of the calls", async () => {
  const page = openWithPort({ answer: blocked });
  const calls = ["a", "b"].map((name) => page.outcome(page.internals.invoke(name, { name })));
  assert.deepEqual(await Promise.all(calls), [{ ok: "posted" }, { ok: "posted" }]);
  await page.outcome(page.internals.invoke("c"));
  assert.deepEqual(page.requests.map(({ method }) => method), ["GET"]);
  assert.deepEqual(page.posts.map(({ command }) => command), ["a", "b", "c"]);
  const { callback, error, ...rest } = page.posts[0];
  assert.notEqual(callback, error);
  assert.deepEqual(rest, { command: "a", key: KEY, headers: {}, contentType: "application/json", body: '{"name":"a"}' });
});

test("on Android, whose engine gives the host no bodies, a port is used without a probe", async () => {
  const page = openWithPort({ config: { messageLane: true, os: "android" } });
  await page.outcome(page.internals.invoke("greet"));
  assert.deepEqual(page.requests, []);
  assert.equal(page.posts.length, 1);
});

test("a call that fails on the protocol lane is never sent again, nor is the lane left", async () => {
  const page = openWithPort({ answer: ({ method }) => (method === "GET" ? json(null) : blocked()) });
  for (const name of ["a", "b"]) assert.deepEqual(local(await page.outcome(page.internals.invoke(name))), failed(name));
  assert.deepEqual(page.requests.map(({ method, url }) => `${method} ${url}`), [
    "GET ipc://localhost/",
    "POST ipc://localhost/a",
    "POST ipc://localhost/b",
  ]);
  assert.deepEqual(page.posts, []);
});

test("a call that fails on the message lane is never sent again", async () => {
  const page = openWithPort({
    answer: blocked,
    onPost: () => {
      throw new Error("the port is closed");
    },
  });
  assert.deepEqual(local(await page.outcome(page.internals.invoke("a"))), failed("a"));
  assert.equal(page.posts.length, 1);
  assert.deepEqual(page.requests.map(({ method }) => method), ["GET"]);
});

test("on the message lane bytes, rejections and channel fetches come back by runCallback", async () => {
  const page = openPage({
    config: { messageLane: true },
    answer: blocked,
    onPost: ({ command, callback, error }) => {
      if (command === "bytes") page.internals.runCallback(callback, "AQI=", "bytes");
      else page.internals.runCallback(error, { code: "denied" });
    },
  });
  const answer = /** @type {{ ok: any }} */ (await page.outcome(page.internals.invoke("bytes")));
  assert.deepEqual([...new Uint8Array(answer.ok)], [1, 2]);
  assert.deepEqual(await page.outcome(page.internals.invoke("other")), { error: { code: "denied" } });
  const [{ callback, error }] = page.posts;
  for (const id of [callback, error]) page.internals.runCallback(id);
  assert.deepEqual(page.logged.warn, [callback, error].map((id) => `[portcullis] no callback ${id}`));
});

test("a payload is read when the call is made, not when the probe is answered", async () => {
  const page = openWithPort({ answer: blocked });
  page.run(`
    globalThis.bytes = new Uint8Array([1, 2, 3]);
    globalThis.data = new DataView(bytes.buffer, 1, 1);
    globalThis.object = { now: true };
    globalThis.calls = [bytes, bytes.buffer, data, object].map((payload) => __TAURI_INTERNALS__.invoke("c", payload));
    bytes.fill(9);
    object.now = false;
  `);
  await Promise.all([0, 1, 2, 3].map((at) => page.outcome(page.realm.calls[at])));
  assert.deepEqual(page.posts.map(({ body }) => body), ["AQID", "AQID", "Ag==", '{"now":true}']);
});

test("postMessage sends on the chosen lane and answers the given callbacks", async () => {
  for (const answer of [() => json("fetched"), blocked]) {
    const page = openWithPort({ answer });
    const got = await new Promise((done) => {
      const callback = page.internals.transformCallback(done, true);
      page.internals.postMessage({ cmd: "greet", callback, error: 1, payload: {} });
    });
    assert.equal(got, answer === blocked ? "posted" : "fetched");
  }
});

test("ids of a hand-made message become numbers before anything travels", async () => {
  const page = openWithPort({ answer: blocked });
  page.run(`__TAURI_INTERNALS__.postMessage({ cmd: "greet", callback: { valueOf: () => 7 }, error: { toJSON: () => "x" }, payload: 1 })`);
  await page.outcome(page.internals.invoke("next"));
  const [{ callback, error }] = page.posts;
  assert.deepEqual([callback, error], [7, 0]);
});

test("the port is captured behind the forwarder that the page can redirect", async () => {
  for (const native of ["webkit = { messageHandlers: { ipc: port } }", "chrome = { webview: port }"]) {
    const page = openPage({
      config: { messageLane: true, os: "android" },
      before: `globalThis.sent = []; globalThis.port = { postMessage(text) { if (this === port) sent.push(text); } };
        globalThis.${native};
        globalThis.ipc = { postMessage() { throw new Error("the forwarder"); } };`,
    });
    page.run("webkit = chrome = ipc = undefined; port.postMessage = () => { throw new Error('the page'); };");
    page.internals.invoke("greet");
    assert.equal(JSON.parse(page.realm.sent[0]).command, "greet");
  }
});
