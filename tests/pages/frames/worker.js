// Reports what a worker can reach.
fetch("ipc://localhost/echo", { method: "POST", body: "{}" }).then(
  (response) => postMessage({ bridge: "__TAURI_INTERNALS__" in self, call: `answered ${response.status}` }),
  (error) => postMessage({ bridge: "__TAURI_INTERNALS__" in self, call: error.constructor.name }),
);
