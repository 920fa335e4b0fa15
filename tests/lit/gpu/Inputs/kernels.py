"""Writes the kernels that a module holds as `gpu.binary` into files: kernels.py MODULE FOLDER [SUFFIX [COMMAND ...]].

The command, if there is one, must accept each of the files.
"""

import os
import re
import subprocess
import sys


def decode(text):
    """The bytes behind a string of MLIR."""
    escaped = re.compile(rb'\\([0-9A-F]{2}|["\\])')
    return escaped.sub(lambda found: found[1] if len(found[1]) == 1 else bytes.fromhex(found[1].decode()), text)


def main(module, folder, suffix="bin", *command):
    source = sys.stdin.buffer.read() if module == "-" else open(module, "rb").read()
    os.makedirs(folder, exist_ok=True)
    objects = re.findall(rb'gpu\.binary @(\S+) .*?\b(?:assembly|bin) = "((?:[^"\\]|\\.)*)"', source)
    if not objects:
        sys.exit("there is no kernel in the module")
    for name, text in objects:
        path = os.path.join(folder, f"{name.decode()}.{suffix}")
        with open(path, "wb") as file:
            file.write(decode(text))
        if command:
            subprocess.run([*command, path], check=True)
        print(name.decode())


main(*sys.argv[1:])
