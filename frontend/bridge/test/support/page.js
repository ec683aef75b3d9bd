// Opens a page: a fresh JavaScript realm with a stand-in engine and, unless told otherwise, the bridge.

import { readFileSync } from "node:fs";
import vm from "node:vm";

import { buildEngine } from "./engine.js";

/** @typedef {import("./engine.js").Answer} Answer */
/** @typedef {import("./engine.js").Seen} Seen */

export const KEY = "k3y-0f-th1s-d0cument";
export const source = readFileSync(new URL("../../portable.js", import.meta.url), "utf8");
const defaults = { key: KEY, os: "linux", windowLabel: "main", webviewLabel: "left", messageLane: false };

/** @param {Partial<typeof defaults>} [changes] */
export const injection = (changes) => `${source}(${JSON.stringify({ ...defaults, ...changes })});`;

/** @param {unknown} value @param {"ok" | "error"} [outcome] @returns {Answer} */
export const json = (value, outcome = "ok") => ({
  headers: { "Tauri-Response": outcome, "Content-Type": "application/json" },
  body: JSON.stringify(value),
});

/**
 * @param {object} [options]
 * @param {Partial<typeof defaults>} [options.config]
 * @param {(request: Seen) => Answer | Promise<Answer>} [options.answer]  a throw is a network error
 * @param {string} [options.before]  a script that runs before the bridge
 * @param {boolean} [options.inject]
 * @param {(message: any) => void} [options.onPost]  what the host does with a posted message
 * @param {() => void} [options.onWarn]
 */
export function openPage({ config, answer = () => json(null), before = "", inject = true, onPost, onWarn } = {}) {
  const context = vm.createContext({});
  /** @type {(code: string) => any} */
  const run = (code) => vm.runInContext(code, context);
  run("globalThis.window = globalThis");
  const realm = run("globalThis");
  const engine = buildEngine(realm, run, answer, onWarn);
  /** @type {any[]} */
  const posts = [];
  if (onPost) {
    const post = (/** @type {string} */ text) => {
      const message = JSON.parse(text);
      posts.push(message);
      onPost(message);
    };
    run("(function (post) { globalThis.ipc = { postMessage(text) { post(text); } }; })")(post);
  }
  const then = realm.Promise.prototype.then;
  run(before);
  if (inject) run(injection(config));

  return {
    realm,
    run,
    posts,
    ...engine,
    /** @type {any} */
    internals: realm.__TAURI_INTERNALS__,
    /**
     * How a promise of the page ends, whatever the page did to promises.
     * @param {any} promise
     * @returns {Promise<{ ok: any } | { error: any }>}
     */
    outcome(promise) {
      Reflect.defineProperty(promise, "constructor", { value: undefined });
      return new Promise((done) => {
        Reflect.apply(then, promise, [(/** @type {any} */ ok) => done({ ok }), (/** @type {any} */ error) => done({ error })]);
      });
    },
  };
}

/**
 * A value of another realm as a value of this one, for comparison.
 * @param {unknown} value
 * @returns {any}
 */
export function local(value) {
  return structuredClone(value);
}
