// The first document starts programs that never end and leaves; the second one looks for them.
import { invoke } from "/api/core.js";
import { equal, finish, test } from "/harness.js";

if (!location.search) {
  for (let n = 0; n < 8; n += 1) invoke("forever").catch(() => undefined);
  // They run once the program can be seen.
  while ((await invoke("running")) < 8) await new Promise((go) => setTimeout(go, 20));
  location.search = "?second";
} else {
  test("programs end with the document that started them", async () => {
    while ((await invoke("running")) > 0) await new Promise((go) => setTimeout(go, 20));
    equal(await invoke("running"), 0);
  });
  finish();
}
