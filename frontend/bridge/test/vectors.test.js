// Runs every request vector in `vectors/*.json`: what one call looks like on the wire.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { KEY, json, openPage } from "./support/page.js";

/**
 * One call and what the host must see. In `payload`, an object with a `$` member stands for what JSON cannot say.
 * @typedef {object} Vector
 * @property {string} about
 * @property {string} [os]  `linux` when absent
 * @property {"protocol" | "message"} [lane]  `protocol` when absent
 * @property {string} cmd
 * @property {any} payload
 * @property {any} [headers]  the caller's
 * @property {{ url?: string, contentType?: string, headers: Record<string, string>, body?: string, bytes?: number[] }} expect
 */

const folder = new URL("vectors/", import.meta.url);
const files = readdirSync(folder);
/** @type {Set<string>} */
const read = new Set();
const members = {
  vector: ["about", "os", "lane", "cmd", "payload", "headers", "expect"],
  protocol: ["url", "headers", "body", "bytes"],
  message: ["contentType", "headers", "body"],
};

/** @param {any} realm @param {any} value @returns {any} what the payload description stands for, in the page's realm */
function build(realm, value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return realm.Array.from(value.map((item) => build(realm, item)));
  switch (value.$) {
    case undefined: {
      const object = new realm.Object();
      for (const [name, member] of Object.entries(value)) object[name] = build(realm, member);
      return object;
    }
    case "undefined":
      return undefined;
    case "Map":
      return new realm.Map(build(realm, value.entries));
    case "serialize":
      return Object.assign(new realm.Object(), { __TAURI_TO_IPC_KEY__: () => build(realm, value.to) });
    default: {
      const { buffer } = realm.Uint8Array.from(value.bytes);
      return value.$ === "ArrayBuffer" ? buffer : new realm[value.$](buffer, value.from, value.length);
    }
  }
}

/** @param {Vector} vector */
async function send({ os = "linux", lane = "protocol", cmd, payload, headers }) {
  const page = openPage({
    config: { os, messageLane: lane === "message" },
    answer: ({ method }) => (method === "GET" ? Promise.reject(new Error("blocked")) : json("done")),
    onPost: ({ callback }) => page.internals.runCallback(callback, "done"),
  });
  const options = headers === undefined ? undefined : { headers };
  const made = page.internals.invoke(cmd, build(page.realm, payload), options);
  assert.deepEqual(await page.outcome(made), { ok: "done" });
  return page;
}

for (const file of files.filter((name) => name.endsWith(".json"))) {
  /** @type {Vector[]} */
  const vectors = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  for (const vector of vectors) {
    test(`${file}: ${vector.about}`, async () => {
      const { lane = "protocol", cmd, expect } = vector;
      assert.deepEqual(Object.keys(vector).filter((name) => !members.vector.includes(name)), [], "unknown members");
      assert.deepEqual(Object.keys(expect).filter((name) => !members[lane].includes(name)), [], "unknown members");
      const page = await send(vector);
      if (lane === "message") {
        const { callback, error, ...rest } = page.posts[0];
        assert.ok(callback !== error && Number.isInteger(callback) && Number.isInteger(error));
        assert.deepEqual(rest, { command: cmd, key: KEY, ...expect });
        return;
      }
      const [request] = page.requests;
      assert.ok(request);
      const { "tauri-callback": callback, "tauri-error": error, "tauri-invoke-key": key, ...headers } = request.headers;
      assert.equal(key, KEY);
      for (const id of [callback, error]) assert.match(String(id), /^(0|[1-9][0-9]*)$/);
      assert.notEqual(callback, error);
      const body = typeof request.body === "string" ? { body: request.body } : { bytes: [...(request.body ?? [])] };
      assert.deepEqual({ url: request.url, headers, ...body }, expect);
      assert.equal(request.method, "POST");
    });
    read.add(file);
  }
}

test("every file among the vectors is read and holds at least one", () => {
  assert.deepEqual(files.filter((name) => !read.has(name)), []);
  assert.notEqual(files.length, 0);
});
