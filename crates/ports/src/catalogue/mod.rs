//! The catalogue of customs ports.
