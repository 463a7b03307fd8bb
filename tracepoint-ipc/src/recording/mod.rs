//! Recordings: events in a file, with all that it takes to read them.
