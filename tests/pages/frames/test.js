// What frames, workers and scripts without the key can reach.
import { invoke } from "/api/core.js";
import { equal, finish, rejection, test } from "/harness.js";

const call = (headers) =>
  fetch("ipc://localhost/echo", { method: "POST", headers, body: "{}" }).then(
    (response) => `answered ${response.status}`,
    (error) => error.constructor.name,
  );

test("without the key a call is a network error", async () => {
  equal(await call({ "Content-Type": "application/json" }), "TypeError");
  equal(await call({ "Content-Type": "application/json", "Tauri-Invoke-Key": "x".repeat(43) }), "TypeError");
});

test("a GET is answered with 405", async () => {
  equal((await fetch("ipc://localhost/")).status, 405);
});

const frame = (attributes) =>
  new Promise((resolve) => {
    const element = document.createElement("iframe");
    Object.assign(element, attributes);
    element.onload = () => resolve(element);
    document.body.append(element);
  });

test("a frame has no bridge of its own", async () => {
  const blank = await frame({ srcdoc: "<p>x</p>" });
  equal("__TAURI_INTERNALS__" in blank.contentWindow, false, "srcdoc");
  const same = await frame({ src: "/frame.html" });
  equal("__TAURI_INTERNALS__" in same.contentWindow, false, "same origin");
});

test("a worker has no bridge of its own", async () => {
  const worker = new Worker("/worker.js");
  const seen = await new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
  equal(seen, { bridge: false, call: "TypeError" });
});

test("the page sees no key", async () => {
  const keyLike = /[A-Za-z0-9_-]{43}/;
  const seen = new Set();
  const search = (value, path) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) {
      if (typeof value === "string" && keyLike.test(value)) throw new Error(`${path}: ${value}`);
      return;
    }
    seen.add(value);
    if (typeof value === "function") search(Function.prototype.toString.call(value), `${path}()`);
    for (const name of Reflect.ownKeys(value)) {
      search(Reflect.getOwnPropertyDescriptor(value, name).value, `${path}.${String(name)}`);
    }
  };
  search(window.__TAURI_INTERNALS__, "internals");
  for (const script of document.scripts) search(script.text, "script");
});

test("the page cannot leave, nor open windows", async () => {
  equal(window.open("https://example.com/"), null);
  location.href = "data:text/html,gone";
  location.href = "https://example.invalid/";
  await new Promise((go) => setTimeout(go, 300));
  equal(location.origin, "app://localhost");
  equal((await rejection(invoke("nothing"))).code, "unknown_command");
});

finish();
