//! A stand-in for the outside world, on this machine.

pub mod customs;
pub mod scenario;

pub use scenario::{Plan, Scenario};
