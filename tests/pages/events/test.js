// The same page in two windows: they hear each other, as far as they may.
import { emit, emitTo, listen } from "/api/event.js";
import { getCurrentWindow } from "/api/window.js";
import { equal, finish, rejection, test } from "/harness.js";

const { label } = getCurrentWindow();
const other = label === "main" ? "other" : "main";

test("two windows hear each other", async () => {
  const greeted = new Promise((heard) => listen("hello", (event) => event.payload === other && heard(event)).then(() => emit("hello", label)));
  equal((await greeted).event, "hello");
  // Who was there first heard the other one, who may not have heard it.
  await emit("hello", label);
});

test("events come in order, with what was said", async () => {
  const sent = Array.from({ length: 50 }, (_, number) => ({ number, text: `"</script>\u2028`, ["__proto__"]: 1 }));
  const heard = [];
  const all = new Promise((done) => {
    getCurrentWindow()
      .listen("counted", ({ payload }) => heard.push(payload) === sent.length && done())
      .then(async () => {
        for (const payload of sent) await emitTo({ kind: "Window", label }, "counted", payload);
      });
  });
  await all;
  equal(heard, sent);
});

test("who has stopped listening hears no more", async () => {
  const heard = [];
  const stop = await listen("last", ({ payload }) => heard.push(payload), { target: label });
  await emitTo(label, "last", 1);
  await new Promise((done) => listen("last", done, { target: label }).then(() => emitTo(label, "last", 2)));
  await stop();
  await new Promise((done) => listen("last", done, { target: label }).then(() => emitTo(label, "last", 3)));
  equal(heard, [1, 2]);
});

test("what a window may not hear it cannot listen to", async () => {
  const listening = listen("secret", () => {});
  if (label === "main") equal(typeof (await listening), "function");
  else equal((await rejection(listening)).code, "not_allowed");
});

finish();
