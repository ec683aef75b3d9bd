// The page's own policy blocks the protocol lane, so every call here travels as a message.
import { Channel, invoke } from "/api/core.js";
import { equal, finish, rejection, test } from "/harness.js";

test("the protocol lane is blocked", async () => {
  const error = await rejection(fetch("ipc://localhost/"));
  equal(error.constructor.name, "TypeError");
});

test("JSON, bytes and rejections", async () => {
  equal(await invoke("echo", { text: "ü" }), { text: "ü" });
  equal([...new Uint8Array(await invoke("echo", new Uint8Array([0, 255])))], [0, 255]);
  equal((await rejection(invoke("denied"))).code, "not_allowed");
  equal(await rejection(invoke("fail", { a: 1 })), { mine: { a: 1 } });
  equal((await rejection(invoke("a/b"))).code, "invalid_request");
});

test("a key named __proto__ is a key like any other", async () => {
  const value = await invoke("echo", JSON.parse('{"__proto__":{"admin":true},"x":1}'));
  equal([Object.keys(value), value.admin], [["__proto__", "x"], undefined]);
});

test("the origin is the page's", async () => {
  equal(await invoke("caller"), "main/main at app://localhost");
});

test("a channel delivers in order", async () => {
  const [json, bytes] = [[], []];
  const onJson = new Channel((message) => json.push(message.number));
  const onBytes = new Channel((message) => bytes.push(message.byteLength));
  await invoke("stream", { count: 20, json: onJson, bytes: onBytes });
  while (json.length < 20 || bytes.length < 20) await new Promise((go) => setTimeout(go, 10));
  equal(json, Array.from({ length: 20 }, (_, index) => index));
});

test("a forged message is not answered and not run", async () => {
  const before = await invoke("tick");
  window.ipc.postMessage("not JSON");
  window.ipc.postMessage(
    JSON.stringify({ command: "tick", callback: 1, error: 2, key: "x", contentType: "application/json", body: "{}" }),
  );
  const after = await invoke("tick");
  equal(after.run, before.run + 1);
});

finish();
