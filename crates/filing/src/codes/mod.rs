//! Customs parameter codes: units of measure and countries.
//!
//! Both exist only as listed codes. Each has two parsers: `parse` for the wire takes the code and nothing else, `lenient`
//! for a clerk's cell also takes the names people use.

mod country;
mod list;
mod unit;

pub use self::country::CountryCode;
pub use self::unit::UnitCode;
