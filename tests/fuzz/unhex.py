"""unhex.py FILE DIRECTORY: each line of hex becomes a file of the corpus, bare and framed, and as JSON for some."""
import base64
import json
import pathlib
import sys


def seeds(octets):
    yield octets
    yield octets[4:]
    text = base64.b64encode(octets).decode()
    yield json.dumps({"key_package": text, "lastResort": True, "capabilities": {"versions": ["1.0"], "ciphersuites": [1]}}).encode()


def main(source, directory):
    stem = pathlib.Path(source).stem
    for i, line in enumerate(pathlib.Path(source).read_text().split()):
        for k, seed in enumerate(seeds(bytes.fromhex(line))):
            pathlib.Path(directory, f"{stem}-{i}-{k}").write_bytes(seed)


main(*sys.argv[1:])
