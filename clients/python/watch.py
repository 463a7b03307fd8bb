#!/usr/bin/env python3
"""Watches the tracepoints of a running process, which sends the types of its events itself: see README.md."""
import argparse
import asyncio
import os
import signal
import socket
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import capnp
from capnp import schema_capnp

from checksum import Checksum

# The interface is the only schema file that is needed. If you copy this program, put it beside it.
sys.path.append(str(Path(__file__).resolve().parents[2] / "tracepoint-ipc" / "schema"))
import tracing_capnp  # noqa: E402


def connect(target):
    """Connects to the process with this name, process id or socket."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    places = [f"{runtime}/tracepoint", f"{tempfile.gettempdir()}/tracepoint-{os.getuid()}"]
    places = [os.environ["TRACEPOINT_DIR"]] if os.environ.get("TRACEPOINT_DIR") else places
    # What is in a directory of somebody else is not to be trusted.
    paths = [path for place in places for path in Path(place).glob("*.*.sock")
             if target in (path.stem, *path.stem.rsplit(".", 1)) and os.stat(place).st_uid == os.getuid()]
    live = {}
    for path in [Path(target)] if "/" in target else paths:
        connection = socket.socket(socket.AF_UNIX)
        if connection.connect_ex(str(path)) == 0:  # Who was killed has left its socket behind.
            live[path.stem] = connection
    if len(live) != 1:
        raise LookupError(f"{target} may be any of {', '.join(live)}" if live else f"{target}: nobody answers")
    return live.popitem()[1]


class Catalog:
    """The tracepoints of a process by now, and the types of their events."""

    def __init__(self, tracepoints, schema):
        self.loader = capnp.SchemaLoader()  # The types live in it, so it must not go before them.
        for data in schema.nodes:
            with schema_capnp.Node.from_bytes(data) as node:
                self.loader.load_dynamic(node)
        # There is no public way yet from a loaded type to the class that reads it.
        self.event = capnp._StructModule(self.loader.get(schema.eventId).as_struct(), "Event")
        self.tags = {it.name: it.discriminantValue for it in self.event.schema.node.struct.fields}
        self.names = {it.tag: f"{it.provider}:{it.name}" for it in tracepoints.tracepoints}

    def events(self, batch):
        """Each event as time, sequence, number of the thread, name and fields: plain values of Python."""
        for event in self.event.read_multiple_bytes(batch.events):
            member = event._which_str()
            fields = event._get(member).to_dict(verbose=True)  # Not getattr: pycapnp has attributes of its own.
            yield event.time, event.sequence, event.thread, self.names[self.tags[member]], fields


def show(value):
    if isinstance(value, dict):
        return f"({', '.join(f'{name} = {show(item)}' for name, item in value.items())})"
    if isinstance(value, list):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, bytes):
        return value.hex() if len(value) <= 64 else f"{value[:8].hex()}..{value[-4:].hex()} ({len(value)} B)"
    return repr(value)


class Sink(tracing_capnp.EventSink.Server):
    """Takes what the process sends: the next batch when `push` has returned."""

    def __init__(self, process, info, options):
        self.process, self.info, self.options, self.catalog = process, info, options, None
        self.threads, self.received, self.checksum = {}, 0, Checksum()
        self.end = asyncio.get_running_loop().create_future()

    async def push(self, batch, **_):
        try:
            if batch.tracepoints > len(self.catalog.names):
                self.catalog = Catalog(await self.process.tracepoints(), await self.process.getSchema())
            self.threads.update((it.id, it.name) for it in batch.threads)
            for gap in batch.gaps:
                print(f"-- lost here: {self.catalog.names[gap.tag]} {show(gap.lost.to_dict())} --")
            for event in self.catalog.events(batch):
                if self.received == self.options.count:
                    break
                self.received += 1
                self.take(*event)
            sys.stdout.flush()
            if self.received == self.options.count:
                self.finish()
        except Exception as error:  # Otherwise only the process would hear of it.
            self.finish(error)

    def take(self, time, sequence, thread, name, fields):
        if self.options.checksum:
            self.checksum.add([time, sequence, thread, self.threads[thread], name, fields])
        else:
            when = datetime.fromtimestamp((time + self.info.utcOffset) / 1e9, timezone.utc)
            print(f"{when:%H:%M:%S.%f} {self.threads[thread]:<15} {name} {show(fields)}")

    async def done(self, reason, **_):
        self.finish(reason and ConnectionError(reason))

    def finish(self, error=None):
        if not self.end.done():
            self.end.set_result(error)


async def watch(options):
    stream = await capnp.AsyncIoStream.create_unix_connection(sock=connect(options.target))
    client = capnp.TwoPartyClient(stream)
    process = client.bootstrap().cast_as(tracing_capnp.Tracing)
    if not options.patterns:
        for it in (await process.tracepoints()).tracepoints:
            print(f"{f'{it.provider}:{it.name}':<40} {it.doc.partition(chr(10))[0]}")
        return
    sink = Sink(process, (await process.info()).info, options)
    sink.catalog = Catalog(await process.tracepoints(), await process.getSchema())
    request = {"patterns": options.patterns, "queueBytes": options.queue << 20}
    subscription = (await process.subscribe(request=request, sink=sink)).subscription
    for interrupt in signal.SIGINT, signal.SIGTERM:
        asyncio.get_running_loop().add_signal_handler(interrupt, sink.finish)
    await asyncio.wait([sink.end, client.on_disconnect()], timeout=options.time, return_when=asyncio.FIRST_COMPLETED)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # The next one need not be patient.
    if sink.end.done() and sink.end.result():
        raise sink.end.result()
    # Switches the tracepoints off; what was fired before still comes, and then the counts.
    stats = (await subscription.close()).stats
    lost = sum(it.offered - it.delivered for it in stats.tracepoints)
    print(f"{sink.received} events, {lost} lost" + (f", checksum {sink.checksum}" if options.checksum else ""))


parser = argparse.ArgumentParser(description="Watches the tracepoints of a running process.")
parser.add_argument("target", help="name, process id, or path of the socket")
parser.add_argument("patterns", nargs="*", help="as in 'net:*'; without any, the tracepoints are listed")
parser.add_argument("-n", "--count", type=int, help="end after so many events")
parser.add_argument("--for", dest="time", type=float, metavar="SECONDS", help="end after so long")
parser.add_argument("--queue", type=int, default=0, metavar="MIB", help="memory for events that wait in the process")
parser.add_argument("--checksum", action="store_true", help="print nothing but a checksum of all events")
if __name__ == "__main__":
    try:
        asyncio.run(capnp.run(watch(parser.parse_args())))
    except BrokenPipeError:
        os._exit(0)  # Whoever reads has seen enough.
    except (LookupError, OSError, capnp.KjException) as error:
        sys.exit(f"watch.py: {getattr(error, 'description', error)}")
