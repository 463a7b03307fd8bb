"""Compares a Perfetto trace with the same events as JSON and as a table: see perfetto.sh.

    compare_trace.py TRACE NDJSON CSV [COUNTER..]
"""

import csv
import json
import math
import os
import sys
from datetime import datetime, timezone

from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as pb

CLEARED = pb.TracePacket.SEQ_INCREMENTAL_STATE_CLEARED
NEEDED = pb.TracePacket.SEQ_NEEDS_INCREMENTAL_STATE
# Nanoseconds. Each program that attaches to a process reads the clocks anew.
APART = 10**6
# In the table, before the fields.
FIXED = ["time", "utc", "sequence", "thread", "thread_name", "tracepoint"]


def check(condition, *what):
    if not condition:
        sys.exit("ci/compare_trace.py: " + " ".join(str(it) for it in what))


def check_known(message):
    """A field of a wrong number or type would be an unknown one."""
    check(not len(UnknownFieldSet(message)), "unknown fields in", type(message).__name__, message)
    for field, value in message.ListFields():
        if field.message_type:
            for each in [value] if hasattr(value, "ListFields") else value:
                check_known(each)


class Trace:
    """Reads packets one after the other, as the trace processor does."""

    def __init__(self, path):
        self.tables = None  # by kind, then by number
        self.clock = None
        self.offset = None  # of UTC
        self.tracks = {}
        self.events = []
        self.losses = []
        self.counts = {}
        with open(path, "rb") as file:
            trace = pb.Trace.FromString(file.read())
        for packet in trace.packet:
            check_known(packet)
            self.take(packet)

    def take(self, packet):
        check(packet.trusted_packet_sequence_id != 0, "a packet of no sequence:", packet)
        if packet.sequence_flags & CLEARED:
            self.tables = {kind: {} for kind in ("categories", "events", "fields", "strings")}
        if packet.sequence_flags & NEEDED:
            check(self.tables is not None, "a packet that would be skipped:", packet)
        if packet.HasField("trace_packet_defaults"):
            self.clock = packet.trace_packet_defaults.timestamp_clock_id
        interned = packet.interned_data
        for kind, entries in [
            ("categories", interned.event_categories),
            ("events", interned.event_names),
            ("fields", interned.debug_annotation_names),
            ("strings", interned.debug_annotation_string_values),
        ]:
            for entry in entries:
                check(entry.iid not in self.tables[kind], "a name that was there already:", entry)
                self.tables[kind][entry.iid] = entry.str.decode() if kind == "strings" else entry.name
        kind = packet.WhichOneof("data")
        if kind == "clock_snapshot":
            self.snapshot(packet.clock_snapshot)
        elif kind == "track_descriptor":
            self.tracks[packet.track_descriptor.uuid] = packet.track_descriptor
        elif kind == "track_event":
            check(self.clock == pb.BUILTIN_CLOCK_MONOTONIC, "a time of clock", self.clock)
            self.event(packet.timestamp, packet.track_event)
        else:
            check(False, "a packet about", kind)

    def snapshot(self, snapshot):
        check(snapshot.primary_trace_clock == pb.BUILTIN_CLOCK_MONOTONIC, snapshot)
        clocks = {clock.clock_id: clock.timestamp for clock in snapshot.clocks}
        self.offset = clocks[pb.BUILTIN_CLOCK_REALTIME] - clocks[pb.BUILTIN_CLOCK_MONOTONIC]

    def event(self, time, event):
        track = self.tracks[event.track_uuid]
        if event.type == pb.TrackEvent.TYPE_COUNTER:
            value = getattr(event, event.WhichOneof("counter_value_field"))
            check(track.HasField("counter"), "a count on a track that is no counter:", track)
            self.counts.setdefault(track.name, []).append((time, value))
            return
        check(event.type == pb.TrackEvent.TYPE_INSTANT, "an event of type", event.type)
        (category,) = event.category_iids
        read = {
            "time": time,
            "event": self.tables["events"][event.name_iid],
            "category": self.tables["categories"][category],
            "fields": {self.tables["fields"][it.name_iid]: self.value(it) for it in event.debug_annotations},
            "thread_name": track.thread.thread_name,
        }
        if track.name == "lost events":
            self.losses.append(read)
        else:
            check(track.thread.tid > 0, "an event of no thread:", track)
            process = self.tracks[track.parent_uuid].process
            check(process.pid == track.thread.pid, "a thread of another process:", track)
            self.events.append(read)

    def value(self, annotation):
        """As it would be in JSON."""
        kind = annotation.WhichOneof("value")
        if kind == "string_value_iid":
            return self.tables["strings"][annotation.string_value_iid]
        if kind is not None:
            value = getattr(annotation, kind)
            if isinstance(value, float) and not math.isfinite(value):
                return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
            return value
        if annotation.dict_entries:
            return {self.tables["fields"][it.name_iid]: self.value(it) for it in annotation.dict_entries}
        return [self.value(it) for it in annotation.array_values] or None


def nanos(text):
    """`2026-01-31T12:00:00.123456789Z` as nanoseconds since 1970."""
    seconds, fraction = text.removesuffix("Z").split(".")
    return int(datetime.fromisoformat(seconds).replace(tzinfo=timezone.utc).timestamp()) * 10**9 + int(fraction)


def same(read, line):
    """In a trace, null is the same as a list or a struct with nothing in it."""
    if isinstance(line, dict) and isinstance(read, dict):
        return read.keys() == line.keys() and all(same(read[key], line[key]) for key in line)
    if isinstance(line, list) and isinstance(read, list):
        return len(read) == len(line) and all(map(same, read, line))
    return read is None if line in ([], {}) else read == line


def compare_trace(trace, lines):
    check(len(trace.events) == len(lines), len(trace.events), "events in the trace,", len(lines), "lines")
    for read, line in zip(trace.events, lines):
        check(read["time"] == line["mono_ns"], read, line)
        check(abs(read["time"] + trace.offset - nanos(line["time"])) < APART, read, line)
        check(read["event"] == line["event"], read, line)
        check(read["category"] == line["event"].split(":")[0], read, line)
        check(read["thread_name"] == line["thread_name"], read, line)
        check(same(read["fields"], line["fields"]), read, line)


def compare_counters(trace, lines, counters):
    check(set(trace.counts) <= set(counters), "counters nobody asked for:", list(trace.counts))
    for counter in counters:
        event, field = counter.rsplit(".", 1)
        expected = [(line["mono_ns"], line["fields"][field]) for line in lines if line["event"] == event]
        check(expected, "no events for", counter)
        check(trace.counts.get(counter) == expected, "the counter", counter, "is not what the events say")


def cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def compare_table(path, lines):
    csv.field_size_limit(sys.maxsize)
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        count = 0
        for row, line in zip(rows, lines):
            fixed = [line["mono_ns"], row["utc"], line["seq"], line["thread"], line["thread_name"], line["event"]]
            check(abs(nanos(row["utc"]) - nanos(line["time"])) < APART, row, line)
            check([row.pop(name) for name in FIXED] == [str(it) for it in fixed], row, line)
            for name, value in line["fields"].items():
                column = f"{line['event']}.{name}" if name in FIXED else name
                read = row.pop(column)
                exact = float(read) == value if isinstance(value, float) else read == cell(value)
                check(exact, column, read, value)
            check(not any(row.values()), "cells of other events:", row)
            count += 1
        check(count == len(lines) and next(rows, None) is None, count, "rows,", len(lines), "lines")


def ask_trace_processor(path, trace):
    binary = os.environ.get("TRACE_PROCESSOR")
    if not binary:
        return "read with Perfetto's descriptors; for its trace processor as well, set TRACE_PROCESSOR"
    from perfetto.trace_processor import TraceProcessor, TraceProcessorConfig

    def number(query):
        return next(iter(processor.query(query))).number

    with TraceProcessor(trace=path, config=TraceProcessorConfig(bin_path=binary)) as processor:
        errors = list(processor.query("select name, value from stats where severity = 'error' and value > 0"))
        check(not errors, "the trace processor found errors:", [(it.name, it.value) for it in errors])
        slices = number("select count(*) as number from slice")
        check(slices == len(trace.events) + len(trace.losses), "the trace processor sees", slices, "instants")
        arguments = number("select count(*) as number from slice join args using (arg_set_id)")
        check(arguments >= len(trace.events), "the trace processor sees", arguments, "arguments")
        counts = number("select count(*) as number from counter")
        check(counts == sum(map(len, trace.counts.values())), "the trace processor sees", counts, "counts")
    return "read with Perfetto's descriptors and opened in its trace processor"


def main(trace_path, json_path, csv_path, *counters):
    with open(json_path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    gaps = [line["gap"] for line in lines if "gap" in line]
    lines = [line for line in lines if "event" in line]
    trace = Trace(trace_path)
    compare_trace(trace, lines)
    compare_counters(trace, lines, counters)
    compare_table(csv_path, lines)
    lost = [(f"lost {gap['event']}", {cause: n for cause, n in gap["lost"].items() if n}) for gap in gaps]
    check([(it["event"], it["fields"]) for it in trace.losses] == lost, "losses differ:", trace.losses, lost)
    kinds = {line["event"] for line in lines}
    counts = sum(map(len, trace.counts.values()))
    print(f"{len(lines)} events of {len(kinds)} kinds, {counts} counts, {len(lost)} gaps: the same in all formats")
    print(ask_trace_processor(trace_path, trace))


main(*sys.argv[1:])
