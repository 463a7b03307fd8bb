@0xb7180a35bad52d29;
# What a recording holds besides events.
#
# A recording is a stream of messages, one behind the other, all with the root struct `Event` that every
# process describes (`tracepoint schema capnp` prints it), so the stock tool reads it:
#
#   capnp decode events.capnp Event < FILE
#
# Events are the bytes that the traced process wrote. A message whose union has member 0, `control`, is
# about the events behind it. They come in this order, where "batch" is such a message as well:
#
#   header  (batch event event ..)  (batch event ..)  ..  footer  end
#
# A file that was cut lacks its last messages, and reads up to its last whole batch. All messages consist of
# one segment. `Event.sequence` and `Event.thread` of a control message are 0.
#
# Evolution: as in tracing.capnp; a reader skips control messages that it does not know.

using import "tracing.capnp".Gap;
using import "tracing.capnp".ProcessInfo;
using import "tracing.capnp".SubscriptionStats;
using import "tracing.capnp".Thread;
using import "tracing.capnp".Tracepoint;

struct Control {
  checksum @0 :UInt32;
  # CRC-32, as in zlib and PNG, of this whole message, computed while this field is 0. It lies at byte 48 of
  # the message.
  union {
    header @1 :RecordingHeader;
    batch @2 :RecordedBatch;
    footer @3 :RecordingFooter;
    end @4 :UInt64;
    # Where in the file the footer begins. This message is the last one, and 72 bytes long.
  }
}

struct RecordingHeader {
  # `Event.time` is the beginning of the recording.
  format @0 :UInt32;       # of the recording; 1
  writer @1 :Text;         # the library that wrote the file, and its version
  process @2 :ProcessInfo; # that was traced
  patterns @3 :List(Text); # that say which events were recorded
  definitions @4 :Definitions;
  part @5 :UInt32;         # of a recording in several files: how many came before this one
  threads @6 :List(Thread);# that appeared in the files before
}

struct Definitions {
  # What is needed to read events: each time only what was not there before.
  tracepoints @0 :List(Tracepoint);
  nodes @1 :List(Data);
  # Types, as `Tracing.getSchema` returns them. A later one replaces an earlier one with the same id.
}

struct RecordedBatch {
  # The events behind this message. `Event.time` is the same as `first`.
  bytes @0 :UInt64;        # of all these events
  count @1 :UInt32;
  checksum @2 :UInt32;     # CRC-32 of these bytes
  first @3 :UInt64;        # time of the earliest event
  last @4 :UInt64;         # time of the latest event
  gaps @5 :List(Gap);      # events lost before the first event of this batch, since the last batch
  threads @6 :List(Thread);# threads that appear for the first time
  definitions @7 :Definitions;
}

struct RecordingFooter {
  # What is in this file. `Event.time` is the end of the recording.
  batches @0 :UInt64;
  events @1 :UInt64;
  bytes @2 :UInt64;        # of events
  stats @3 :SubscriptionStats;
  spans @4 :List(RecordedSpan);
}

struct RecordedSpan {
  # A number of batches. A span reaches to the beginning of the next one.
  offset @0 :UInt64;       # of the first batch's message in the file
  events @1 :UInt64;
  first @2 :UInt64;        # time of the earliest event
  last @3 :UInt64;         # time of the latest event
  threads @4 :Bool;        # a batch in it has some
  definitions @5 :Bool;    # a batch in it has some
}
