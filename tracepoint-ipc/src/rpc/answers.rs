//! The answers that we owe the other side: how many it makes us keep, and which of them may wait.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use capnp::Error;
use capnp::traits::HasTypeId;
use capnp_rpc::IncomingMessage;
use capnp_rpc::rpc_capnp::{call, message};

use crate::tracing_capnp::event_sink;

/// Bytes of batches that are acknowledged together: less than is let on the way to one subscriber, so that none
/// waits for that.
const TOGETHER: usize = 512 << 10;

/// What a batch counts at least: those of a few events are acknowledged together as well.
const LEAST: usize = 32 << 10;

/// The number of `EventSink.push`.
const PUSH: u16 = 0;

/// The questions of the other side that it has not finished: capnp-rpc keeps an entry for each answer until the
/// caller says that it is done with it.
pub(super) struct OpenAnswers {
    /// With the size of the batch, if it is one.
    questions: RefCell<HashMap<u32, Option<usize>>>,
    limit: usize,
    /// Bytes of batches whose answers wait.
    waiting: Cell<usize>,
}

impl OpenAnswers {
    pub(super) fn new(limit: usize) -> Self {
        Self { questions: RefCell::default(), limit, waiting: Cell::new(0) }
    }

    /// Takes note of a message of so many bytes that came in.
    ///
    /// # Errors
    ///
    /// It is one question too many.
    pub(super) fn observe(&self, message: &dyn IncomingMessage, bytes: usize) -> capnp::Result<()> {
        let message: message::Reader<'_> = message.get_body()?.get_as()?;
        let mut questions = self.questions.borrow_mut();
        match message.which() {
            Ok(message::Call(call)) => {
                let call = call?;
                questions.insert(call.get_question_id(), is_batch(call).then_some(bytes));
            }
            Ok(message::Bootstrap(bootstrap)) => {
                questions.insert(bootstrap?.get_question_id(), None);
            }
            Ok(message::Finish(finish)) => {
                questions.remove(&finish?.get_question_id());
            }
            _ => {}
        }
        if questions.len() > self.limit {
            return Err(Error::overloaded(format!(
                "more than {} calls are open on this connection",
                self.limit
            )));
        }
        Ok(())
    }

    /// Whether a message that goes out may wait for others: it tells no more than that a batch has arrived, and
    /// there is room for more on their way.
    pub(super) fn may_wait(&self, message: message::Reader<'_>) -> bool {
        let Ok(message::Return(Ok(answer))) = message.which() else { return false };
        let batch = self.questions.borrow().get(&answer.get_answer_id()).copied().flatten();
        let Some(bytes) = batch else { return false };
        let waiting = self.waiting.get() + bytes.max(LEAST);
        let may_wait = waiting < TOGETHER;
        self.waiting.set(if may_wait { waiting } else { 0 });
        may_wait
    }
}

fn is_batch(call: call::Reader<'_>) -> bool {
    call.get_interface_id() == event_sink::Client::TYPE_ID && call.get_method_id() == PUSH
}

#[cfg(test)]
mod tests {
    use capnp::message::{Builder, HeapAllocator, ReaderOptions};
    use capnp::serialize;

    use super::*;

    struct Came(capnp::message::Reader<serialize::OwnedSegments>);

    impl IncomingMessage for Came {
        fn get_body(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
            self.0.get_root()
        }
    }

    fn call(question: u32, interface: u64) -> Came {
        let mut message = Builder::new_default();
        let mut call = message.init_root::<message::Builder<'_>>().init_call();
        call.set_question_id(question);
        call.set_interface_id(interface);
        let words = serialize::write_message_to_words(&message);
        Came(serialize::read_message(&*words, ReaderOptions::new()).unwrap())
    }

    fn answer(question: u32) -> Builder<HeapAllocator> {
        let mut message = Builder::new_default();
        message.init_root::<message::Builder<'_>>().init_return().set_answer_id(question);
        message
    }

    /// Whether the answers to batches of so many bytes may wait.
    fn may_wait(batches: &[usize]) -> Vec<bool> {
        let answers = OpenAnswers::new(100);
        let mut observed = |(question, bytes): (u32, &usize)| {
            answers.observe(&call(question, event_sink::Client::TYPE_ID), *bytes).unwrap();
            answers.may_wait(answer(question).get_root_as_reader().unwrap())
        };
        (0..).zip(batches).map(&mut observed).collect()
    }

    #[test]
    fn batches_are_acknowledged_together() {
        assert_eq!(may_wait(&[200 << 10, 200 << 10, 200 << 10, 200 << 10]), [true, true, false, true]);
        assert_eq!(may_wait(&[TOGETHER]), [false]);
    }

    #[test]
    fn small_batches_are_acknowledged_before_there_are_many() {
        let may_wait = may_wait(&[100; 40]);
        let first = may_wait.iter().position(|may_wait| !may_wait).unwrap();
        assert!((10..20).contains(&first), "{first}");
        assert!(!may_wait[2 * first + 1]);
    }

    #[test]
    fn other_answers_do_not_wait() {
        let answers = OpenAnswers::new(100);
        answers.observe(&call(1, 7), 100).unwrap();
        assert!(!answers.may_wait(answer(1).get_root_as_reader().unwrap()));
        assert!(!answers.may_wait(answer(2).get_root_as_reader().unwrap()));
        let question = call(3, event_sink::Client::TYPE_ID);
        assert!(!answers.may_wait(question.get_body().unwrap().get_as().unwrap()));
    }
}
