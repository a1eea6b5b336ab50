//! The outside world of a customs declaration.
//!
//! Everything here knows platforms, ports, disks and clocks. It knows no tax, no HS code and no customs XML:
//! those live in the crates `filing` and `declare`, which depend on this one and never the other way round.

pub mod archive;
pub mod catalogue;
pub mod clock;
pub mod durable;
pub mod fault;
pub mod gateway;
pub mod http;
pub mod inbox;
pub mod metrics;
pub mod money;
pub mod platform;
pub mod repush;
pub mod sandbox;
pub mod signing;
pub mod store;
pub mod vault;
pub mod wire;
pub mod xiaohongshu;
pub mod yanxuan;
