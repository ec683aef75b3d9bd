// What `feature.html?<name>` calls, for each of the small manifests.

export const features = {
  minimal: {
    title: "Minimal",
    about: "An app, a window, a command and a permission. Everything else in a manifest is optional.",
    calls: [
      { command: "version", note: "A constant. `run: { value: … }` starts nothing." },
      { command: "version", args: { verbose: true }, note: "The command declares no arguments, so it takes none." },
      { command: "verison", note: "A command that is not declared does not exist." },
    ],
  },
  process: {
    title: "Processes",
    about: "Every rule of commands that run a program. Change the arguments and call again; what does not fit is refused before anything starts.",
    calls: [
      { command: "greet", args: { name: "world", times: 3 }, note: "Placeholders fill an item or a part of one; doubled braces are braces." },
      { command: "greet", args: { name: "$(date); `ls`" }, note: "There is no shell: text stays text." },
      { command: "join", args: { words: ["one", "two words", "--three"] }, note: "`{words...}` is one item for each element." },
      { command: "numbers", args: { to: 5 }, note: "Without `separator`, its item is not there." },
      { command: "numbers", args: { to: 5, separator: ", " }, note: "With it, it is." },
      { command: "numbers", args: { to: 500 }, note: "An argument outside its schema never reaches the program." },
      { command: "list", args: { path: "-la" }, note: "A value that could be read as an option is rejected." },
      { command: "list_any", args: { path: "-la" }, note: "After `--` it is a path, and there is no such file." },
      { command: "sort", args: { text: "10\n9\n100", order: "-n" }, note: "`options: allow` with an `enum`, and standard input." },
      { command: "palette", note: "`output: json` is the value that the program wrote." },
      { command: "noise", args: { bytes: 16 }, note: "`output: raw` is bytes." },
      { command: "environment", note: "All of the program's environment." },
      { command: "here", note: "The manifest's folder, by default." },
      { command: "frontend", note: "Another folder: `cwd`." },
      { command: "wait", args: { seconds: 5 }, note: "Ended after half a second by `limits.timeout`." },
    ],
  },
  origins: {
    title: "Origins",
    about: "This page has the origin `app`. What other origins may call is denied here, and the rejection names the origin that it would take.",
    calls: [
      { command: "version", note: "`own-pages` allows it to `app`." },
      { command: "theme", note: "The deny of `strangers` is for other origins and does not reach this one." },
      { command: "tenant", note: "Allowed to `https://{tenant}.ops.example.com` alone." },
      { command: "reload", note: "Allowed to `http://localhost`, any port." },
    ],
  },
  plugins: {
    title: "Plugins",
    about: "Commands in namespaces, called as `plugin:<namespace>|<command>`.",
    calls: [
      { command: "plugin:clock|now", note: "A program behind a namespace." },
      { command: "plugin:notes|list", note: "Allowed by the pattern over its namespace." },
      { command: "plugin:notes|read", args: { title: "Milk" }, note: "A value with a placeholder in it." },
      { command: "plugin:notes|remove", args: { title: "Milk" }, note: "Allowed by the pattern, denied by name: deny wins." },
      { command: "plugin:notes|write", args: { title: "Eggs" }, note: "Not declared, whatever the pattern covers." },
    ],
  },
  sidecar: {
    title: "Sidecar",
    about: "A program in Node that is started once and answers many calls. It keeps running until the window closes.",
    calls: [
      { command: "plugin:words|count", args: { text: "tea for two and two for tea" }, note: "The first call starts the program." },
      { command: "plugin:words|count", args: { text: " " }, note: "An error of the program's own, as it is." },
      { command: "plugin:words|count_slowly", args: { text: "slowly", seconds: 0.5 }, times: 4, note: "Calls are answered as they are done, not one after the other." },
      { command: "plugin:words|count_slowly", args: { text: "too slowly", seconds: 30 }, note: "Taken back after two seconds; the program goes on." },
    ],
  },
  limits: {
    title: "Limits",
    about: "How large, how long, how many at once and how often.",
    calls: [
      { command: "echo", args: { text: "a small body" }, note: "Within every limit." },
      { command: "small", args: { text: "x".repeat(80) }, note: "This command takes bodies of 64 bytes." },
      { command: "output", args: { lines: 100 }, note: "`payload` is for a program's output too: 292 bytes here." },
      { command: "output", args: { lines: 10000 }, note: "More than 1 KiB of output." },
      { command: "slow", args: { seconds: 0.1 }, note: "Within 300 ms." },
      { command: "slow", args: { seconds: 5 }, note: "Ended after 300 ms, with the program." },
      { command: "slow", args: { seconds: 0.2 }, times: 8, note: "Four may run at the same time." },
      { command: "echo", args: {}, times: 40, note: "At most 30 calls in a second, those of the other cards included." },
    ],
  },
};
