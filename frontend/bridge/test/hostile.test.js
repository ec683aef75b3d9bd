// A page that replaces built-ins after document start learns no key and breaks no call.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KEY, injection, json, openPage } from "./support/page.js";
import { reaches, spyScript } from "./support/spy.js";

// One page makes these calls: JSON with everything the encoder treats specially, bytes of each kind, caller headers.
const script = `
  const { invoke, runCallback, transformCallback } = __TAURI_INTERNALS__;
  const payload = {
    text: "x",
    map: new Map([["m", 1]]),
    bytes: new Uint8Array([1]),
    buffer: new ArrayBuffer(1),
    channel: { __TAURI_TO_IPC_KEY__() { return "__CHANNEL__:1"; } },
  };
  const bytes = new Uint8Array([1, 2]);
  const view = new DataView(bytes.buffer, 1);
  const list = [1, 2];
  const options = { headers: { "x-mine": "1" } };
  const message = "AQI=";
  globalThis.calls = {
    json: () => invoke("json", payload, options),
    empty: () => invoke("json", undefined, {}),
    bytes: () => invoke("bytes", bytes),
    view: () => invoke("bytes", view, options),
    list: () => invoke("bytes", list),
    failing: () => invoke("failing", null),
    event: () => { runCallback(0, { event: "e", ids: [transformCallback(() => {})], payload: '{"a":[1]}' }, "event"); },
    push: () => { runCallback(transformCallback(() => {}), { index: 0, message }, "channel-bytes"); },
  };
`;
const names = ["json", "empty", "bytes", "view", "list", "failing", "push", "event"];
const expected = { json: "ok", empty: "ok", bytes: "ok", view: "ok", list: "ok", failing: "error", push: "ok", event: "ok" };

/** @typedef {"protocol" | "message"} Lane */
/** @typedef {ReturnType<typeof openHostile>} Hostile */

/**
 * @param {Lane} lane
 * @param {{ before?: (spies: any, realm: any) => void }} [options]  a control: hostile before the bridge
 */
function openHostile(lane, { before } = {}) {
  let leaks = 0;
  const page = openPage({
    inject: false,
    answer({ url, method }) {
      if (method === "GET") throw new Error("blocked by the page's CSP");
      if (url.endsWith("/failing")) return json({ code: "denied" }, "error");
      return url.endsWith("/bytes") ? { headers: { "Tauri-Response": "ok" }, body: new Uint8Array([1]) } : json({ a: [1] });
    },
    onPost({ command, callback, error }) {
      if (command === "failing") answer(error, `'{"code":"denied"}'`);
      else if (command === "bytes") answer(callback, "'AQI='", "bytes");
      else answer(callback, `'{"a":[1]}'`);
    },
  });
  const answer = (/** @type {number} */ id, /** @type {string} */ payload, kind = "json") =>
    page.run(`__TAURI_INTERNALS__.runCallback(${id}, ${payload}, "${kind}")`);
  const see = (/** @type {unknown[]} */ ...seen) => {
    if (reaches(seen, KEY, page.headerMaps, new Set([page.realm]))) leaks += 1;
  };
  const spies = page.run(spyScript)(see);
  before?.(spies, page.realm);
  page.run(injection({ messageLane: lane === "message" }));
  page.run(script);
  const { calls } = page.realm;
  return {
    ...page,
    spies,
    leaks: () => leaks,
    /** How each call ends. */
    async ends() {
      /** @type {Record<string, string>} */
      const ends = {};
      for (const name of names) {
        const made = calls[name]();
        ends[name] = made === undefined ? "ok" : Object.keys(await page.outcome(made)).join();
      }
      return ends;
    },
  };
}

/** @param {string} what @param {(page: Hostile) => void} attack */
async function resists(what, attack) {
  for (const lane of /** @type {const} */ (["protocol", "message"])) {
    const page = openHostile(lane);
    attack(page);
    assert.deepEqual(await page.ends(), expected, `calls on the ${lane} lane, ${what}`);
    assert.equal(page.leaks(), 0, `the key on the ${lane} lane, ${what}`);
    assert.equal(lane === "message" ? page.posts.length : page.requests.length, 6, what);
    if (lane === "protocol") {
      const [request] = page.requests;
      assert.equal(request?.headers["tauri-invoke-key"], KEY, what);
      assert.equal(request?.headers["x-mine"], "1", what);
      assert.equal(request?.body, '{"text":"x","map":{"m":1},"bytes":[1],"buffer":[0],"channel":"__CHANNEL__:1"}', what);
    }
  }
}

const owners = `({
  "the global": globalThis,
  ${[
    "fetch Headers Response Promise Map WeakMap Set Object Array String Number Symbol RegExp Function Error TypeError",
    "ArrayBuffer DataView Uint8Array Uint32Array Proxy",
  ]
    .join(" ")
    .split(" ")
    .map((name) => `"${name}": ${name}, "${name}.prototype": ${name}.prototype,`)
    .join("\n")}
  "%TypedArray%": Object.getPrototypeOf(Uint8Array), "%TypedArray%.prototype": Object.getPrototypeOf(Uint8Array.prototype),
  "%ArrayIterator%": Object.getPrototypeOf([].values()), "%MapIterator%": Object.getPrototypeOf(new Map().keys()),
  JSON, Reflect, Math, console, crypto, ipc,
})`;

/** @param {string} owner @returns its members that a page can replace and a call could go through */
function members(owner) {
  const { run } = openHostile("protocol");
  const object = run(owners)[owner];
  if (object === undefined) return [];
  return Reflect.ownKeys(object).filter((name) => {
    const { configurable, value, get } = /** @type {any} */ (Reflect.getOwnPropertyDescriptor(object, name));
    return configurable && (typeof value === "function" || get !== undefined);
  });
}

for (const owner of Object.keys(openHostile("protocol").run(owners))) {
  const found = members(owner);
  if (found.length === 0) continue;
  test(`every member of ${owner} replaced by a spy that passes on`, async () => {
    for (const name of found) {
      await resists(`${owner}: ${String(name)}`, ({ run, spies }) => spies.replace(run(owners)[owner], name, false));
    }
  });
  test(`every member of ${owner} replaced by a spy that throws`, async () => {
    for (const name of found) {
      await resists(`${owner}: ${String(name)}`, ({ run, spies }) => spies.replace(run(owners)[owner], name, true));
    }
  });
}

test("everything replaced at once", async () => {
  const all = Object.keys(openHostile("protocol").run(owners)).map((owner) => /** @type {const} */ ([owner, members(owner)]));
  for (const breaks of [false, true]) {
    await resists(breaks ? "throwing" : "passing on", ({ run, spies }) => {
      const objects = run(owners);
      for (const [owner, found] of all) {
        for (const name of found) spies.replace(objects[owner], name, breaks);
      }
    });
  }
});

const traps = [
  ..."Tauri-Invoke-Key tauri-invoke-key Tauri-Callback Content-Type content-type x-mine headers method body key".split(" "),
  ..."command callback error contentType cmd options mode credentials signal cache referrer".split(" "),
  ..."get set value writable configurable enumerable constructor then index id once message entry 0 1 2 length lane m map text".split(" "),
];
for (const [what, found] of /** @type {const} */ ([["answer nothing", undefined], ["answer with a string", "hijacked"]])) {
  test(`accessors on Object.prototype that ${what}`, async () => {
    for (const name of traps) {
      await resists(`Object.prototype.${name}`, ({ realm, spies }) => spies.trap(realm.Object.prototype, name, found));
    }
  });
  test(`accessors on other prototypes that ${what}`, async () => {
    for (const owner of ["Array", "Function", "String", "Promise", "Response", "Headers", "Uint8Array"]) {
      for (const name of ["0", "1", "2", "then", "body", "key", "Tauri-Invoke-Key"]) {
        await resists(`${owner}.prototype.${name}`, ({ realm, spies }) => spies.trap(realm[owner].prototype, name, found));
      }
    }
  });
}

test("toJSON on every prototype", async () => {
  for (const owner of ["Object", "String", "Number", "Array", "Boolean", "BigInt", "Function"]) {
    await resists(`${owner}.prototype.toJSON`, ({ realm, spies }) => spies.toJSON(realm[owner].prototype));
  }
});

test("`then` on Object.prototype hijacks the page's own promises and nothing else", async () => {
  const page = openHostile("protocol");
  page.run("globalThis.got = []; Object.prototype.then = function () { got.push(this); };");
  page.realm.calls.json();
  // The engine itself hands its response to such a `then`; there is no key on it.
  while (page.realm.got.length === 0) await new Promise((next) => setImmediate(next));
  assert.ok(!reaches(page.realm.got, KEY, page.headerMaps));
});

test("species and hasInstance of the page are never asked", async () => {
  await resists("species", ({ run }) =>
    run(`
      const trip = () => { throw new Error("asked"); };
      Object.defineProperty(Promise, Symbol.species, { get: trip });
      Object.defineProperty(Promise.prototype, "constructor", { get: trip });
      Object.defineProperty(Array.prototype, "constructor", { get: trip });
      for (const owner of [Map, Uint8Array, ArrayBuffer, Headers, Response]) {
        Object.defineProperty(owner, Symbol.species, { get: trip });
        Object.defineProperty(owner, Symbol.hasInstance, { get: trip });
      }
    `),
  );
});

test("nothing reachable from the global holds the key, before, during and after calls", async () => {
  for (const lane of /** @type {const} */ (["protocol", "message"])) {
    const page = openHostile(lane);
    const found = () => reaches(page.realm, KEY, page.headerMaps);
    assert.ok(!found());
    const ends = page.ends();
    assert.ok(!found());
    await ends;
    assert.ok(!found());
  }
});

test("errors that reach the page hold no key", async () => {
  const page = openHostile("protocol");
  page.run("Error.stackTraceLimit = 50; globalThis.sites = []; Error.prepareStackTrace = (error, sites) => sites;");
  for (const code of ["invoke(1)", "invoke('a', () => {})", "invoke('\\ud800')", "invoke('a', 1, { headers: { 'ü': '' } })"]) {
    const outcome = await page.outcome(page.run(`__TAURI_INTERNALS__.${code}`));
    assert.ok(!reaches([outcome, /** @type {any} */ (outcome).error?.stack], KEY, page.headerMaps), code);
  }
  const sites = page.run(`{
    let sites;
    const payload = { toJSON() { sites = new Error().stack; return 1; } };
    __TAURI_INTERNALS__.invoke("a", payload);
    sites.map((site) => [site.getThis(), site.getFunction()]);
  }`);
  assert.ok(sites.length > 2);
  assert.ok(!reaches(sites, KEY, page.headerMaps, new Set([page.realm])));
});

test("the spies do find the key when the page comes before the bridge", async () => {
  for (const [owner, name] of /** @type {const} */ ([["the global", "fetch"], ["JSON", "stringify"], ["ipc", "postMessage"]])) {
    const lane = owner === "the global" ? "protocol" : "message";
    const page = openHostile(lane, {
      before: (spies, realm) => spies.replace(owner === "the global" ? realm : realm[owner], name, false),
    });
    await page.ends();
    assert.notEqual(page.leaks(), 0, `${owner}: ${name}`);
  }
});
