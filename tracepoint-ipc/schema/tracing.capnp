@0xc1f3a6e2d94b7058;
# The interface between a traced process (the exporter) and whoever wants to see its events.
#
# Evolution: fields, methods and enumerants are only ever added at the end. A reader ignores what it
# does not know; what is missing reads as its default.

annotation name @0xd5a08f6b1c9e4372 (struct, field, group, union, enum, enumerant) :Text;
# The name in the traced program ("net:inbound_message", "peer_id"), where Cap'n Proto's rules for
# names forced another spelling ("NetInboundMessage", "peerId").

annotation doc @0xe27b46d0a3f58c19 (struct, field, group, union, enum, enumerant) :Text;
# The doc comment in the traced program.

annotation kind @0xa94d12e86fb703c5 (field) :Text;
# What a number or bytes stand for: "duration" (UInt64, nanoseconds), "time" (Int64, nanoseconds since the
# Unix epoch), "ip" (Data, 4 or 16 bytes in network order). Of a list: what its elements stand for.

interface Tracing {
  # The bootstrap interface of the socket. Read-only: a client switches tracing on and off for itself
  # and can change nothing else.

  info @0 () -> (info :ProcessInfo);

  tracepoints @1 () -> (tracepoints :List(Tracepoint));
  # All registered tracepoints, ordered by tag.

  getSchema @2 () -> (eventId :UInt64, nodes :List(Data));
  # Every type that an event can be made of, as `schema.capnp` Nodes, each a message of its own, and
  # the id of the root struct `Event`. Types come before the types that use them.

  subscribe @3 (request :Request, sink :EventSink) -> (subscription :Subscription, tracepoints :List(UInt16));
  # Starts to deliver the events that match, and says which (by tag). Lasts until `subscription` is
  # released, the connection ends, or `close` is called.

  stats @4 () -> (stats :ExporterStats);
}

interface EventSink {
  # Implemented by the client.

  push @0 (batch :Batch) -> stream;

  done @1 (reason :Text) -> ();
  # No more batches will come. An empty reason: the client asked for it.
}

interface Subscription {
  stats @0 () -> (stats :SubscriptionStats);

  update @1 (request :Request) -> (tracepoints :List(UInt16));
  # Replaces the patterns. Limits cannot be changed.

  close @2 () -> (stats :SubscriptionStats);
  # Switches the probes off, delivers all that was fired before, and returns the final counts.
}

struct ProcessInfo {
  name @0 :Text;           # given by the program to its exporter
  pid @1 :UInt32;
  executable @2 :Text;
  version @3 :Text;        # of this library
  protocol @4 :UInt32;     # of this interface; 1
  started @5 :UInt64;      # of the exporter, nanoseconds, same clock as the events
  utcOffset @6 :Int64;     # nanoseconds to add to an event's time for UTC since the epoch
  clock @7 :Text;          # source of the time stamps: "tsc", "system", ..
  tracepoints @8 :UInt32;
  subscriptions @9 :UInt32;
}

struct Tracepoint {
  tag @0 :UInt16;          # local to this stream; identity is `typeId`
  typeId @1 :UInt64;
  provider @2 :Text;
  name @3 :Text;
  doc @4 :Text;
  file @5 :Text;
  line @6 :UInt32;
  registered @7 :Registration;
  enabled @8 :Bool;        # somebody listens now
}

enum Registration {
  # How the exporter came to know of a tracepoint.
  startup @0;              # before main, or when its library was loaded
  firstHit @1;             # when a thread first came by
  runTime @2;              # by a call
}

struct Request {
  patterns @0 :List(Text); # "net:*", "mempool:added"; at least one
  queueBytes @1 :UInt64;   # bound of the queue in the traced process; 0: default
  batchBytes @2 :UInt32;   # size at which a batch is sent; 0: default
  flushNanos @3 :UInt64;   # longest time that an event waits in a batch; 0: default
  allowEmpty @4 :Bool;     # a pattern may match nothing (yet)
  filter @5 :Text;         # a predicate over the fields: 'size > 1000 && message_type == "block"'
  sample @6 :UInt32;       # one of so many events of each tracepoint that match; 0: all
  rate @7 :UInt32;         # at most so many events of each tracepoint in a second; 0: all
  policy @8 :Policy;       # what to do when the queue is full
}

enum Policy {
  dropNewest @0;           # what comes is lost
  keepNewest @1;           # what has waited longest is lost
}

struct Batch {
  events @0 :Data;
  # Framed Cap'n Proto messages back to back, each an `Event` of the schema that `getSchema` returns.
  count @1 :UInt32;
  gaps @2 :List(Gap);      # events lost before the first event of this batch, since the last batch
  threads @3 :List(Thread);# threads that appear for the first time
  tracepoints @4 :UInt32;
  # Tracepoints registered by now. A client that knows fewer asks `tracepoints` (and `getSchema`) again
  # before it reads this batch, and then knows every tag in it.
}

struct Gap {
  tag @0 :UInt16;
  lost @1 :Lost;
}

struct Lost {
  ringFull @0 :UInt64;     # no chunk left in the pool, or the thread's share was used up
  tooLarge @1 :UInt64;     # over the size limit of one event
  nested @2 :UInt64;       # fired by a signal handler or allocator inside another probe
  threadGone @3 :UInt64;   # fired while the thread was being torn down
  queueFull @4 :UInt64;    # this client was too slow
}

struct Thread {
  id @0 :UInt32;           # as in `Event.thread`; never reused within a process
  osId @1 :UInt64;
  name @2 :Text;
}

struct SubscriptionStats {
  tracepoints @0 :List(TracepointStats);
  queuedBytes @1 :UInt64;
  queueBytes @2 :UInt64;   # the bound
}

struct TracepointStats {
  # offered = delivered + filtered + sampledOut + the sum of lost
  tag @0 :UInt16;
  offered @1 :UInt64;
  delivered @2 :UInt64;
  deliveredBytes @3 :UInt64;
  filtered @4 :UInt64;
  sampledOut @5 :UInt64;
  lost @6 :Lost;
}

struct ExporterStats {
  poolBytes @0 :UInt64;    # the bound of all rings together
  poolUsedBytes @1 :UInt64;
  threads @2 :UInt32;      # with a ring
  connections @3 :UInt32;
  subscriptions @4 :UInt32;
  cpuNanos @5 :UInt64;     # of the whole process
}
