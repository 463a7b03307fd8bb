// Watches the tracepoints of a running process, which sends the types of its events itself: see README.md.
#include <capnp/rpc-twoparty.h>
#include <capnp/schema-loader.h>
#include <capnp/serialize.h>
#include <csignal>
#include <ctime>
#include <glob.h>
#include <kj/async-unix.h>
#include <kj/main.h>
#include <map>
#include <unistd.h>
#include "checksum.h"
#include "show.h"
#include "tracing.capnp.h"

using namespace capnp;

// Connects to the process with this name, process id or socket.
kj::Own<kj::AsyncIoStream> connect(kj::ProcessContext& context, kj::AsyncIoContext& io, kj::StringPtr target) {
  auto session = getenv("XDG_RUNTIME_DIR"), chosen = getenv("TRACEPOINT_DIR");
  auto runtime = session ? kj::str(session) : kj::str("/run/user/", getuid());
  auto usual = kj::str("{", runtime, "/tracepoint,/tmp/tracepoint-", getuid(), "}");
  auto name = kj::str(chosen ? chosen : usual.cStr(), "/{", target, ".[0-9]*,*.", target, ",", target, "}.sock");
  glob_t found;
  glob(target.findFirst('/') == nullptr ? name.cStr() : target.cStr(), GLOB_BRACE, nullptr, &found);
  kj::Vector<kj::Own<kj::AsyncIoStream>> live;
  for (kj::StringPtr path: kj::arrayPtr(found.gl_pathv, found.gl_pathc)) {
    (void)kj::runCatchingExceptions([&] {  // A process that was killed leaves its socket behind.
      auto address = io.provider->getNetwork().parseAddress(kj::str("unix:", path)).wait(io.waitScope);
      live.add(address->connect().wait(io.waitScope));
    });
  }
  if (live.size() != 1) context.exitError(kj::str(live.size(), " processes answer to ", target));
  return kj::mv(live[0]);
}

// Data in a message is aligned as messages are, so that messages in it can be read in place.
kj::ArrayPtr<const word> words(Data::Reader bytes) {
  return kj::arrayPtr(reinterpret_cast<const word*>(bytes.begin()), bytes.size() / sizeof(word));
}

// Takes what the process sends: the next batch when the promise of `push` is fulfilled.
struct Sink final: EventSink::Server {
  kj::StringPtr target;
  kj::Vector<kj::StringPtr> patterns;
  uint64_t count = UINT64_MAX, seconds = 0, queue = 0, received = 0, utcOffset = 0;
  bool isQuiet = false;
  Checksum checksum;
  Tracing::Client process = nullptr;
  kj::Own<SchemaLoader> types;
  StructSchema eventType;
  std::map<uint32_t, kj::String> names, threads;
  kj::PromiseFulfillerPair<void> end = kj::newPromiseAndFulfiller<void>();

  kj::Promise<void> push(PushContext context) override {
    auto isNew = context.getParams().getBatch().getTracepoints() > names.size();
    return (isNew ? ask() : kj::READY_NOW).then([this, context]() mutable { take(context.getParams().getBatch()); })
        .catch_([this](kj::Exception&& error) { end.fulfiller->reject(kj::mv(error)); });
  }

  kj::Promise<void> done(DoneContext context) override {
    auto reason = kj::str(context.getParams().getReason());  // None if we asked for it: then this has no effect.
    end.fulfiller->reject(kj::Exception(kj::Exception::Type::DISCONNECTED, "", 0, kj::mv(reason)));
    return kj::READY_NOW;
  }

  // Asks for all tracepoints, and for the types of their events.
  kj::Promise<void> ask() {
    return process.tracepointsRequest().send().then([this](auto answer) {
      for (auto it: answer.getTracepoints()) names[it.getTag()] = kj::str(it.getProvider(), ":", it.getName());
      return process.getSchemaRequest().send();
    }).then([this](auto answer) {
      types = kj::heap<SchemaLoader>();
      for (auto it: answer.getNodes()) types->load(FlatArrayMessageReader(words(it)).getRoot<schema::Node>());
      eventType = types->get(answer.getEventId()).asStruct();
    });
  }

  void take(Batch::Reader batch) {
    for (auto it: batch.getThreads()) threads[it.getId()] = kj::str(it.getName());
    for (auto it: batch.getGaps()) puts(kj::str("-- lost here: ", names[it.getTag()], " ", it.getLost()).cStr());
    for (auto rest = words(batch.getEvents()); rest.size() > 0 && received < count; received++) {
      FlatArrayMessageReader message(rest);
      rest = kj::arrayPtr(message.getEnd(), rest.end());
      auto event = message.getRoot<DynamicStruct>(eventType);
      auto member = KJ_ASSERT_NONNULL(event.which());
      auto fields = event.get(member).as<DynamicStruct>();
      kj::StringPtr name = names[member.getProto().getDiscriminantValue()];
      kj::StringPtr thread = threads[event.get("thread").as<uint32_t>()];
      uint64_t us = (event.get("time").as<uint64_t>() + utcOffset) / 1000;
      time_t seconds = us / 1'000'000;
      auto clock = asctime(gmtime(&seconds)) + 11;  // "Thu Jan  1 00:00:00 1970"
      if (isQuiet) checksum.add(event, thread, name, fields);
      else printf("%.8s.%06lu %-15s %s %s\n", clock, us % 1'000'000, thread.cStr(), name.cStr(), show(fields).cStr());
    }
    if (fflush(stdout) != 0 || received == count) end.fulfiller->fulfill();
  }
};

void watch(kj::ProcessContext& context, kj::AsyncIoContext& io, kj::Own<Sink> owned) {
  auto& sink = *owned;
  auto stream = connect(context, io, sink.target);
  TwoPartyClient client(*stream);
  sink.process = client.bootstrap().castAs<Tracing>();
  sink.ask().wait(io.waitScope);
  if (sink.patterns.empty()) {
    for (auto& [_, name]: sink.names) puts(name.cStr());
    return;
  }
  sink.utcOffset = sink.process.infoRequest().send().wait(io.waitScope).getInfo().getUtcOffset();
  auto request = sink.process.subscribeRequest();
  request.initRequest().setQueueBytes(sink.queue << 20);
  auto patterns = request.getRequest().initPatterns(sink.patterns.size());
  for (auto at: kj::indices(sink.patterns)) patterns.set(at, sink.patterns[at]);
  EventSink::Client kept = kj::mv(owned);  // The process drops it when it has sent all.
  request.setSink(kept);
  auto subscription = request.send().wait(io.waitScope).getSubscription();
  auto end = sink.end.promise.exclusiveJoin(io.unixEventPort.onSignal(SIGINT).ignoreResult());
  if (sink.seconds > 0) end = end.exclusiveJoin(io.provider->getTimer().afterDelay(sink.seconds * kj::SECONDS));
  end.exclusiveJoin(client.onDisconnect()).wait(io.waitScope);
  std::signal(SIGINT, SIG_DFL);  // The next one need not be patient.
  // Switches the tracepoints off; what was fired before still comes, and then the counts.
  auto answer = subscription.closeRequest().send().wait(io.waitScope);
  uint64_t lost = 0;
  for (auto it: answer.getStats().getTracepoints()) lost += it.getOffered() - it.getDelivered();
  printf("%lu events, %lu lost", sink.received, lost);
  puts(sink.isQuiet ? kj::str(", checksum ", sink.checksum.get()).cStr() : "");
}

int main(int argc, char* argv[]) {
  kj::TopLevelProcessContext context(argv[0]);
  kj::UnixEventPort::captureSignal(SIGINT);
  auto io = kj::setupAsyncIo();
  auto sink = kj::heap<Sink>();
  auto number = [](uint64_t& to) { return [&to](auto text) { return (to = strtoull(text.cStr(), 0, 10)) > 0; }; };
  auto run = [&]() -> kj::MainBuilder::Validity {
    auto error = kj::runCatchingExceptions([&] { watch(context, io, kj::mv(sink)); });
    KJ_IF_MAYBE(it, error) context.exitError(it->getDescription());
    return fflush(stdout), true;  // `runMainAndExit` does not.
  };
  auto main = kj::MainBuilder(context, "watch", "Watches the tracepoints of a running process.")
      .addOptionWithArg({'n', "count"}, number(sink->count), "<n>", "End after so many events.")
      .addOptionWithArg({"for"}, number(sink->seconds), "<seconds>", "End after so long.")
      .addOptionWithArg({"queue"}, number(sink->queue), "<MiB>", "Memory for events that wait in the process.")
      .addOption({"checksum"}, [&] { return sink->isQuiet = true; }, "Print nothing but a checksum of all events.")
      .expectArg("<target>", [&](auto it) { return sink->target = it, true; })
      .expectZeroOrMoreArgs("<pattern>", [&](auto it) { return sink->patterns.add(it), true; })
      .callAfterParsing(run).build();
  return kj::runMainAndExit(context, kj::mv(main), argc, argv);
}
