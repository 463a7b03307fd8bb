@0xb3c9f1d27e5a4068;
# How events would go from process to process over capnp-rpc alone, without this library: the peers of the
# export bench.

struct Event {
  union {
    small @0 :Small;
    message @1 :Message;
  }
}

struct Small {
  # Workload S.
  id @0 :UInt64;
  amount @1 :Int64;
  kind @2 :UInt32;
  name @3 :Text;
}

struct Message {
  # Workload P.
  peerId @0 :Int64;
  addr @1 :Text;
  connectionType @2 :Text;
  messageType @3 :Text;
  payload @4 :Data;
}

interface Sink {
  each @0 (event :Event) -> ();
  # One event a call, each answered before the next is sent.

  stream @1 (event :Event) -> stream;
  # One event a call, as many under way as flow control allows.

  list @2 (events :List(Event)) -> stream;
  # Many events a call.

  done @3 () -> (events :UInt64, sum :UInt64);
  # What came since the last call of this method: how many, and a sum over their contents.
}
