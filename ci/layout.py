"""Random structs for ci/layout.sh.

    layout.py schema      prints a schema file of them
    layout.py answers     reads what a compiler says of that file, prints a line for each struct
"""

import re
import sys

# The letters that tests/layout.rs knows, with what a compiler knows of each type.
TYPES = dict(b="Bool", c="Int8", C="UInt8", s="Int16", S="UInt16", i="Int32", I="UInt32", l="Int64", L="UInt64",
             f="Float32", d="Float64", e="Kind", D="UInt64", T="Int64", t="Text", x="Data", p="Data", o="Inner")
BITS = dict(b=1, c=8, C=8, s=16, S=16, i=32, I=32, l=64, L=64, f=32, d=64, e=16, D=64, T=64)

# All types alike, and mixtures that make many holes: bits among others, small among large, and so on. `*` stands
# for a list of anything, `?` for another type of the mixture, of values that may be missing.
MIXTURES = ["bcCsSiIlLfdtxeDTpo**?????", "bcCsSe", "bcCsSe???", "bbbbbbbbcL", "bL", "b?L", "cSIL", "bcsil", "cIl?",
            "tbxc", "tb*p?", "fdes", "sTD?"]

# Structs of each length up to 60, and many short ones, so that the answers stay a small file.
LENGTHS = [length for length in range(61) for _ in range(30)] + [1 + at % 20 for at in range(3600)]

state = 0x9E3779B97F4A7C15


def pick(letters):  # with xorshift64*: every version of Python makes the same structs
    global state
    state ^= state >> 12
    state = (state ^ state << 25) & (1 << 64) - 1
    state ^= state >> 27
    return letters[(state * 0x2545F4914F6CDD1D >> 32 & 0xFFFFFFFF) % len(letters)]


def element():
    # A list of UInt8 is Data, and values that may be missing have no place of their own.
    letter = pick("".join(TYPES).replace("C", "") + "****")
    return "*" + element() if letter == "*" else letter


def field(mixture):
    """The type of a field: `l`, `*t`, `**o`, `?d`, `?*l`."""
    letter = pick(mixture)
    if letter == "?":
        return "?" + field(mixture.replace("?", ""))
    return "*" + element() if letter == "*" else letter


def structs():
    drawn = [tuple(field(mixture) for _ in range(length)) for length in LENGTHS for mixture in [pick(MIXTURES)]]
    return list(dict.fromkeys(drawn))


def spelled(type):
    return "List(%s)" % spelled(type[1:]) if type[0] == "*" else TYPES[type]


def schema():
    print("@0x95cf4c5fdb2e6f4b;\nenum Kind { first @0; second @1; }\nstruct Inner { number @0 :UInt8; }")
    for number, fields in enumerate(structs()):
        print("struct S%d {" % number)
        ordinal = 0
        for at, type in enumerate(fields):
            if type[0] == "?":
                print("  f%d :union { none @%d :Void; some @%d :%s; }"
                      % (at, ordinal, ordinal + 1, spelled(type[1:])))
                ordinal += 2
            else:
                print("  f%d @%d :%s;" % (at, ordinal, spelled(type)))
                ordinal += 1
        print("}")


# How a compiler writes sizes and places into the comments of a schema.
STRUCT = re.compile(r"^struct S\d+ .*# (\d+) bytes, (\d+) ptrs$", re.MULTILINE)
PLACE = re.compile(r"^ *(?:f\d+|some) .*# (?:bits\[(\d+), \d+\)|ptr\[(\d+)\])|tag bits \[(\d+), \d+\)", re.MULTILINE)


def places(fields, body):
    found = PLACE.finditer(body)
    for type in fields:
        tag = ""
        if type[0] == "?":
            tag = "%d:" % (int(next(found)[3]) // 16)
        bit, pointer, _ = next(found).groups()
        # In units of the field's size.
        yield tag + (pointer or str(int(bit) // BITS[type.lstrip("?")]))
    assert next(found, None) is None, body


def answers(said):
    heads = list(STRUCT.finditer(said))
    ends = [head.start() for head in heads[1:]] + [len(said)]
    for fields, head, end in zip(structs(), heads, ends, strict=True):
        data_bytes, pointers = head.groups()
        offsets = ",".join(places(fields, said[head.end():end]))
        print("".join(fields) or "-", int(data_bytes) // 8, pointers, offsets or "-")


if sys.argv[1] == "schema":
    schema()
else:
    answers(sys.stdin.read())
