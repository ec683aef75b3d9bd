// The unmodified `@tauri-apps/api` package works on top of the bridge, here with the engine that Node has itself.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import vm from "node:vm";

import { injection } from "./support/page.js";

/** @type {any} */
const realm = globalThis;
realm.window = realm;
realm.crypto ??= webcrypto;

/** @type {Request[]} */
const requests = [];
/** @type {(request: Request, body: any) => unknown} */
let host = () => null;

realm.fetch = async (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
  // `Request` checks the dictionary as a browser would.
  const request = new Request(url, init);
  requests.push(request);
  const bytes = await request.clone().arrayBuffer();
  const isJson = request.headers.get("content-type") === "application/json";
  const value = host(request, isJson ? JSON.parse(Buffer.from(bytes).toString()) : bytes);
  const headers = { "Tauri-Response": "ok" };
  if (value instanceof ArrayBuffer) return new Response(value, { headers });
  return Response.json(value, { headers });
};
/** @type {string[]} */
const warnings = [];
const { warn } = console;
console.warn = (...parts) => void warnings.push(parts.join(" "));
vm.runInThisContext(injection());
console.warn = warn;

const core = await import("@tauri-apps/api/core");
const events = await import("@tauri-apps/api/event");
const internals = realm.__TAURI_INTERNALS__;
const command = () => decodeURIComponent(new URL(/** @type {Request} */ (requests.at(-1)).url).pathname.slice(1));

test("isTauri and convertFileSrc", () => {
  assert.equal(core.isTauri(), true);
  assert.equal(core.convertFileSrc("/a b"), "asset://localhost/%2Fa%20b");
  assert.equal(core.convertFileSrc("/a b", "stream"), "stream://localhost/%2Fa%20b");
});

test("invoke with JSON, bytes and headers", async () => {
  host = (request, body) => ({ body, mine: request.headers.get("x-mine") });
  const answer = await core.invoke("greet", { name: "Ada" }, { headers: new Headers({ "X-Mine": "1" }) });
  assert.deepEqual(answer, { body: { name: "Ada" }, mine: "1" });
  assert.equal(command(), "greet");
  host = (_request, body) => body;
  for (const bytes of [[1, 2], new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer]) {
    const echoed = await core.invoke("echo", bytes);
    assert.deepEqual([...new Uint8Array(/** @type {ArrayBuffer} */ (echoed))], [1, 2]);
  }
});

test("SERIALIZE_TO_IPC_FN is honoured", async () => {
  host = (_request, body) => body;
  class UserId {
    [core.SERIALIZE_TO_IPC_FN]() {
      return { String: "id" };
    }
  }
  assert.deepEqual(await core.invoke("by_id", { user: new UserId() }), { user: { String: "id" } });
});

test("a channel delivers in order, fetches what is large, and ends", async () => {
  /** @type {unknown[]} */
  const got = [];
  /** @type {any} */
  let finish;
  const finished = new Promise((done) => (finish = done));
  const channel = new core.Channel((message) => {
    got.push(message instanceof ArrayBuffer ? [...new Uint8Array(message)] : message);
    if (got.length === 4) finish();
  });
  host = (request, body) => (command() === "follow" ? body : { ticket: request.headers.get("tauri-channel-id") });
  assert.deepEqual(await core.invoke("follow", { to: channel }), { to: `__CHANNEL__:${channel.id}` });

  internals.runCallback(channel.id, { end: true, index: 4 });
  internals.runCallback(channel.id, { index: 3, message: "last" });
  internals.runCallback(channel.id, { index: 1, message: "AQI=" }, "channel-bytes");
  internals.runCallback(channel.id, { index: 2, id: 5 }, "channel-fetch");
  internals.runCallback(channel.id, { index: 0, message: "first" });
  await finished;
  assert.deepEqual(got, ["first", [1, 2], { ticket: "5" }, "last"]);

  internals.runCallback(channel.id, { index: 5, message: "late" });
  assert.deepEqual(warnings.splice(0), [`[portcullis] no callback ${channel.id}`], "the end unregistered the channel");
  assert.equal(got.length, 4);
});

test("a resource closes by its id", async () => {
  host = (_request, body) => body;
  const resource = new (class extends core.Resource {})(9);
  assert.deepEqual(await resource.close(), { rid: 9 });
  assert.equal(command(), "plugin:resources|close");
});

test("a plugin listener registers a channel and unregisters it", async () => {
  host = () => null;
  /** @type {unknown[]} */
  const got = [];
  const listener = await core.addPluginListener("search", "indexed", (value) => got.push(value));
  internals.runCallback(listener.channelId, { index: 0, message: 3 });
  assert.deepEqual(got, [3]);
  await listener.unregister();
  assert.equal(command(), "plugin:search|remove_listener");
});

/** What the host runs to deliver an event. @type {(ids: number[], payload: unknown, event?: string) => void} */
const deliver = (ids, payload, event = "indexed") =>
  internals.runCallback(0, { event, ids, payload: JSON.stringify(payload) }, "event");
const sent = () => /** @type {Request} */ (requests.at(-1)).json();

test("an event listener hears until it stops listening", async () => {
  host = (_request, body) => body.handler ?? null;
  /** @type {unknown[]} */
  const got = [];
  const stop = await events.listen("indexed", (event) => got.push(event));
  assert.equal(command(), "plugin:event|listen");
  const { event, target, handler } = await sent();
  assert.deepEqual([event, target], ["indexed", { kind: "Any" }]);
  deliver([handler], { notes: 1 });
  await stop();
  assert.equal(command(), "plugin:event|unlisten");
  assert.deepEqual(await sent(), { event: "indexed", eventId: handler });
  deliver([handler], 2);
  assert.deepEqual(got, [{ event: "indexed", id: handler, payload: { notes: 1 } }]);
  assert.deepEqual(warnings.splice(0), [], "an event that comes too late is no fault");
});

test("one event reaches several listeners, each with a payload of its own", async () => {
  host = (_request, body) => body.handler ?? null;
  /** @type {any[]} */
  const got = [];
  const handlers = [];
  for (const label of ["a", "b"]) {
    const hear = (/** @type {any} */ event) => {
      got.push([label, event.payload.count]);
      event.payload.count += 1;
    };
    await events.listen("indexed", hear, { target: label });
    const { handler, target } = await sent();
    assert.deepEqual(target, { kind: "AnyLabel", label });
    handlers.push(handler);
  }
  deliver(handlers, { count: 1 });
  assert.deepEqual(got, [["a", 1], ["b", 1]]);
});

test("once hears one event, and stops listening", async () => {
  host = (_request, body) => body.handler ?? null;
  /** @type {unknown[]} */
  const got = [];
  await events.once("indexed", ({ payload }) => got.push(payload));
  const { handler } = await sent();
  deliver([handler], 1);
  deliver([handler], 2);
  assert.deepEqual(got, [1]);
  assert.equal(command(), "plugin:event|unlisten");
  assert.deepEqual(await sent(), { event: "indexed", eventId: handler });
});

test("events are sent to everybody, or to a target", async () => {
  host = () => null;
  await events.emit("saved", { note: "tea" });
  assert.equal(command(), "plugin:event|emit");
  assert.deepEqual(await sent(), { event: "saved", payload: { note: "tea" } });
  await events.emitTo("other", "saved");
  assert.equal(command(), "plugin:event|emit_to");
  assert.deepEqual(await sent(), { target: { kind: "AnyLabel", label: "other" }, event: "saved" });
  await events.emitTo({ kind: "Window", label: "other" }, "saved", 1);
  assert.deepEqual((await sent()).target, { kind: "Window", label: "other" });
});

test("labels and separators are where the package looks for them", async () => {
  const { getCurrentWebview } = await import("@tauri-apps/api/webview");
  const { getCurrentWindow } = await import("@tauri-apps/api/window");
  const { delimiter, sep } = await import("@tauri-apps/api/path");
  assert.equal(getCurrentWindow().label, "main");
  assert.equal(getCurrentWebview().label, "left");
  assert.deepEqual([sep(), delimiter()], ["/", ":"]);
});
