// What the page sees of the bridge, and what it must not see.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { KEY, injection, json, local, openPage, source } from "./support/page.js";

test("the script is one parenthesised function expression, short, and says why it exists", () => {
  assert.match(source, /^\/\/ Exists so that /);
  const code = source.replace(/^(\s*(\/\/[^\n]*|\/\*[\s\S]*?\*\/))*\s*/, "");
  assert.match(code, /^\(function install\(/);
  assert.match(code, /\}\)\s*$/);
  assert.equal(typeof vm.runInNewContext(source), "function");
  assert.ok(source.split("\n").length <= 415, "too long to be read in one sitting");
});

test("three names appear on the global, locked, and not enumerable", () => {
  const bare = openPage({ inject: false });
  const before = new Set(Reflect.ownKeys(bare.realm));
  bare.run(injection());
  const added = Reflect.ownKeys(bare.realm).filter((name) => !before.has(name));
  assert.deepEqual(added.sort(), ["__TAURI_EVENT_PLUGIN_INTERNALS__", "__TAURI_INTERNALS__", "isTauri"]);
  for (const name of added) {
    const { writable, configurable, enumerable } = /** @type {any} */ (Reflect.getOwnPropertyDescriptor(bare.realm, name));
    assert.deepEqual({ writable, configurable, enumerable }, { writable: false, configurable: false, enumerable: false });
  }
  assert.equal(bare.realm.isTauri, true);
});

test("the internals are frozen, have Tauri's members, and only `plugins` can be extended", () => {
  const { internals, run } = openPage();
  assert.ok(Object.isFrozen(internals));
  assert.deepEqual(Object.keys(internals).sort(), [
    "convertFileSrc",
    "invoke",
    "metadata",
    "plugins",
    "postMessage",
    "runCallback",
    "transformCallback",
    "unregisterCallback",
  ]);
  run("__TAURI_INTERNALS__.plugins.mine = 1");
  assert.equal(internals.plugins.mine, 1);
});

test("metadata carries the labels", () => {
  assert.deepEqual(local(openPage().internals.metadata), {
    currentWindow: { label: "main" },
    currentWebview: { windowLabel: "main", label: "left" },
  });
});

test("path separators follow the system", () => {
  const separators = (/** @type {string} */ os) => local(openPage({ config: { os } }).internals.plugins.path);
  assert.deepEqual(separators("windows"), { sep: "\\", delimiter: ";" });
  for (const os of ["linux", "macos", "ios", "android"]) assert.deepEqual(separators(os), { sep: "/", delimiter: ":" });
});

test("file URLs follow the system", () => {
  const url = (/** @type {string} */ os, /** @type {string[]} */ ...more) =>
    openPage({ config: { os } }).internals.convertFileSrc("/a b/ü?.png", ...more);
  for (const os of ["linux", "macos", "ios"]) assert.equal(url(os), "asset://localhost/%2Fa%20b%2F%C3%BC%3F.png");
  for (const os of ["windows", "android"]) assert.equal(url(os), "http://asset.localhost/%2Fa%20b%2F%C3%BC%3F.png");
  assert.equal(url("linux", "stream"), "stream://localhost/%2Fa%20b%2F%C3%BC%3F.png");
  assert.equal(url("windows", "stream"), "http://stream.localhost/%2Fa%20b%2F%C3%BC%3F.png");
});

test("a second injection changes nothing, runs nothing of the page and shows it no key", async () => {
  const page = openPage({ answer: () => json("done") });
  const { internals } = page;
  page.run(`
    globalThis.touched = 0;
    const names = Object.getOwnPropertyNames;
    for (const owner of [Reflect, Object, Function.prototype, JSON, crypto, console])
      for (const name of names(owner))
        try { owner[name] = () => { touched += 1; }; } catch {}
    fetch = Headers = Response = Promise = Map = undefined;
  `);
  page.run(injection({ key: "another", windowLabel: "other" }));
  assert.equal(page.realm.touched, 0);
  assert.equal(page.realm.__TAURI_INTERNALS__, internals);
  assert.equal(internals.metadata.currentWindow.label, "main");
  await page.outcome(internals.invoke("greet"));
  assert.equal(page.requests[0]?.headers["tauri-invoke-key"], KEY);
});

test("no source text of a visible function holds the key or the configuration", () => {
  const page = openPage();
  const texts = page.run(`Object.values(__TAURI_INTERNALS__)
    .concat(Object.values(__TAURI_EVENT_PLUGIN_INTERNALS__))
    .filter((member) => typeof member === "function")
    .map((member) => Function.prototype.toString.call(member))`);
  assert.equal(texts.length, 7);
  for (const text of texts) assert.ok(!text.includes(KEY));
});
