//! How a program that serves is told to end: by SIGTERM or Ctrl-C.

use std::io;

/// Waits for a signal that ends the process in order.
///
/// # Errors
/// When the system does not let it listen.
pub(super) async fn ended() -> io::Result<()> {
    Ends::new()?.wait().await;
    Ok(())
}

/// The signals that end it.
pub(super) struct Ends {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Ends {
    #[cfg(unix)]
    /// Listens for them from now on.
    ///
    /// # Errors
    /// When the system does not let it listen.
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(unix)]
    /// Waits for the first.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    pub(super) async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
