# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the smallest ONNX models that see something, without the onnx package: make_onnx.py KIND FILE.

classifier  which of red, green and blue the picture has most of: the mean of each channel, times 20, as shares of 1
detector    one row of the YOLO v8 family: always the box at 56,84 of 28 x 56, with scores that are the means of the channels
"""
import struct
import sys


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):  # protobuf: an integer, a float, or bytes
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(kind, inputs, output, attributes=b""):
    return field(1, b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, kind) + attributes)


def integer(name, value):
    return field(5, field(1, name) + field(3, value) + field(20, 2))


def tensor(name, shape, values, kind=1):
    raw = struct.pack(f"<{len(values)}{'f' if kind == 1 else 'q'}", *values)
    return field(5, b"".join(field(1, size) for size in shape) + field(2, kind) + field(8, name) + field(9, raw))


def value(number, name, shape):
    sizes = b"".join(field(1, field(1, size)) for size in shape)
    return field(number, field(1, name) + field(2, field(1, field(1, 1) + field(2, sizes))))


def classifier():
    return (node("GlobalAveragePool", ["in"], "mean") + node("Flatten", ["mean"], "flat", integer("axis", 1))
            + node("Mul", ["flat", "gain"], "score") + node("Softmax", ["score"], "out", integer("axis", 1))
            + tensor("gain", [1, 3], [20.0] * 3) + value(11, "in", [1, 3, 224, 224]) + value(12, "out", [1, 3]))


def detector():
    return (node("GlobalAveragePool", ["in"], "mean") + node("Flatten", ["mean"], "flat", integer("axis", 1))
            + node("Concat", ["box", "flat"], "row", integer("axis", 1)) + node("Reshape", ["row", "shape"], "out")
            + tensor("box", [1, 4], [70.0, 112.0, 28.0, 56.0]) + tensor("shape", [3], [1, 7, 1], 7)
            + value(11, "in", [1, 3, 224, 224]) + value(12, "out", [1, 7, 1]))


graph = {"classifier": classifier, "detector": detector}[sys.argv[1]]()
with open(sys.argv[2], "wb") as file:
    file.write(field(1, 7) + field(7, graph + field(2, "test")) + field(8, field(1, "") + field(2, 13)))
