"""Searches the notes: a sidecar that speaks JSON-RPC 2.0, one message a line.

Portcullis starts it with the first call and writes each call to standard input as a line:
    {"jsonrpc": "2.0", "id": 1, "method": "query", "params": {"text": "tea", "limit": 50}}
The answer has the same id. Standard output is for answers alone; what is printed to standard error goes to the log.
"""

import json
import os
import sys

NOTES = os.path.expanduser("~/Documents/Notes")


def notes():
    """The notes, as pairs of name and path."""
    for folder, _, files in sorted(os.walk(NOTES)):
        for file in sorted(files):
            if file.endswith(".md"):
                path = os.path.join(folder, file)
                yield os.path.relpath(path, NOTES), path


def query(text, limit):
    """The lines that hold a text, at most `limit` of them."""
    found = []
    for note, path in notes():
        with open(path, encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if text.casefold() in line.casefold():
                    found.append({"note": note, "line": number})
                    if len(found) == limit:
                        return found
    return found


METHODS = {"query": query}


def answer(request):
    """The result or the error of one request; whatever goes wrong, the next one gets its answer too."""
    method = METHODS.get(request["method"])
    if method is None:
        return {"error": {"code": -32601, "message": f"no method `{request['method']}`"}}
    try:
        return {"result": method(**request.get("params", {}))}
    except Exception as error:
        print(f"{request['method']}: {error!r}", file=sys.stderr)
        return {"error": {"code": -32603, "message": str(error)}}


for line in sys.stdin:
    request = json.loads(line)
    if "id" in request:  # without one it is a notification, which nobody waits for
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer(request)}), flush=True)
