// A page from an origin of its own: it has what its origin was granted, and nothing of the app's.
import { invoke } from "/api/core.js";
import { equal, finish, rejection, test } from "/harness.js";

test("the granted command runs", async () => {
  equal(await invoke("caller"), `main/main at ${location.origin}`);
});

test("what is granted to the app is not granted to it", async () => {
  const error = await rejection(invoke("echo", {}));
  equal(Object.keys(error), ["code", "message", "command"], "a remote page is told more than it should be");
  equal(error.code, "not_allowed");
});

test("the app's files are not its to load", async () => {
  const outcome = await new Promise((resolve) => {
    const script = document.createElement("script");
    Object.assign(script, { src: "app://localhost/harness.js", type: "text/javascript" });
    script.onload = () => resolve("loaded");
    script.onerror = () => resolve("refused");
    document.body.append(script);
  });
  equal(outcome, "refused");
});

finish();
