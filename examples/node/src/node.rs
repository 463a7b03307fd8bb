//! The node: a serving and an observing peer that replay a block, round after round.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::chain::Chain;
use crate::error::{Error, first_cause};
use crate::events::net::ConnectionType;
use crate::link::{self, Link};
use crate::observing::{MAX_INVENTORY, Observing, SharedChain, lock};
use crate::replay::Replay;
use crate::serving::Serving;
use crate::stop::Stop;
use crate::summary::{Summary, Tally};
use crate::threads::{join, spawn};

/// How a node runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// How many times the block is replayed; `None` until stopped.
    pub rounds: Option<u64>,
    /// Pause between two rounds.
    pub pause: Duration,
    /// How many transactions the serving peer announces at a time: 1 to 50,000.
    pub announcement: usize,
}

impl Default for Config {
    /// Until stopped, a round each second, 1,000 transactions at a time.
    fn default() -> Self {
        Self { rounds: None, pause: Duration::from_secs(1), announcement: 1000 }
    }
}

/// A small node in one process: a serving and an observing peer, connected over loopback TCP.
#[derive(Debug)]
pub struct Node {
    config: Config,
    replay: Replay,
}

impl Node {
    /// A node that replays block 702,861 of the main network.
    ///
    /// # Errors
    ///
    /// If the configuration asks for what the protocol does not allow.
    pub fn new(config: Config) -> Result<Self, Error> {
        let found = config.announcement;
        if !(1..=MAX_INVENTORY).contains(&found) {
            return Err(Error::Announcement { found, limit: MAX_INVENTORY });
        }
        Ok(Self { config, replay: Replay::mainnet_702861()? })
    }

    /// Replays the block as often as configured, or until `stop` is requested. The first round is
    /// always played, and one that has begun is always finished: the numbers are those of whole
    /// blocks, however slow the machine.
    ///
    /// # Errors
    ///
    /// If a peer fails: the operating system refuses a socket or a thread, or there is a defect.
    pub fn run(&self, stop: &Stop) -> Result<Summary, Error> {
        let tally = Arc::new(Tally::default());
        let chain = self.new_chain(&tally);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (caller, answerer) = link::connect(&listener)?;
        thread::scope(|scope| {
            let (observed, observed_tally) = (Arc::clone(&chain), Arc::clone(&tally));
            let observing = spawn(scope, "observing", move || {
                let kind = ConnectionType::OutboundFullRelay;
                Observing::new(Link::outbound(caller, kind, observed_tally)?, observed).run()
            })?;
            let serving_tally = Arc::clone(&tally);
            let serving = spawn(scope, "serving", move || {
                let link = Link::inbound(answerer, 1, Arc::clone(&serving_tally))?;
                let announcement = self.config.announcement;
                let serving = Serving::new(&self.replay, listener, link, announcement, serving_tally)?;
                self.play(serving, &chain, stop)
            })?;
            first_cause(join(observing), join(serving))
        })?;
        Ok(tally.summary())
    }

    /// The chain of the observing peer, as it was before the block.
    fn new_chain(&self, tally: &Arc<Tally>) -> SharedChain {
        let (tip, coins) = (self.replay.tip_before(), self.replay.coins_before());
        Arc::new(Mutex::new(Chain::new(tip, coins, Arc::clone(tally))))
    }

    /// Plays the rounds. The connection to the observing peer is closed at the end.
    fn play(&self, mut serving: Serving<'_>, chain: &Mutex<Chain>, stop: &Stop) -> Result<(), Error> {
        let mut left = self.config.rounds;
        while left != Some(0) {
            serving.play()?;
            serving.receive_visitors()?;
            begin_again(chain);
            left = left.map(|rounds| rounds - 1);
            if left != Some(0) && stop.wait(self.config.pause) {
                break;
            }
        }
        Ok(())
    }
}

/// Writes the coins, as a node does from time to time, and then goes back to before the block.
fn begin_again(chain: &Mutex<Chain>) {
    let mut chain = lock(chain);
    chain.flush();
    chain.rewind();
}
