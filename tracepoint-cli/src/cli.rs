//! The arguments that all commands share. The help texts, here and in the commands, are the manual.

mod quantity;
mod selection;

use clap::{Parser, Subcommand};

pub use quantity::{duration, size};
pub use selection::{Choice, Range, Selection, Target, with_predicates};

use crate::cmd;

/// Watch the tracepoints of running processes.
///
/// A process that has tracepoints and an exporter listens on a local socket that only its user can open. This
/// program attaches to it, sees which tracepoints there are, and receives their events, typed. Tracepoints that
/// nobody watches cost the process next to nothing; nobody needs to be root; and a reader that is too slow
/// loses events, which are counted, but never slows the process down.
#[derive(Debug, Parser)]
#[command(name = "tracepoint", version, max_term_width = 100, after_help = EXAMPLES, after_long_help = MANUAL)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do. What each of them takes, and its help, is in its own file in [`cmd`].
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the processes that can be attached to
    #[command(after_help = cmd::ps::EXAMPLES)]
    Ps,
    List(cmd::list::List),
    Watch(cmd::watch::Watch),
    Stat(cmd::stat::Stat),
    #[command(subcommand)]
    Schema(cmd::schema::Schema),
    Convert(cmd::convert::Convert),
    Record(cmd::record::Record),
    Demo(cmd::demo::Demo),
    Completions(cmd::completions::Completions),
    /// The node of the demo: started by `tracepoint demo`
    #[command(hide = true)]
    DemoNode,
}

const EXAMPLES: &str = "\
Examples:
  tracepoint demo                         see it work
  tracepoint ps                           what can be attached to
  tracepoint list my-node -v              what there is to be seen
  tracepoint watch my-node 'net:*' -n 10  the next ten events
  tracepoint stat my-node '*' --for 10s   how many there are
  tracepoint record my-node '*' -o FILE   for later: FILE is a target as well

`tracepoint --help` tells about losses, exit status and environment,
`tracepoint COMMAND --help` about a command.";

const MANUAL: &str = "\
Examples:
  tracepoint demo                         see it work
  tracepoint ps                           what can be attached to
  tracepoint list my-node -v              what there is to be seen
  tracepoint watch my-node 'net:*' -n 10  the next ten events
  tracepoint stat my-node '*' --for 10s   how many there are
  tracepoint record my-node '*' -o FILE   for later: FILE is a target as well

Losses:
  Events wait in the traced process, in memory of bounded size, until they are
  fetched. What does not fit is dropped there and counted, by tracepoint and
  by cause:
    queue full   this program, or what reads its output, was too slow
    ring full    a thread fired faster than the process could collect
    too large    one event exceeded the limit for a single event
    nested       fired by a signal handler or an allocator inside of another
    thread gone  fired while a thread was being torn down
  Gaps are shown where they happened, and summed up on standard error at the
  end.

Exit status:
  0  done; also if Ctrl-C ended it, or if the reader of the output went away
  1  something went wrong, as told on standard error; or `schema diff` found
     changes that are not compatible
  2  the arguments make no sense
  3  events were lost and --fail-on-loss was given
  4  the traced process ended, or closed its exporter, while it was watched, and
     --reattach was not given; or it does not answer

Environment:
  TRACEPOINT_DIR  directory of the sockets; else $XDG_RUNTIME_DIR/tracepoint
                  and tracepoint-UID in the directory for temporary files
  NO_COLOR        if set, no colours; there are none anyway unless the output
                  is a terminal";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
