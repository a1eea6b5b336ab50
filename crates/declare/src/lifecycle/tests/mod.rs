//! The machine against a small world: a shop, a gateway and customs as plain values, so that every order of events can be
//! played.

mod auditing;
mod course;
mod properties;
mod scenarios;
mod telling;
mod world;
