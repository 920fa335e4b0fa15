"""Writes a .npy file of uniform random doubles, for example python3 uniform.py x.npy 3x4 0.5 1; a last argument RISE
is added to each number as often as numbers are in front of it."""

import math
import random
import struct
import sys

file, shape, low, high = sys.argv[1:5]
rise = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
extents = [int(extent) for extent in shape.split("x")]
header = str({"descr": "<f8", "fortran_order": False, "shape": tuple(extents)})
header += " " * (-(len(header) + 11) % 64) + "\n"
source = random.Random(file)
numbers = [source.uniform(float(low), float(high)) + rise * i for i in range(math.prod(extents))]
with open(file, "wb") as output:
    output.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    output.write(struct.pack(f"<{len(numbers)}d", *numbers))
