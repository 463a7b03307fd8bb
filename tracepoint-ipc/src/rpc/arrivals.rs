//! Content of messages that is kept without being copied.
//!
//! capnp-rpc hands out readers of a message, and forgets it when the call is done. Whoever wants to keep bytes that
//! such a reader has shown asks here for the message that they are of.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use crate::memory::{Block, Bytes, Memory};

/// Bytes that are copied rather than kept with the whole message around them.
const SMALL: usize = 4096;

/// The messages of a connection that have come in, and memory for those to come.
#[derive(Clone, Default)]
pub(crate) struct Arrivals(Rc<State>);

#[derive(Default)]
struct State {
    memory: Arc<Memory>,
    /// Those that capnp-rpc may not have forgotten yet, unless they are kept.
    blocks: RefCell<Vec<Weak<Block>>>,
}

impl Arrivals {
    /// Memory for a message.
    pub(super) fn memory(&self) -> Block {
        self.0.memory.take()
    }

    /// Takes note of a message of so many bytes.
    pub(super) fn add(&self, block: &Arc<Block>, bytes: usize) {
        if bytes < SMALL {
            return;
        }
        let mut blocks = self.0.blocks.borrow_mut();
        blocks.retain(|block| block.strong_count() > 0);
        blocks.push(Arc::downgrade(block));
    }

    /// Keeps bytes that the reader of a message has shown: those of one message at most once. The message itself
    /// is kept if that takes no more than twice the memory.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Bytes {
        if bytes.len() < SMALL {
            return Bytes::copy(bytes);
        }
        let mut blocks = self.0.blocks.borrow_mut();
        let found = blocks.iter().enumerate().find_map(|(at, block)| {
            let block = block.upgrade()?;
            let kept = Bytes::of(&block, bytes)?;
            (block.words().len() * 8 <= bytes.len() * 2).then_some((at, kept))
        });
        match found {
            Some((at, kept)) => {
                blocks.swap_remove(at);
                kept
            }
            None => Bytes::copy(bytes),
        }
    }
}
