//! The pool: no chunk has two owners, and none is lost, whoever takes and gives at the same time.

use std::sync::Arc;

use loom::thread;

use crate::ring::Pool;

/// Takes two chunks if it can, writes to them, and gives them back, the first one first.
fn use_two(pool: &Pool) {
    let taken = [pool.take(), pool.take()];
    for id in taken.into_iter().flatten() {
        // loom complains if somebody else has it.
        pool.chunk(id).touch(0..1);
        pool.give(id);
    }
}

#[test]
fn chunks_have_one_owner_at_a_time_and_none_is_lost() {
    loom::model(|| {
        let pool = Arc::new(Pool::new(2));
        // From the queue of those that were never used to the others.
        use_two(&pool);
        let other = {
            let pool = pool.clone();
            thread::spawn(move || use_two(&pool))
        };
        use_two(&pool);
        other.join().unwrap();
        assert_eq!(pool.free(), 2);
        assert!(pool.take().is_some() && pool.take().is_some());
        assert!(pool.take().is_none());
    });
}
