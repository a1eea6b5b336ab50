//! Panics inside sled, caught and kept off the terminal.
//!
//! sled answers some kinds of damage with a panic. It means nothing to a user that the store's own error does not say
//! better, and it must not take the program down.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; nothing when it panicked.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    keep_quiet();
    let before = QUIET.replace(true);
    // Whoever calls this gives up what `work` may have left half done.
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(before);
    done
}

/// The panic hook is one for the whole process: ours passes on to the one before all but what comes from inside
/// [`caught`] and from sled's own threads.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let here = std::thread::current();
            let of_sled = here.name().is_some_and(|name| name.starts_with("sled-") || name == "log flusher");
            if !of_sled && !QUIET.get() {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_the_next_one_is_loud_again() {
        assert_eq!(caught(|| 1), Some(1));
        let caught_panic = caught(|| {
            assert!(QUIET.get());
            std::panic::panic_any("gone");
        });
        assert_eq!(caught_panic, None::<()>);
        assert!(!QUIET.get());
    }
}
