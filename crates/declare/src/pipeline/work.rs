//! Work spread over the cores.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::RunError;

/// Does something with every item, on as many threads as there are cores, and gives the results in the items' order. Each
/// thread has hands of its own, made by `hands`.
///
/// # Errors
/// The first error of any; the others' results are let go.
pub(super) fn spread<T: Sync, R: Send, H>(
    items: &[T],
    hands: impl Fn() -> H + Sync,
    work: impl Fn(&mut H, &T) -> Result<R, RunError> + Sync,
) -> Result<Vec<R>, RunError> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads <= 1 {
        let mut hands = hands();
        return items.iter().map(|item| work(&mut hands, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<R>>> = Mutex::new(items.iter().map(|_| None).collect());
    let failed: Mutex<Option<RunError>> = Mutex::default();
    let all = || {
        let mut hands = hands();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            match work(&mut hands, item) {
                Ok(result) => {
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(place) = done.get_mut(index) {
                        *place = Some(result);
                    }
                }
                Err(error) => {
                    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    // The others end after what they are at.
                    next.store(items.len(), Ordering::Relaxed);
                    return;
                }
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(all)).collect();
        all();
        others.into_iter().all(|thread| thread.join().is_ok())
    })
    .then_some(())
    .ok_or(RunError::Worker)?;
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_iter().collect::<Option<Vec<R>>>().ok_or(RunError::Worker)
}
