"""Searches the notes: a sidecar that speaks JSON-RPC 2.0, one message a line.

Portcullis starts it with the first call and writes each call to standard input as a line:
    {"jsonrpc": "2.0", "id": 1, "method": "query", "params": {"text": "tea", "limit": 50}}
The answer has the same id. Calls may be answered in any order, so each has a thread of its own. A call that nobody waits
for any more is taken back, and needs no answer:
    {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}
Standard output is for messages alone; what is written to standard error goes to the log. The end of standard input means
that the app has gone.
"""

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

NOTES = os.path.expanduser("~/Documents/Notes")


class Cancelled(Exception):
    """Nobody waits for the answer."""


class Fault(Exception):
    """What the page is told: a number of the program's own, and words."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


# ---- What it can do: a function for each method. `check` raises `Cancelled` when the call was taken back. ----

index = None


def read(check):
    """The notes by name, each as its lines."""
    notes = {}
    for folder, _, files in os.walk(NOTES):
        for file in files:
            check()
            if file.endswith(".md"):
                path = os.path.join(folder, file)
                with open(path, encoding="utf-8", errors="replace") as lines:
                    notes[os.path.relpath(path, NOTES)] = lines.read().casefold().splitlines()
    return notes


def rebuild(check, progress=None):
    """Reads all notes again; the result is how many there are. Nothing goes through the channel `progress` yet."""
    global index
    if not os.path.isdir(NOTES):
        raise Fault(1, f"there is no folder {NOTES}")
    index = read(check)
    send({"method": "indexed", "params": len(index)})
    return len(index)


def query(check, text, limit=50):
    """The lines that hold a text, at most `limit` of them."""
    if index is None:
        rebuild(check)
    found = []
    for note, lines in sorted(index.items()):
        check()
        for number, line in enumerate(lines, start=1):
            if text.casefold() in line:
                found.append({"note": note, "line": number})
                if len(found) == limit:
                    return found
    return found


METHODS = {"query": query, "index/rebuild": rebuild}

# ---- How it is asked. ----

output = threading.Lock()
running = {}  # ids of calls, each with the event that takes it back


def send(message):
    """Writes one message, whole: threads write at the same time."""
    with output:
        print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def answer(request, cancelled):
    """Answers one call; whatever goes wrong with it, the others get their answers."""

    def check():
        if cancelled.is_set():
            raise Cancelled

    method = request["method"]
    try:
        if method not in METHODS:
            raise Fault(-32601, f"there is no method `{method}`")
        reply = {"result": METHODS[method](check, **request.get("params", {}))}
    except Cancelled:
        return
    except Fault as fault:
        reply = {"error": {"code": fault.code, "message": str(fault)}}
    except Exception as error:
        print(f"{method}: {error!r}", file=sys.stderr, flush=True)
        reply = {"error": {"code": -32603, "message": f"`{method}` failed: {error}"}}
    finally:
        running.pop(request["id"], None)
    send({"id": request["id"], **reply})


def main():
    with ThreadPoolExecutor(max_workers=8) as threads:
        for line in sys.stdin:
            message = json.loads(line)
            if "id" in message:
                cancelled = running[message["id"]] = threading.Event()
                threads.submit(answer, message, cancelled)
            elif message["method"] == "$/cancelRequest":
                cancelled = running.get(message["params"]["id"])
                if cancelled:
                    cancelled.set()
        # The app has gone: nobody waits for what is still running.
        for cancelled in list(running.values()):
            cancelled.set()


main()
