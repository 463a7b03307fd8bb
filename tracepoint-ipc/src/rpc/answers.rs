//! Bounds the answers that the other side makes us keep.

use std::cell::RefCell;
use std::collections::HashSet;

use capnp::Error;
use capnp_rpc::IncomingMessage;
use capnp_rpc::rpc_capnp::message;

/// The questions of the other side that it has not finished: capnp-rpc keeps an entry for each answer until the
/// caller says that it is done with it.
pub(super) struct OpenAnswers {
    questions: RefCell<HashSet<u32>>,
    limit: usize,
}

impl OpenAnswers {
    pub(super) fn new(limit: usize) -> Self {
        Self { questions: RefCell::default(), limit }
    }

    /// Takes note of a message that came in.
    ///
    /// # Errors
    ///
    /// It is one question too many.
    pub(super) fn observe(&self, message: &dyn IncomingMessage) -> capnp::Result<()> {
        let message: message::Reader<'_> = message.get_body()?.get_as()?;
        let mut questions = self.questions.borrow_mut();
        match message.which() {
            Ok(message::Call(call)) => questions.insert(call?.get_question_id()),
            Ok(message::Bootstrap(bootstrap)) => questions.insert(bootstrap?.get_question_id()),
            Ok(message::Finish(finish)) => questions.remove(&finish?.get_question_id()),
            _ => false,
        };
        if questions.len() > self.limit {
            return Err(Error::overloaded(format!(
                "more than {} calls are open on this connection",
                self.limit
            )));
        }
        Ok(())
    }
}
